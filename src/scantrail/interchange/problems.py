"""What is wrong with a file: each bad cell or row, with what was expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scantrail.words import M, Message, say, visible

SHOWN_CHARACTERS = 60
"""A longer value is shown cut."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a file: `row 7` of a CSV file, as a spreadsheet counts its rows; a path such as `units[3]` in JSON."""

    file: str
    row: Message | str = ""
    order: tuple[int, ...] = ()
    """By which problems of one file are put in order."""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.file, say(self.row))))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a file from being imported."""

    spot: Spot
    expected: Message
    """What was expected, and what to do where that is not plain."""
    column: str = ""
    value: str | None = None
    """What was found; None where there is no one value."""

    def __str__(self) -> str:
        where = ", ".join(filter(None, (str(self.spot), self.column)))
        found = "" if self.value is None else f"{shown(self.value)} – "
        return visible(f"{where}: {found}{say(self.expected)}")

    def to_plain(self) -> dict[str, str | None]:
        """The same for programs."""
        return {
            "file": self.spot.file,
            "row": say(self.spot.row),
            "column": self.column,
            "value": self.value,
            "expected": say(self.expected),
        }


@dataclass(slots=True)
class Problems:
    """All that was found, in the order it was found in."""

    found: list[Problem] = field(default_factory=list)

    def add(self, spot: Spot, expected: Message, column: str = "", value: object = None) -> None:
        """Note a problem."""
        self.found.append(Problem(spot, expected, column, None if value is None else str(value)))

    def in_order(self, files: Sequence[str]) -> tuple[Problem, ...]:
        """By file, in the order the files were named in, and by row."""
        places = {name: at for at, name in enumerate(dict.fromkeys(files))}
        return tuple(sorted(self.found, key=lambda each: (places.get(each.spot.file, len(places)), each.spot.order)))

    def __bool__(self) -> bool:
        return bool(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)


class CellError(ValueError):
    """A cell does not hold what its column asks for."""

    def __init__(self, expected: Message, value: object = None) -> None:
        super().__init__(say(expected))
        self.expected = expected
        self.value = value
        """The part of the cell that is wrong; None for the whole cell."""


def shown(value: str) -> str:
    """A value in quotes, safe to print: control characters escaped, long ones cut."""
    text = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
    return '"' + "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text) + '"'


def row_spot(file: str, row: int, line: int) -> Spot:
    """A row of a CSV file, as a spreadsheet counts them.

    Its line is named too where it is another, because of cells that hold line breaks.
    """
    named = M("row {row}", row=row) if row == line else M("row {row} (line {line})", row=row, line=line)
    return Spot(file, named, (row,))
