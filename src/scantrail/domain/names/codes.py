"""What a code names, and what a site's own labels put before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from scantrail.words import N_, M, Message


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


KIND_NAMES: dict[CodeKind, str] = {
    CodeKind.SERIAL: N_("a unit's serial"),
    CodeKind.CARTON: N_("a carton's or pallet's label"),
    CodeKind.PRODUCT: N_("a product's label"),
    CodeKind.PLACE: N_("a place's label"),
    CodeKind.DOCUMENT: N_("a document"),
    CodeKind.BADGE: N_("a badge"),
    CodeKind.COMMAND: N_("a command"),
    CodeKind.ENROLMENT: N_("a code that enrols a device"),
    CodeKind.DETAIL: N_("a label of a lot, a date or a quantity"),
}


def kind_name(kinds: Collection[CodeKind]) -> Message:
    """What a code is, in words; of several kinds the first, in the order of `CodeKind`."""
    return M(KIND_NAMES[min(kinds, key=list(CodeKind).index)])


@dataclass(frozen=True, slots=True)
class CodePrefix:
    """A text that a site's own labels put before what they name."""

    text: str
    kind: CodeKind
    """What the rest of the text names, and nothing else."""
