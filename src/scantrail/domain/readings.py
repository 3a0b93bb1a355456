"""A reading is one scanned or typed text; candidates are all the things it may mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.identifiers import DocumentId
from scantrail.domain.people import Worker
from scantrail.domain.places import Place
from scantrail.domain.products import Product
from scantrail.domain.units import Unit


class Carrier(Enum):
    """How a text reached the device (R11)."""

    WEDGE = "wedge"
    PASTE = "paste"
    CAMERA = "camera"
    TYPED = "typed"
    NONE = "none"
    """No text at all: a key, such as Enter to confirm."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One scan, whole, as it arrived."""

    text: str
    carrier: Carrier
    profile: str = "generic"
    """The scanner profile it was read with."""
    aim: str = ""
    """AIM symbology identifier, when the scanner sent one."""
    raw: str = ""
    """The bytes as they came, in hexadecimal, when they differ from the text in UTF-8."""


class CodeKind(Enum):
    """What sort of thing a code names."""

    SERIAL = "serial"
    PRODUCT = "product"
    PLACE = "place"
    DOCUMENT = "document"
    BADGE = "badge"
    COMMAND = "command"


class Command(Enum):
    """Command barcodes; each is also a key."""

    CONFIRM = "CONFIRM"
    BACK = "BACK"
    HELP = "HELP"
    LOOK_UP = "LOOKUP"
    LIST = "LIST"
    EXCEPTION = "EXCEPTION"
    UNDO = "UNDO"
    SYNC = "SYNC"
    MENU = "MENU"


COMMAND_PREFIX = "$ST:"
"""What a command barcode starts with; no serial, bin or badge may."""


def command_in(text: str) -> Command | None:
    """The command a text names, if it is one."""
    name = text.removeprefix(COMMAND_PREFIX)
    return Command(name) if name != text and name in {each.value for each in Command} else None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything known on this device that a text may mean; a step chooses by what it expects first."""

    text: str
    """Trimmed."""
    units: tuple[Unit, ...] = ()
    products: tuple[Product, ...] = ()
    places: tuple[Place, ...] = ()
    documents: tuple[DocumentId, ...] = ()
    workers: tuple[Worker, ...] = ()
    command: Command | None = None

    @property
    def kinds(self) -> frozenset[CodeKind]:
        """The sorts of thing it may be."""
        found = {
            CodeKind.SERIAL: self.units,
            CodeKind.PRODUCT: self.products,
            CodeKind.PLACE: self.places,
            CodeKind.DOCUMENT: self.documents,
            CodeKind.BADGE: self.workers,
            CodeKind.COMMAND: self.command,
        }
        return frozenset(kind for kind, things in found.items() if things)
