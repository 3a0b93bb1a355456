"""The answer to "was that right?": glyph, words and colour, what was scanned, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import Ink, Line, Span, cut, spread, text_of, width_of, wrapped
from scantrail.handheld.drawing.packing import Block, shortened
from scantrail.handheld.text import told, visible
from scantrail.words import Message, _
from scantrail.workflows.base import Tone, Verdict

GLYPHS: dict[Tone, str] = {Tone.ACCEPTED: "✓", Tone.NOTED: "✓!", Tone.REFUSED: "✗", Tone.REPEAT: "↻"}
INKS: dict[Tone, Ink] = {
    Tone.ACCEPTED: Ink.GOOD,
    Tone.NOTED: Ink.NOTE,
    Tone.REFUSED: Ink.BAD,
    Tone.REPEAT: Ink.REPEAT,
}

ROW_INKS: dict[Tone, Ink] = {
    Tone.ACCEPTED: Ink.GOOD_ROW,
    Tone.NOTED: Ink.NOTE,
    Tone.REFUSED: Ink.BAD,
    Tone.REPEAT: Ink.REPEAT_ROW,
}
"""Of a whole row, where there is room for one."""


class Proof(Enum):
    """Whether the server has confirmed the record behind a verdict."""

    NONE = ""
    """There is no record, or none of interest."""
    WAITING = "…"
    CONFIRMED = "✓✓"
    PROVISIONAL = "○"
    """Recorded here; the server cannot be asked now. Said in words too."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A verdict on the glass."""

    tone: Tone
    title: Message | str
    scanned: str = ""
    because: Message | str = ""
    todo: Message | str = ""
    proof: Proof = Proof.NONE

    @classmethod
    def of(cls, verdict: Verdict, proof: Proof = Proof.NONE) -> Shown:
        """A workflow's verdict, with what is known of its record."""
        return cls(verdict.tone, verdict.title, verdict.scanned, verdict.because or "", verdict.todo or "", proof)


HEAD, TODO, BECAUSE = 1, 2, 25
"""Ranks: a verdict's title and what to do are never left out; why may be, on low glass."""


def verdict_blocks(shown: Shown | None, size: Size) -> list[Block]:
    """The parts of a verdict. On low glass why and what to do share a paragraph if that fits nowhere else."""
    if shown is None:
        return []
    because, todo = told(shown.because), told(shown.todo)
    ink, indent = INKS[shown.tone], 1 if size.is_narrow else 2
    why = wrapped(because, size.width, indent=indent)
    what = wrapped(todo, size.width, Ink.STRONG, indent=indent)
    head = [_head_row(shown, size.width)] if size.is_wide else _head(shown, ink, size.width)
    blocks = [Block(HEAD, head, least=1)]
    if size.is_low and because and todo:
        return [*blocks, Block(TODO, _one_paragraph(because, todo, size, indent, len(what)))]
    return [*blocks, Block(BECAUSE, why, fit=shortened(why, size.width)), Block(TODO, what)]


def whole_lines(shown: Shown, width: int) -> list[Line]:
    """A verdict with nothing of it left out, for a screen that can be scrolled."""
    head = "  ".join(filter(None, (f"{GLYPHS[shown.tone]} {told(shown.title, None)}", shown.scanned)))
    because, todo = told(shown.because, None), told(shown.todo, None)
    return [*wrapped(head, width, INKS[shown.tone]), *wrapped(because, width), *wrapped(todo, width, Ink.STRONG)]


def is_whole(shown: Shown, lines: Sequence[Line]) -> bool:
    """Whether a picture has every word of a verdict."""
    seen = _without_blanks("".join(text_of(line) for line in lines))
    parts = (told(shown.title, None), visible(shown.scanned), told(shown.because, None), told(shown.todo, None))
    return all(_without_blanks(part) in seen for part in parts)


def _without_blanks(text: str) -> str:
    return "".join(text.split())


LOW_PARAGRAPH = 3
"""Lines for why and what to do on low glass."""


def _one_paragraph(because: str, todo: str, size: Size, indent: int, least: int) -> Sequence[Line]:
    together = wrapped(f"{because} {todo}", size.width, indent=indent)
    if len(together) <= max(LOW_PARAGRAPH, least):
        return together
    return wrapped(todo, size.width, Ink.STRONG, indent=indent)


def _head_row(shown: Shown, width: int) -> Line:
    """Title, scanned text and proof in a row that has the verdict's colour from edge to edge."""
    title = f"{GLYPHS[shown.tone]} {told(shown.title)}"
    text = "  ".join(filter(None, (title, visible(shown.scanned))))
    proof = _proof_words(shown.proof)
    row = spread((Span(text),), (Span(f"{proof} "),), width)
    return tuple(Span(span.text, ROW_INKS[shown.tone]) for span in row)


def _head(shown: Shown, ink: Ink, width: int) -> list[Line]:
    title = f"{GLYPHS[shown.tone]} {told(shown.title)}"
    scanned = visible(shown.scanned)
    proof = _proof_words(shown.proof)
    whole = "  ".join(filter(None, (title, scanned)))
    right = (Span(proof, Ink.NOTE if shown.proof is Proof.PROVISIONAL else Ink.FAINT),) if proof else ()
    if width_of((Span(whole),)) + width_of(right) + bool(right) <= width:
        return [spread((Span(title, ink), Span(whole[len(title) :], Ink.STRONG)), right, width)]
    lines: list[Line] = []
    if width_of((Span(title),)) + width_of(right) + bool(right) <= width:
        lines.append(spread((Span(title, ink),), right, width))
    else:
        lines += wrapped(title, width, ink, most=2)
        if width_of((Span(scanned),)) + width_of(right) + 1 <= width:
            return [*lines, spread((Span(scanned, Ink.STRONG),), right, width)]
        lines += [right] if right else []
    if scanned:
        lines.append((Span(cut(scanned, width), Ink.STRONG),))
    return lines


def _proof_words(proof: Proof) -> str:
    return _("PROVISIONAL") if proof is Proof.PROVISIONAL else proof.value
