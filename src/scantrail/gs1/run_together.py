"""Element strings whose separators were lost: every way to part them, and the serials that this would give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scantrail.gs1.contents import problem_of
from scantrail.gs1.dictionary import identifiers

_USUAL = ("10", "11", "13", "15", "17", "21", "240", "30", "37")
"""What stands beside a serial on a label; rarer identifiers would part a text in too many ways."""
_SERIAL = "21"
_LONGEST = 90
"""Characters that are looked at, at the most."""


def serials_run_together(text: str, today: date) -> tuple[str, ...]:
    """What the serial may be in elements that run on without separators.

    >>> serials_run_together("10LOT721SN42", today)
    ('SN42',)
    """
    if len(text) > _LONGEST:
        return ()
    found: list[set[str]] = [set() for _ in range(len(text) + 1)]
    may_end = [False] * len(text) + [True]
    for at in reversed(range(len(text))):
        for ai, value, end in _elements_at(text, at, today):
            if not may_end[end]:
                continue
            may_end[at] = True
            found[at] |= found[end] if ai != _SERIAL else {value}
    return tuple(sorted(found[0]))


def _elements_at(text: str, at: int, today: date) -> Iterator[tuple[str, str, int]]:
    """Every element that may begin here: its identifier, its value, and where it ends."""
    for ai in _USUAL:
        if not text.startswith(ai, at):
            continue
        identifier, start = identifiers()[ai], at + len(ai)
        for end in range(start + identifier.shortest, min(len(text), start + identifier.longest) + 1):
            value = text[start:end]
            if problem_of(identifier, value, today) is None:
                yield ai, value, end
