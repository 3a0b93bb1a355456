"""What a code names, and what a site's own labels put before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CodeKind(Enum):
    """What sort of thing a code names."""

    SERIAL = "serial"
    CARTON = "carton"
    """A carton, case or pallet: an SSCC, or the GTIN of a case."""
    PRODUCT = "product"
    PLACE = "place"
    DOCUMENT = "document"
    BADGE = "badge"
    COMMAND = "command"
    ENROLMENT = "enrolment"
    DETAIL = "detail"
    """Only what belongs to goods that another label names: a lot, a date, a quantity."""


@dataclass(frozen=True, slots=True)
class CodePrefix:
    """A text that a site's own labels put before what they name."""

    text: str
    kind: CodeKind
    """What the rest of the text names, and nothing else."""
