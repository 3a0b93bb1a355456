"""What a printed code holds, how it is printed, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.words import M, Message


class Symbol(Enum):
    """The kinds of code that are printed."""

    CODE_128 = "Code 128"
    GS1_128 = "GS1-128"
    QR = "QR"


NARROWEST_MM = 0.25
"""A narrowest bar that every scanner reads and a printer of 203 dots an inch prints exactly: two dots."""
WIDEST_MM = 0.5
"""A wider one wins no distance that somebody would scan a label from."""

QUIET_MODULES = 10
"""White on each side of a Code 128, in narrowest bars."""
QR_QUIET_MODULES = 4
"""White around a QR code, in its squares."""
QR_SMALLEST_MM = 0.5
"""One square of a QR code at the least."""

_QR_BYTES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""What a QR code with medium error correction holds, by version from 1."""


@dataclass(frozen=True, slots=True)
class Code:
    """A text as a code."""

    text: str
    """For GS1-128, GS stands for each FNC1 but the first."""
    symbol: Symbol

    @property
    def modules(self) -> int:
        """How wide it is at the most, in narrowest bars or squares, with the white around it."""
        if self.symbol is Symbol.QR:
            return 17 + 4 * _qr_version(self.text) + 2 * QR_QUIET_MODULES
        characters = len(self.text) // (1 + self.is_in_pairs) + (self.symbol is Symbol.GS1_128)
        return 11 * (characters + 2) + 13 + 2 * QUIET_MODULES

    @property
    def is_in_pairs(self) -> bool:
        """Whether each of its bars' characters stands for two digits (Code 128, set C)."""
        digits = self.text.isascii() and self.text.isdecimal()
        return self.symbol is Symbol.GS1_128 and digits and len(self.text) % 2 == 0

    def bar_mm(self, width_mm: float) -> float:
        """How wide its narrowest bar or square is, when all of it fills this width."""
        return width_mm / self.modules


def linear_problem(text: str, width_mm: float) -> Message | None:
    """Why a text cannot be a Code 128 of this width that scans as itself; None when it can."""
    odd = next((each for each in text if not " " <= each <= "~"), None)
    if odd is not None:
        return M("expected letters, digits and marks of ASCII, got {character!a}", character=odd)
    if not text or text != text.strip():
        return M("expected no space at its ends: a scan loses it") if text else M("expected a text, got none")
    longest = _longest(width_mm)
    if len(text) > longest:
        return M(
            "expected at most {longest} characters on a label of this size, got {length}",
            longest=longest,
            length=len(text),
        )
    return None


def qr_problem(text: str, side_mm: float) -> Message | None:
    """Why a text cannot be a QR code of this size; None when it can."""
    if not text:
        return M("expected a text, got none")
    if any(not each.isprintable() for each in text):
        return M("expected letters, digits and marks, got a character that does not print")
    if len(text.encode()) > _QR_BYTES[-1] or Code(text, Symbol.QR).bar_mm(side_mm) < QR_SMALLEST_MM:
        return M("expected a shorter text or a larger label, got {length} characters", length=len(text))
    return None


def _longest(width_mm: float) -> int:
    return int((width_mm / NARROWEST_MM - Code("", Symbol.CODE_128).modules) // 11)


def _qr_version(text: str) -> int:
    size = len(text.encode("utf-8", "replace"))
    return next((version for version, most in enumerate(_QR_BYTES, 1) if size <= most), len(_QR_BYTES))
