"""Rows with every cell read and checked by its column; what is left is how rows fit together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scantrail.interchange.columns import Column
from scantrail.interchange.kinds import KINDS
from scantrail.interchange.problems import CellError, Problems, Spot
from scantrail.interchange.rows import Row
from scantrail.words import M

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A row whose cells are values: columns that are not in the file have their default."""

    kind: str
    spot: Spot
    values: dict[str, Any]
    lines: tuple[Checked, ...] = ()

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def check_rows(rows: Iterable[Row], problems: Problems) -> dict[str, list[Checked]]:
    """The rows that are right in themselves, by kind; a key that stands twice is a problem."""
    found: dict[str, list[Checked]] = {name: [] for name in KINDS}
    seen: dict[tuple[str, Key], Spot] = {}
    for row in rows:
        kind = KINDS[row.kind]
        values = _values(row, kind.columns, problems)
        lines = [_line(line, kind.lines, problems) for line in row.lines]
        if values is None or None in lines:
            continue
        key = (kind.name, tuple(values[name] for name in kind.key))
        if key in seen:
            _twice(row.spot, key[1], seen[key], problems)
            continue
        seen[key] = row.spot
        found[kind.name].append(Checked(kind.name, row.spot, values, tuple(each for each in lines if each)))
    return found


def _twice(spot: Spot, key: Key, first: Spot, problems: Problems) -> None:
    expected = M("expected each once; this is also in {spot}", spot=str(first))
    problems.add(spot, expected, value=" ".join(str(each) for each in key))


def _line(row: Row, columns: Sequence[Column], problems: Problems) -> Checked | None:
    values = _values(row, columns, problems)
    return None if values is None else Checked(row.kind, row.spot, values)


def _values(row: Row, columns: Sequence[Column], problems: Problems) -> dict[str, Any] | None:
    before = len(problems)
    values = {column.name: _cell(row, column, problems) for column in columns}
    return values if len(problems) == before else None


def _cell(row: Row, column: Column, problems: Problems) -> Any:
    raw = row.cells.get(column.name)
    if raw is None or raw in ("", []) or (isinstance(raw, str) and not raw.strip()):
        if column.required:
            problems.add(row.spot, M("expected a value; the cell is empty"), column.name)
        return column.default
    try:
        return column.read(raw)
    except CellError as error:
        found = error.value if error.value is not None else raw
        problems.add(row.spot, error.expected, column.name, found)
        return column.default
