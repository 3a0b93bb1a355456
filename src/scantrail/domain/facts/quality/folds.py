"""What a finding does to the unit, to the pick list that it was made on, and to the unit's row on it."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.fact import Change
from scantrail.domain.documents.changes import without_missing, without_unit
from scantrail.domain.documents.listed import Listed, SetAside
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import without_reservations
from scantrail.domain.facts.quality.events import ConditionStated, QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit


def unit_stated(unit: Unit, event: ConditionStated, change: Change) -> Unit:
    """Its condition as the person holding it says."""
    return replace(unit, condition=event.condition)


def unit_quarantined(unit: Unit, event: UnitQuarantined, change: Change) -> Unit:
    """Set apart, promised to nobody."""
    return replace(
        unit,
        status=Status.QUARANTINE,
        place=event.to_place,
        condition=event.condition,
        document=None,
        order=None,
    )


def unit_quarantine_undone(unit: Unit, event: QuarantineUndone, change: Change) -> Unit:
    """Good, with the status and the promise it had before."""
    return replace(
        unit,
        status=event.to_status,
        place=event.to_place,
        condition=Condition.GOOD,
        document=event.to_document,
        order=event.to_order,
    )


def unit_put_aside(unit: Unit, event: UnitPutAside, change: Change) -> Unit:
    """In the place for damaged units."""
    return replace(unit, place=event.to_place)


def list_stated(pick_list: PickList, event: ConditionStated, change: Change) -> PickList:
    """One unit less whose condition is still to be stated."""
    return replace(pick_list, unstated=tuple(each for each in pick_list.unstated if each != event.unit))


def list_quarantined(pick_list: PickList, event: UnitQuarantined, change: Change) -> PickList:
    """One less, where it was picked; nobody is on the way to it any more."""
    free = without_reservations(pick_list, (event.unit,))
    return without_unit(free, event.line, event.unit) if event.from_status is Status.PICKED else free


def list_quarantine_undone(pick_list: PickList, event: QuarantineUndone, change: Change) -> PickList:
    """The list asks for the unit again, also where it was given up meanwhile."""
    lines = tuple(without_missing(line, event.unit) for line in pick_list.lines)
    return replace(pick_list, lines=lines, checks=(), unmet=())


def listed_stated(listed: Listed | None, event: ConditionStated, change: Change) -> Listed:
    """The picked unit with its condition."""
    row = listed or _blank(event)
    return row if row.picked is None else replace(row, picked=replace(row.picked, condition=event.condition))


def listed_quarantined(listed: Listed | None, event: UnitQuarantined, change: Change) -> Listed:
    """No longer picked; a damaged one is set aside, so that the report can be taken back.

    A line that it was on once, and that neither names it now nor had it picked, has nothing to do with the damage.
    """
    row = listed or _blank(event)
    aside = _set_aside(row, event, change) if event.condition is Condition.DAMAGED else row.set_aside
    line = row.line if row.named or row.picked is not None else ""
    return replace(row, line=line, picked=None, set_aside=aside)


def _set_aside(listed: Listed, event: UnitQuarantined, change: Change) -> SetAside:
    picked, status = listed.picked, event.from_status
    if picked is not None:
        status = Status.ALLOCATED if picked.was_allocated else Status.AVAILABLE
    return SetAside(
        unit=event.unit,
        status=status,
        from_place=picked.place if picked else event.from_place,
        place=event.to_place,
        by=change.actor,
        at=change.at,
    )


def listed_quarantine_undone(listed: Listed | None, event: QuarantineUndone, change: Change) -> Listed:
    """Not set aside."""
    return replace(listed or _blank(event), set_aside=None)


def listed_put_aside(listed: Listed | None, event: UnitPutAside, change: Change) -> Listed:
    """Where the unit is now."""
    row = listed or _blank(event)
    return row if row.set_aside is None else replace(row, set_aside=replace(row.set_aside, place=event.to_place))


def _blank(event: ConditionStated | UnitQuarantined | QuarantineUndone | UnitPutAside) -> Listed:
    """The row of a unit that has not been on the document before."""
    return Listed(event.document or "", event.unit)
