"""A reading is one scanned or typed text; it says something by itself, and may mean several things on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from scantrail.domain.identifiers import DocumentId
from scantrail.domain.labels import LabelKind
from scantrail.domain.people import Worker
from scantrail.domain.places import Place
from scantrail.domain.products import Product
from scantrail.domain.units import Unit
from scantrail.words import Message


class Carrier(Enum):
    """How a text reached the device (R11)."""

    WEDGE = "wedge"
    PASTE = "paste"
    SERIAL_PORT = "serial port"
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
    CARTON = "carton"
    """A carton, case or pallet: an SSCC, or the GTIN of a case."""
    PRODUCT = "product"
    PLACE = "place"
    DOCUMENT = "document"
    BADGE = "badge"
    COMMAND = "command"
    ENROLMENT = "enrolment"


class Command(Enum):
    """Command barcodes; each is also a key."""

    CONFIRM = "CONFIRM"
    BACK = "BACK"
    HELP = "HELP"
    LOOK_UP = "LOOKUP"
    LIST = "LIST"
    EXCEPTION = "EXCEPTION"
    UNDO = "UNDO"
    PHOTO = "PHOTO"
    SYNC = "SYNC"
    MENU = "MENU"
    CAMERA = "CAMERA"


COMMAND_PREFIX = "$ST:"
"""What a command barcode starts with; no serial, bin or badge may."""


def command_in(text: str) -> Command | None:
    """The command a text names, if it is one."""
    name = text.removeprefix(COMMAND_PREFIX)
    return Command(name) if name != text and name in {each.value for each in Command} else None


ENROLMENT_PREFIX = f"{COMMAND_PREFIX}ENROL:"
"""What the code begins with that enrols a device."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What one scan tells a new device: its server, and a code that works once."""

    server_url: str
    code: str

    @classmethod
    def parse(cls, text: str) -> Enrolment | None:
        """Read the text of an enrolment's QR code; None where it is none."""
        url, mark, code = text.strip().removeprefix(ENROLMENT_PREFIX).rpartition("#")
        is_one = text.strip().startswith(ENROLMENT_PREFIX) and mark and url and code
        return cls(url, code) if is_one else None

    @property
    def text(self) -> str:
        """What the QR code holds."""
        return f"{ENROLMENT_PREFIX}{self.server_url}#{self.code}"


@dataclass(frozen=True, slots=True)
class CodePrefix:
    """A text that a site's own labels put before what they name."""

    text: str
    kind: CodeKind
    """What the rest of the text names, and nothing else."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a code says by itself, before anything on record is asked: the same on the device and on the server."""

    text: str
    """What people know it by: the serial, the number, or the text without the site's prefix."""
    kind: CodeKind | None = None
    """The one thing it can name; None where only what is on record can tell."""
    serial: str = ""
    """The serial number it holds beside a GTIN."""
    gtin: str = ""
    """GTIN of 14 digits that it holds."""
    sscc: str = ""
    """The number of a carton or pallet, 18 digits."""
    lot: str = ""
    production_date: date | None = None
    expiry: date | None = None
    is_whole: bool = True
    """Whether the text as a whole may name something: a serial, a bin, a document, a badge."""
    looks_like: LabelKind | None = None
    """Some other label that is often scanned in place of the serial's."""
    fault: str = ""
    """Why it is no right code although it claims to be one of GS1's, in few words; empty where nothing is wrong."""
    refusal: Message | None = None
    """The same in a sentence that says where, and what was expected."""

    @property
    def as_serial(self) -> str:
        """What is the serial, if it is a unit's code."""
        return self.serial or (self.text if self.may_be(CodeKind.SERIAL) else "")

    def may_be(self, kind: CodeKind) -> bool:
        """Whether the text as a whole may name something of this kind."""
        return self.is_whole and self.kind in (None, kind)

    def is_serial_of(self, serial: str, product: Product) -> bool:
        """Whether the code names a product's unit by its canonical serial: as a whole, or beside the unit's GTIN."""
        if self.may_be(CodeKind.SERIAL) and product.canonical(self.text) == serial:
            return True
        return bool(self.serial) and product.canonical(self.serial) == serial and product.is_of_units(self.gtin)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything known on this device that a code may mean; a step chooses by what it expects first."""

    said: Said
    units: tuple[Unit, ...] = ()
    products: tuple[Product, ...] = ()
    places: tuple[Place, ...] = ()
    documents: tuple[DocumentId, ...] = ()
    workers: tuple[Worker, ...] = ()
    command: Command | None = None

    @property
    def text(self) -> str:
        """What people know the code by."""
        return self.said.text

    @property
    def named_product(self) -> Product | None:
        """The product whose GTIN the code holds."""
        return next((each for each in self.products if each.has_gtin(self.said.gtin)), None)

    @property
    def is_of_case(self) -> bool:
        """Whether the code's GTIN stands for several units packed together."""
        product = self.named_product
        return product is not None and not product.is_of_units(self.said.gtin)

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
        by_itself = CodeKind.CARTON if self.is_of_case else self.said.kind
        return frozenset(kind for kind, things in found.items() if things) | ({by_itself} if by_itself else set())
