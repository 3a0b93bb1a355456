"""Every sheet is printed, and read back with what reads photographs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.domain.scans.reading import COMMAND_PREFIX, Command
from scantrail.printing.labels import (
    Label,
    Made,
    Unprintable,
    badge_label,
    bin_label,
    calibration_labels,
    command_label,
)
from scantrail.printing.pdf import pdf, without_shape
from scantrail.printing.sizes import Paper, paper
from tests.printing.printed import codes_on, found_on, pages, words_on
from tests.support.worlds import SARAH

ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
PREFIXES = (CodePrefix("S/", CodeKind.SERIAL), CodePrefix("L", CodeKind.PLACE), CodePrefix("LOC:", CodeKind.BADGE))
SIZES = ("a4", "letter", "100x50", "70x40", "150x100")


def size(name: str, columns: int = 2, rows: int = 5) -> Paper:
    found = paper(name, columns, rows)
    assert found is not None
    return found


def printed(made: list[Made], page: Paper, heading: str = "Test") -> bytes:
    labels = [each for each in made if isinstance(each, Label)]
    assert len(labels) == len(made), made
    return pdf(labels, page, heading)


def read(file: bytes) -> list[str]:
    return [text for page in pages(file) for text in found_on(page)]


@pytest.mark.parametrize("name", SIZES)
def test_every_command_is_read_back_and_nothing_else(name: str) -> None:
    page = size(name)
    file = printed([command_label(each, each.name.title(), "key F1", page) for each in Command], page)
    assert sorted(read(file)) == sorted(COMMAND_PREFIX + each.value for each in Command)
    assert "Exception" in words_on(file)


@pytest.mark.parametrize("name", ["a4", "letter", "100x50"])
def test_the_calibration_sheet_is_one_page_and_reads_back_in_its_order(name: str) -> None:
    page = size(name, 1, 7)
    file = printed(calibration_labels(page), page)
    assert read(file) == [each.text for each in CALIBRATION]
    assert len(pages(file)) == (1 if page.is_sheet else len(CALIBRATION))


def test_bins_fill_page_after_page() -> None:
    page, codes = size("a4"), [f"A-{rack:02d}-{level:02d}" for rack in range(6) for level in range(2)]
    file = printed([bin_label(code, page) for code in codes], page, "Places")
    first, second = pages(file)
    assert (sorted(found_on(first)), sorted(found_on(second))) == (codes[:10], codes[10:])
    assert "Page 2 of 2" in words_on(file)


def test_the_sites_prefix_is_for_scanners_only() -> None:
    page = size("100x50")
    file = printed([bin_label("A-15-03", page, PREFIXES)], page)
    assert (read(file), words_on(file)) == (["LA-15-03"], "A-15-03")


def test_bars_begin_on_the_dots_of_the_coarsest_printer() -> None:
    text = "00000000000300000000000"
    assert read(printed([bin_label(text, size("a4"))], size("a4"))) == [text], "its bars came out uneven"


SHORT = 4
"""Characters of a text in whose few bars a decoder has seen another one: "(WY1" is a "PWY'" as well."""


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24), max_size=9, unique=True
    )
)
@example(["(WY1"])
@settings(max_examples=15, deadline=None)
def test_whatever_is_printable_reads_back_as_itself(texts: list[str]) -> None:
    page = size("a4")
    labels = [made for each in texts if isinstance(made := bin_label(each, page), Label)]
    printed_texts = {each.code.text for each in labels}
    codes = codes_on(pages(pdf(labels, page, ""))[0]) if labels else []
    believed = {code.data.decode() for code in codes if code.accepted}
    disputed = {code.data.decode() for code in codes if not code.accepted}
    assert believed <= printed_texts
    assert printed_texts - believed <= {each for each in disputed if len(each) <= SHORT}


@pytest.mark.parametrize("badge", ["WKR-1001", "Łódź-王-1001", "W" * 60])
@pytest.mark.parametrize("name", ["a4", "100x50"])
def test_a_badges_text_is_in_the_code_and_nowhere_else(badge: str, name: str) -> None:
    page = size(name)
    file = printed([badge_label(replace(SARAH, badge=badge), page)], page)
    assert read(file) == [badge]
    assert "Sarah Johnson" in words_on(file)
    assert badge[:8] not in words_on(file)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "got none"),
        (" A-15", "no space at its ends"),
        ("A\x1d15", "got '\\x1d'"),
        ("A\u202e15", "got '\\u202e'"),
        ("Regal-Ü", "got '\\xdc'"),
        ("A" * 200, "at most"),
        ("$ST:BACK", "another kind"),
    ],
)
def test_a_place_that_no_scanner_could_name_gets_no_label(code: str, why: str) -> None:
    made = bin_label(code, size("a4"))
    assert isinstance(made, Unprintable)
    assert why in str(made.why)


@pytest.mark.parametrize("name", ["\U0001f600 Bob", "A\u202eB\x1b[2J", "N" * 300, "王小明", "\u0301" * 50])
def test_a_name_of_any_kind_leaves_the_badge_readable(name: str) -> None:
    page = size("100x50")
    file = printed([badge_label(replace(SARAH, name=name), page)], page)
    assert read(file) == ["WKR-1001"]
    assert "\u202e" not in words_on(file)
    assert "\x1b" not in words_on(file)


def test_characters_the_font_lacks_are_named() -> None:
    made = badge_label(replace(SARAH, name="Žofie 王"), size("100x50"))
    assert isinstance(made, Label)
    assert without_shape([made]) == "王"
