"""The thing to find in letters four lines high, to be read at arm's length: made of half blocks."""

from __future__ import annotations

from scantrail.handheld.drawing.lines import Ink, Line, Span

HEIGHT = 4
"""Lines that a row of large letters takes."""
MOST_ROWS = 2

_FONT: dict[str, str] = {
    "0": "3e5149453e", "1": "427f40", "2": "4261514946", "3": "2141454b31", "4": "1814127f10",
    "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e",
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941",
    "F": "7f09090901", "G": "3e4149497a", "H": "7f0808087f", "I": "417f41", "J": "2040413f01",
    "K": "7f08142241", "L": "7f40404040", "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e",
    "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946", "S": "4649494931", "T": "01017f0101",
    "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463", "Y": "0708700807",
    "Z": "6151494543", "-": "080808", ".": "6060", "/": "2010080402", "_": "40404040", "+": "08083e0808",
    ":": "3636", " ": "0000",
}  # fmt: skip
"""The 5×7 letters of dot-matrix displays: columns from the left, two hexadecimal digits each, lowest bit on top."""

_HALVES = " ▀▄█"
"""Nothing, the upper pixel, the lower pixel, both."""


def large_lines(text: str, width: int) -> list[Line]:
    """A text in large letters in one or two rows, broken after a `-` or a space; nothing where that has no room.

    Small letters are drawn as they are, in no large form: a text with one of them, or with any other character that the
    font lacks, gives nothing too.
    """
    rows = _rows(text, width) if text and all(each in _FONT for each in text) else []
    return [(Span(line.rstrip(), Ink.STRONG),) for row in rows for line in _drawn(row)]


def _rows(text: str, width: int) -> list[str]:
    """The text in as few rows as it takes; none if it takes too many."""
    rows = [""]
    for part in _parts(text):
        if rows[-1] and _width(rows[-1] + part) > width:
            rows.append("")
        rows[-1] += part
    fits = len(rows) <= MOST_ROWS and all(_width(row) <= width for row in rows)
    return rows if fits else []


def _parts(text: str) -> list[str]:
    """What stays together: `CM500-`, `2025-`, `0047`."""
    parts = [""]
    for character in text:
        parts[-1] += character
        if character in "- ":
            parts.append("")
    return list(filter(None, parts))


def _width(text: str) -> int:
    return sum(len(_FONT[each]) // 2 + 1 for each in text) - 1


def _drawn(text: str) -> list[str]:
    columns = [column for each in text for column in (*bytes.fromhex(_FONT[each]), 0)]
    return ["".join(_HALVES[column >> 2 * line & 3] for column in columns) for line in range(HEIGHT)]
