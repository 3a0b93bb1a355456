"""Products and how their serials look (R1-R3, R10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.names.identifiers import CaseRule, ProductId, SerialFault, SerialFormat, canonical_serial, gtin14


class Tracking(Enum):
    """How finely stock of a product is followed (R10)."""

    SERIAL = "serial"
    SERIAL_IN_LOT = "serial_in_lot"
    LOT = "lot"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class ProductGtin:
    """One GTIN of a product: its packing level and how many units that level holds."""

    gtin: str
    level: str = "each"
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """Something we sell, make or service."""

    id: ProductId
    sku: str
    name: str
    gtins: tuple[ProductGtin, ...] = ()
    serial_format: str = ""
    """A `SerialFormat` template; empty when the product's serials follow none."""
    case_rule: CaseRule = CaseRule.UPPER
    tracking: Tracking = Tracking.SERIAL
    tracking_reason: str = ""
    """Why it is followed so finely: value, warranty, regulation, safety, theft, customised (R10)."""
    model: str = ""
    manufacturer: str = ""

    def canonical(self, raw: str) -> str:
        """A scanned text in the form this product's serials are compared in."""
        return canonical_serial(raw, self.case_rule)

    def serial_fault(self, raw: str) -> SerialFault | None:
        """Why a scanned text cannot be one of this product's serials."""
        return SerialFormat.parse(self.serial_format).fault(self.canonical(raw))

    def has_gtin(self, gtin: str) -> bool:
        """Whether a GTIN of any length is one of this product's, at any packing level."""
        return bool(gtin) and gtin14(gtin) in {gtin14(each.gtin) for each in self.gtins}

    def is_of_units(self, gtin: str) -> bool:
        """Whether a GTIN stands for a single unit of this product, so that a serial beside it is the unit's own."""
        return any(gtin14(each.gtin) == gtin14(gtin) and each.quantity == 1 for each in self.gtins)
