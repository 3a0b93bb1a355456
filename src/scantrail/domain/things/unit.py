"""The unit: one serial-tracked thing and what is known of it now (R1, R6, R7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from scantrail.domain.names.identifiers import (
    ContainerId,
    DocumentId,
    PartyId,
    PlaceId,
    ProductId,
    SiteId,
    UnitId,
    WorkerId,
    site_of,
)
from scantrail.domain.things.status import Status


class Condition(Enum):
    """How a unit looks to the person holding it."""

    GOOD = "good"
    DAMAGED = "damaged"


class OwnerType(Enum):
    """In what capacity somebody owns a unit (R7)."""

    OWNED = "owned"
    CONSIGNED = "consigned"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a unit."""

    type: OwnerType = OwnerType.OWNED
    party: PartyId = ""
    """Empty where it is this company. In records of earlier versions the owner's name."""

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """Earlier versions named the owner, and not by id."""
        return {"party": data["name"], **data} if "name" in data else data

    @property
    def is_us(self) -> bool:
        """Whether this company may sell it: its own stock, or a consignor's."""
        return self.type in (OwnerType.OWNED, OwnerType.CONSIGNED)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's present state: what folding its history gives."""

    id: UnitId
    product: ProductId
    serial: str
    """Current serial, canonical."""
    status: Status
    place: PlaceId
    raw_serial: str = ""
    """Current serial as it was first scanned or imported."""
    former_serials: tuple[str, ...] = ()
    condition: Condition = Condition.GOOD
    owner: Owner = Owner()
    document: DocumentId | None = None
    """The document that holds it: the pick list it is allocated to or picked for, or its last shipment."""
    order: DocumentId | None = None
    """The sales order it is allocated, picked or sold to."""
    changed_at: datetime | None = None
    """When its status last changed, as well as is known."""
    left_at: datetime | None = None
    """When it last left with a shipment; None while it is not gone, or where that is not known."""
    changed_by: WorkerId = ""
    """Who changed its status last."""
    firmware: str = ""
    configuration: str = ""
    calibration_valid_until: date | None = None
    lot: str = ""
    supplier: PartyId = ""
    """In records of earlier versions the supplier's name."""
    supplier_lot: str = ""
    purchase_order: DocumentId | None = None
    manufactured: date | None = None
    received: date | None = None
    notes: str = ""
    container: ContainerId | None = None
    """The carton or pallet it is in; its place is then where that stands."""

    @property
    def site(self) -> SiteId:
        """The site, or partner, of the place it is in."""
        return site_of(self.place)
