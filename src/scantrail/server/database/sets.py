"""Set-wise statements: a constant number of round trips, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy import Row as Found

from scantrail.server.database.flights import Row, fly
from scantrail.server.database.writes import Written, insert_into, put_into

T = TypeVar("T")

CHUNK = 5_000
"""Values in one IN list, and rows in one statement; both engines take more."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Values in lists of at most `size`."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def rows_with(
    connection: Connection, table: Table, column: ColumnElement[Any], values: Iterable[Any]
) -> list[Found[Any]]:
    """The rows of a table whose column has one of these values."""
    found: list[Found[Any]] = []
    for part in chunks(sorted(set(values))):
        found.extend(connection.execute(select(table).where(column.in_(part))))
    return found


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
