"""Lines of inked text: cut, wrapped and joined by the cells they take on the glass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.cells import cell_len

from scantrail.handheld.text import visible


class Ink(Enum):
    """What a text is, which decides how it looks. Words and glyphs say the same without any colour."""

    PLAIN = "plain"
    FAINT = "faint"
    STRONG = "strong"
    TITLE = "title"
    GOOD = "good"
    NOTE = "note"
    BAD = "bad"
    REPEAT = "repeat"
    CHOSEN = "chosen"
    KEYS = "keys"
    GOOD_ROW = "good row"
    REPEAT_ROW = "repeat row"


@dataclass(frozen=True, slots=True)
class Shade:
    """Two greys, one above the other in each cell, for pictures; from 0, black, to `LEVELS` - 1."""

    LEVELS: ClassVar[int] = 12
    """Enough to aim by; with more, fewer neighbours are alike, and a slow line has more to carry."""
    upper: int
    lower: int


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one ink."""

    text: str
    ink: Ink | Shade = Ink.PLAIN

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.text)


Line = tuple[Span, ...]
BLANK: Line = ()
ELLIPSIS = "…"
_BEFORE_NO_ELLIPSIS = " .,;:" + ELLIPSIS


def ink(text: str, how: Ink = Ink.PLAIN) -> Line:
    """A line of one ink, safe to show."""
    return (Span(visible(text), how),)


def width_of(line: Line) -> int:
    """Cells a line takes."""
    return sum(span.width for span in line)


def text_of(line: Line) -> str:
    """A line without its inks."""
    return "".join(span.text for span in line).rstrip()


def cut(text: str, width: int) -> str:
    """A text that takes at most so many cells; a cut one ends in an ellipsis."""
    return text if cell_len(text) <= width else elided(text, width)


def elided(text: str, width: int) -> str:
    """A text that goes on elsewhere, in at most so many cells: it ends in one ellipsis, with no full stop before it."""
    kept = ""
    for character in text:
        if cell_len(kept + character) > width - 1:
            break
        kept += character
    return kept.rstrip(_BEFORE_NO_ELLIPSIS) + ELLIPSIS if width > 0 else ""


def elided_line(line: Line, width: int) -> Line:
    """The same of a line with several inks; the last one is that of the ellipsis."""
    if not line:
        return (Span(ELLIPSIS),)
    *others, last = cut_line(line, width)
    room = width - sum(span.width for span in others)
    return (*others, Span(elided(last.text, room), last.ink))


def cut_line(line: Line, width: int) -> Line:
    """A line that takes at most so many cells."""
    spans: list[Span] = []
    for span in line:
        room = width - sum(each.width for each in spans)
        if room <= 0:
            break
        spans.append(Span(cut(span.text, room), span.ink))
    return tuple(spans)


def wrap(text: str, width: int, most: int | None = None) -> list[str]:
    """A text in lines of at most so many cells, broken between words, and inside a word that is longer than a line.

    With `most`, the last of so many lines ends in an ellipsis if there is more.
    """
    lines = [""]
    for word in visible(text).split(" "):
        candidate = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(candidate) <= width:
            lines[-1] = candidate
            continue
        pieces = _pieces(word, width)
        if lines[-1]:
            lines.append("")
        lines[-1] = pieces[0]
        lines.extend(pieces[1:])
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], elided(lines[most - 1], width)] if most else []
    return lines


def _pieces(word: str, width: int) -> list[str]:
    pieces = [""]
    for character in word:
        if cell_len(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def wrapped(text: str, width: int, how: Ink = Ink.PLAIN, *, indent: int = 0, most: int | None = None) -> list[Line]:
    """A text as indented lines of one ink; nothing for an empty text."""
    if not text:
        return []
    return [(Span(" " * indent + each, how),) for each in wrap(text, max(1, width - indent), most)]


def spread(left: Line, right: Line, width: int) -> Line:
    """Two lines in one, at the two ends; the left one is cut where they meet."""
    right = cut_line(right, width)
    room = width - width_of(right) - (1 if right else 0)
    left = cut_line(left, max(0, room))
    gap = width - width_of(left) - width_of(right)
    return (*left, Span(" " * gap), *right) if right else left


def progress_line(done: int, total: int, words: str, width: int) -> Line:
    """How far something is, as a bar and in words; `total` is above 0."""
    room = max(0, width - cell_len(words) - 1)
    full = room * min(done, total) // total
    return (Span("━" * full, Ink.GOOD), Span("─" * (room - full), Ink.FAINT), Span(f" {words}"))
