"""What an event does to a unit and to a pick list. Folding the log gives every projection (R24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scantrail.domain.documents.document import DocumentStatus, LineKind, Taken
from scantrail.domain.documents.pick_list import PickedUnit, PickLine, PickList, SetAside
from scantrail.domain.documents.reservations import without_reservations, without_stale_reservations
from scantrail.domain.events import (
    AllocationReleased,
    BinConfirmed,
    BinFoundEmpty,
    CheckConfirmed,
    CheckNotMet,
    ConditionStated,
    Event,
    LineShorted,
    PickListCancelled,
    PickListCompleted,
    PickListReleased,
    PickListTaken,
    PickUndone,
    ProductConfirmed,
    QuarantineUndone,
    ShortUndone,
    UnitAllocated,
    UnitCorrected,
    UnitDelivered,
    UnitHandedOver,
    UnitMoved,
    UnitPicked,
    UnitPutAside,
    UnitQuarantined,
    UnitRegistered,
    UnitShipped,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.names.identifiers import DeviceId, UnitId, WorkerId
from scantrail.domain.things.status import SENT, Status
from scantrail.domain.things.unit import Condition, Unit

MOST_REPORTED = 500
"""Empty bins, confirmed items or damaged units that a list keeps: no device makes a row grow without end."""

Changes = dict[str, Any]
"""Fields of a unit with their new values."""


@dataclass(frozen=True, slots=True)
class By:
    """Whose act an event belongs to, and when it happened."""

    actor: WorkerId
    device: DeviceId
    at: datetime


def fold_unit(unit: Unit | None, event: Event, by: By) -> Unit:
    """The unit after an event about it; `unit` is None only for its registration.

    Raises:
        ValueError: the event is not about a unit that is on record.
    """
    if isinstance(event, UnitRegistered):
        return replace(event.born, changed_at=event.born.changed_at or by.at, changed_by=by.actor)
    step = _UNIT_STEPS.get(type(event))
    if unit is None or step is None:
        raise ValueError(f"Failed to fold {type(event).__name__}: it changes no unit on record.")
    changes = step(unit, event)
    if changes.get("status", unit.status) is not unit.status:
        changes |= {
            "changed_at": by.at,
            "changed_by": by.actor,
            "left_at": _left_at(unit, event, changes["status"], by),
        }
    return replace(unit, **changes)


def _left_at(unit: Unit, event: Event, status: Status, by: By) -> datetime | None:
    """When a unit left; it is forgotten once the unit is here again."""
    if isinstance(event, UnitShipped):
        return by.at
    return unit.left_at if status in SENT else None


def _moved(unit: Unit, event: UnitMoved | UnitHandedOver | UnitPutAside) -> Changes:
    return {"place": event.to_place}


def _allocated(unit: Unit, event: UnitAllocated) -> Changes:
    return {"status": Status.ALLOCATED, "order": event.order, "document": event.document or unit.document}


def _substituted(unit: Unit, event: UnitSubstituted) -> Changes:
    return {"status": Status.ALLOCATED, "order": event.order, "document": event.document}


def _released(unit: Unit, event: AllocationReleased) -> Changes:
    return {"status": Status.AVAILABLE, "order": None, "document": None}


def _picked(unit: Unit, event: UnitPicked) -> Changes:
    return {"status": Status.PICKED, "place": event.to_place, "document": event.document, "order": event.order}


def _pick_undone(unit: Unit, event: PickUndone) -> Changes:
    still_promised = event.to_status is Status.ALLOCATED
    return {
        "status": event.to_status,
        "place": event.to_place,
        "document": event.to_document if still_promised else None,
        "order": unit.order if still_promised else None,
    }


def _condition(unit: Unit, event: ConditionStated) -> Changes:
    return {"condition": event.condition}


def _quarantined(unit: Unit, event: UnitQuarantined) -> Changes:
    return {
        "status": Status.QUARANTINE,
        "place": event.to_place,
        "condition": event.condition,
        "document": None,
        "order": None,
    }


def _quarantine_undone(_unit: Unit, event: QuarantineUndone) -> Changes:
    return {
        "status": event.to_status,
        "place": event.to_place,
        "condition": Condition.GOOD,
        "document": event.to_document,
        "order": event.to_order,
    }


def _shipped(unit: Unit, event: UnitShipped) -> Changes:
    return {"status": Status.SHIPPED, "place": event.to_place, "document": event.shipment, "order": event.order}


def _delivered(unit: Unit, event: UnitDelivered) -> Changes:
    return {"status": Status.DELIVERED, "place": event.to_place, "owner": event.owner}


def _corrected(_unit: Unit, event: UnitCorrected) -> Changes:
    return {
        "status": event.to_status,
        "place": event.to_place,
        "condition": event.condition,
        "document": event.to_document,
        "order": event.to_order,
    }


_UNIT_STEPS: dict[type[Event], Callable[[Unit, Any], Changes]] = {
    UnitMoved: _moved,
    UnitHandedOver: _moved,
    UnitAllocated: _allocated,
    UnitSubstituted: _substituted,
    AllocationReleased: _released,
    UnitPicked: _picked,
    PickUndone: _pick_undone,
    ConditionStated: _condition,
    UnitQuarantined: _quarantined,
    QuarantineUndone: _quarantine_undone,
    UnitPutAside: _moved,
    UnitShipped: _shipped,
    UnitDelivered: _delivered,
    UnitCorrected: _corrected,
}


def changes_unit(event: Event) -> bool:
    """Whether an event has a place in a unit's fold."""
    return isinstance(event, UnitRegistered) or type(event) in _UNIT_STEPS


def fold_pick_list(pick_list: PickList, event: Event, by: By) -> PickList:
    """The pick list after an event; events that do not touch it leave it as it is."""
    step = _LIST_STEPS.get(type(event))
    return pick_list if step is None else without_stale_reservations(step(pick_list, event, by))


def _with_line(pick_list: PickList, line_id: str, change: Callable[[PickLine], PickLine], **changes: Any) -> PickList:
    """The list with a line changed, and further fields of its own."""
    lines = tuple(change(line) if line.id == line_id else line for line in pick_list.lines)
    return replace(pick_list, lines=lines, **changes)


def _with_picked(line: PickLine, picked: PickedUnit) -> PickLine:
    """A unit that was given up and is found after all is no longer missing."""
    return replace(_without_missing(line, picked.unit), picked=(*line.picked, picked))


def _without_missing(line: PickLine, found: UnitId) -> PickLine:
    missing = tuple(unit for unit in line.missing if unit != found)
    return replace(line, missing=missing, short=line.short - (len(line.missing) - len(missing)))


def _without_picked(line: PickLine, unit: UnitId) -> PickLine:
    return replace(line, picked=tuple(each for each in line.picked if each.unit != unit))


def _list_taken(pick_list: PickList, event: PickListTaken, by: By) -> PickList:
    """A list that is over stays over: an own act that is not yet sent must not revive it on the device.

    Who takes it makes their own way: what was reserved for whoever had it before is free again.
    """
    if pick_list.status not in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS):
        return pick_list
    taken = replace(pick_list, status=DocumentStatus.IN_PROGRESS, taken=Taken(by.device, by.actor))
    return without_reservations(taken)


def _list_released(pick_list: PickList, event: PickListReleased, by: By) -> PickList:
    """Whoever takes it next begins at a bin of their own; a list that another device has taken since stays taken."""
    if pick_list.taken is None or pick_list.taken.device != by.device:
        return pick_list
    is_over = pick_list.status is not DocumentStatus.IN_PROGRESS
    status = pick_list.status if is_over or pick_list.picked else DocumentStatus.OPEN
    released = replace(pick_list, status=status, taken=None, at_place=None, at_product=None)
    return without_reservations(released)


def _list_reserved(pick_list: PickList, event: UnitsReserved, by: By) -> PickList:
    """A line that the desk has changed meanwhile is left as it is: nobody is refused for where they were going."""

    def reserve(line: PickLine) -> PickLine:
        fits = line.kind is LineKind.ANY and line.product == event.product
        return replace(line, reserved=event.units) if fits else line

    return _with_line(pick_list, event.line, reserve)


def _list_bin(pick_list: PickList, event: BinConfirmed, by: By) -> PickList:
    return replace(pick_list, at_place=event.place, at_product=None)


def _list_product(pick_list: PickList, event: ProductConfirmed, by: By) -> PickList:
    return replace(pick_list, at_product=event.product)


def _list_picked(pick_list: PickList, event: UnitPicked, by: By) -> PickList:
    picked = PickedUnit(
        unit=event.unit,
        serial=event.serial,
        place=event.from_place,
        was_allocated=event.from_status is Status.ALLOCATED,
        by=by.actor,
        at=by.at,
    )
    return _with_line(pick_list, event.line, lambda line: _with_picked(line, picked), checks=(), unmet=())


def _list_substituted(pick_list: PickList, event: UnitSubstituted, by: By) -> PickList:
    return substituted(pick_list, event.line, event.instead_of, event.unit, event.serial)


def substituted(pick_list: PickList, line_id: str, old: UnitId, new: UnitId, serial: str) -> PickList:
    """The list with a unit named in place of another one on an exact line."""

    def change(line: PickLine) -> PickLine:
        named = dict(zip(line.units, line.serials, strict=True))
        pairs = [(new, serial) if unit == old else (unit, text) for unit, text in named.items()]
        return replace(line, units=tuple(unit for unit, _ in pairs), serials=tuple(text for _, text in pairs))

    return _with_line(pick_list, line_id, change)


def _list_undone(pick_list: PickList, event: PickUndone, by: By) -> PickList:
    return _with_line(pick_list, event.line, lambda line: _without_picked(line, event.unit), checks=(), unmet=())


def _list_condition(pick_list: PickList, event: ConditionStated, by: By) -> PickList:
    def state(line: PickLine) -> PickLine:
        if not any(each.unit == event.unit for each in line.picked):
            return line
        picked = (replace(each, condition=event.condition) if each.unit == event.unit else each for each in line.picked)
        return replace(line, picked=tuple(picked))

    return replace(pick_list, lines=tuple(state(line) for line in pick_list.lines))


def _list_quarantined(pick_list: PickList, event: UnitQuarantined, by: By) -> PickList:
    aside = (*_others_aside(pick_list, event.unit), _set_aside(pick_list, event, by))[-MOST_REPORTED:]
    found = aside if event.condition is Condition.DAMAGED else pick_list.set_aside
    without = _with_line(pick_list, event.line, lambda line: _without_picked(line, event.unit), set_aside=found)
    return without_reservations(without, (event.unit,))


def _set_aside(pick_list: PickList, event: UnitQuarantined, by: By) -> SetAside:
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
        by=by.actor,
        at=by.at,
    )


def _others_aside(pick_list: PickList, unit: UnitId) -> tuple[SetAside, ...]:
    return tuple(each for each in pick_list.set_aside if each.unit != unit)


def _list_quarantine_undone(pick_list: PickList, event: QuarantineUndone, by: By) -> PickList:
    """The list asks for the unit again, also where it was given up meanwhile."""
    lines = tuple(_without_missing(line, event.unit) for line in pick_list.lines)
    return replace(pick_list, lines=lines, set_aside=_others_aside(pick_list, event.unit), checks=(), unmet=())


def _list_put_aside(pick_list: PickList, event: UnitPutAside, by: By) -> PickList:
    moved = (replace(each, place=event.to_place) if each.unit == event.unit else each for each in pick_list.set_aside)
    return replace(pick_list, set_aside=tuple(moved))


def _list_corrected(pick_list: PickList, event: UnitCorrected, by: By) -> PickList:
    return replace(
        pick_list, lines=tuple(_without_picked(line, event.unit) for line in pick_list.lines), checks=(), unmet=()
    )


def _list_shorted(pick_list: PickList, event: LineShorted, by: By) -> PickList:
    return _with_line(
        pick_list,
        event.line,
        lambda line: replace(line, short=line.short + event.quantity, missing=(*line.missing, *event.units)),
    )


def _list_short_undone(pick_list: PickList, event: ShortUndone, by: By) -> PickList:
    return _with_line(
        pick_list,
        event.line,
        lambda line: replace(
            line,
            short=max(0, line.short - event.quantity),
            missing=tuple(unit for unit in line.missing if unit not in event.units),
        ),
        checks=(),
        unmet=(),
        empty_bins=(),
    )


def _with_new(reported: tuple[str, ...], found: str) -> tuple[str, ...]:
    """What was reported, with one more, once."""
    return reported if found in reported else (*reported, found)[:MOST_REPORTED]


def _list_bin_empty(pick_list: PickList, event: BinFoundEmpty, by: By) -> PickList:
    empty_bins = _with_new(pick_list.empty_bins, event.place)
    return replace(pick_list, empty_bins=empty_bins, at_place=None, at_product=None)


def _list_check(pick_list: PickList, event: CheckConfirmed, by: By) -> PickList:
    unmet = tuple(item for item in pick_list.unmet if item != event.item)
    return replace(pick_list, checks=_with_new(pick_list.checks, event.item), unmet=unmet)


def _list_not_met(pick_list: PickList, event: CheckNotMet, by: By) -> PickList:
    checks = tuple(item for item in pick_list.checks if item != event.item)
    return replace(pick_list, checks=checks, unmet=_with_new(pick_list.unmet, event.item))


def _list_completed(pick_list: PickList, event: PickListCompleted, by: By) -> PickList:
    return replace(pick_list, status=DocumentStatus.COMPLETED)


def _list_cancelled(pick_list: PickList, event: PickListCancelled, by: By) -> PickList:
    return replace(pick_list, status=DocumentStatus.CANCELLED)


_LIST_STEPS: dict[type[Event], Callable[[PickList, Any, By], PickList]] = {
    PickListTaken: _list_taken,
    PickListReleased: _list_released,
    UnitsReserved: _list_reserved,
    BinConfirmed: _list_bin,
    ProductConfirmed: _list_product,
    UnitSubstituted: _list_substituted,
    UnitCorrected: _list_corrected,
    UnitPicked: _list_picked,
    PickUndone: _list_undone,
    ConditionStated: _list_condition,
    UnitQuarantined: _list_quarantined,
    QuarantineUndone: _list_quarantine_undone,
    UnitPutAside: _list_put_aside,
    LineShorted: _list_shorted,
    ShortUndone: _list_short_undone,
    BinFoundEmpty: _list_bin_empty,
    CheckConfirmed: _list_check,
    CheckNotMet: _list_not_met,
    PickListCompleted: _list_completed,
    PickListCancelled: _list_cancelled,
}


def line_for(pick_list: PickList, unit: Unit) -> PickLine | None:
    """The line a unit counts on: the exact line that names it, else a line of its product, open ones first."""
    of_product = [line for line in pick_list.lines if line.product == unit.product and not line.cancelled]
    named = [line for line in of_product if unit.id in line.units]
    open_any = [line for line in of_product if line.kind is LineKind.ANY and line.remaining]
    any_kind = [line for line in of_product if line.kind is LineKind.ANY]
    return next(iter([*named, *open_any, *any_kind, *of_product]), None)
