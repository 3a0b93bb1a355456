"""Keys, digit twins, command barcodes, and scans that contain any of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from scantrail.domain.scans.reading import Carrier
from scantrail.workflows.base import Tone
from tests.handheld.benches import LIST, acts_of, bench

SCANNED = "CM500-2025-0099"


@pytest.mark.parametrize(
    ("key", "twin", "command", "seen"),
    [
        ("f1", "1", "HELP", "HELP"),
        ("f2", "2", "LOOKUP", "LOOK UP: SCAN ANY CODE"),
        ("f3", "3", "LIST", "PL-2025-0091  0 of 3"),
        ("f4", "4", "EXCEPTION", "WHAT IS WRONG?"),
        ("f5", "5", "UNDO", "NOTHING TO UNDO"),
        ("f6", "6", "CAMERA", "CAMERA STARTS…"),
        ("f8", "8", "SYNC", "IN SYNC WITH THE SERVER"),
        ("f10", "0", "MENU", "WHAT NEXT?"),
        ("escape", None, "BACK", "WHAT NEXT?"),
    ],
)
async def test_a_key_its_digit_and_its_barcode_do_the_same(
    tmp_path: Path, key: str, twin: str | None, command: str, seen: str
) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press(key)
        assert seen in hand.glass
        if twin is not None:
            await hand.again(LIST.number)
            await hand.type(f"{twin}\r")
            assert seen in hand.glass
        await hand.again(LIST.number)
        await hand.scan(f"$ST:{command}")
        assert seen in hand.glass


async def test_the_confirm_barcode_confirms(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046", "$ST:CONFIRM")
        assert "SCAN SERIAL" in hand.glass
        assert "CONDITION GOOD" in hand.glass


@pytest.mark.parametrize("key", ["f1", "f2", "f3", "f4", "f10", "escape", "ctrl+q", "ctrl+c", "tab", "up"])
async def test_a_key_inside_a_scan_presses_nothing(tmp_path: Path, key: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        before = hand.glass
        hand.now += 1
        for each in "CM5":
            hand.key(each, each)
        hand.key(key, None)
        for each in "00":
            hand.key(each, each)
        hand.key("enter", "\r")
        await hand.settled()
        assert "SCAN BIN" in before
        assert "SCAN BIN" in hand.glass
        assert hand.app.is_running
        assert "UNKNOWN CODE" in hand.glass


async def test_a_scan_that_is_one_digit_with_line_ends_around_presses_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("SN1\r0\rSN2")
        assert "SCAN BIN" in hand.glass


async def test_the_line_feed_of_a_scan_confirms_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046", suffix="\r\n")
        assert "CONDITION GOOD?" in hand.glass


async def test_ctrl_q_alone_leaves(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        hand.now += 1
        hand.key("ctrl+q", "\x11")
        await hand.until(lambda: not hand.app.is_running)


async def test_a_paste_is_judged_as_a_scan(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        hand.app.post_message(events.Paste("A-15-03\r"))
        await hand.settled()
        assert "RIGHT BIN  A-15-03" in hand.glass
        reading = acts_of(hand.store)[-1].draft.reading
        assert reading is not None
        assert reading.carrier is Carrier.PASTE


async def test_what_is_typed_shows_and_is_recorded_as_typed(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.type("A-15")
        assert hand.glass.splitlines()[-1] == "› A-15▏"
        await hand.type("-03\r")
        reading = acts_of(hand.store)[-1].draft.reading
        assert reading is not None
        assert (reading.text, reading.carrier) == ("A-15-03", Carrier.TYPED)


async def test_the_same_code_again_is_shown_as_a_repeat(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "A-15-03")
        assert "↻ SAME CODE AGAIN  A-15-03" in hand.glass


async def test_verdicts_sound_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(tmp_path) as hand:
        rung: list[Tone] = []
        monkeypatch.setattr(hand.app, "ring", rung.append)
        await hand.open_list()
        rung.clear()
        await hand.scan("A-15-03", "A-15-03", "nonsense")
        await hand.press("f5")
        assert rung == [Tone.ACCEPTED, Tone.REPEAT, Tone.REFUSED, Tone.REFUSED]


async def test_a_scan_over_help_or_the_list_is_judged_at_the_step(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        for key, title in (("f1", "HELP"), ("f3", "PL-2025-0091  0 of 3")):
            await hand.press(key)
            assert title in hand.glass
            await hand.scan(SCANNED)
            assert title not in hand.glass
            assert f"UNKNOWN CODE  {SCANNED}" in hand.glass


async def test_exceptions_ask_for_a_reason_and_are_recorded_with_it(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4")
        assert "3 Bin is empty" in hand.glass
        await hand.type("1\r")
        assert "WHY?" in hand.glass
        await hand.type("1\r")
        assert "SHORT PICK RECORDED" in hand.glass
        assert acts_of(hand.store)[-1].draft.reason == "not found"


async def test_undo_takes_back_any_scan_of_the_task(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("f5")
        assert "PUT CM500-2025-0046 BACK" in hand.glass
        await hand.scan("A-15-04")
        assert "PICK UNDONE" in hand.glass
        await hand.press("escape", "escape")
        assert "Resume PL-2025-0091               0/3" in hand.glass


async def test_escape_leaves_a_question_before_it_leaves_the_task(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4", "escape")
        assert "SCAN BIN" in hand.glass
        await hand.press("escape")
        assert "WHAT NEXT?" in hand.glass
