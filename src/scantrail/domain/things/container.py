"""Cartons and pallets: things that stand in a place and hold units (N13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from scantrail.domain.names.identifiers import ContainerId, DocumentId, PlaceId, SiteId, site_of


class ContainerKind(Enum):
    """What sort of container it is."""

    CARTON = "carton"
    PALLET = "pallet"


@dataclass(frozen=True, slots=True)
class Container:
    """A container's present state.

    What is in it says so itself (`Unit.container`), and stands where the container stands (`Unit.place`). So its row
    stays small, and nobody who asks where a unit is has to know of containers.
    """

    id: ContainerId
    """Its SSCC, 18 digits."""
    kind: ContainerKind
    place: PlaceId
    """Where it stands."""
    size: str = ""
    """Which of the site's sizes it has, for example `C2`; empty where the site does not tell them apart."""
    document: DocumentId | None = None
    """The shipment or the receipt that it belongs to."""
    units: int = 0
    """How many units are in it."""

    @property
    def site(self) -> SiteId:
        """The site of the place where it stands."""
        return site_of(self.place)

    def with_units(self, more: int) -> Container:
        """The same container with so many units more in it, or fewer."""
        return replace(self, units=self.units + more)
