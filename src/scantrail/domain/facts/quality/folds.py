"""What a finding does to the unit, and to the pick list that it was made on."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.fact import Change
from scantrail.domain.documents.changes import MOST_REPORTED, with_line, without_missing, without_picked
from scantrail.domain.documents.pick_list import PickLine, PickList, SetAside
from scantrail.domain.documents.reservations import without_reservations
from scantrail.domain.facts.quality.events import ConditionStated, QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.names.identifiers import UnitId
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
    """The picked unit with its condition."""

    def state(line: PickLine) -> PickLine:
        if not any(each.unit == event.unit for each in line.picked):
            return line
        picked = (replace(each, condition=event.condition) if each.unit == event.unit else each for each in line.picked)
        return replace(line, picked=tuple(picked))

    return replace(pick_list, lines=tuple(state(line) for line in pick_list.lines))


def list_quarantined(pick_list: PickList, event: UnitQuarantined, change: Change) -> PickList:
    """No longer picked; a damaged one is kept among those set aside, so that the report can be taken back."""
    aside = (*_others_aside(pick_list, event.unit), _set_aside(pick_list, event, change))[-MOST_REPORTED:]
    found = aside if event.condition is Condition.DAMAGED else pick_list.set_aside
    without = with_line(pick_list, event.line, lambda line: without_picked(line, event.unit), set_aside=found)
    return without_reservations(without, (event.unit,))


def _set_aside(pick_list: PickList, event: UnitQuarantined, change: Change) -> SetAside:
    picked = pick_list.picked_unit(event.unit)
    line = pick_list.line_of(event.unit) or pick_list.line_naming(event.unit)
    status = event.from_status
    if picked is not None:
        status = Status.ALLOCATED if picked.was_allocated else Status.AVAILABLE
    return SetAside(
        unit=event.unit,
        line=line.id if line else "",
        status=status,
        from_place=picked.place if picked else event.from_place,
        place=event.to_place,
        by=change.actor,
        at=change.at,
    )


def _others_aside(pick_list: PickList, unit: UnitId) -> tuple[SetAside, ...]:
    return tuple(each for each in pick_list.set_aside if each.unit != unit)


def list_quarantine_undone(pick_list: PickList, event: QuarantineUndone, change: Change) -> PickList:
    """The list asks for the unit again, also where it was given up meanwhile."""
    lines = tuple(without_missing(line, event.unit) for line in pick_list.lines)
    return replace(pick_list, lines=lines, set_aside=_others_aside(pick_list, event.unit), checks=(), unmet=())


def list_put_aside(pick_list: PickList, event: UnitPutAside, change: Change) -> PickList:
    """Where the unit is now."""
    moved = (replace(each, place=event.to_place) if each.unit == event.unit else each for each in pick_list.set_aside)
    return replace(pick_list, set_aside=tuple(moved))
