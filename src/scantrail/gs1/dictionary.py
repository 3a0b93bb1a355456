"""GS1's own dictionary of application identifiers: their formats, titles and what goes with what.

biip's table knows neither the parts of a value, nor which identifiers need or exclude each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

_ENTRY = re.compile(r"([0-9]{2,4})(?:-([0-9]{2,4}))?\s+(?:([^\sA-Za-z0-9\[]+)\s+)?([^#]*?)\s*(?:#\s*(.*))?")
_COMPONENT = re.compile(r"\[?([NXYZ])(\.\.)?([0-9]+)\]?((?:,[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a value, such as the currency before an amount."""

    kind: str
    """`N` digits, `X` the 82 characters of GS1, `Y` the 39, `Z` base64url."""
    shortest: int
    longest: int
    optional: bool = False
    """Whether the value may end before it."""
    checks: tuple[str, ...] = ()
    """Names of what else must be true of it, such as `csum`."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier."""

    ai: str
    """Its 2 to 4 digits."""
    title: str
    """GS1's short name for its value, such as `SERIAL`."""
    components: tuple[Component, ...]
    ends_itself: bool = False
    """Whether its length is predefined, so that no separator must follow."""
    in_query: bool = False
    """Whether a Digital Link may carry it after the question mark."""
    requires: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """Each must be met: by one of its groups of identifiers (`n` stands for any digit), all of the group present."""
    excludes: tuple[str, ...] = ()
    """Identifiers or patterns that must not stand beside it."""
    qualifiers: tuple[tuple[str, ...], ...] | None = None
    """For a key of Digital Links: the sequences of qualifiers of which one may follow; else None."""

    @property
    def longest(self) -> int:
        """Characters its value has at the most."""
        return sum(each.longest for each in self.components)

    @property
    def shortest(self) -> int:
        """Characters its value has at least."""
        return sum(each.shortest for each in self.components if not each.optional)

    @property
    def has_check_digit(self) -> bool:
        """Whether a number with a check digit is in it."""
        return any("csum" in each.checks for each in self.components)


@cache
def identifiers() -> Mapping[str, Identifier]:
    """Every application identifier by its digits."""
    text = (resources.files("scantrail.gs1") / "syntax_dictionary.txt").read_text("utf-8")
    return MappingProxyType(read_dictionary(text))


def identifier_at(text: str, position: int = 0) -> Identifier | None:
    """The identifier that stands in a text; none is the beginning of another."""
    known = identifiers()
    return next((known[ai] for size in (2, 3, 4) if (ai := text[position : position + size]) in known), None)


def fits(ai: str, pattern: str) -> bool:
    """Whether an identifier is meant by a pattern, such as `31nn`."""
    return len(ai) == len(pattern) and all(mark in ("n", digit) for digit, mark in zip(ai, pattern, strict=True))


def read_dictionary(text: str) -> dict[str, Identifier]:
    """The entries of a dictionary file.

    Raises:
        ValueError: a line is neither entry nor comment.
    """
    found: dict[str, Identifier] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry is None:
            raise ValueError(f"The GS1 dictionary has a line that is no entry: {line!r}")
        first, last, flags, rest, title = entry.groups(default="")
        for number in range(int(first), int(last or first) + 1):
            ai = str(number).zfill(len(first))
            found[ai] = _identifier(ai, flags, rest.split(), title)
    return found


def _identifier(ai: str, flags: str, words: list[str], title: str) -> Identifier:
    components = tuple(_component(match) for word in words if (match := _COMPONENT.fullmatch(word)))
    attributes = [word.partition("=")[::2] for word in words if not _COMPONENT.fullmatch(word)]
    if not components or any(name not in ("req", "ex", "dlpkey") for name, _value in attributes):
        raise ValueError(f"The GS1 dictionary's entry of ({ai}) cannot be read: {' '.join(words)}")
    keys = [value for name, value in attributes if name == "dlpkey"]
    return Identifier(
        ai,
        title,
        components,
        ends_itself="*" in flags,
        in_query="?" in flags,
        requires=tuple(
            tuple(tuple(group.split("+")) for group in value.split(",")) for name, value in attributes if name == "req"
        ),
        excludes=tuple(each for name, value in attributes if name == "ex" for each in value.split(",")),
        qualifiers=tuple(tuple(each.split(",")) for each in keys[0].split("|") if each) if keys else None,
    )


def _component(match: re.Match[str]) -> Component:
    kind, dots, length, checks = match.groups()
    longest, optional = int(length), match.group().startswith("[")
    return Component(kind, 1 if dots else longest, longest, optional, tuple(checks.split(",")[1:]))
