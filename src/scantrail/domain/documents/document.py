"""What every document has: its kind, how far it is, and how its lines name goods (domain §2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

from scantrail.domain.names.identifiers import DeviceId, DocumentId, SiteId, WorkerId
from scantrail.words import N_


class DocumentKind(str):
    """What sort of document it is, by the name that is stored and sent: `pick_list`. `DOCUMENTS` has all kinds."""

    __slots__ = ()

    PURCHASE_ORDER: ClassVar[DocumentKind]
    SALES_ORDER: ClassVar[DocumentKind]
    PICK_LIST: ClassVar[DocumentKind]


DocumentKind.PURCHASE_ORDER = DocumentKind("purchase_order")
DocumentKind.SALES_ORDER = DocumentKind("sales_order")
DocumentKind.PICK_LIST = DocumentKind("pick_list")


class LineKind(Enum):
    """How a line names its goods."""

    EXACT = "exact"
    ANY = "any"
    QUANTITY = "quantity"


class DocumentStatus(Enum):
    """How far a document is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an order demands of every unit on it (R57)."""

    firmware: str = ""
    """Exact firmware version; empty for any."""
    calibrated: bool = False
    """Whether the calibration must be valid on the day of the pick."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Who works on a document."""

    device: DeviceId
    worker: WorkerId


class Work(Protocol):
    """What every document has that somebody works on."""

    @property
    def number(self) -> DocumentId:
        """Its number, such as `PL-2025-0091`."""

    @property
    def site(self) -> SiteId:
        """The site that works on it."""

    @property
    def status(self) -> DocumentStatus:
        """How far it is."""

    @property
    def taken(self) -> Taken | None:
        """Who works on it now."""


DOCUMENT_STATUSES = {
    DocumentStatus.OPEN: N_("Open"),
    DocumentStatus.IN_PROGRESS: N_("In progress"),
    DocumentStatus.COMPLETED: N_("Completed"),
    DocumentStatus.CANCELLED: N_("Cancelled"),
}
