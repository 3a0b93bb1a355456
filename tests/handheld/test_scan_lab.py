"""The scan lab: every scan taken apart, nothing done or recorded, and a scanner learned and used at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.scans.calibration import GS
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import text_of
from scantrail.scanning import lesson
from scantrail.scanning.chosen import scanners_of
from tests.handheld.benches import Bench, acts_of, bench
from tests.scanning.sheet import Scanner

FRENCH = Scanner("\x02", "\r\n", sends_aim=True, separator="key:f8", keyboard="fr, no dead keys")


@pytest.fixture(autouse=True)
def quick_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson, "TAKE_ENDS_MS", 30)


async def open_lab(hand: Bench) -> None:
    await hand.sign_in()
    await hand.type("5\r")


async def send(hand: Bench, scanner: Scanner, text: str, *, is_gs1: bool = False) -> None:
    """Scan one code with a scanner that has settings of its own."""
    hand.now += 5
    for stroke in scanner.scan(text, is_gs1=is_gs1):
        hand.key(stroke.key, stroke.character, 0.002)
    await hand.settled()


async def send_sheet(hand: Bench, scanner: Scanner) -> None:
    hand.now += 5
    for take in scanner.sheet():
        for stroke in take:
            hand.key(stroke.key, stroke.character, 0.002)
        await hand.settled()
        hand.now += 5


def frame(hand: Bench, width: int, height: int) -> list[str]:
    return [text_of(line) for line in hand.app.picture(Size(width, height))]


async def test_a_scan_is_taken_apart_to_the_byte_and_nothing_is_recorded(tmp_path: Path) -> None:
    async with bench(tmp_path, size=(80, 30)) as hand:
        await open_lab(hand)
        before = acts_of(hand.store)
        await send(hand, Scanner(sends_aim=True), f"0109521234543213{GS}21CM500-2025-0046", is_gs1=True)
        for said in (
            "Text: 0109521234543213␝21CM500-2025-0046",
            "Means: a unit's serial",
            "GTIN: 09521234543213",
            "Came by: scanner that types",
            "AIM: ]C1, GS1-128",
            "Keys: 38, 2 ms apart, at most 2",
            "Ended by: Enter",
            "Profile: generic",
            "Arrived: ]C10109521234543213␝21CM500",
            "5D 43 31 30 31",
        ):
            assert said in hand.glass, hand.glass
        assert acts_of(hand.store) == before


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "[)>06|1PCM-500-STD|SCM500-2025-0046",
            ("Written by: ASC MH10 data identifiers", "Part number: CM-500-STD", "Serial: CM500-2025-0046"),
        ),
        ("CM500-2025-0046;CM500-2025-0047", ("Refused: One code for 2 units",)),
        ("CM500'2025'0046", ("Refused: It looks like CM500-2025-0046",)),
        ("SNOBODY", ("Means: nothing on this device", "Perhaps: NOBODY")),
    ],
)
async def test_what_a_label_says_by_any_grammar_is_named(tmp_path: Path, text: str, lines: tuple[str, ...]) -> None:
    async with bench(tmp_path, size=(80, 30)) as hand:
        await open_lab(hand)
        await hand.scan(text)
        for line in lines:
            assert line in hand.glass, hand.glass


async def test_a_command_is_shown_and_not_done_and_keys_still_lead_out(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await open_lab(hand)
        await hand.scan("$ST:BACK")
        assert "SCAN LAB" in hand.glass
        assert "Means: a command" in hand.glass
        await hand.press("f1", "escape", "f10")
        assert "WHAT NEXT?" in hand.glass


@pytest.mark.parametrize("size", [(20, 16), (40, 8), (40, 24), (80, 24)])
async def test_every_screen_shows_what_was_scanned_and_what_to_choose(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bench(tmp_path, size=size) as hand:
        await open_lab(hand)
        assert "1 Learn the scanner" in hand.glass
        await hand.scan("A-15-03")
        assert "A-15-03" in hand.glass
        await hand.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert "41 2D 31" in hand.glass
        await hand.type("1\r")
        assert "SCAN CODE 1 OF 7" in hand.glass
        assert "Esc" in hand.glass


async def test_a_scanner_is_learned_saved_and_used_without_a_restart(tmp_path: Path) -> None:
    async with bench(tmp_path, size=(80, 24)) as hand:
        await open_lab(hand)
        await send(hand, FRENCH, "A-15-03")
        assert "Text: A-15-03" not in hand.glass
        await hand.type("1\r")
        await send_sheet(hand, FRENCH)
        assert "LEARNED" in hand.glass, hand.glass
        assert "The separator of GS1 fields arrives as F8." in hand.glass
        await hand.type("1\r")
        assert "SAVED" in hand.glass
        assert scanners_of(tmp_path).keyboard.name == "learned"
        await send(hand, FRENCH, "A-15-03")
        assert "Text: A-15-03" in hand.glass
        assert "Profile: learned" in hand.glass
        await hand.press("f10")
        await send(hand, FRENCH, "PL-2025-0091")
        assert "SCAN BIN" in hand.glass


async def test_a_lesson_is_left_with_esc_and_changes_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await open_lab(hand)
        await hand.type("1\r")
        await send(hand, FRENCH, "0123456789")
        assert "SCAN CODE 2 OF 7" in hand.glass
        await send(hand, FRENCH, "AB")
        assert "SCAN CODE 2 OF 7" in hand.glass
        assert "Only" in hand.glass
        await hand.press("escape")
        assert "SCAN LAB" in hand.glass
        await hand.scan("A-15-03")
        assert "Text: A-15-03" in hand.glass
        assert scanners_of(tmp_path).keyboard.name == "generic"


async def test_a_profile_that_cannot_be_kept_is_not_used_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, size=(80, 24)) as hand:
        await open_lab(hand)
        await hand.type("1\r")
        await send_sheet(hand, FRENCH)
        (tmp_path / "scanner.new").mkdir()
        await hand.type("1\r")
        assert "NOT SAVED" in hand.glass
        assert "Is a directory" in hand.glass
        assert scanners_of(tmp_path).keyboard.name == "generic"
