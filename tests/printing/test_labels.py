"""The order that labels are printed in, and the sizes of paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.scans.calibration import CALIBRATION, Calibration
from scantrail.printing.codes import Code, Symbol
from scantrail.printing.labels import Label, by_code, carton_label
from scantrail.printing.layout import layout
from scantrail.printing.sizes import Paper, paper


def test_places_come_in_the_order_people_look_for_them() -> None:
    assert by_code(["A-10", "b-1", "A-2", "A-2", "B-02", "9"]) == ["9", "A-2", "A-10", "b-1", "B-02"]


@given(st.lists(st.text()))
def test_any_codes_have_an_order(codes: list[str]) -> None:
    assert set(by_code(codes)) == set(codes)


@pytest.mark.parametrize("size", ["A3", "", "100", "100x", "10x10", "999x50", "100x50x2", "٣٠x٣٠"])
def test_what_names_no_size_is_none(size: str) -> None:
    assert paper(size) is None


def test_the_calibration_shows_every_printable_character() -> None:
    plain = [each for each in CALIBRATION if not each.is_gs1]
    assert {chr(code) for code in range(0x20, 0x7F)} == set("".join(each.text for each in plain))
    assert [each.text.strip() for each in CALIBRATION] == [each.text for each in CALIBRATION]
    marks = [each.text for each in plain if each.asks is Calibration.MARKS]
    assert all(text[1::2].isalpha() and len(set(text)) == len(text) for text in marks)
    assert not any(mark.isalnum() for text in marks for mark in text[::2])


@pytest.mark.parametrize(("paper", "high"), [(Paper(100, 75), 32.0), (Paper(105, 148), 32.0), (Paper(100, 50), 20.0)])
def test_a_cartons_bars_are_as_high_as_gs1_wants_them_with_their_number_below(paper: Paper, high: float) -> None:
    made = carton_label("095212340000000013", "Main", paper)
    assert isinstance(made, Label)
    placed = layout(made.code, paper, has_note=True, is_text_below=made.is_text_below)
    assert placed.code.height >= high
    assert placed.code.top + placed.code.height < placed.title.top
    assert placed.title.top + placed.title.height <= placed.note.top
    assert placed.note.top + placed.note.height <= paper.label[1]


@pytest.mark.parametrize(
    ("text", "symbol", "in_pairs"),
    [
        ("1234", Symbol.GS1_128, True),
        ("123", Symbol.GS1_128, False),
        ("12A4", Symbol.GS1_128, False),
        ("1234", Symbol.CODE_128, False),
    ],
)
def test_only_an_even_number_of_digits_goes_in_pairs(text: str, symbol: Symbol, *, in_pairs: bool) -> None:
    assert Code(text, symbol).is_in_pairs is in_pairs
