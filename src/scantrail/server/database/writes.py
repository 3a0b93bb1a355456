"""Rows to write, set-wise: new ones, or those that take the place of the rows with the same key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Table

from scantrail.server.database.arrays import Array, array_for
from scantrail.server.database.flights import Answer, Row


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that writes rows of one table; their number is not part of its text."""

    table: str
    columns: tuple[str, ...]
    arrays: tuple[type[Array], ...]
    """How PostgreSQL gets each column."""
    sqlite: str
    """The text, with a name in the place of each value."""
    conflict: str
    """How the text ends: what becomes of a row whose key is taken; empty where that is an error."""

    def postgres(self, first: int) -> str:
        """The text, with a column's array in each place from $`first` on."""
        places = ", ".join(f"${first + at}::{array.sql}[]" for at, array in enumerate(self.arrays))
        return f"INSERT INTO {self.table} ({_quoted(self.columns)}) SELECT * FROM unnest({places}){self.conflict}"  # noqa: S608 - reason: names are the schema's


@cache
def insert_into(table: Table, *columns: str) -> Write:
    """Writes rows that are new. Without names, of all columns."""
    return _write(table, columns, "")


@cache
def put_into(table: Table, *columns: str) -> Write:
    """Writes rows, new or in the place of those with the same primary key. Without names, of all columns."""
    key = [column.name for column in table.primary_key]
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns or table.c.keys() if name not in key)
    return _write(table, columns, f" ON CONFLICT ({_quoted(key)}) DO UPDATE SET {changed}")


def _write(table: Table, columns: Sequence[str], conflict: str) -> Write:
    names = tuple(columns or table.c.keys())
    values = ", ".join(f":{name}" for name in names)
    sqlite = f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({values}){conflict}"  # noqa: S608 - reason: names are the schema's
    return Write(table.name, names, tuple(array_for(table.c[name].type) for name in names), sqlite, conflict)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of several tables, each named once. PostgreSQL writes all of them by one statement."""

    parts: Sequence[tuple[Write, Sequence[Row]]]

    def heard(self) -> Iterator[tuple[str, Any]]:
        """Table by table."""
        for write, rows in self.parts:
            yield write.sqlite, rows

    def postgres(self) -> tuple[bytes, Sequence[Any]]:
        """One text, and the arrays of all columns."""
        arrays = [
            array([row[name] for row in rows])
            for write, rows in self.parts
            for name, array in zip(write.columns, write.arrays, strict=True)
        ]
        return _together(tuple(write for write, _ in self.parts)), arrays

    def sqlite(self, driver: Any) -> Answer:
        """Run a statement for each table."""
        for write, rows in self.parts:
            driver.executemany(write.sqlite, rows)
        return []


def in_chunks(parts: Sequence[tuple[Write, Sequence[Row]]], size: int = 5_000) -> tuple[Written, ...]:
    """Written in as many statements as it takes for at most `size` rows of each table in one; none for no rows."""
    most = max((len(rows) for _, rows in parts), default=0)
    cuts = ([(write, rows[start : start + size]) for write, rows in parts] for start in range(0, most, size))
    return tuple(Written([(write, rows) for write, rows in cut if rows]) for cut in cuts)


@cache
def _together(writes: tuple[Write, ...]) -> bytes:
    """What is written in a WITH clause is executed whether or not anything is read of it."""
    texts, first = [], 1
    for write in writes:
        texts.append(write.postgres(first))
        first += len(write.columns)
    *before, last = texts
    named = ", ".join(f"part_{at} AS ({text})" for at, text in enumerate(before))
    return (f"WITH {named} {last}" if before else last).encode()
