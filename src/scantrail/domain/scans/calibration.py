"""The codes that a scanner is calibrated with: scanned in this order, they show how it sends what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.words import N_

GS = "\x1d"
"""Ends a field of variable length inside a GS1 code; scanners send it in many disguises."""


class Calibration(Enum):
    """What one of the codes is for."""

    DIGITS = "digits"
    CAPITALS = "capitals"
    SMALL = "small"
    MARKS = "marks"
    """Marks, each followed by a small letter: some keyboards keep a mark back until the next key, or lose both."""
    FIELDS = "fields"
    """Two fields of GS1 with FNC1 between them."""


@dataclass(frozen=True, slots=True)
class CalibrationCode:
    """One code of the sheet, printed as Code 128."""

    asks: Calibration
    name: str
    """What it shows, for people."""
    text: str
    """What it holds; no two of the plain codes begin or end alike."""

    @property
    def is_gs1(self) -> bool:
        """Whether it is a GS1-128: begins with FNC1, and each GS in the text is an FNC1."""
        return self.asks is Calibration.FIELDS


CALIBRATION = (
    CalibrationCode(Calibration.DIGITS, N_("Digits"), "0123456789"),
    CalibrationCode(Calibration.CAPITALS, N_("Capitals"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    CalibrationCode(Calibration.SMALL, N_("Small letters"), "abcdefghijklmnopqrstuvwxyz"),
    CalibrationCode(Calibration.MARKS, N_("Marks, first part"), "-b_d.f:h/j$l%n&p(r)t*v"),
    CalibrationCode(Calibration.MARKS, N_("Marks, second part"), "+b,d;f!h?j<l=n>p@r#t]w"),
    CalibrationCode(Calibration.MARKS, N_("Marks, third part"), "'b\"d[f\\h^j`l{n|p}r~t x"),
    CalibrationCode(Calibration.FIELDS, N_("Fields of GS1"), f"91CAL{GS}92CODE"),
)
"""In the order of the sheet; every printable character of ASCII is in them. The fields are a company's own (91 to 99):
they name no product, lot or serial."""

FIRST_FIELD, SECOND_FIELD = CALIBRATION[-1].text.split(GS)
