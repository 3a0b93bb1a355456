"""What every document has: its kind, how far it is, and how its lines name goods (domain §2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.names.identifiers import DeviceId, WorkerId


class DocumentKind(Enum):
    """What sort of document it is."""

    PURCHASE_ORDER = "purchase_order"
    SALES_ORDER = "sales_order"
    PICK_LIST = "pick_list"


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
