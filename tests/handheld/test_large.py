"""Where there is room, the thing to find is drawn in large letters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.guided import Guided, draw_guided
from scantrail.handheld.drawing.large import HEIGHT, large_lines
from scantrail.handheld.drawing.lines import Ink, text_of, width_of
from scantrail.handheld.drawing.verdict import Shown
from scantrail.words import M
from scantrail.workflows.base import Prompt, Tone

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./_+: "


def test_letters_are_drawn_in_half_blocks() -> None:
    assert [text_of(line) for line in large_lines("A-1", 20)] == [
        "▄▀▀▀▄     ▄█",
        "█   █ ▄▄▄  █",
        "█▀▀▀█      █",
        "▀   ▀     ▀▀▀",
    ]


def test_a_long_serial_is_broken_after_a_hyphen_and_one_that_has_no_room_is_not_drawn() -> None:
    assert len(large_lines("CM500-2025-0047", 90)) == HEIGHT
    assert len(large_lines("CM500-2025-0047", 51)) == 2 * HEIGHT
    assert large_lines("CM500-2025-0047", 40) == []
    assert large_lines("CM500202500479999", 51) == []
    assert large_lines("CM-Ж1", 51) == large_lines("cm-1", 51) == large_lines("", 51) == []


@given(st.text(LETTERS, max_size=30), st.integers(1, 120))
def test_no_letter_is_drawn_beyond_the_width(text: str, width: int) -> None:
    assert all(width_of(line) <= width for line in large_lines(text, width))


def test_no_two_letters_look_alike() -> None:
    drawn = {tuple(map(text_of, large_lines(letter, 9))) for letter in LETTERS.strip()}
    assert len(drawn) == len(LETTERS.strip())


def test_a_verdict_colours_its_whole_row_and_the_list_stays_beside_the_large_letters() -> None:
    prompt = Prompt(task="PL-1", about="", verb=M("SCAN BIN"), expected=("A-15-03",))
    refused = Shown(Tone.REFUSED, M("WRONG BIN"), "A-15-04", M("Nothing to pick here."), M("Go to A-15-03."))
    for size in (Size(80, 24), Size(120, 40)):
        lines = draw_guided(Guided(prompt, refused, Bar()), size)
        (row,) = [line for line in lines if "WRONG BIN" in text_of(line)]
        assert {span.ink for span in row} == {Ink.BAD}
        assert width_of(row) == size.width
        assert any("█" in text_of(line) for line in lines)
        assert any(text_of(line).startswith("SCAN BIN  A-15-03") for line in lines)
