"""What promising and picking do to a unit, to the pick list, and to the unit's row on it."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.fact import Change
from scantrail.domain.acts.kinds import listed as listed_row
from scantrail.domain.documents.changes import with_line, with_new, with_one_more, without_unit
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import without_reservations
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


def list_picked(pick_list: PickList, event: UnitPicked, change: Change) -> PickList:
    """One more on the line; the checklist is asked again."""
    unstated = (*pick_list.unstated, event.unit)
    free = without_reservations(pick_list, (event.unit,))
    return with_line(
        free, event.line, lambda line: with_one_more(line, event.unit), unstated=unstated, checks=(), unmet=()
    )


def list_undone(pick_list: PickList, event: PickUndone, change: Change) -> PickList:
    """One less on the line; the checklist is asked again."""
    return without_unit(pick_list, event.line, event.unit, checks=(), unmet=())


def list_shorted(pick_list: PickList, event: LineShorted, change: Change) -> PickList:
    """The line asks for fewer."""

    def shorten(line: PickLine) -> PickLine:
        return replace(line, short=line.short + event.quantity, missing=(*line.missing, *event.units))

    return with_line(pick_list, event.line, shorten)


def list_short_undone(pick_list: PickList, event: ShortUndone, change: Change) -> PickList:
    """The line asks for its units again, and for bins that were found empty too."""
    found = frozenset(event.units)

    def lengthen(line: PickLine) -> PickLine:
        missing = tuple(unit for unit in line.missing if unit not in found)
        return replace(line, short=max(0, line.short - event.quantity), missing=missing)

    return with_line(pick_list, event.line, lengthen, checks=(), unmet=(), empty_bins=())


def list_bin_empty(pick_list: PickList, event: BinFoundEmpty, change: Change) -> PickList:
    """The picker is sent there no more."""
    return replace(pick_list, empty_bins=with_new(pick_list.empty_bins, event.place), at_place=None, at_product=None)


def listed_picked(listed: Listed | None, event: UnitPicked, change: Change) -> Listed:
    """Picked on the line, from where it was. Another line that names it is cancelled by then, and names it no more."""
    picked = PickedUnit(
        unit=event.unit,
        serial=event.serial,
        place=event.from_place,
        was_allocated=event.from_status is Status.ALLOCATED,
        by=change.actor,
        at=change.at,
    )
    row = listed or Listed(event.document, event.unit)
    named = row.named and row.line == event.line
    return replace(row, serial=event.serial, line=event.line, named=named, picked=picked)


def listed_undone(listed: Listed | None, event: PickUndone, change: Change) -> Listed:
    """No longer picked; a line that names it asks for it again."""
    return replace(listed or Listed(event.document, event.unit), picked=None)


def listed_substituted(listed: Listed | None, event: UnitSubstituted, change: Change) -> Listed:
    """The line names the one unit, and no longer the other."""
    is_new = change.thing == listed_row(event.document, event.unit)
    if is_new:
        row = listed or Listed(event.document, event.unit)
        return replace(row, serial=event.serial, line=event.line, named=True)
    return replace(listed or Listed(event.document, event.instead_of), named=False)
