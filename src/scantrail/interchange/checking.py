"""Rows with every cell read and checked by its column; what is left is how rows fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scantrail.interchange.columns import Column
from scantrail.interchange.kinds import KINDS
from scantrail.interchange.problems import CellError, Problems, Spot
from scantrail.interchange.rows import Row
from scantrail.words import M

Key = tuple[Any, ...]

STEP = 1_000
"""Rows between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A row whose cells are values: columns that are not in the file have their default."""

    kind: str
    spot: Spot
    values: dict[str, Any]
    lines: tuple[Checked, ...] = ()

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(slots=True)
class CheckedRows:
    """The rows that are right in themselves, by kind, and the keys of those that are not."""

    by_kind: dict[str, list[Checked]] = field(default_factory=lambda: {name: [] for name in KINDS})
    rejected: set[tuple[str, Key]] = field(default_factory=set)
    """Kind and key as written: what refers to such a row is not another problem."""

    def __getitem__(self, kind: str) -> list[Checked]:
        return self.by_kind[kind]


def check_rows(rows: Sequence[Row], problems: Problems, checked: Callable[[int], None]) -> CheckedRows:
    """Check rows one by one; a key that stands twice is a problem. `checked` is told how many are done."""
    found = CheckedRows()
    seen: dict[tuple[str, Key], Spot] = {}
    readers = {name: (_Reader(kind.columns), _Reader(kind.lines)) for name, kind in KINDS.items()}
    for number, row in enumerate(rows):
        if number % STEP == 0:
            checked(number)
        columns, line_columns = readers[row.kind]
        values = columns.values(row, problems)
        lines = tuple(_lines(row, line_columns, problems))
        names = KINDS[row.kind].key
        if values is None or len(lines) != len(row.lines):
            found.rejected.add((row.kind, tuple(_written(row.cells.get(name)) for name in names)))
            continue
        key = (row.kind, tuple(values[name] for name in names))
        first = seen.setdefault(key, row.spot)
        if first is row.spot:
            found.by_kind[row.kind].append(Checked(row.kind, row.spot, values, lines))
        else:
            _twice(row.spot, key[1], first, problems)
    return found


def _twice(spot: Spot, key: Key, first: Spot, problems: Problems) -> None:
    expected = M("expected each once; this is also in {spot}", spot=str(first))
    problems.add(spot, expected, value=" ".join(str(each) for each in key))


def _written(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _lines(row: Row, reader: _Reader, problems: Problems) -> Iterator[Checked]:
    for line in row.lines:
        values = reader.values(line, problems)
        if values is not None:
            yield Checked(line.kind, line.spot, values)


class _Reader:
    """Reads the cells of one kind's rows; what a text means in a column is worked out once."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {column.name: column for column in columns}
        self._needed = [column.name for column in self._columns.values() if column.required]
        self._defaults = {column.name: column.default for column in self._columns.values()}
        self._known: dict[str, dict[str, Any]] = {name: {} for name in self._columns}

    def values(self, row: Row, problems: Problems) -> dict[str, Any] | None:
        """The row's values by column; None when one of them is wrong."""
        before = len(problems)
        values = dict(self._defaults)
        filled = {name: cell for name, cell in row.cells.items() if not _is_empty(cell)}
        for name in self._needed:
            if name not in filled:
                problems.add(row.spot, M("expected a value; the cell is empty"), name)
        for name, cell in filled.items():
            known = self._known[name]
            if isinstance(cell, str) and cell in known:
                values[name] = known[cell]
                continue
            try:
                values[name] = self._columns[name].read(cell)
            except CellError as error:
                problems.add(row.spot, error.expected, name, cell if error.value is None else error.value)
                continue
            if type(cell) is str:
                known[cell] = values[name]
        return values if len(problems) == before else None


def _is_empty(cell: Any) -> bool:
    return not cell.strip() if isinstance(cell, str) else cell is None or cell == []
