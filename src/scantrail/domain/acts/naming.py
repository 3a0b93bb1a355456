"""Sentences that speak of partners and people: facts name them by id, and their names are looked up to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scantrail.domain.acts.kinds import Thing
from scantrail.words import Message


@dataclass(frozen=True, slots=True)
class NameOf:
    """In a sentence, the name of the partner or person of a row; as long as it is not looked up, the id.

    A record of an earlier version has the name itself where the id stands now: it finds no row, and is shown as it is.
    """

    row: Thing

    def __str__(self) -> str:
        return self.row[1]


def rows_named(message: Message) -> Iterator[Thing]:
    """The rows whose names a sentence speaks of."""
    for value in message.values.values():
        if isinstance(value, NameOf):
            yield value.row
        elif isinstance(value, Message):
            yield from rows_named(value)


def with_names(message: Message, names: Mapping[Thing, str]) -> Message:
    """The sentence with these names in it."""
    return Message(message.template, {name: _named(value, names) for name, value in message.values.items()})


def _named(value: object, names: Mapping[Thing, str]) -> object:
    if isinstance(value, NameOf):
        return names.get(value.row, str(value))
    return with_names(value, names) if isinstance(value, Message) else value
