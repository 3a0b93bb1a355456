"""Every other screen: a title, lines to read or to choose from, the last answer, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scantrail.handheld.drawing.bars import Bar, Size, Task, keys_line, state_lines, typing_line
from scantrail.handheld.drawing.lines import Ink, Line, cut_line, wrapped
from scantrail.handheld.drawing.packing import FILLER, Block, gap, pack
from scantrail.handheld.drawing.verdict import Shown, verdict_blocks
from scantrail.handheld.keys import Action

LEAST_OF_BODY, LEAST_ON_LOW_GLASS = 5, 2
"""Lines that a long answer leaves of what is to be read or chosen."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything such a screen shows."""

    title: str
    body: Sequence[Line]
    """What is in sight of it."""
    bar: Bar
    shown: Shown | None = None
    keys: Sequence[Action] = ()
    extra: str = ""
    """What else works, before the keys."""
    typed: str = ""


def draw_paper(paper: Paper, size: Size) -> list[Line]:
    """The screen in exactly `size.height` lines; the line of keys is always among them."""
    top, title = _head(paper, size)
    keys = keys_line(paper.keys, size.width, paper.extra)
    bottom = typing_line(paper.typed, size.width) if paper.typed else keys
    room = size.height - len(top) - len(title) - 1
    answer = _answer(paper.shown, room - min(len(paper.body), room), size)
    blocks = [
        Block(0, top),
        gap(90),
        Block(0, title),
        gap(80),
        Block(0, paper.body[:room]),
        FILLER,
        Block(0, answer),
        Block(0, (bottom,)),
    ]
    return [cut_line(line, size.width) for line in pack(blocks, size.height)]


def room_for_body(paper: Paper, size: Size, wanted: int) -> int:
    """How many of the wanted lines of a body the screen has room for, above the answer and the keys."""
    top, title = _head(paper, size)
    room = size.height - len(top) - len(title) - 1
    least = min(wanted, LEAST_ON_LOW_GLASS if size.is_low else LEAST_OF_BODY)
    answer = sum(len(block.lines) for block in verdict_blocks(paper.shown, size))
    return max(1, min(wanted, max(room - answer, least)))


def _head(paper: Paper, size: Size) -> tuple[list[Line], list[Line]]:
    return state_lines(paper.bar, Task(), size), wrapped(paper.title, size.width, Ink.TITLE, most=2)


def _answer(shown: Shown | None, room: int, size: Size) -> list[Line]:
    blocks = verdict_blocks(shown, size)
    return pack(blocks, max(0, min(room, sum(len(block.lines) for block in blocks))))
