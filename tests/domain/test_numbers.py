"""Series of numbers and how they are written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.numbers import SsccSeries, company_prefix_problem

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
