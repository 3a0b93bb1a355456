"""Sizes of paper: a sheet that is cut into labels, or a roll of single labels."""

from __future__ import annotations

import re
from dataclasses import dataclass

MARGIN_MM = 12.0
"""Around a sheet; office printers leave about 5 mm white, whatever they are told."""
HEADING_MM = 10.0
"""Above the labels of a sheet."""

_SMALLEST_MM, _LARGEST_MM = 25, 300


@dataclass(frozen=True, slots=True)
class Paper:
    """A page and the labels on it, in millimetres."""

    width: float
    height: float
    columns: int = 1
    rows: int = 1
    is_sheet: bool = False
    """Whether it has a heading, a margin, and lines to cut along."""

    @property
    def label(self) -> tuple[float, float]:
        """Width and height of one label."""
        if not self.is_sheet:
            return self.width, self.height
        return (
            (self.width - 2 * MARGIN_MM) / self.columns,
            (self.height - 2 * MARGIN_MM - HEADING_MM) / self.rows,
        )

    @property
    def labels(self) -> int:
        """How many labels one page holds."""
        return self.columns * self.rows


_SHEETS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}

SHEETS = tuple(_SHEETS)
"""Names of the sheets; everything else is a single label, such as `100x50`."""


def paper(size: str, columns: int = 2, rows: int = 5) -> Paper | None:
    """A size by its name; None when it names none. A sheet is divided into columns and rows."""
    if size in _SHEETS:
        return Paper(*_SHEETS[size], columns, rows, is_sheet=True)
    found = re.fullmatch(r"([0-9]{2,3})x([0-9]{2,3})", size)
    if found is None:
        return None
    width, height = (int(each) for each in found.groups())
    if not _SMALLEST_MM <= min(width, height) <= max(width, height) <= _LARGEST_MM:
        return None
    return Paper(width, height)
