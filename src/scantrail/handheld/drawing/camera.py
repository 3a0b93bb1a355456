"""What the camera sees, in half blocks or in letters, and what it has read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scantrail.handheld.drawing.bars import Bar, Size, Task, keys_line, state_lines, typing_line
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, Shade, Span, cut_line, ink, width_of, wrapped
from scantrail.handheld.keys import Action
from scantrail.scanning.acceptance import Code
from scantrail.scanning.camera.aiming import BOX
from scantrail.scanning.camera.messages import Preview

HALF_BLOCK = "▀"
LETTERS = " .:-=+*#%@"
"""From dark to light, where there are no colours."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Everything the camera's screen shows while it looks."""

    title: str
    codes: Sequence[Code]
    bar: Bar
    preview: Preview | None
    """None until there is a picture."""
    has_colour: bool = True
    keys: Sequence[Action] = ()
    typed: str = ""
    has_box: bool = True
    """Whether to show where a code should be."""


def draw_finder(finder: Finder, size: Size) -> list[Line]:
    """The screen in exactly `size.height` lines: the picture takes what the words leave."""
    above = [*state_lines(finder.bar, Task(), size), *wrapped(finder.title, size.width, Ink.TITLE, most=2)]
    below = _code_lines(finder.codes, size)
    bottom = typing_line(finder.typed, size.width) if finder.typed else keys_line(finder.keys, size.width)
    room = size.height - len(above) - len(below) - 1
    picture = _picture(finder, Size(size.width, room)) if finder.preview and room > 0 else []
    blank = [BLANK] * (room - len(picture))
    return [cut_line(line, size.width) for line in (*above, *picture, *blank, *below, bottom)][: size.height]


def _code_lines(codes: Sequence[Code], size: Size) -> list[Line]:
    """The codes in view, believed ones first."""
    best = sorted(codes, key=lambda code: not code.accepted)[: 1 if size.is_low else 3]
    return [_code_line(code, size.width) for code in best]


def _code_line(code: Code, width: int) -> Line:
    glyph, how = ("✓ ", Ink.GOOD) if code.accepted else ("? ", Ink.NOTE)
    line = (Span(glyph, how), *ink(code.text, how))
    kind = ink(f"  {code.symbology.value}", Ink.FAINT)
    return (*line, *kind) if width_of(line) + width_of(kind) <= width else line


def _picture(finder: Finder, room: Size) -> list[Line]:
    """The picture with the aiming box, in the middle of the glass."""
    assert finder.preview is not None
    width, height = _fitted(finder.preview, room)
    grid = levels(finder.preview, width, 2 * height)
    cell = _half_block if finder.has_colour else _letter
    box = _box(width, height) if finder.has_box else {}
    edge = Span(" " * ((room.width - width) // 2))
    return [(edge, *_row(grid[2 * row], grid[2 * row + 1], row, box, cell)) for row in range(height)]


def _fitted(preview: Preview, room: Size) -> tuple[int, int]:
    """Columns and lines for a picture in its shape: a cell is twice as high as wide."""
    by = min(room.width / preview.width, 2 * room.height / preview.height)
    return max(1, int(preview.width * by)), max(1, min(room.height, round(preview.height * by / 2)))


@lru_cache(maxsize=2)
def levels(preview: Preview, columns: int, rows: int) -> tuple[bytes, ...]:
    """The picture in so many columns and rows, each the mean of the pixels it stands for."""
    across = [(at * preview.width // columns, (at + 1) * preview.width // columns) for at in range(columns)]
    down = [(at * preview.height // rows, (at + 1) * preview.height // rows) for at in range(rows)]
    return tuple(bytes(_mean(preview, x, y) for x in across) for y in down)


def _mean(preview: Preview, across: tuple[int, int], down: tuple[int, int]) -> int:
    (left, right), (top, bottom) = across, down
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    total = sum(
        sum(preview.grey[row * preview.width + left : row * preview.width + right]) for row in range(top, bottom)
    )
    return total // ((right - left) * (bottom - top))


def _box(width: int, height: int) -> dict[tuple[int, int], str]:
    """The glyphs of the aiming box, by column and line."""
    left, right = int(BOX.left * width), int(BOX.right * width) - 1
    top, bottom = int(BOX.top * height), int(BOX.bottom * height) - 1
    if right - left < 2 or bottom <= top:
        return {}
    flat = {(column, row): "─" for column in range(left, right) for row in (top, bottom)}
    upright = {(column, row): "│" for row in range(top, bottom) for column in (left, right)}
    return flat | upright | {(left, top): "┌", (right, top): "┐", (left, bottom): "└", (right, bottom): "┘"}


Cell = Callable[[int, int], Span]


def _row(upper: bytes, lower: bytes, row: int, box: dict[tuple[int, int], str], cell: Cell) -> Line:
    """A line of cells; neighbours that look alike are written together."""
    spans: list[Span] = []
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        span = Span(box[column, row], Ink.STRONG) if (column, row) in box else cell(above, below)
        if spans and spans[-1].ink == span.ink:
            span = Span(spans.pop().text + span.text, span.ink)
        spans.append(span)
    return tuple(spans)


def _half_block(above: int, below: int) -> Span:
    return Span(HALF_BLOCK, Shade(above * Shade.LEVELS // 256, below * Shade.LEVELS // 256))


def _letter(above: int, below: int) -> Span:
    return Span(LETTERS[(above + below) // 2 * len(LETTERS) // 256])
