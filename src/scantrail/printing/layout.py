"""Where things stand on one label, for every kind of printer."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.printing.codes import WIDEST_MM, Code, Symbol
from scantrail.printing.sizes import Paper

PADDING_MM = 3.0
"""Between a label's edge and what stands on it."""

_LONGEST_TO_HEIGHT = 3.6
"""A code is no longer than this many times its label's height: of longer ones close above each other a reader of
photographs cannot tell what it has read where."""


_TALLEST_MM = {Symbol.GS1_128: 32.0}
"""What GS1 wants bars on cartons to be high (General Specifications 5.12.3), where the label has room."""
_GAP_MM, _TEXT_BELOW_MM = 1.5, 16.0
"""Between bars and the text that belongs to them, and its height."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a label, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a label stand."""

    code: Box
    """The code with the white around it."""
    bar: float
    """Its narrowest bar or square, in millimetres."""
    title: Box
    note: Box


def code_room(paper: Paper, symbol: Symbol = Symbol.CODE_128) -> float:
    """How wide a code may be on a label of this paper, in millimetres, with the white around it."""
    width, height = paper.label
    if symbol is Symbol.QR:
        return min(height, width / 2) - 2 * PADDING_MM
    return width - 2 * PADDING_MM


def layout(code: Code, paper: Paper, *, has_note: bool, is_text_below: bool = False) -> Layout:
    """Place a code and its texts: bars under the text or above it, a QR code to the left of it."""
    width, height = paper.label
    room = code_room(paper, code.symbol)
    bar = code.bar_mm(room)
    if code.symbol is not Symbol.QR:
        bar = min(bar, WIDEST_MM, code.bar_mm(height * _LONGEST_TO_HEIGHT))
    inner_height = height - 2 * PADDING_MM
    note_height = min(5.0, inner_height * 0.16) if has_note else 0.0
    if code.symbol is Symbol.QR:
        left = room + 2 * PADDING_MM
        texts = Box(left, PADDING_MM, width - left - PADDING_MM, inner_height)
        code_box = Box(PADDING_MM, (height - room) / 2, room, room)
    else:
        bars_height = min(_TALLEST_MM.get(code.symbol, 25.0), inner_height * 0.5)
        used = bar * code.modules
        texts = Box(PADDING_MM, PADDING_MM, room, inner_height - bars_height)
        code_box = Box((width - used) / 2, height - PADDING_MM - bars_height, used, bars_height)
        if is_text_below:
            below = min(texts.height - _GAP_MM, _TEXT_BELOW_MM)
            texts = Box(PADDING_MM, PADDING_MM + bars_height + _GAP_MM, room, below)
            code_box = Box(code_box.left, PADDING_MM, used, bars_height)
    title = Box(texts.left, texts.top, texts.width, (texts.height - note_height) * 0.9)
    note = Box(texts.left, texts.top + title.height, texts.width, note_height)
    return Layout(code_box, bar, title, note)
