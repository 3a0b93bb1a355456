"""Labels that are written by other public grammars than GS1's: what they say, or why they are refused."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.words import Message


@dataclass(frozen=True, slots=True)
class LabelField:
    """One identifier with its value."""

    identifier: str
    """As it stands in the code, such as `1P`."""
    title: str
    """What it is, in few words."""
    value: str


@dataclass(frozen=True, slots=True)
class LabelReading:
    """A label that keeps its grammar's rules, field by field."""

    grammar: str
    """By whose rules it is written, in few words."""
    fields: tuple[LabelField, ...]
    serials: tuple[str, ...] = ()
    """Serials of units; more than one where the label is of several."""
    whole_serial: str = ""
    """The first serial together with the number of the company that gave it, where its field has both."""
    parts: tuple[str, ...] = ()
    """Part numbers of the product, the supplier's or the customer's."""
    lot: str = ""
    quantity: str = ""
    carton: str = ""
    """The number of a package or transport unit."""


@dataclass(frozen=True, slots=True)
class LabelRefusal:
    """A label that shows whose grammar it is written in and breaks its rules."""

    grammar: str
    fault: str
    """What is wrong, in few words."""
    because: Message
    """What is wrong, where, and what was expected."""


LabelMeaning = LabelReading | LabelRefusal
