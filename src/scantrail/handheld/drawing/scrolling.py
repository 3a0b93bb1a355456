"""Lists to choose from and long texts: which part of them is in sight, and which entry is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from scantrail.handheld.drawing.lines import Ink, Line, Span, ink, spread, width_of, wrap
from scantrail.handheld.keys import Action
from scantrail.words import M, _, say

MARKED = "▸"
NARROWEST_LABEL = 6
"""Columns that a label needs at least, before it is broken."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something to choose."""

    key: str
    """The number that takes it."""
    label: str
    notes: Sequence[str] = ()
    """Shown at the right as far as there is room, the most important first; the others below, where that is wanted."""


@dataclass(frozen=True, slots=True)
class Body:
    """A text, a list, or both: everything that may have to be scrolled."""

    lines: Sequence[Line]
    rows: Sequence[range] = ()
    """The lines of each entry of the list."""


def body_of(
    above: Sequence[Line],
    rows: Sequence[Row],
    below: Sequence[Line],
    width: int,
    marked: int,
    detailed: Collection[int] = (),
) -> Body:
    """A list between two texts, in so many columns, with one of its entries marked.

    The `detailed` entries, by their places, have one more line for notes that do not fit beside their labels.
    """
    lines, spans = list(above), []
    key_width = max((len(row.key) for row in rows), default=0)
    for at, row in enumerate(rows):
        drawn = _row_lines(row, key_width, width, is_marked=at == marked, is_detailed=at in detailed)
        spans.append(range(len(lines), len(lines) + len(drawn)))
        lines += drawn
    return Body([*lines, *below], spans)


def _row_lines(row: Row, key_width: int, width: int, *, is_marked: bool, is_detailed: bool) -> list[Line]:
    """An entry, its label whole on as many lines as it takes: two may differ in their last character only."""
    lead = f"{MARKED if is_marked else ' '}{row.key.rjust(key_width)} "
    labels = wrap(row.label, max(NARROWEST_LABEL, width - len(lead)))
    lines: list[Line] = [(Span(lead if at == 0 else " " * len(lead)), Span(label)) for at, label in enumerate(labels)]
    beside = _fitting(row.notes, width - width_of(lines[-1]) - 1)
    if beside:
        lines[-1] = spread(lines[-1], ink(" ".join(beside), Ink.FAINT), width)
    others = _fitting([note for note in row.notes if note not in beside], width - len(lead)) if is_detailed else []
    if others:
        lines.append((Span(" " * len(lead)), *ink(" ".join(reversed(others)), Ink.FAINT)))
    if is_marked:
        return [tuple(Span(span.text, Ink.CHOSEN) for span in line) for line in lines]
    return lines


def _fitting(notes: Sequence[str], room: int) -> list[str]:
    """As many notes as fit into a line, the first-named one last."""
    kept: list[str] = []
    for note in filter(None, notes):
        if cell_len(" ".join([note, *kept])) <= room:
            kept.insert(0, note)
    return kept


def acts_alone(keys: Iterable[str]) -> bool:
    """Whether one digit chooses among these numbers, with no Enter after it."""
    return all(len(key) == 1 for key in keys)


def choosing_words(rows: Sequence[Row], *, is_narrow: bool) -> str:
    """How to choose, for the line of keys: `1–6 or ↑↓ Enter`, or `1–60 or ↑↓, then Enter` with more than nine."""
    if not rows:
        return ""
    keys = f"{rows[0].key}–{rows[-1].key}" if len(rows) > 1 else rows[0].key
    is_enough = acts_alone(row.key for row in rows)
    if is_narrow:
        return keys if is_enough else _("{keys} Enter").format(keys=keys)
    return (_("{keys} or ↑↓ Enter") if is_enough else _("{keys} or ↑↓, then Enter")).format(keys=keys)


class Scroll:
    """What is in sight of a body, and which entry Enter takes. It stays where it is while the body changes."""

    def __init__(self) -> None:
        self.at = 0
        """The place of the marked entry, from 0."""
        self._first: int | None = None
        """The first line in sight; None while everything is."""
        self._is_aside = False
        """Whether somebody has scrolled on from the marked entry, to read the text around the list."""
        self._body, self._room = Body(()), 0

    def show(self, body: Body, room: int) -> list[Line]:
        """The lines in sight; where not all of them are, the last line says which, and where there are more."""
        self.holds(body)
        if len(body.lines) <= room:
            self._first, self._room, self._is_aside = None, room, False
            return list(body.lines)
        self._room = max(1, room - 1)
        self._first = self._kept(self._begin() if self._first is None else self._first)
        seen = list(body.lines[self._first : self._first + self._room])
        return [*seen, ink(self._position(), Ink.NOTE)][:room]

    def holds(self, body: Body) -> None:
        """This is what arrows and page keys move in."""
        self._body = body
        self.at = max(0, min(self.at, len(body.rows) - 1))

    @property
    def shows_all(self) -> bool:
        """Whether everything was in sight when it was last shown."""
        return self._first is None

    @property
    def shows_marked(self) -> bool:
        """Whether the marked entry was."""
        return self._first is None or self._has(self.at, self._first)

    def move(self, action: Action, entries: int = 0) -> bool:
        """An arrow or a page key, with how many entries there are now; gives whether it is one.

        Keys and scans may come faster than the screen is drawn: the number of entries is not what was shown last.
        """
        if action not in (Action.UP, Action.DOWN, Action.PAGE_UP, Action.PAGE_DOWN):
            return False
        is_down = action in (Action.DOWN, Action.PAGE_DOWN)
        is_page = action in (Action.PAGE_UP, Action.PAGE_DOWN)
        last = entries - 1
        if self._is_aside or self.at == (max(last, 0) if is_down else 0):
            self._read_on((max(1, self._room - 1) if is_page else 1) * (1 if is_down else -1))
        else:
            step = max(1, len(self._seen())) if is_page else 1
            self.at = max(0, min(self.at + (step if is_down else -step), last))
            if is_page and self._first is not None and self.at < len(self._body.rows):
                self._first = self._body.rows[self.at].start
        return True

    def to_marked(self) -> None:
        """Bring the marked entry back in sight."""
        self._first, self._is_aside = None, False

    def _begin(self) -> int:
        """Where a body begins that is too long: at its list, with as much of the text before as there is room for."""
        rows = self._body.rows
        return max(0, min(rows[0].start, rows[-1].stop - self._room)) if rows else 0

    def _kept(self, first: int) -> int:
        """As near to this first line as the body's ends and the marked entry allow."""
        if self._body.rows and not self._is_aside:
            row = self._body.rows[self.at]
            first = min(row.start, max(first, row.stop - self._room))
        return max(0, min(first, len(self._body.lines) - self._room))

    def _read_on(self, step: int) -> None:
        if self._first is None:
            return
        self._first = max(0, min(self._first + step, len(self._body.lines) - self._room))
        self._is_aside = bool(self._body.rows) and not self._has(self.at, self._first)

    def _has(self, at: int, first: int) -> bool:
        rows = self._body.rows
        return at >= len(rows) or (
            first <= rows[at].start and min(rows[at].stop, rows[at].start + self._room) <= first + self._room
        )

    def _seen(self) -> list[int]:
        """The entries in sight."""
        first = self._first
        return [at for at in range(len(self._body.rows)) if first is None or self._has(at, first)]

    def _position(self) -> str:
        """`↓ more: 1–22 of 60`"""
        assert self._first is not None
        seen, end = self._seen(), self._first + self._room
        numbers = (
            (seen[0] + 1, seen[-1] + 1, len(self._body.rows)) if seen else (self._first + 1, end, len(self._body.lines))
        )
        where = say(M("{first}–{last} of {count}", first=numbers[0], last=numbers[1], count=numbers[2]))
        up, down = "↑" if self._first else "", "↓" if end < len(self._body.lines) else ""
        return f"{up}{down} {say(M('more: {where}', where=where)) if down else where}"
