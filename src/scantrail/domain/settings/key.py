"""How one setting is called in a file, and what it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scantrail.toml import Setting, texts
from scantrail.words import M, Message

MOST_CHOICES = 9
"""Entries of a list that people choose from: each has a digit from 1 to 9."""


LONGEST_LINE = 200
"""Characters of an entry."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting of a part."""

    name: str
    """In a site's file, with its table: `reasons.short`."""
    field: str
    """In the part: `short_reasons`."""
    setting: Setting
    """What it may be."""
    about: str
    """What it is for, in one line."""
    column: str = ""
    """In files of sites, and in the rows of sites that earlier versions know; empty for a setting that is newer."""


def _is_line(value: str) -> bool:
    return 0 < len(value) <= LONGEST_LINE and value.isprintable() and value == value.strip()


def _choices(expected: Message, *, least: int) -> Setting:
    """A list of different lines, of which people choose by digits."""
    lines = texts(expected, _is_line, least=least)
    return replace(lines, fits=lambda value: lines.fits(value) and len(value) == len(set(value)) <= MOST_CHOICES)


REASONS = _choices(
    M("a list of 1 to 9 different lines of text (at most 200 characters each), such as {example}", example='["torn"]'),
    least=1,
)
"""Reasons that people choose from by a digit."""

QUESTIONS = _choices(
    M(
        "a list of at most 9 different lines of text (at most 200 characters each), such as {example}",
        example='["All is in the cart"]',
    ),
    least=0,
)
"""Items of a checklist, which may be empty."""
