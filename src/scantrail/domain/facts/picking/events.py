"""What happens while goods are promised to an order and picked for it."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId
from scantrail.domain.things.status import Status


@dataclass(frozen=True, slots=True)
class UnitAllocated(Event):
    """A unit is promised to an order (R14)."""

    unit: UnitId
    order: DocumentId
    document: DocumentId | None = None
    """The pick list that names it."""


@dataclass(frozen=True, slots=True)
class AllocationReleased(Event):
    """A unit is no longer promised to an order."""

    unit: UnitId
    order: DocumentId


@dataclass(frozen=True, slots=True)
class UnitSubstituted(Event):
    """A unit takes the place of one that a line of a pick list names, and is promised to its order; needs a grant."""

    unit: UnitId
    serial: str
    document: DocumentId
    line: str
    order: DocumentId
    instead_of: UnitId


@dataclass(frozen=True, slots=True)
class UnitPicked(Event):
    """A unit is taken from its place into the worker's cart for a line of a pick list (R15)."""

    unit: UnitId
    serial: str
    document: DocumentId
    line: str
    order: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    from_status: Status
    """Allocated, or Available: then it is Allocated and Picked in one act (R20)."""


@dataclass(frozen=True, slots=True)
class PickUndone(Event):
    """A picked unit goes back to a bin; its status is again what it was before the pick (R20)."""

    unit: UnitId
    document: DocumentId
    line: str
    from_place: PlaceId
    to_place: PlaceId
    to_status: Status
    to_document: DocumentId | None = None
    """The pick list that it stays promised to: the one that names it. Other units stay promised to the order alone."""


@dataclass(frozen=True, slots=True)
class UnitHandedOver(Event):
    """A picked unit goes from the cart it was picked into to the cart of the person who works on the list now."""

    unit: UnitId
    document: DocumentId
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class UnitsReserved(Event):
    """The person who takes a pick list goes to these units for an any-serial line; anybody may still pick them."""

    document: DocumentId
    line: str
    product: ProductId
    units: tuple[UnitId, ...]
    """In the order they are come to."""


@dataclass(frozen=True, slots=True)
class LineShorted(Event):
    """Some of a line will not be picked; the act carries the reason."""

    document: DocumentId
    line: str
    quantity: int
    units: tuple[UnitId, ...] = ()
    """On an exact line, the units that are given up."""


@dataclass(frozen=True, slots=True)
class ShortUndone(Event):
    """A short pick is taken back: the line asks for its units again."""

    document: DocumentId
    line: str
    quantity: int
    units: tuple[UnitId, ...] = ()


@dataclass(frozen=True, slots=True)
class BinFoundEmpty(Event):
    """A bin that should hold units of a product holds none."""

    document: DocumentId
    place: PlaceId
    product: ProductId
