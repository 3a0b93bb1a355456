"""Products and how their serials look (R1-R3, R10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.identifiers import (
    CaseRule,
    ProductId,
    SerialFault,
    SerialFormat,
    canonical_serial,
    gtin14,
)


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

    def is_called(self, code: str) -> bool:
        """Whether a scanned code is this product's SKU or one of its GTINs."""
        return code.upper() == self.sku.upper() or (
            code.isdecimal() and gtin14(code) in {gtin14(each.gtin) for each in self.gtins}
        )
