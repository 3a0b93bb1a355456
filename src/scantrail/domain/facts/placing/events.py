"""What happens when goods go from one place to another."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import ContainerId, DocumentId, PlaceId, ProductId, UnitId


@dataclass(frozen=True, slots=True)
class UnitMoved(Event):
    """A unit goes from one place to another and keeps its status."""

    unit: UnitId
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class ContainerMoved(Event):
    """A carton or pallet goes from one place to another, with everything that is in it."""

    container: ContainerId
    units: tuple[UnitId, ...]
    """All units that are in it: they go with it, and it stands in the history of each."""
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class QuantityMoved(Event):
    """So many pieces of a product and lot go from one place to another (QL1).

    Every movement has two places: goods come from a place of kind supplier, what a count misses goes to one of kind
    unknown. So nothing appears or vanishes.
    """

    product: ProductId
    lot: str
    """Empty where the product has none."""
    count: int
    """Pieces, one or more."""
    from_place: PlaceId
    to_place: PlaceId
    document: DocumentId | None = None
    """The list, receipt or shipment that they are moved for."""
    line: str = ""
    """Its line."""
