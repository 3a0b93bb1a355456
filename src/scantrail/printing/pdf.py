"""Labels as PDF: sheets to cut, or one label a page. Bars are drawn as areas, not as pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.colors import black, gray
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from scantrail.domain.scans.calibration import GS
from scantrail.printing.codes import QR_QUIET_MODULES, Code, Symbol
from scantrail.printing.labels import Label
from scantrail.printing.layout import Box, Layout, layout
from scantrail.printing.sizes import HEADING_MM, MARGIN_MM, Paper
from scantrail.printing.texts import printable, shortened
from scantrail.words import M, say

BOLD, PLAIN = "bold", "plain"
_FILES = {BOLD: ("DejaVuSans-Bold.ttf", "VeraBd.ttf"), PLAIN: ("DejaVuSans.ttf", "Vera.ttf")}
"""The system's font with letters of most of Europe, else the one that comes with the library."""

_SMALLEST_PT = 6.0
_DOT = 72 / 203
"""Points in a dot of the coarsest printer, 203 dots an inch."""
_FNC1 = "\xf1"


def pdf(labels: Sequence[Label], paper: Paper, heading: str) -> bytes:
    """A file with these labels, page by page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(paper.width * mm, paper.height * mm), pageCompression=1)
    canvas.setTitle(heading)
    pages = [labels[start : start + paper.labels] for start in range(0, len(labels), paper.labels)]
    for number, page in enumerate(pages, 1):
        if paper.is_sheet:
            _draw_frame(canvas, paper, heading, say(M("Page {number} of {count}", number=number, count=len(pages))))
        for place, label in enumerate(page):
            _draw_label(canvas, paper, place, label)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def without_shape(labels: Sequence[Label]) -> str:
    """Characters in the labels' texts that the font here cannot draw; their numbers are printed instead."""
    return "".join(sorted({each for label in labels for each in label.title + label.note if not _has_shape(each)}))


@cache
def _font(name: str) -> TTFont:
    for file in _FILES[name]:
        try:
            font = TTFont(name, file)
        except TTFError:
            continue
        registerFont(font)
        return font
    raise FileNotFoundError(_FILES[name][-1])


def _has_shape(character: str) -> bool:
    return all(ord(character) in _font(name).face.charToGlyph for name in (BOLD, PLAIN))


def _draw_frame(canvas: Canvas, paper: Paper, heading: str, page: str) -> None:
    """The heading, the page's number, and lines to cut along."""
    top = (paper.height - MARGIN_MM - 4) * mm
    left, right = MARGIN_MM * mm, (paper.width - MARGIN_MM) * mm
    canvas.setFillColor(black)
    _write(canvas, BOLD, 13, left, top, _fitting(heading, BOLD, 13, right - left - 40 * mm))
    canvas.setFont(_font(PLAIN).fontName, 8)
    canvas.drawRightString(right, top, page)
    canvas.setStrokeColor(gray)
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 2)
    width, height = paper.label
    lower, upper = MARGIN_MM * mm, (MARGIN_MM + paper.rows * height) * mm
    for column in range(paper.columns + 1):
        x = (MARGIN_MM + column * width) * mm
        canvas.line(x, lower, x, upper)
    for row in range(paper.rows + 1):
        y = (MARGIN_MM + row * height) * mm
        canvas.line(left, y, right, y)
    canvas.setDash()


def _draw_label(canvas: Canvas, paper: Paper, place: int, label: Label) -> None:
    width, height = paper.label
    row, column = divmod(place, paper.columns)
    edge, head = (MARGIN_MM, MARGIN_MM + HEADING_MM) if paper.is_sheet else (0.0, 0.0)
    canvas.saveState()
    left = (edge + column * width) * mm
    canvas.translate(left, (paper.height - head - row * height) * mm)
    canvas.setFillColor(black)
    placed = layout(label.code, paper, has_note=bool(label.note), is_text_below=label.is_text_below)
    _draw_code(canvas, label.code, placed, left)
    centred = label.code.symbol is not Symbol.QR
    _draw_text(canvas, label.title, BOLD, placed.title, centred=centred)
    if label.note:
        _draw_text(canvas, label.note, PLAIN, placed.note, centred=centred)
    canvas.restoreState()


def _draw_code(canvas: Canvas, code: Code, placed: Layout, label_left: float) -> None:
    """Bars begin and end on the dots of the coarsest printer: between two of them they come out uneven."""
    box, bottom = placed.code, -(placed.code.top + placed.code.height) * mm
    if code.symbol is Symbol.QR:
        qr = QrCode(code.text, width=box.width * mm, height=box.height * mm, qrLevel="M", qrBorder=QR_QUIET_MODULES)
        qr.drawOn(canvas, box.left * mm, bottom)
        return
    is_gs1 = code.symbol is Symbol.GS1_128
    value = _FNC1 + code.text.replace(GS, _FNC1) if is_gs1 else code.text
    dots = max(1, int(placed.bar * mm / _DOT + 0.05))
    bars = Code128(value, barWidth=dots * _DOT, barHeight=box.height * mm, quiet=0)
    left = label_left + box.left * mm + (box.width * mm - bars.width) / 2
    bars.drawOn(canvas, round(left / _DOT) * _DOT - label_left, bottom)


def _draw_text(canvas: Canvas, text: str, font: str, box: Box, *, centred: bool) -> None:
    """As large as the box allows, on its middle line."""
    shown = printable(text, _has_shape)
    room = box.width * mm
    size = min(box.height * mm * 0.8, 60.0)
    wide = stringWidth(shown, _font(font).fontName, size)
    size = max(_SMALLEST_PT, size * min(1.0, room / wide)) if wide else size
    shown = _fitting(shown, font, size, room)
    indent = (room - stringWidth(shown, _font(font).fontName, size)) / 2 if centred else 0.0
    baseline = -(box.top + box.height / 2) * mm - size * 0.36
    _write(canvas, font, size, box.left * mm + indent, baseline, shown)


def _fitting(text: str, font: str, size: float, room: float) -> str:
    return shortened(text, lambda each: stringWidth(each, _font(font).fontName, size) <= room + 0.01)


def _write(canvas: Canvas, font: str, size: float, x: float, y: float, text: str) -> None:
    canvas.setFont(_font(font).fontName, size)
    canvas.drawString(x, y, text)
