"""A reading is one scanned or typed text; it says something by itself, and may mean several things on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from scantrail.domain.names.codes import CodeKind
from scantrail.domain.names.identifiers import DocumentId, SerialFormat
from scantrail.domain.names.labels import LabelKind
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.keyboards import typed_otherwise
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
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
    UP = "UP"
    DOWN = "DOWN"
    PAGE_UP = "PAGEUP"
    PAGE_DOWN = "PAGEDOWN"
    DIGIT_1 = "1"
    DIGIT_2 = "2"
    DIGIT_3 = "3"
    DIGIT_4 = "4"
    DIGIT_5 = "5"
    DIGIT_6 = "6"
    DIGIT_7 = "7"
    DIGIT_8 = "8"
    DIGIT_9 = "9"
    DIGIT_0 = "0"

    @property
    def digit(self) -> str:
        """The digit it stands for; empty where it stands for another key."""
        return self.value if self.value.isdecimal() else ""


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
    parts: tuple[str, ...] = ()
    """Part numbers that it holds; one may be a product's SKU. Empty where a GTIN says the product."""
    sscc: str = ""
    """The number of a carton or pallet, 18 digits."""
    lot: str = ""
    production_date: date | None = None
    expiry: date | None = None
    quantity: str = ""
    grammar: str = ""
    """By whose rules the code is written, in few words; empty for a plain text."""
    is_whole: bool = True
    """Whether the text as a whole may name something: a serial, a bin, a document, a badge."""
    written: str = ""
    """The text with its marks, where `text` is only what they lead to. What is on record under it comes first."""
    others: tuple[Said, ...] = ()
    """What the text may mean too, although no mark shows it: tried where nothing on record is called as it stands."""
    is_likely: bool = False
    """Whether it is believed of an unmarked text even where nothing on record has this code."""
    run_together: tuple[str, ...] = ()
    """What the serial may be if a separator before or behind it was lost; a product's format tells which."""
    several: tuple[str, ...] = ()
    """The texts it holds, where it may be the serials of several units in one code."""
    looks_like: LabelKind | None = None
    """Some other label that is often scanned in place of the serial's."""
    fault: str = ""
    """Why it is no right code although it claims to be one of GS1's, in few words; empty where nothing is wrong."""
    refusal: Message | None = None
    """The same in a sentence that says where, and what was expected."""

    @property
    def meanings(self) -> tuple[Said, ...]:
        """All that the text may mean, in the order in which it is tried: first as it is written."""
        as_written = (Said(self.written),) if self.written else ()
        return (*as_written, self, *self.others)

    @property
    def numbers(self) -> frozenset[str]:
        """Everything in it that may be a serial, by this meaning."""
        whole = self.text if self.may_be(CodeKind.SERIAL) else ""
        return frozenset({whole, self.serial, *self.run_together} - {""})

    def serial_for(self, product: Product) -> str:
        """What is the serial, if it is a code of this product's unit.

        Where a separator was lost, the format says where the serial begins and ends, if it fits in one place only. A
        format of little more than digits says nothing: a lot may look so too.
        """
        told = self.serial or (self.text if self.may_be(CodeKind.SERIAL) else "")
        tells = SerialFormat.parse(product.serial_format).literals >= _TELLING
        if not tells or not self.run_together or (told and product.serial_fault(told) is None):
            return told
        fitting = {each for each in self.run_together if product.serial_fault(each) is None}
        return fitting.pop() if len(fitting) == 1 else told

    def may_be(self, kind: CodeKind) -> bool:
        """Whether the text as a whole may name something of this kind."""
        return self.is_whole and self.kind in (None, kind)

    def is_serial_of(self, serial: str, product: Product) -> bool:
        """Whether the code names a product's unit by its canonical serial, in any of its meanings.

        Beside a serial, a GTIN must be the unit's own; a part number is no reason to refuse, it may be the supplier's.
        """
        return any(each._names(serial, product) for each in self.meanings)

    def fitting(self, units: tuple[Unit, ...], products: tuple[Product, ...]) -> tuple[Unit, ...]:
        """Of units with its serial, those of the product that its part number names, if that is on record."""
        parts = {part.upper() for part in self.parts}
        named = {product.id for product in products if product.sku in parts}
        return tuple(unit for unit in units if unit.product in named) if named else units

    def _names(self, serial: str, product: Product) -> bool:
        if self.may_be(CodeKind.SERIAL) and product.canonical(self.text) == serial:
            return True
        if self.gtin and not product.is_of_units(self.gtin):
            return False
        told = "" if self.is_whole else self.serial_for(product)
        return bool(told) and product.canonical(told) == serial


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
    several: int = 0
    """How many units on record the code names at once, where it names no thing by itself."""
    meant: str = ""
    """What is on record under the text that another keyboard layout would have typed; empty where that is nothing."""

    @property
    def text(self) -> str:
        """What people know the code by."""
        return self.said.text

    @property
    def named_product(self) -> Product | None:
        """The product whose GTIN, or whose SKU as a part number, the code holds."""
        parts = {part.upper() for part in self.said.parts}
        return next((each for each in self.products if each.has_gtin(self.said.gtin) or each.sku in parts), None)

    @property
    def is_of_case(self) -> bool:
        """Whether the code's GTIN stands for several units packed together."""
        product = self.named_product
        return product is not None and bool(self.said.gtin) and not product.is_of_units(self.said.gtin)

    @property
    def is_known(self) -> bool:
        """Whether anything on record has this code."""
        return bool(self.units or self.products or self.places or self.documents or self.workers or self.command)

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


_TELLING = 2
"""Letters and marks that a serial format must have to tell a serial from a part of a lot."""


def understood(said: Said, look_up: Callable[[Said], Candidates]) -> Candidates:
    """What a code means on this side: its first meaning under which something is on record.

    So a text that is on record as it stands is never taken for anything else. `look_up` gives what is on record under
    one meaning.
    """
    for meaning in said.meanings:
        found = look_up(replace(meaning, written="", others=()))
        if found.is_known:
            return found
    several = sum(bool(look_up(Said(each)).units) for each in said.several)
    meant = next((text for text in typed_otherwise(said.text) if look_up(Said(text)).is_known), "")
    likely = next((each for each in said.others if each.is_likely), said)
    return Candidates(likely, several=several, meant=meant)
