"""Every other screen: a title, lines to read or to choose from, the last answer, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scantrail.handheld.drawing.bars import Bar, Size, Task, keys_line, state_lines, typing_line
from scantrail.handheld.drawing.lines import Ink, Line, Span, cut_line, ink, spread, width_of, wrapped
from scantrail.handheld.drawing.packing import FILLER, Block, gap, pack, window
from scantrail.handheld.drawing.verdict import Shown, verdict_blocks
from scantrail.handheld.keys import Action


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything such a screen shows."""

    title: str
    body: Sequence[Line]
    bar: Bar
    at: int = 0
    """The line of the body that must be in sight."""
    from_top: bool = False
    """Whether that line is the first one in sight, as in a text that is scrolled."""
    shown: Shown | None = None
    keys: Sequence[Action] = ()
    extra: str = ""
    """What else works, before the keys."""
    typed: str = ""


def draw_paper(paper: Paper, size: Size) -> list[Line]:
    """The screen in exactly `size.height` lines."""
    top = state_lines(paper.bar, Task(), size)
    title = wrapped(paper.title, size.width, Ink.TITLE, most=2)
    keys = keys_line(paper.keys, size.width, paper.extra, twins=paper.bar.twins)
    bottom = typing_line(paper.typed, size.width) if paper.typed else keys
    part = _from(paper.body, paper.at) if paper.from_top else window(paper.body, paper.at)
    blocks = [
        Block(0, top),
        gap(90),
        Block(0, title),
        gap(80),
        Block(3, paper.body, fit=part),
        FILLER,
        *verdict_blocks(paper.shown, size),
        Block(0 if paper.typed else 10, (bottom,)),
    ]
    return [cut_line(line, size.width) for line in pack(blocks, size.height)]


def room_for_body(size: Size) -> int:
    """About how many lines of a body are in sight at once."""
    return max(1, size.height - 4)


def _from(lines: Sequence[Line], first: int) -> Callable[[int], Sequence[Line]]:
    def fit(room: int) -> Sequence[Line]:
        start = max(0, min(first, len(lines) - room))
        return lines[start : start + room]

    return fit


def choice_line(key: str, label: str, note: str, width: int, *, chosen: bool) -> Line:
    """A line to choose: its number, what it is, and a note at the right where there is room for both."""
    mark = "▸" if chosen else " "
    line = (Span(f"{mark}{key} "), *ink(label))
    right = ink(note) if note else ()
    if width_of(line) + width_of(right) + 1 > width:
        right = ()
    whole = spread(line, right, width)
    if not chosen:
        return (*whole[:-1], Span(whole[-1].text, Ink.FAINT)) if right else whole
    return tuple(Span(span.text, Ink.CHOSEN) for span in whole)
