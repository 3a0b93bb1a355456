"""Where a unit really is may be recorded against the table of statuses, by what can be seen of it, and only here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.documents import PickedUnit
from scantrail.domain.fold import By, fold_pick_list, fold_unit
from scantrail.domain.rules.correct import FOUND_AS, correction, correction_problem
from scantrail.domain.status import Status
from scantrail.words import say
from tests.support.worlds import MODULE, NOW, PLACES, SARAH, any_line, module, pick_list

BOSS = By("ana", "server", NOW + timedelta(hours=1))
SITES = ("MAIN", "EAST")
BIN = next(place for place in PLACES if place.id == "MAIN/A-15-04")


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", FOUND_AS)
def test_whatever_was_on_record_it_is_where_it_was_found(before: Status, after: Status) -> None:
    unit = module(46, status=before, document="SH-1", order="SO-1")
    assert correction_problem(unit, BIN, after, "MAIN", SITES) is None
    found = fold_unit(unit, correction(unit, BIN.id, after), BOSS)
    assert (found.status, found.place, found.document, found.order) == (after, BIN.id, None, None)
    assert (found.changed_by == "ana") == (before is not after)


def test_what_counts_as_shipped_may_lie_in_somebodys_hand() -> None:
    gone = module(46, status=Status.SHIPPED, place="METRO/DELIVERED", document="SH-1")
    assert correction_problem(gone, BIN, Status.AVAILABLE, "MAIN", SITES) is None


@pytest.mark.parametrize("status", [each for each in Status if each not in FOUND_AS])
def test_a_status_that_belongs_to_a_document_is_never_found(status: Status) -> None:
    problem = correction_problem(module(46), BIN, status, "MAIN", SITES)
    assert problem is not None
    assert say(problem).startswith("Expected what CM500-2025-0046 is found as: available, quarantine,")


def test_a_unit_is_corrected_at_its_own_site_into_a_place_of_that_site() -> None:
    assert correction_problem(module(46, place="EAST/A-1"), BIN, Status.AVAILABLE, "MAIN", SITES) is not None
    assert correction_problem(module(46), replace(BIN, site="EAST"), Status.AVAILABLE, "MAIN", SITES) is not None
    assert correction_problem(module(46), None, Status.AVAILABLE, "MAIN", SITES) is not None


def test_a_list_that_had_picked_it_has_it_no_more_and_asks_its_checklist_again() -> None:
    unit = module(46, status=Status.PICKED, document="PL-2025-0091", place="MAIN/CART-05")
    taken = PickedUnit(unit.id, unit.serial, "MAIN/A-15-03", was_allocated=False, by=SARAH.id, at=NOW)
    listed = pick_list(replace(any_line(MODULE, 2), picked=(taken,)), checks=("All units are in the cart",))
    event = correction(unit, BIN.id, Status.AVAILABLE)
    assert event.document == listed.number
    after = fold_pick_list(listed, event, BOSS)
    assert (after.picked, after.checks, after.lines[0].remaining) == ((), (), 2)
