"""The units of a document are in the same orders whatever has happened to them, and in whatever order it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside
from scantrail.domain.documents.listing import Listing
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from tests.support.worlds import NOW, named_by

LIST = "PL-2025-0091"
UNITS, LINES, PEOPLE = "abcdef", ("1", "2"), ("sarah", "mike")
INSTANTS = st.integers(0, 3).map(lambda seconds: NOW + timedelta(seconds=seconds))
"""Few, so that several things happen at the same time."""


@st.composite
def rows(draw: Any) -> Listed:
    """A unit's row in any state; a serial may be that of another unit of another product."""
    unit = draw(st.sampled_from(UNITS))
    by, at, place = draw(st.sampled_from(PEOPLE)), draw(INSTANTS), draw(st.sampled_from(("bin", "cart")))
    serial = draw(st.sampled_from(("S1", "S2", "S3")))
    condition = draw(st.sampled_from((None, Condition.GOOD)))
    picked = PickedUnit(unit, serial, place, was_allocated=True, by=by, at=at, condition=condition)
    aside = SetAside(unit, Status.AVAILABLE, "bin", place, draw(st.sampled_from(PEOPLE)), draw(INSTANTS))
    return Listed(
        LIST,
        unit,
        serial,
        draw(st.sampled_from(LINES)),
        draw(st.booleans()),
        picked if draw(st.booleans()) else None,
        aside if draw(st.booleans()) else None,
    )


def seen(listing: Listing) -> Any:
    """All that can be asked of a listing."""
    return (
        {row.unit: row for row in listing},
        {line: list(listing.left_on(line)) for line in (*LINES, "none")},
        {line: list(listing.picked_on(line)) for line in (*LINES, "none")},
        list(listing.picked),
        list(listing.set_aside),
        listing.people,
        listing.asked,
        {unit: (listing.get(unit), listing.picked_unit(unit), listing.unit_set_aside(unit)) for unit in UNITS},
    )


STEPS = st.lists(st.one_of(rows(), st.sampled_from(UNITS)), max_size=30)
"""A row in its new state, or a unit whose row is forgotten."""


@given(STEPS)
def test_a_listing_that_has_followed_all_changes_is_as_one_made_of_the_rows_as_they_are(
    steps: list[Listed | str],
) -> None:
    listing, now = Listing(), dict[str, Listed]()
    for step in steps:
        if isinstance(step, Listed):
            listing.put(step)
            now[step.unit] = step
        else:
            listing.drop(step)
            now.pop(step, None)
    assert {row.unit: row for row in listing} == now
    assert seen(listing) == seen(Listing(now.values())) == seen(Listing(reversed(now.values())))


@given(st.lists(rows(), max_size=12))
def test_what_is_named_is_in_the_order_of_serials_and_what_was_done_in_the_order_of_time(
    given_rows: list[Listed],
) -> None:
    now = {row.unit: row for row in given_rows}
    listing = Listing(given_rows)
    for line in LINES:
        assert list(listing.left_on(line)) == [row for row in named_by(listing, line) if row.picked is None]
        assert [listing.place_on(row) for row in listing.left_on(line)] == list(range(len(listing.left_on(line))))
        on_line = [each for each in listing.picked if now[each.unit].line == line]
        assert list(listing.picked_on(line)) == on_line
    picked = [row.picked for row in now.values() if row.picked is not None]
    assert list(listing.picked) == sorted(picked, key=lambda each: (each.at, each.unit))
    aside = [row.set_aside for row in now.values() if row.set_aside is not None]
    assert list(listing.set_aside) == sorted(aside, key=lambda each: (each.at, each.unit))
    assert listing.people == {each.by for each in picked} | {each.by for each in aside}


def test_progress_asks_for_no_other_units_and_a_unit_on_another_line_does() -> None:
    named = Listed(LIST, "a", "S1", "1", named=True)
    listing = Listing([named])
    before = listing.asked
    picked = PickedUnit("a", "S1", "bin", was_allocated=True, by="sarah", at=NOW)
    listing.put(Listed(LIST, "a", "S1", "1", named=True, picked=picked))
    listing.put(Listed(LIST, "b", "S2", "2", picked=replace(picked, unit="b", serial="S2")))
    assert listing.asked == before
    listing.put(Listed(LIST, "a", "S1", "2", named=True))
    on_the_other = listing.asked
    listing.put(Listed(LIST, "a", "S1", "2"))
    assert len({before, on_the_other, listing.asked}) == 3


def test_a_unit_that_was_never_on_the_document_has_no_row() -> None:
    listing = Listing()
    listing.drop("a")
    assert (listing.get("a"), listing.picked_unit("a"), listing.unit_set_aside("a")) == (None, None, None)
    assert (list(listing), list(named_by(listing, "1")), list(listing.picked)) == ([], [], [])
