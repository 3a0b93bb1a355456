"""Series of numbers and how they are written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.numbers import (
    NumberFormat,
    SsccSeries,
    WrittenSeries,
    company_prefix_problem,
    is_number_format,
)

PREFIXES = st.text("0123456789", min_size=4, max_size=12)
SERIES = st.builds(SsccSeries, st.integers(0, 9), PREFIXES)


def test_an_sscc_is_written_as_in_the_tag_data_standards_example() -> None:
    assert SsccSeries(1, "0614141").number(234567890) == "106141412345678908"
    assert SsccSeries(0, "9521234").name == "SSCC 0 9521234"


@given(SERIES, st.data())
def test_every_number_is_an_sscc_with_its_prefix_and_no_two_are_alike(series: SsccSeries, data: st.DataObject) -> None:
    references = st.integers(1, series.last)
    one, other = data.draw(references), data.draw(references)
    written = series.number(one)
    assert Sscc.parse(written).value == written
    assert written.startswith(f"{series.extension}{series.company_prefix}")
    assert (written == series.number(other)) == (one == other)


@given(SERIES)
def test_a_series_ends_and_is_never_widened(series: SsccSeries) -> None:
    assert len(series.number(series.last)) == 18
    for beyond in (0, series.last + 1):
        with pytest.raises(ValueError, match=series.name):
            series.number(beyond)


@given(SERIES, SERIES)
def test_series_overlap_when_one_begins_like_the_other(one: SsccSeries, other: SsccSeries) -> None:
    first, second = (f"{each.extension}{each.company_prefix}" for each in (one, other))
    assert one.overlaps(other.name) == (first.startswith(second) or second.startswith(first))
    assert one.overlaps(one.name)


@given(SERIES, st.text("0123456789", min_size=1, max_size=8))
def test_a_series_overlaps_every_longer_and_every_shorter_one_it_begins_like(series: SsccSeries, more: str) -> None:
    longer = replace(series, company_prefix=(series.company_prefix + more)[:12])
    assert series.overlaps(longer.name)
    assert longer.overlaps(series.name)
    other = replace(longer, extension=(series.extension + 1) % 10)
    assert not series.overlaps(other.name)
    assert not other.overlaps(series.name)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("9521", True), ("952123456789", True), ("952", False), ("9521234567890", False), ("9521٣", False)],
)
def test_a_company_prefix_has_4_to_12_digits(text: str, is_one: bool) -> None:
    assert (company_prefix_problem(text) is None) == is_one


FORMATS = st.from_regex(r"[0-2R]{0,2}NN[0-2R]{0,2}", fullmatch=True)


def test_a_document_number_is_written_with_the_year_of_its_series() -> None:
    series = NumberFormat("receipt", "RC-YYYY-NNNN").series(2025)
    assert (series.name, series.last) == ("receipt RC-2025-NNNN", 9999)
    assert series.number(7) == "RC-2025-0007"
    for beyond in (0, 10_000):
        with pytest.raises(ValueError, match="receipt RC-2025-NNNN"):
            series.number(beyond)


@given(FORMATS, FORMATS)
def test_two_written_series_overlap_exactly_when_some_digits_make_them_alike(one: str, other: str) -> None:
    written = [{each.replace("NN", f"{digits:02d}") for digits in range(100)} for each in (one, other)]
    overlap = WrittenSeries("receipt", one).overlaps(WrittenSeries("count", other).name)
    assert overlap == bool(written[0] & written[1])


def test_serials_of_two_products_and_cartons_have_nothing_in_common() -> None:
    one = WrittenSeries("serial CM-500", "9521-NNNN")
    for name in ("serial CM-501 9521-NNNN", "receipt 9521-NNNN", "SSCC 0 9521"):
        assert not one.overlaps(name)
    assert one.overlaps("serial CM-500 952N-NNNN") is False
    assert one.overlaps("serial CM-500 9521-NNNN")
    assert not SsccSeries(0, "9521").overlaps(one.name)


@pytest.mark.parametrize("text", ["RC-NNN", "RC-YYYY-NNNN-NNNN", "RC", "RC NNNN", "RC-NNNNNNNNNN", "RC/NNNN"])
def test_what_is_no_format_of_numbers(text: str) -> None:
    assert not is_number_format(text)
