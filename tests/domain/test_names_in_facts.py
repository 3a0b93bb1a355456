"""Records never change, so no fact may hold the name of a person or partner: it names them by id (decision 0047).

A text field has no type that says whether it holds a name. So every text that a fact can hold is listed here by the
name of its field, with what it holds; a field of a new name fails the test until somebody has said what it is. That
nothing writes a name there, `tests/interchange/test_names_in_acts.py` looks for in the bytes of acts.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from scantrail.domain.facts import EVENT_TYPES

HOLDS = {
    "an id": {"unit", "units", "id", "hold", "instead_of", "worker", "changed_by", "device", "epoch", "hash", "sha256"},
    "the id of a partner or person; in records of earlier versions the name": {
        *("party", "supplier", "carrier", "signed_by"),
    },
    "a number of a document": {"document", "order", "to_document", "to_order", "shipment", "purchase_order"},
    "a number of a line, carton or parcel": {"line", "container", "tracking"},
    "a place": {"place", "from_place", "to_place"},
    "a product": {"product"},
    "a serial or lot": {
        *("serial", "raw_serial", "former_serials", "serial_from", "serial_to", "lot", "supplier_lot"),
    },
    "what is said of goods": {"firmware", "configuration", "notes", "size"},
    "an entry of a list that the company has set": {"reason", "item", "service"},
    "a kind of rows, and the file they came from": {"kind", "file"},
}
"""What a text field holds, none of it a name of a person or partner."""


def texts_in(of: Any, path: str) -> Iterator[str]:
    """Where a value of this type holds texts: `UnitRegistered.born.owner.name`."""
    if is_dataclass(of):
        hints = typing.get_type_hints(of)
        for spec in fields(of):
            yield from texts_in(hints[spec.name], f"{path}.{spec.name}")
    elif typing.get_args(of):
        for each in typing.get_args(of):
            yield from texts_in(each, path)
    elif isinstance(of, type) and issubclass(of, str):
        yield path


def test_no_fact_holds_the_name_of_a_person_or_partner() -> None:
    listed = {name for names in HOLDS.values() for name in names}
    found = {path for name, kind in EVENT_TYPES.items() for path in texts_in(kind, name)}
    assert {path for path in found if path.rpartition(".")[2] not in listed} == set()


def test_nothing_is_listed_that_no_fact_has() -> None:
    fields_found = {path.rpartition(".")[2] for name, kind in EVENT_TYPES.items() for path in texts_in(kind, name)}
    assert {name for names in HOLDS.values() for name in names} <= fields_found


@dataclass(frozen=True, slots=True)
class Signed:
    """Part of a fact that somebody might write one day."""

    person: str


@dataclass(frozen=True, slots=True)
class Received:
    """Such a fact."""

    signed: tuple[Signed | None, ...]
    others: dict[str, Signed]


def test_a_name_is_found_however_deep_it_lies() -> None:
    assert set(texts_in(Received, "Received")) == {
        "Received.signed.person",
        "Received.others",
        "Received.others.person",
    }
