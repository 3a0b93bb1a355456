"""Which parts of a screen are shown when not all of them fit: the important ones, in their order from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scantrail.handheld.drawing.lines import BLANK, Line, elided_line


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a screen."""

    rank: int
    """The lower, the earlier it gets its lines."""
    lines: Sequence[Line]
    least: int = 1
    """With less room than this it is left out."""
    fit: Callable[[int], Sequence[Line]] | None = None
    """Gives the lines for less room than all of them take; else the first ones are shown."""
    fills: bool = False
    """Whether it takes, as blank lines, what the others leave."""

    def within(self, room: int) -> list[Line]:
        """Its lines in so much room."""
        if room >= len(self.lines):
            return list(self.lines)
        if room < self.least or room <= 0:
            return []
        if self.fit is not None:
            return list(self.fit(room))
        return list(self.lines[:room])


FILLER = Block(1_000, (), fills=True)


def gap(rank: int) -> Block:
    """One blank line, where there is room for air."""
    return Block(rank, (BLANK,))


def pack(blocks: Sequence[Block], height: int) -> list[Line]:
    """Exactly `height` lines: the blocks by rank as far as they fit, shown in the order they are given in."""
    shown: dict[int, list[Line]] = {}
    room = height
    for at in sorted(range(len(blocks)), key=lambda each: blocks[each].rank):
        shown[at] = blocks[at].within(room)
        room -= len(shown[at])
    lines: list[Line] = []
    for at, block in enumerate(blocks):
        lines += [BLANK] * room if block.fills else shown[at]
        room = 0 if block.fills else room
    return (lines + [BLANK] * height)[:height]


def shortened(lines: Sequence[Line], width: int) -> Callable[[int], Sequence[Line]]:
    """How a paragraph is cut: the last line that is shown says that there is more."""

    def fit(room: int) -> Sequence[Line]:
        kept = lines[:room]
        return [*kept[:-1], elided_line(kept[-1], width)]

    return fit


def window(lines: Sequence[Line], at: int) -> Callable[[int], Sequence[Line]]:
    """How a list is cut: around the line that matters now."""

    def fit(room: int) -> Sequence[Line]:
        first = max(0, min(at - room // 2, len(lines) - room))
        return lines[first : first + room]

    return fit
