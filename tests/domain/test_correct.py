"""Where a unit really is may be recorded against the table of statuses, by what can be seen of it, and only here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.acts.kinds import party
from scantrail.domain.acts.naming import rows_named, with_names
from scantrail.domain.acts.sight import By
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.correcting.corrections import FOUND_AS, correction, correction_problem
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType, Unit
from scantrail.words import Message, say
from tests.support.folding import fold_list, fold_listed, fold_unit
from tests.support.worlds import MODULE, NOW, PLACES, PREMIUM, SARAH, any_line, module, pick_list

BOSS = By("ana", "server", NOW + timedelta(hours=1))
SITES = ("MAIN", "EAST")
BIN = next(place for place in PLACES if place.id == "MAIN/A-15-04")
LIST, ORDER = "PL-2025-0091", "SO-2025-1289"
PICKED = module(46, status=Status.PICKED, document=LIST, order=ORDER, place="MAIN/CART-05")


def problem(unit: Unit, status: Status = Status.AVAILABLE) -> Message | None:
    return correction_problem(unit, BIN, status, "MAIN", SITES)


def found(
    unit: Unit,
    status: Status = Status.AVAILABLE,
    listed_on: PickList | None = None,
    listed: Listed | None = None,
) -> Unit:
    return fold_unit(unit, correction(unit, BIN.id, status, listed_on, listed), BOSS)


def with_one(status: DocumentStatus = DocumentStatus.IN_PROGRESS) -> PickList:
    """A list that has picked one unit, and asks for two."""
    line = replace(any_line(MODULE, 2), done=1)
    return pick_list(line, status=status, checks=("All units are in the cart",), unstated=(PICKED.id,))


def picked(*, was_allocated: bool, named: bool = False) -> Listed:
    taken = PickedUnit(PICKED.id, PICKED.serial, "MAIN/A-15-03", was_allocated=was_allocated, by=SARAH.id, at=NOW)
    return Listed(LIST, PICKED.id, PICKED.serial, "1", named, picked=taken)


@pytest.mark.parametrize("before", [each for each in Status if each not in (Status.ALLOCATED, Status.PICKED)])
@pytest.mark.parametrize("after", FOUND_AS)
def test_whatever_was_on_record_it_is_where_it_was_found(before: Status, after: Status) -> None:
    unit = module(46, status=before, document="SH-1", order="SO-1")
    assert problem(unit, after) is None
    now = found(unit, after)
    assert (now.status, now.place, now.document, now.order) == (after, BIN.id, None, None)
    assert (now.changed_by == "ana") == (before is not after)


def test_what_is_promised_and_found_available_stays_promised() -> None:
    unit = module(46, status=Status.ALLOCATED, document=LIST, order=ORDER)
    now = found(unit)
    assert (now.status, now.document, now.order, now.place) == (Status.ALLOCATED, LIST, ORDER, BIN.id)
    assert (found(unit, Status.QUARANTINE).document, found(unit, Status.QUARANTINE).order) == (None, None)


def test_a_list_that_had_picked_it_has_it_no_more_and_asks_its_checklist_again() -> None:
    pick_list, row = with_one(), picked(was_allocated=False)
    event = correction(PICKED, BIN.id, Status.AVAILABLE, pick_list, row)
    assert event.line == "1"
    assert fold_listed(row, event, BOSS, PICKED.id) == replace(row, picked=None)
    after = fold_list(pick_list, event, BOSS)
    assert (after.done, after.unstated, after.checks, after.lines[0].remaining) == (0, (), (), 2)


@pytest.mark.parametrize(
    ("listed_on", "was_allocated", "status", "order"),
    [
        (with_one(), True, Status.ALLOCATED, ORDER),
        (with_one(), False, Status.AVAILABLE, None),
        (with_one(DocumentStatus.COMPLETED), True, Status.AVAILABLE, None),
        (with_one(DocumentStatus.CANCELLED), True, Status.AVAILABLE, None),
    ],
)
def test_what_was_picked_is_again_what_it_was_before_while_its_list_is_open(
    listed_on: PickList, was_allocated: bool, status: Status, order: str | None
) -> None:
    now = found(PICKED, listed_on=listed_on, listed=picked(was_allocated=was_allocated))
    assert (now.status, now.order) == (status, order)


def test_its_condition_is_what_it_is_found_as() -> None:
    damaged = module(46, condition=Condition.DAMAGED)
    assert found(damaged).condition is Condition.GOOD
    assert found(damaged, Status.QUARANTINE).condition is Condition.DAMAGED
    assert found(module(46), Status.DAMAGED).condition is Condition.DAMAGED


def test_what_counts_as_shipped_may_lie_in_somebodys_hand() -> None:
    gone = module(46, status=Status.SHIPPED, place="METRO/DELIVERED", document="SH-1")
    assert problem(gone) is None


def test_what_is_somebody_elses_is_not_found_available() -> None:
    theirs = module(46, status=Status.DELIVERED, owner=Owner(OwnerType.CUSTOMER, "Metro Manufacturing"))
    told = problem(theirs)
    assert told is not None
    assert say(told).startswith("CM500-2025-0046 belongs to Metro Manufacturing: expected quarantine")
    assert problem(theirs, Status.QUARANTINE) is None


def test_whose_it_is_is_said_by_the_name_that_is_on_record() -> None:
    told = problem(module(46, status=Status.DELIVERED, owner=Owner(OwnerType.CUSTOMER, PREMIUM.id)))
    assert told is not None
    assert list(rows_named(told)) == [party(PREMIUM.id)]
    assert "belongs to Premium Manufacturing:" in say(with_names(told, {party(PREMIUM.id): PREMIUM.name}))
    assert f"belongs to {PREMIUM.id}:" in say(with_names(told, {}))


@pytest.mark.parametrize("status", [each for each in Status if each not in FOUND_AS])
def test_a_status_that_belongs_to_a_document_is_never_found(status: Status) -> None:
    told = problem(module(46), status)
    assert told is not None
    assert say(told).startswith("Expected what CM500-2025-0046 is found as: available, quarantine,")


def test_a_unit_is_corrected_at_its_own_site_into_a_place_of_that_site() -> None:
    assert problem(module(46, place="EAST/A-1")) is not None
    for place in (None, replace(BIN, site="EAST")):
        assert correction_problem(module(46), place, Status.AVAILABLE, "MAIN", SITES) is not None


def test_a_unit_keeps_when_it_left_when_it_is_delivered_and_loses_it_when_it_is_found_here() -> None:
    away = UnitShipped(PICKED.id, "SH-1", ORDER, PICKED.place, "ACME/SITE")
    there = UnitDelivered(PICKED.id, "SH-1", "ACME/SITE", "ACME/SITE", PICKED.owner)
    left = fold_unit(PICKED, away, By("jen", "server", NOW))
    assert left.left_at == NOW
    delivered = fold_unit(left, there, By("carrier", "server", NOW + timedelta(days=1)))
    assert (delivered.left_at, delivered.changed_at) == (NOW, NOW + timedelta(days=1))
    assert found(delivered).left_at is None
