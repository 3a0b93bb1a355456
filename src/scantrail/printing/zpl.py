"""Labels as ZPL II, the language of Zebra's and many other label printers; the printer draws the bars itself."""

from __future__ import annotations

from collections.abc import Sequence

from scantrail.domain.scans.calibration import GS
from scantrail.printing.codes import QR_QUIET_MODULES, QUIET_MODULES, Code, Symbol
from scantrail.printing.labels import Label
from scantrail.printing.layout import Box, Layout, layout
from scantrail.printing.sizes import Paper
from scantrail.printing.texts import printable, shortened
from scantrail.words import M, Message

DOTS_PER_MM = {203: 8, 300: 12, 600: 24}
"""By the printer's dots an inch, as they are called."""

_SMALLEST_DOTS = 15
"""Height of the smallest text that people read."""
_LETTER = 0.62
"""Width of a capital of the printer's scalable font, of its height; a letter beyond Cyrillic is as wide as high."""

_WIDEST_DOTS = 10
"""The widest bar or square that every printer takes."""

_START_B, _START_C = ">:", ">;"
_FNC1 = ">8"
_IN_SET_B = {">": ">0", "^": "><", "~": ">=", GS: _FNC1}
"""How the printer wants these inside a Code 128 of set B."""


def zpl_problem(label: Label) -> Message | None:
    """Why a label printer cannot be trusted with a label; None when it can."""
    if label.code.text.isascii():
        return None
    return M("expected a code of ASCII: label printers encode other characters each in its own way. Print it as PDF")


def zpl(labels: Sequence[Label], paper: Paper, dots: int) -> str:
    """A file that prints these labels; `dots` are those of the printer in a millimetre."""
    return "".join(_label(each, paper, dots) for each in labels)


def _label(label: Label, paper: Paper, dots: int) -> str:
    placed = layout(label.code, paper, has_note=bool(label.note), is_text_below=label.is_text_below)
    lines = [
        "^XA",
        "^CI28",  # texts are UTF-8
        f"^PW{round(paper.width * dots)}^LL{round(paper.height * dots)}^LH0,0",
        _text(label.title, placed.title, dots),
        *([_text(label.note, placed.note, dots)] if label.note else []),
        _code(label.code, placed, dots),
        "^XZ",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str, box: Box, dots: int) -> str:
    room, most = box.width * dots, round(box.height * dots * 0.8)
    shown = printable(text, lambda each: ord(each) < 0x10000)
    height = max(_SMALLEST_DOTS, min(most, int(room / max(1.0, _ems(shown)))))
    shown = shortened(shown, lambda each: _ems(each) * height <= room)
    top = round(box.top * dots + (box.height * dots - height) / 2)
    return f"^FO{round(box.left * dots)},{top}^A0N,{height},{height}^FH_^FD{escaped(shown)}^FS"


def _ems(text: str) -> float:
    return sum(_LETTER if each < "\u0530" else 1.0 for each in text)


def _code(code: Code, placed: Layout, dots: int) -> str:
    box, is_qr = placed.code, code.symbol is Symbol.QR
    bar = min(max(1, int(placed.bar * dots + 1e-6)), _WIDEST_DOTS)
    inset = (box.width * dots - bar * code.modules) / 2 + bar * (QR_QUIET_MODULES if is_qr else QUIET_MODULES)
    place = f"^FO{round(box.left * dots + inset)},{round(box.top * dots + (inset if is_qr else 0))}"
    if is_qr:
        return f"{place}^BQN,2,{bar}^FH_^FDMA,{escaped(code.text)}^FS"
    return f"{place}^BY{bar}^BCN,{round(box.height * dots)},N,N,N^FH_^FD{escaped(_in_code_128(code))}^FS"


def _in_code_128(code: Code) -> str:
    first = _FNC1 if code.symbol is Symbol.GS1_128 else ""
    if code.is_in_pairs:
        return _START_C + first + code.text
    return _START_B + first + "".join(_IN_SET_B.get(each, each) for each in code.text)


def escaped(text: str) -> str:
    """Field data in which only letters, digits and a few marks stand for themselves; the rest are bytes in hexadecimal.

    So nothing in it can begin a command of the printer.
    """
    return "".join(
        each if each.isascii() and (each.isalnum() or each in " ->:.") else _hexadecimal(each) for each in text
    )


def _hexadecimal(character: str) -> str:
    return "".join(f"_{byte:02X}" for byte in character.encode("utf-8", "replace"))
