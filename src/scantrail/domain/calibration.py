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
    MORE_MARKS = "more_marks"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class CalibrationCode:
    """One code of the sheet, printed as Code 128."""

    asks: Calibration
    name: str
    """What it shows, for people."""
    text: str
    """What it holds; every printable character of ASCII is in exactly one of the plain codes."""
    is_gs1: bool = False
    """Whether it is a GS1-128: begins with FNC1, and each GS in the text is an FNC1."""


CALIBRATION = (
    CalibrationCode(Calibration.DIGITS, N_("Digits"), "0123456789"),
    CalibrationCode(Calibration.CAPITALS, N_("Capitals"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    CalibrationCode(Calibration.SMALL, N_("Small letters"), "abcdefghijklmnopqrstuvwxyz"),
    CalibrationCode(Calibration.MARKS, N_("Marks of GS1"), "!\"%&'()*+,-./:;<=>?_"),
    CalibrationCode(Calibration.MORE_MARKS, N_("Other marks"), "$@[\\] ^`{|}~#"),
    CalibrationCode(Calibration.FIELDS, N_("Fields of GS1"), f"91CAL{GS}92CODE", is_gs1=True),
)
"""In the order of the sheet. The fields are a company's own (91 to 99): they name no product, lot or serial."""
