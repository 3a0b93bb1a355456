"""One sentence for each thing that happens while goods are promised and picked."""

from __future__ import annotations

from scantrail.domain.facts.picking.events import (
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitAllocated,
    UnitHandedOver,
    UnitPicked,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.names.identifiers import code_of
from scantrail.words import M, Message


def allocated(event: UnitAllocated) -> Message:
    """Promised, with the list where there is one."""
    if event.document:
        return M("Allocated to {order}, on {document}", order=event.order, document=event.document)
    return M("Allocated to {order}", order=event.order)


def substituted(event: UnitSubstituted) -> Message:
    """In the place of another."""
    return M("Takes the place of another unit on {document}, for {order}", document=event.document, order=event.order)


def picked(event: UnitPicked) -> Message:
    """From where to where, and for what."""
    return M(
        "Picked from {origin} to {place} for {document}, {order}",
        origin=code_of(event.from_place),
        place=code_of(event.to_place),
        document=event.document,
        order=event.order,
    )


def undone(event: PickUndone) -> Message:
    """Where it was put back."""
    return M("Pick on {document} undone, put into {place}", document=event.document, place=code_of(event.to_place))


def handed_over(event: UnitHandedOver) -> Message:
    """From cart to cart."""
    return M(
        "Handed over from {origin} to {place}, on {document}",
        origin=code_of(event.from_place),
        place=code_of(event.to_place),
        document=event.document,
    )


def reserved(event: UnitsReserved) -> Message:
    """How many, for which line."""
    return M(
        "{count} × {product} reserved for {document}, line {line}",
        count=len(event.units),
        product=event.product,
        document=event.document,
        line=event.line,
    )


def shorted(event: LineShorted) -> Message:
    """How many will not be picked."""
    return M(
        "Short by {count} on {document}, line {line}", count=event.quantity, document=event.document, line=event.line
    )


def short_undone(event: ShortUndone) -> Message:
    """The line asks for them again."""
    return M("Short pick on {document}, line {line}, taken back", document=event.document, line=event.line)
