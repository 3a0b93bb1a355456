"""What happens to cartons and pallets, and to the units that are put into them."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import ContainerId, DocumentId, PlaceId, UnitId
from scantrail.domain.things.container import ContainerKind


@dataclass(frozen=True, slots=True)
class ContainerMade(Event):
    """A carton or pallet begins: its label was scanned where it stands, and it is empty."""

    container: ContainerId
    kind: ContainerKind
    place: PlaceId
    size: str = ""
    """Which of the site's sizes it has."""
    document: DocumentId | None = None
    """The shipment or the receipt that it belongs to."""


@dataclass(frozen=True, slots=True)
class UnitPacked(Event):
    """A unit is put into a container, and stands from now on where that stands."""

    unit: UnitId
    container: ContainerId
    from_place: PlaceId
    to_place: PlaceId
    """Where the container stands."""


@dataclass(frozen=True, slots=True)
class UnitUnpacked(Event):
    """A unit is taken out of its container and put somewhere."""

    unit: UnitId
    container: ContainerId
    from_place: PlaceId
    """Where the container stands."""
    to_place: PlaceId
