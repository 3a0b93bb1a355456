"""Orders: what a supplier owes us, with its packing list, and what a customer is owed (domain §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scantrail.domain.documents.document import DocumentStatus, LineKind, Requirement
from scantrail.domain.names.identifiers import DocumentId, PartyId, ProductId, SiteId


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of a sales order or of a purchase order's packing list."""

    id: str
    product: ProductId
    kind: LineKind
    quantity: int
    serials: tuple[str, ...] = ()
    """Canonical serials, for an exact line."""
    lot: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """What a supplier owes us, and the packing list that came with it."""

    number: DocumentId
    site: SiteId
    supplier: PartyId
    lines: tuple[OrderLine, ...]
    supplier_lot: str = ""
    status: DocumentStatus = DocumentStatus.OPEN


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """What a customer is owed."""

    number: DocumentId
    site: SiteId
    customer: PartyId
    lines: tuple[OrderLine, ...]
    customer_class: str = ""
    required_by: date | None = None
    requirement: Requirement = Requirement()
    instructions: tuple[str, ...] = ()
    status: DocumentStatus = DocumentStatus.OPEN
