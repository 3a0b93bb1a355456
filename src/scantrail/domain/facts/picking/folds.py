"""What promising and picking do to a unit, and to the pick list."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.fact import Change
from scantrail.domain.documents.changes import substituted, with_line, with_new, with_picked, without_picked
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.pick_list import PickedUnit, PickLine, PickList
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    BinFoundEmpty,
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitAllocated,
    UnitHandedOver,
    UnitPicked,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit


def unit_allocated(unit: Unit, event: UnitAllocated, change: Change) -> Unit:
    """Promised to the order, and to the list that names it."""
    return replace(unit, status=Status.ALLOCATED, order=event.order, document=event.document or unit.document)


def unit_released(unit: Unit, event: AllocationReleased, change: Change) -> Unit:
    """Free."""
    return replace(unit, status=Status.AVAILABLE, order=None, document=None)


def unit_substituted(unit: Unit, event: UnitSubstituted, change: Change) -> Unit:
    """Promised in the place of the other."""
    return replace(unit, status=Status.ALLOCATED, order=event.order, document=event.document)


def unit_picked(unit: Unit, event: UnitPicked, change: Change) -> Unit:
    """In the cart, for the list."""
    return replace(unit, status=Status.PICKED, place=event.to_place, document=event.document, order=event.order)


def unit_undone(unit: Unit, event: PickUndone, change: Change) -> Unit:
    """Back in a bin, promised as before the pick (R20)."""
    still_promised = event.to_status is Status.ALLOCATED
    return replace(
        unit,
        status=event.to_status,
        place=event.to_place,
        document=event.to_document if still_promised else None,
        order=unit.order if still_promised else None,
    )


def unit_handed_over(unit: Unit, event: UnitHandedOver, change: Change) -> Unit:
    """In another cart."""
    return replace(unit, place=event.to_place)


def list_reserved(pick_list: PickList, event: UnitsReserved, change: Change) -> PickList:
    """A line that the desk has changed meanwhile is left as it is: nobody is refused for where they were going."""

    def reserve(line: PickLine) -> PickLine:
        fits = line.kind is LineKind.ANY and line.product == event.product
        return replace(line, reserved=event.units) if fits else line

    return with_line(pick_list, event.line, reserve)


def list_substituted(pick_list: PickList, event: UnitSubstituted, change: Change) -> PickList:
    """The line names the other unit."""
    return substituted(pick_list, event.line, event.instead_of, event.unit, event.serial)


def list_picked(pick_list: PickList, event: UnitPicked, change: Change) -> PickList:
    """One more on the line; the checklist is asked again."""
    picked = PickedUnit(
        unit=event.unit,
        serial=event.serial,
        place=event.from_place,
        was_allocated=event.from_status is Status.ALLOCATED,
        by=change.actor,
        at=change.at,
    )
    return with_line(pick_list, event.line, lambda line: with_picked(line, picked), checks=(), unmet=())


def list_undone(pick_list: PickList, event: PickUndone, change: Change) -> PickList:
    """One less on the line; the checklist is asked again."""
    return with_line(pick_list, event.line, lambda line: without_picked(line, event.unit), checks=(), unmet=())


def list_shorted(pick_list: PickList, event: LineShorted, change: Change) -> PickList:
    """The line asks for fewer."""

    def shorten(line: PickLine) -> PickLine:
        return replace(line, short=line.short + event.quantity, missing=(*line.missing, *event.units))

    return with_line(pick_list, event.line, shorten)


def list_short_undone(pick_list: PickList, event: ShortUndone, change: Change) -> PickList:
    """The line asks for its units again, and for bins that were found empty too."""

    def lengthen(line: PickLine) -> PickLine:
        missing = tuple(unit for unit in line.missing if unit not in event.units)
        return replace(line, short=max(0, line.short - event.quantity), missing=missing)

    return with_line(pick_list, event.line, lengthen, checks=(), unmet=(), empty_bins=())


def list_bin_empty(pick_list: PickList, event: BinFoundEmpty, change: Change) -> PickList:
    """The picker is sent there no more."""
    return replace(pick_list, empty_bins=with_new(pick_list.empty_bins, event.place), at_place=None, at_product=None)
