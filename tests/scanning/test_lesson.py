"""A lesson asks for one code after the other, and again for what did not arrive."""

from __future__ import annotations

from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.scanning.lesson import Lesson
from scantrail.scanning.strokes import Stroke
from scantrail.scanning.wedge import Press
from tests.scanning.sheet import Scanner


def scan(lesson: Lesson, strokes: list[Stroke]) -> None:
    for stroke in strokes:
        assert lesson.key(stroke.key, stroke.character, stroke.at_ms / 1000) == []
    assert lesson.settle() == []


def test_the_codes_are_asked_for_in_their_order_and_then_learned() -> None:
    lesson = Lesson()
    for code, strokes in zip(CALIBRATION, Scanner("\x02", separator="key:f8").sheet(), strict=True):
        assert (lesson.code, lesson.result) == (code, None)
        scan(lesson, strokes)
    assert lesson.code is None
    assert lesson.result is not None
    assert lesson.result.profile is not None
    assert lesson.result.profile.separator_keys == ("f8",)


def test_a_code_cut_short_is_asked_for_again_at_once() -> None:
    lesson, sheet = Lesson(), Scanner().sheet()
    scan(lesson, sheet[0][:5])
    assert (lesson.number, "Only 5 characters" in str(lesson.remark)) == (0, True)
    scan(lesson, sheet[0])
    assert lesson.number == 1


def test_a_code_that_turns_out_wrong_in_the_end_is_asked_for_alone() -> None:
    lesson, sheet = Lesson(), Scanner().sheet()
    for number in (0, 1, 2, 3, 5, 5, 6):
        scan(lesson, sheet[number])
    assert (lesson.number, "Code 5" in str(lesson.remark)) == (4, True)
    scan(lesson, sheet[4])
    assert lesson.result is not None


def test_trouble_that_no_code_explains_begins_again() -> None:
    lesson = Lesson()
    for strokes in Scanner(caps_lock=True).sheet():
        scan(lesson, strokes)
    assert (lesson.number, "Caps Lock" in str(lesson.remark)) == (0, True)


def test_a_key_that_is_pressed_alone_stays_a_key() -> None:
    lesson = Lesson()
    lesson.key("escape", "\x1b", 1.0)
    assert lesson.settle() == [Press("escape")]


def test_a_paste_is_no_code() -> None:
    lesson = Lesson()
    lesson.paste("0123456789", 1.0)
    assert (lesson.number, "as a paste" in str(lesson.remark)) == (0, True)
