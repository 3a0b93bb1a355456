"""What a serial in a file may be, where its product has no format that says more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.interchange.serials import beyond_labels, doubt, impossible, look_alike
from scantrail.words import say
from tests.interchange.desk import Desk, done


@pytest.mark.parametrize(
    ("serial", "named"),
    [
        ("EF1–DE8", "U+2013, en dash"),
        ("EF1\u2011DE8", "U+2011, non-breaking hyphen"),
        ("\u0410BC", "U+0410, cyrillic capital letter a"),
        ("A\u20091", "U+2009, thin space"),
        ("A\uff0d1", "U+FF0D, fullwidth hyphen-minus"),
        ("A\u00a01", "U+00A0, no-break space"),
        ("A\u20441", "U+2044, fraction slash"),
        ("\u0301A1", "U+0301, combining acute accent"),
        ("\uff21\uff22", "U+FF21, fullwidth latin capital letter a"),
        ("A²", "U+00B2, superscript two"),
    ],
)
def test_a_character_that_no_label_holds_is_named(serial: str, named: str) -> None:
    told = beyond_labels(serial)
    assert told is not None
    assert named in say(told)


def test_what_a_code_128_holds_may_be_a_serial() -> None:
    assert beyond_labels("Ä1-é_ß/42 x") is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_characters_are_never_taken_for_others(serial: str) -> None:
    assert beyond_labels(serial) is None
    assert look_alike(serial) is None


@pytest.mark.parametrize(
    "serial",
    [
        '="00123"',
        "=A1+1",
        "1.23E 12",
        "1.23456E13",
        "2025-03-12 00:00:00",
        "N/A",
        "null",
        "-",
        "?",
        "TBD",
        "TRUE",
        "None",
    ],
)
def test_what_can_be_no_serial_is_refused(serial: str) -> None:
    assert impossible(serial) is not None


@pytest.mark.parametrize(
    "serial", ["1,234,567", "12-Mar", "Mar-12", "12/03/2025", "2025-03-12", "INF", "0", "000", "356938035643000"]
)
def test_what_may_be_a_serial_is_imported_with_a_warning(serial: str) -> None:
    assert impossible(serial) is None
    assert doubt(serial) is not None


@pytest.mark.parametrize("serial", ["12E5", "CM500-2025-0046", "TRUE-1", "10", "A1,B2", "356938035643809", "MAR12-01"])
def test_an_ordinary_serial_is_neither(serial: str) -> None:
    assert impossible(serial) is None
    assert doubt(serial) is None


def test_a_format_says_more_than_any_rule(desk: Desk) -> None:
    desk.with_basics()
    rows = [{"product": "PS-1", "serial": serial, "place": "MAIN/A-15-03"} for serial in ("00000000", "12345678")]
    assert done(desk.bring(units=rows)).warnings == ()


def test_every_place_that_names_a_serial_asks_the_same(desk: Desk) -> None:
    desk.with_basics()
    order = {"number": "PO-1", "site": "MAIN", "supplier": "Precision Components LLC"}
    line = {"line": "1", "product": "FREE", "kind": "exact", "serials": ["TBD"]}
    outcome = desk.bring(
        purchase_orders=[{**order, "lines": [line]}],
        units=[{"product": "FREE", "serial": "N/A", "place": "MAIN/A-15-03"}],
        holds=[{"id": "H", "kind": "recall", "reason": "x", "product": "FREE", "serials": ["null"]}],
    )
    assert sorted(str(each.value) for each in outcome.problems) == ["N/A", "TBD", "null"]
