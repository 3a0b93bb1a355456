"""What a GS1 code says, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from scantrail.words import N_, Message


class Carriage(Enum):
    """How the elements were written down."""

    NUMBER = "number"
    """A bare GTIN, as an EAN or UPC symbol holds it."""
    ELEMENT_STRINGS = "element strings"
    DIGITAL_LINK = "digital link"


class Fault(Enum):
    """What is wrong with a code."""

    EMPTY = "empty"
    NO_IDENTIFIER = "no identifier"
    """The text goes on with something that is no application identifier."""
    CUT_SHORT = "cut short"
    TOO_LONG = "too long"
    CHARACTER = "character"
    """A character that the value may not hold."""
    CHECK_DIGIT = "check digit"
    DATE = "date"
    CONTENT = "content"
    """Anything else that a value must be, such as a country's code."""
    CONTRADICTION = "contradiction"
    """One identifier with two different values."""
    PAIRING = "pairing"
    """Identifiers that must not stand together."""
    INCOMPLETE = "incomplete"
    """An identifier that another one needs is not there."""
    LINK = "link"
    """A web address that is no right Digital Link."""


FAULT_WORDS: dict[Fault, str] = {
    Fault.EMPTY: N_("there is nothing in it"),
    Fault.NO_IDENTIFIER: N_("part of it belongs to nothing"),
    Fault.CUT_SHORT: N_("it is cut short"),
    Fault.TOO_LONG: N_("a part is too long"),
    Fault.CHARACTER: N_("a character is wrong"),
    Fault.CHECK_DIGIT: N_("a check digit is wrong"),
    Fault.DATE: N_("a date is wrong"),
    Fault.CONTENT: N_("a part is wrong"),
    Fault.CONTRADICTION: N_("it contradicts itself"),
    Fault.PAIRING: N_("parts do not go together"),
    Fault.INCOMPLETE: N_("a part is missing"),
    Fault.LINK: N_("its web address is wrong"),
}
"""A fault in few words, for a small screen."""


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier with its value."""

    ai: str
    value: str
    title: str
    """GS1's short name, such as `BATCH/LOT`."""
    position: int
    """Where it begins in the text as it came, counted from 0."""
    date: date | None = None
    """The day it means, if it begins with one."""


@dataclass(frozen=True, slots=True)
class Gs1Reading:
    """A code that keeps the rules of GS1."""

    elements: tuple[Element, ...]
    carriage: Carriage
    aim: str = ""
    """AIM symbology identifier it came with, such as `]C1`."""
    certain: bool = True
    """Whether more than its digits shows that it is GS1's; if not, it may be somebody's own number as well."""

    def value(self, *identifiers: str) -> str | None:
        """The value of the first of these application identifiers that is there."""
        values = {element.ai: element.value for element in self.elements}
        return next((values[ai] for ai in identifiers if ai in values), None)

    def _date(self, ai: str) -> date | None:
        return next((element.date for element in self.elements if element.ai == ai), None)

    @property
    def part(self) -> str | None:
        """A part number beside the GTIN (240), or a customer's (241)."""
        return self.value("240", "241")

    @property
    def gtin(self) -> str | None:
        """The item's own GTIN (01), or that of a made-to-order item (03), in 14 digits."""
        return self.value("01", "03")

    @property
    def content_gtin(self) -> str | None:
        """The GTIN of what a logistic unit holds (02), in 14 digits."""
        return self.value("02")

    @property
    def serial(self) -> str | None:
        return self.value("21")

    @property
    def lot(self) -> str | None:
        return self.value("10")

    @property
    def production_date(self) -> date | None:
        return self._date("11")

    @property
    def best_before(self) -> date | None:
        return self._date("15")

    @property
    def expiry(self) -> date | None:
        return self._date("17")

    @property
    def count(self) -> int | None:
        """How many items a logistic unit holds (37), or an item of variable measure (30)."""
        count = self.value("37", "30")
        return int(count) if count is not None else None

    @property
    def sscc(self) -> str | None:
        """The number of a carton or pallet, in 18 digits."""
        return self.value("00")

    @property
    def gln(self) -> str | None:
        """The place (414) or party (417) that the code names."""
        return self.value("414", "417")


@dataclass(frozen=True, slots=True)
class Gs1Refusal:
    """A code that claims to be GS1 and breaks its rules."""

    fault: Fault
    because: Message
    """What is wrong, where, and what was expected."""
    ai: str = ""
    """The application identifier it is about, if any."""
    position: int = 0
    """Where in the text as it came, counted from 0."""
    certain: bool = True
    """Whether something shows that the code is GS1's; if not, it may be somebody's own number after all."""
    elements: tuple[Element, ...] = ()
    """What was read before the fault; with `INCOMPLETE` all of it. The rest may be in another symbol of the label."""
