"""Choosing: one way for every menu, list, reason and candidate, by digit, arrows or barcode, at every size."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.domain.documents.document import Taken
from scantrail.handheld.drawing.lines import ink, text_of
from scantrail.handheld.drawing.scrolling import Row, Scroll, body_of, choosing_words
from scantrail.handheld.keys import Action
from scantrail.protocol.link import Link
from scantrail.scanning.acceptance import Code, Decoder, Place, Symbology
from scantrail.scanning.camera.aiming import STEADY
from tests.handheld.benches import DAY, LIST, NAMED, PIN, Bench, acts_of, bench
from tests.support.worlds import MODULE, SENSOR, any_line, named_on, pick_list, unit

SIZES = [(20, 8), (20, 16), (40, 8), (40, 24), (80, 24)]
SIXTY = [pick_list(any_line(MODULE, 1), number=f"PL-2026-{at:04d}") for at in range(1, 61)]


def entries(glass: str) -> list[str]:
    """The lines of the list that are in sight."""
    return [line.strip() for line in glass.splitlines() if re.match(r"[▸ ] ?\d+ ", line)]


def marked(glass: str) -> str:
    return next(line for line in glass.splitlines() if re.match(r"▸ ?\d", line))


def codes(*texts: str) -> list[Code]:
    place = Place(70, 40, 90, 50)
    return [Code(text, text.encode(), Symbology.CODE_128, (Decoder.ZXING,), True, place, "]C0") for text in texts]


# One digit


async def test_one_digit_chooses_without_enter(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4")
        await hand.type("1")
        assert "WHY?" in hand.glass
        await hand.type("1")
        assert "SHORT PICK RECORDED" in hand.glass
        assert acts_of(hand.store)[-1].draft.reason == "not found"


async def test_enter_after_the_digit_out_of_habit_answers_no_further_question(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4")
        await hand.type("1")
        hand.key("enter", "\r")
        await hand.settled()
        assert "WHY?" in hand.glass
        await hand.press("enter")
        assert "SHORT PICK RECORDED" in hand.glass


async def test_a_digit_that_is_pressed_twice_answers_one_question(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4")
        await hand.type("1")
        hand.key("1", "1")
        await hand.settled()
        assert "WHY?" in hand.glass


@pytest.mark.parametrize("text", ["0\r", "4\r", "03\r", "1\r", "8\r\n", "12\t"])
async def test_a_scan_of_one_or_two_characters_presses_no_key_and_chooses_nothing(tmp_path: Path, text: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan(text.strip(), suffix=text[len(text.strip()) :], gap=0.0)
        assert "SCAN BIN" in hand.glass
        assert f"UNKNOWN CODE  {text.strip()}" in hand.glass
        await hand.press("f4")
        await hand.scan(text.strip(), gap=0.0)
        assert "WHY?" not in hand.glass
        assert "SHORT" not in hand.glass
        await hand.press("f10")
        await hand.scan(text.strip(), gap=0.0)
        assert f"UNKNOWN CODE  {text.strip()}" in hand.glass


async def test_more_than_nine_entries_are_chosen_by_a_number_and_enter_and_the_glass_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path, *DAY, *SIXTY) as hand:
        await hand.sign_in()
        await hand.type("1")
        assert "1–60 or ↑↓, then Enter" in hand.glass
        await hand.type("1")
        assert "› 1▏" in hand.glass
        await hand.type("2\r")
        assert "PL-2026-0012" in hand.glass.splitlines()[1]


@pytest.mark.parametrize("number", ["2", "4", "0", "9"])
async def test_a_number_that_is_not_there_says_so_and_does_nothing_else(tmp_path: Path, number: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f4")
        before = entries(hand.glass)
        await hand.type(f"{number}\r")
        assert f"✗ THERE IS NO {number}" in hand.glass
        assert entries(hand.glass) == before
        await hand.type("1")
        assert "THERE IS NO" not in hand.glass
        assert "WHY?" in hand.glass


# By barcode


async def test_every_choice_can_be_scanned(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.scan("WKR-1001")
        await hand.scan(*(f"$ST:{digit}" for digit in PIN))
        assert "› ••••▏" in hand.glass
        await hand.scan("$ST:CONFIRM")
        await hand.until(lambda: "WHAT NEXT?" in hand.glass)
        await hand.scan("$ST:1")
        assert "PICK LISTS" in hand.glass
        await hand.scan("$ST:CONFIRM", "$ST:EXCEPTION", "$ST:DOWN", "$ST:UP", "$ST:CONFIRM")
        assert "WHY?" in hand.glass
        await hand.scan("$ST:9")
        assert "THERE IS NO 9" in hand.glass
        await hand.scan("$ST:1")
        assert "SHORT PICK RECORDED" in hand.glass
        assert acts_of(hand.store)[-1].draft.reading is None


async def test_a_number_of_two_digits_is_scanned_digit_by_digit(tmp_path: Path) -> None:
    async with bench(tmp_path, *DAY, *SIXTY) as hand:
        await hand.sign_in()
        await hand.scan("$ST:1", "$ST:1")
        await hand.scan("$ST:BACK")
        assert "PICK LISTS" in hand.glass, "Esc drops the digits first"
        await hand.scan("$ST:PAGEDOWN", "$ST:1", "$ST:2", "$ST:CONFIRM")
        assert "PL-2026-0012" in hand.glass.splitlines()[1]


async def test_scanned_digits_are_given_up_when_something_else_is_scanned(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("$ST:4")
        assert hand.glass.splitlines()[-1] == "› 4▏"
        await hand.scan("A-15-03", "$ST:CONFIRM")
        assert "WHAT IS WRONG?" not in hand.glass
        assert "SCAN PRODUCT" in hand.glass


# Arrows, everywhere alike


async def open_reasons(hand: Bench) -> None:
    await hand.open_list()
    await hand.press("f4", "enter")
    assert "WHY?" in hand.glass


async def open_undo(hand: Bench) -> None:
    await hand.open_list()
    await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
    await hand.press("enter")
    await hand.scan("CM500-2025-0047")
    await hand.press("enter", "f5")


async def open_camera(hand: Bench) -> None:
    await hand.open_list()
    await hand.press("f6")
    hand.camera.shows(*codes("A-15-04", "A-15-05"), frames=STEADY)


async def open_twins(hand: Bench) -> None:
    await hand.sign_in()
    await hand.scan("X-1")


async def open_menu(hand: Bench) -> None:
    await hand.sign_in()


async def open_lists(hand: Bench) -> None:
    await hand.sign_in()
    await hand.press("enter")


PLACES = [open_menu, open_lists, open_reasons, open_undo, open_camera, open_twins]


@pytest.mark.parametrize("size", [(20, 8), (40, 24)])
@pytest.mark.parametrize("opened", PLACES)
async def test_every_list_has_a_marked_entry_that_arrows_move_and_enter_takes(
    tmp_path: Path, opened: object, size: tuple[int, int]
) -> None:
    rows = (*DAY, LIST, *NAMED, SIXTY[0], unit(MODULE, "X-1"), unit(SENSOR, "X-1"))
    async with bench(tmp_path, *rows, size=size) as hand:
        assert callable(opened)
        await opened(hand)
        first = marked(hand.glass)
        await hand.press("down")
        second = marked(hand.glass)
        assert second != first
        await hand.press("up")
        assert marked(hand.glass) == first
        await hand.press("down", "enter")
        assert second not in hand.glass


# Paging, and the line of keys


@pytest.mark.parametrize("size", SIZES)
async def test_a_long_list_says_what_is_in_sight_and_pages_through_all_of_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with bench(tmp_path, *DAY, *SIXTY, size=size) as hand:
        await hand.sign_in()
        await hand.type("1")
        assert " of 60" in hand.glass
        seen: list[str] = []
        for _page in range(60):
            seen += [line.split("PL-")[1][:9] for line in hand.glass.splitlines() if "PL-" in line]
            if "more" not in hand.glass:
                break
            await hand.press("pagedown")
        assert sorted(set(seen)) == [each.number.removeprefix("PL-") for each in SIXTY]
        assert "–60 of 60" in hand.glass
        assert "Esc back" in hand.glass.splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_the_line_of_keys_is_always_there(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bench(tmp_path, *DAY, LIST, *NAMED, *SIXTY, size=size, extra_entries=[]) as hand:
        await hand.sign_in()
        hand.sync.goes(Link.OFFLINE)
        await hand.press("f8")
        await hand.until(lambda: "NOT IN SYNC" in hand.glass)
        assert "F1" in hand.glass.splitlines()[-1]
        assert marked(hand.glass)
        for key, keys in [("f1", "Esc back"), ("escape", "F1"), ("f2", "Esc back"), ("escape", "F1")]:
            await hand.press(key)
            assert keys in hand.glass.splitlines()[-1]
        await hand.scan("PL-2025-0091")
        await hand.scan("nonsense")
        assert "F4" in hand.glass.splitlines()[-1]
        await hand.press("f1")
        await hand.type("nonsense")
        assert hand.glass.splitlines()[-1].startswith("› nonsense")


@pytest.mark.parametrize("size", SIZES)
async def test_help_pages_to_its_end_and_shows_how_to_leave(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bench(tmp_path, size=size) as hand:
        await hand.open_list()
        await hand.press("f1")
        for _page in range(60):
            assert "Esc back" in hand.glass.splitlines()[-1]
            if "more" not in hand.glass.splitlines()[-2]:
                break
            await hand.press("enter")
        assert "Ctrl+Q" in hand.glass
        await hand.press("f1")
        assert "SCAN BIN" in hand.glass


@pytest.mark.parametrize("width", [20, 30, 40])
@pytest.mark.parametrize("count", [2, 9, 10, 120])
def test_how_to_choose_fits_beside_the_way_back(width: int, count: int) -> None:
    words = choosing_words([Row(str(at), "x") for at in range(1, count + 1)], is_narrow=width < 30)
    assert len(f"{words} Esc back") <= width or width == 30


def test_what_is_out_of_sight_is_brought_back_before_it_is_chosen() -> None:
    scroll = Scroll()
    body = body_of([ink(f"line {at}") for at in range(10)], [Row("1", "one"), Row("2", "two")], (), 20, 0)
    assert [text_of(line) for line in scroll.show(body, 4)] == ["line 9", "▸1 one", " 2 two", "↑ 1–2 of 2"]
    for _step in range(4):
        scroll.move(Action.UP, 2)
        scroll.show(body, 4)
    assert not scroll.shows_marked
    scroll.to_marked()
    assert "▸1 one" in [text_of(line) for line in scroll.show(body, 4)]


def test_a_long_label_is_whole_and_notes_give_way_to_it_the_least_important_first() -> None:
    notes = ("0/3", "VIP", "Scanner-05")
    body = body_of((), [Row("1", "PL-2025-0091", notes), Row("2", "Label cannot be read")], (), 24, 0)
    assert [text_of(line) for line in body.lines] == [
        "▸1 PL-2025-0091  VIP 0/3",
        " 2 Label cannot be read",
    ]
    narrow = body_of((), [Row("1", "Resume PL-2025-0091", notes)], (), 20, 0)
    assert [text_of(line) for line in narrow.lines] == ["▸1 Resume", "   PL-2025-0091  0/3"]


def test_notes_that_do_not_fit_beside_a_label_stand_below_it_where_that_is_wanted() -> None:
    rows = [Row("1", "PL-2025-0091", ("0/3", "VIP", "Scanner-05", "P1")), Row("2", "PL-2025-0092", ("1/1",))]
    body = body_of((), rows, (), 20, 0, detailed=range(2))
    assert [text_of(line) for line in body.lines] == [
        "▸1 PL-2025-0091  0/3",
        "   VIP Scanner-05 P1",
        " 2 PL-2025-0092  1/1",
    ]
    assert body.rows == [range(2), range(2, 3)]


@pytest.mark.parametrize(
    ("size", "count", "told"), [((20, 16), 2, 2), ((20, 8), 2, 2), ((20, 8), 4, 1), ((20, 8), 9, 0)]
)
async def test_low_and_narrow_glass_tells_who_works_on_a_list_where_there_is_room(
    tmp_path: Path, size: tuple[int, int], count: int, told: int
) -> None:
    taken = Taken("Scanner-09", "mike")
    lists = [replace(LIST, number=f"PL-2025-00{at}", customer_class="VIP", taken=taken) for at in range(10, 10 + count)]
    named = [row for each in lists for row in named_on(each, *DAY[:3])]
    async with bench(tmp_path, *DAY, *lists, *named, size=size) as hand:
        await hand.sign_in()
        await hand.type("1")
        assert hand.glass.count("VIP Scanner-09") == told
        assert "▸1 PL-2025-0010  0/3" in hand.glass


# Where keys lead


async def test_esc_in_the_menu_leads_back_to_the_task_it_was_opened_from(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03")
        await hand.press("f10")
        assert "Esc back" in hand.glass.splitlines()[-1]
        await hand.press("escape")
        assert "SCAN PRODUCT" in hand.glass


async def test_esc_is_not_offered_in_a_menu_that_came_from_nowhere(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        assert "Esc" not in hand.glass
        await hand.press("escape")
        assert "✗ Esc DOES NOTHING HERE" in hand.glass


@pytest.mark.parametrize(("key", "name"), [("f3", "F3"), ("f4", "F4"), ("f5", "F5"), ("f7", "F7"), ("f10", "F10")])
async def test_a_key_that_does_nothing_says_so(tmp_path: Path, key: str, name: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        await hand.press(key)
        assert f"✗ {name} DOES NOTHING HERE" in hand.glass
        assert "✓" not in hand.glass


async def test_the_numbers_of_the_menu_never_move(tmp_path: Path) -> None:
    async def nothing() -> None:
        return None

    async with bench(tmp_path, *DAY, LIST, *NAMED, SIXTY[0], extra_entries=[("Extra", nothing)]) as hand:
        await hand.sign_in()
        before = entries(hand.glass)
        await hand.scan("PL-2026-0001")
        await hand.scan("A-15-03")
        await hand.press("f10")
        await hand.scan("PL-2025-0091")
        await hand.scan("A-15-03")
        await hand.press("f10")
        after = entries(hand.glass)
        assert after[0].startswith("▸0 Resume PL-2025-0091")
        assert [each.strip("▸").split()[:2] for each in after[1:]] == [each.strip("▸").split()[:2] for each in before]
        await hand.type("0")
        assert "PL-2025-0091" in hand.glass.splitlines()[1]


async def test_undo_is_offered_only_when_there_is_something_to_undo(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        assert "F5 undo" not in hand.glass
        await hand.press("f5")
        assert "✗ NOTHING TO UNDO" in hand.glass
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("enter")
        assert "F5 undo" in hand.glass


async def test_on_the_page_of_checks_a_digit_says_what_is_not_so_and_enter_that_all_is(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD")
        for number in (46, 47, 48):
            await hand.scan(f"CM500-2025-00{number}")
            await hand.press("enter")
        assert "2 Every label can be read" in hand.glass
        await hand.type("3")
        assert "✗ THERE IS NO 3" in hand.glass
        await hand.type("2")
        assert "WHY GO ON?" in hand.glass
        await hand.type("1")
        assert "2 NOT SO: Every label can be read" in hand.glass
        await hand.press("enter")
        assert "LIST COMPLETE" in hand.glass


async def test_no_exception_is_offered_where_there_is_none(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD")
        for number in (46, 47, 48):
            await hand.scan(f"CM500-2025-00{number}")
            await hand.press("enter")
        assert "CHECK, THEN ENTER" in hand.glass
        await hand.press("enter")
        assert "LIST COMPLETE" in hand.glass
        assert "F4 exception" not in hand.glass
