"""Set-wise statements: a constant number of round trips, whatever the number of rows."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table

from scantrail.server.database.flights import Query, Row, fly
from scantrail.server.database.writes import Written, insert_into, put_into

T = TypeVar("T")

CHUNK = 5_000
"""Values in one IN list, and rows in one statement; both engines take more."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Values in lists of at most `size`."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def rows_with(connection: Connection, table: Table, column: ColumnElement[Any], values: Iterable[str]) -> list[Any]:
    """The rows of a table whose column has one of these texts, column by column under their names."""
    query, row = _rows_with(table, column.name)
    found: list[Any] = []
    for part in chunks(sorted(set(values))):
        found.extend(map(row._make, fly(connection, query.asks(part))[0]))
    return found


@cache
def _rows_with(table: Table, column: str) -> tuple[Query, Any]:
    """Constant text: with its values in it, it would be another for every number of them, and parsed each time."""
    names = table.c.keys()
    listed = ", ".join(f'"{name}"' for name in names)
    begins = f'SELECT {listed} FROM {table.name} WHERE "{column}"'  # noqa: S608 - reason: names are the schema's
    in_list = "IN (SELECT value FROM json_each(?1))"
    return Query(f"{begins} = ANY($1)", f"{begins} {in_list}"), _named(table.name, names)


_named: Any = namedtuple  # noqa: PYI024 - reason: the columns are the schema's, and not written out again


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns.

    Raises:
        DBAPIError: the database refused them, for example as IntegrityError.
    """
    for part in chunks(rows):
        fly(connection, Written([(insert_into(table, *part[0]), part)]))


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns, each with a primary key of its own, or put them in the place of others.

    Raises:
        DBAPIError: the database refused them, for example as IntegrityError.
    """
    for part in chunks(rows):
        fly(connection, Written([(put_into(table, *part[0]), part)]))
