"""How large a message and an act may be. What is over is found on the bytes, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_OPENING = b"[{"
_MARKS = (b"[", b"]", b"{", b"}", b",", b":")

LONGEST_NAME = 200
"""Characters of an id, a serial, a place: what is looked up. Two fit one index entry of any database."""

LONGEST_TEXT = 2_000
"""Characters of what a person wrote: a reason, a note, an item of a checklist."""

LONGEST_SCAN = 20_000
"""Characters of a scanned or pasted text, and of a refusal's fact, which may repeat it. A QR code has up to 7 089."""

HIGHEST_TURN = 10**9
"""A device has no more tokens than that, one after the other."""

LARGEST_NUMBER = 2**63 - 1
"""No counter, quantity or clock of a device is above it: what every database holds."""

MOST_EVENTS = 500
"""Events of one act. A device writes one for each line of a pick list at the most."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large JSON text may be."""

    bytes: int
    marks: int
    """Brackets, commas and colons outside of texts: at least one for each element of a list or an object."""
    depth: int
    """Lists and objects within each other."""


ACT = Size(bytes=256_000, marks=50_000, depth=12)
"""An act. One that names the 5 000 units of a pick list has 200 000 bytes."""


class TooLarge(ValueError):
    """JSON text is over a limit; the message says which."""


def check_json(text: bytes, size: Size) -> None:
    """Make sure that JSON text is small enough to be parsed. Takes time and memory in proportion to its bytes.

    Raises:
        TooLarge: it has more bytes or elements, or is nested more deeply.
    """
    if len(text) > size.bytes:
        raise TooLarge(f"it has {len(text)} bytes; at most {size.bytes} are taken")
    bare = _STRING.sub(b"", text)
    marks = sum(bare.count(mark) for mark in _MARKS)
    if marks > size.marks:
        raise TooLarge(f"it has too many elements ({marks} brackets, commas and colons; at most {size.marks})")
    depth = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in _OPENING else -1
        if depth > size.depth:
            raise TooLarge(f"it is nested more than {size.depth} deep")


def may_hold_fault(text: bytes) -> bool:
    """Whether there is any need to look at each field of an act. Most acts show on their bytes that there is none.

    Without a backslash every quotation mark begins or ends a text, so no text is longer than what stands between two.
    """
    if b"\\" in text or b"\xed" in text or text.count(b",") >= MOST_EVENTS:
        return True  # escapes, and what halves of surrogate pairs begin with
    return max(map(len, text.split(b'"'))) > LONGEST_NAME or _LONG_NUMBER.search(text) is not None


_LONG_NUMBER = re.compile(rb"[0-9]{19}")


def act_fault(data: Any) -> str:
    """What no record may hold, with the field it is in; empty where all is well. `data` is an act's JSON data."""
    events = data.get("events") if isinstance(data, dict) else None
    if isinstance(events, list) and len(events) > MOST_EVENTS:
        return f"events: expected at most {MOST_EVENTS}, got {len(events)}"
    return next(filter(None, (_fault(path, value) for path, value in _leaves(data))), "")


def _leaves(data: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every text, number and name of a field, with the fields that lead to it."""
    left: list[tuple[tuple[str, ...], Any]] = [((), data)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            yield from (((*path, "name of a field"), name) for name in value)
            left += (((*path, name), item) for name, item in value.items())
        elif isinstance(value, list):
            left += ((path, item) for item in value)
        else:
            yield path, value


def _fault(path: tuple[str, ...], value: Any) -> str:
    if isinstance(value, str):
        longest = _longest(path)
        if len(value) > longest:
            return f"{_where(path)}: expected at most {longest} characters, got {len(value)}"
        if longest == LONGEST_NAME and not is_storable(value):
            return f"{_where(path)}: {value!r} has a NUL or half a character, which no database keeps"
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return f"{_where(path)}: expected a number up to {LARGEST_NUMBER}"
    return ""


def _where(path: tuple[str, ...]) -> str:
    return ".".join(each[:LONGEST_NAME] for each in path)


_DESCRIBING = frozenset({"raw_serial", "firmware", "configuration", "supplier", "notes"})
"""Fields of a unit by which nothing is looked up."""


def _longest(path: tuple[str, ...]) -> int:
    match path:
        case ("reading", "text") | ("refusal", "facts", _):
            return LONGEST_SCAN
        case ("reading", "raw"):
            return 8 * LONGEST_SCAN  # two digits for each byte of a character
        case ("reason",) | ("note",) | ("events", "item"):
            return LONGEST_TEXT
        case ("events", "born", name) if name in _DESCRIBING:
            return LONGEST_TEXT
        case _:
            return LONGEST_NAME


def is_storable(text: str) -> bool:
    """Whether every database can keep a text as it is: without NUL, and without halves of surrogate pairs."""
    return _UNSTORABLE.search(text) is None


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
