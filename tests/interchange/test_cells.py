"""What each sort of cell accepts, and how the others are refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import CaseRule
from scantrail.domain.people.worker import Role
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.product import Product, ProductGtin
from scantrail.gs1.said import said_by
from scantrail.interchange import cells
from scantrail.interchange.cells import Cell, many, one_of
from scantrail.interchange.problems import CellError
from scantrail.interchange.rows import Numeral

ACCEPTED: list[tuple[Cell, Any, Any]] = [
    (cells.text, " Köln ", "Köln"),
    (cells.text, "a\nb", "a\nb"),
    (cells.text, "Ko\u0308ln", "Köln"),
    (cells.code, "CM500-2025-0046", "CM500-2025-0046"),
    (cells.code, "12E5", "12E5"),
    (cells.place, "MAIN/A-15-03", "MAIN/A-15-03"),
    (cells.gtin, "09521234543213", ProductGtin("09521234543213")),
    (cells.gtin, "09521234543213:case:10", ProductGtin("09521234543213", "case", 10)),
    (cells.pin, "0123", "0123"),
    (cells.day, "2025-01-31", date(2025, 1, 31)),
    (cells.instant, "2025-01-31T09:30:00-05:00", datetime(2025, 1, 31, 14, 30, tzinfo=UTC)),
    (cells.integer, "30", 30),
    (cells.integer, Numeral("30"), 30),
    (cells.flag, "Yes", True),
    (cells.flag, False, False),
    (many(cells.text), "a|b", ("a", "b")),
    (many(cells.text), "a, or b; c|d", ("a, or b; c", "d")),
    (many(cells.code), ["A1, A2"], ("A1, A2",)),
    (cells.code, "Ж1", "Ж1"),
    (many(cells.text), ["a", "b|c"], ("a", "b|c")),
    (one_of(Role), "Picker", Role.PICKER),
    (cells.serial_format, "CM500-YYYY-NNNN", "CM500-YYYY-NNNN"),
    (cells.time_zone, "America/New_York", "America/New_York"),
    (cells.code_prefix, "serial=S:", CodePrefix("S:", CodeKind.SERIAL)),
    (cells.code_prefix, "place==L=", CodePrefix("=L=", CodeKind.PLACE)),
]


@pytest.mark.parametrize(("read", "value", "expected"), ACCEPTED)
def test_accepted(read: Cell, value: Any, expected: Any) -> None:
    assert read(value) == expected


REFUSED: list[tuple[Cell, Any, str]] = [
    (cells.code, "1.0E+12", "a spreadsheet has turned it into a number"),
    (cells.code, "9,52E+12", "a spreadsheet has turned it into a number"),
    (cells.code, "9.5e-05", "a spreadsheet has turned it into a number"),
    (cells.code, "#N/A", "a spreadsheet's error mark"),
    (cells.code, "########", "a spreadsheet's error mark"),
    (cells.code, "A\x1dB", "without control characters"),
    (cells.code, "A\tB", "without control or invisible"),
    (cells.code, "A\u200bB", "without control or invisible"),
    (cells.code, "A\ud800", "without control characters"),
    (cells.code_prefix, "serial", "expected KIND=PREFIX"),
    (cells.code_prefix, "serial=", "expected KIND=PREFIX"),
    (cells.code_prefix, "command=X:", "KIND one of serial / product / place / document / badge"),
    (cells.code, "$st:UNDO", "that marks commands"),
    (cells.code, "x" * 101, "at most 100 characters, got 101"),
    (cells.text, "a\x00b", "without control characters"),
    (cells.text, Numeral("0046"), "a bare number loses leading zeros"),
    (cells.text, True, "expected text"),
    (cells.text, {"a": 1}, "expected text"),
    (cells.word, "A/B", "without /"),
    (cells.place, "A-15-03", "SITE/CODE"),
    (cells.place, "MAIN/", "SITE/CODE"),
    (cells.gtin, "9521234543213X", "expected a GTIN of 8, 12, 13 or 14 digits"),
    (cells.gtin, "09521234543214", "expected check digit 3, got 4"),
    (cells.gtin, "1234567894", "expected a GTIN of 8, 12, 13 or 14 digits, got 10"),
    (cells.gtin, "36000291452", "expected 036000291452: its leading zeros are lost"),
    (cells.gtin, "09521234543213:case", "GTIN:level:quantity"),
    (cells.pin, "123", "4 to 12 digits"),
    (cells.pin, "١٢٣٤", "4 to 12 digits"),
    (cells.day, "31.01.2025", "year-month-day"),
    (cells.day, "2025-02-30", "year-month-day"),
    (cells.day, "20250131", "year-month-day"),
    (cells.instant, "2025-01-31T09:30:00", "with its offset"),
    (cells.instant, "0001-01-01T00:00:00+14:00", "with its offset"),
    (cells.integer, "1.5", "whole number"),
    (cells.integer, "-1", "whole number"),
    (cells.integer, "٣", "whole number"),
    (cells.integer, True, "whole number"),
    (cells.count, "0", "at least 1"),
    (cells.flag, "maybe", "yes or no"),
    (cells.flag, Numeral("1"), "yes or no"),
    (cells.code, "PL–1", "expected '-' in place of '–' (U+2013, en dash)"),
    (cells.code, "PL\u20111", "expected '-' in place of"),
    (cells.code, "A\u00a01", "expected ' ' in place of"),
    (cells.code, "A\u20441", "expected '/' in place of"),
    (cells.code, "\uff21BC", "expected 'A' in place of 'Ａ' (U+FF21, fullwidth latin capital letter a)"),
    (many(cells.code), "A1, A2, A3", "parted by |, for example A1|A2; found commas between them"),
    (many(cells.code), "A1;A2", "parted by |, for example A1|A2; found semicolons between them"),
    (many(cells.code), "A1\nA2", "parted by |, for example A1|A2; found line breaks between them"),
    (many(cells.code), {"a": 1}, "expected a list"),
    (many(cells.code), ["a", ["b"]], "expected text"),
    (one_of(Role), "boss", "expected one of: receiving_clerk"),
    (cells.serial_format, "NN-NN", "one run of N"),
    (cells.time_zone, "Mars/Olympus", "time zone"),
    (cells.time_zone, "../../etc/passwd", "time zone"),
]


@pytest.mark.parametrize(("read", "value", "sentence"), REFUSED)
def test_refused(read: Cell, value: Any, sentence: str) -> None:
    with pytest.raises(CellError, match="expected") as refused:
        read(value)
    assert sentence in str(refused.value)


def test_the_entry_that_is_wrong_is_named_not_the_whole_list() -> None:
    with pytest.raises(CellError) as refused:
        many(cells.code)("good|1.0E+12")
    assert refused.value.value == "1.0E+12"


@given(
    st.sampled_from(
        ["", "]C1", "(01)09521234000006(21)", "(21)", "21", "S", "P-", "[)>06|S", "https://x.y/01/", "+A", "$"]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1, max_size=20),
)
def test_every_serial_that_is_imported_can_be_scanned(beginning: str, rest: str) -> None:
    try:
        serial = cells.code(beginning + rest)
    except CellError:
        return
    prefixes = (CodePrefix("S", CodeKind.SERIAL), CodePrefix("P-", CodeKind.PLACE))
    said = said_by(Reading(serial, Carrier.WEDGE), prefixes, date(2026, 11, 24))
    product = Product("X", "X", "X", case_rule=CaseRule.EXACT)
    assert said.is_serial_of(product.canonical(serial), product) or not serial.strip()
