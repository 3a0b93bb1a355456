"""Places a unit can be in: exactly one at a time (domain §1a)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from scantrail.domain.names.identifiers import PartyId, PlaceId, SiteId


class PlaceKind(Enum):
    """What sort of place it is."""

    BIN = "bin"
    DOCK = "dock"
    STAGING = "staging"
    CART = "cart"
    IN_TRANSIT = "in_transit"
    CUSTOMER = "customer"
    SERVICE_CENTRE = "service_centre"
    SUPPLIER = "supplier"
    UNKNOWN = "unknown"


PARTNER_KINDS = frozenset({PlaceKind.CUSTOMER, PlaceKind.SUPPLIER, PlaceKind.SERVICE_CENTRE, PlaceKind.IN_TRANSIT})
"""Places in which goods are in a partner's hands, or on the way: they go there by shipping, not by being moved."""

CONTAINERS = ("carton", "pallet")
"""Kinds of places in records of older versions: cartons and pallets are things of their own now, see `Container`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a site, or of a partner."""

    id: PlaceId
    site: SiteId
    """The site or partner it belongs to."""
    code: str
    """The text on its label."""
    kind: PlaceKind = PlaceKind.BIN
    pickable: bool = False
    """Whether units may be picked from it (H9)."""
    route: int = 0
    """Position on the walk through the site; bins are visited in this order, then by code."""
    name: str = ""
    party: PartyId | None = None
    """Whose place it is, where it is a partner's."""

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """What an older version kept as a place of kind carton or pallet is read as a cart: goods are carried in it."""
        return {**data, "kind": PlaceKind.CART.value} if data.get("kind") in CONTAINERS else data
