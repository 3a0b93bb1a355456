"""Keys as they were recorded, one by one, and what each of them types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from scantrail.scanning.keys import ESC, data_of
from scantrail.scanning.wedge import LONGEST, MODIFIERS

_LARGEST_ASCII = 127


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key and when it came."""

    key: str
    """Textual's name for it."""
    character: str | None
    at_ms: float


@dataclass(frozen=True, slots=True)
class Typed:
    """What one key, or one character typed with Alt held, stands for."""

    key: str
    data: str
    """Its character; nothing for keys such as F8."""


class Recorder:
    """Keeps the keys since the last silence, so that somebody can look at how a scan came."""

    def __init__(self, quiet_ms: float) -> None:
        self._quiet_ms = quiet_ms
        self._strokes: list[Stroke] = []

    def key(self, name: str, character: str | None, at: float) -> None:
        """Keep a key; `at` in seconds."""
        stroke = Stroke(name, character, at * 1000)
        if self._strokes and stroke.at_ms - self._strokes[-1].at_ms > self._quiet_ms:
            self._strokes.clear()
        if len(self._strokes) < LONGEST:
            self._strokes.append(stroke)

    def take(self) -> list[Stroke]:
        """The keys of the scan that has just ended; the next are another's."""
        strokes, self._strokes = self._strokes, []
        return strokes


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast keys followed each other, in milliseconds."""

    median_ms: float
    longest_ms: float


def timing_of(strokes: Sequence[Stroke]) -> Timing | None:
    """How fast these keys came; None for fewer than two."""
    gaps = gaps_of(strokes)
    return Timing(median(gaps), max(gaps)) if gaps else None


def gaps_of(strokes: Sequence[Stroke]) -> list[float]:
    """The time between each key and the next, in milliseconds."""
    return [later.at_ms - earlier.at_ms for earlier, later in pairwise(strokes)]


def typed_by(strokes: Sequence[Stroke]) -> list[Typed]:
    """What the keys stand for, one by one; a key with Alt held is ESC and the key."""
    typed: list[Typed] = []
    for stroke in strokes:
        if stroke.key in MODIFIERS:
            continue
        data = data_of(stroke.key, stroke.character)
        if len(data) > 1:
            typed += [Typed("escape" if each == ESC else each, each) for each in data]
        else:
            typed.append(Typed(stroke.key, data))
    return typed


def alt_digits_in(typed: Sequence[Typed]) -> int:
    """How many digits with Alt held stand for one character; 0 where there are none."""
    return next((count for at in range(len(typed)) if (count := _alt_run(typed, at)) in (3, 4)), 0)


def with_alt_characters(typed: Sequence[Typed], digits: int) -> list[Typed]:
    """Each run of that many digits with Alt held as the one character it stands for."""
    found: list[Typed] = []
    at = 0
    while at < len(typed):
        number = _number(typed[at : at + 2 * digits]) if digits and _alt_run(typed, at) >= digits else None
        found.append(typed[at] if number is None else Typed("alt", chr(number)))
        at += 1 if number is None else 2 * digits
    return found


def _alt_run(typed: Sequence[Typed], at: int) -> int:
    """How many digits with Alt held follow from here."""
    count = 0
    while (
        at + 2 * count + 1 < len(typed)
        and typed[at + 2 * count].data == ESC
        and typed[at + 2 * count + 1].data in set("0123456789")
    ):
        count += 1
    return count


def _number(pairs: Sequence[Typed]) -> int | None:
    number = int("".join(each.data for each in pairs[1::2]))
    return number if number <= _LARGEST_ASCII else None
