"""Statements that travel together: on PostgreSQL in one round trip, however many they are.

Their texts are constant and written out for both engines, so that nothing is compiled on the way, and PostgreSQL parses
and plans each of them once a connection. SQLite, which is in this process, runs them one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg import Connection as Driver
from psycopg import RawCursor
from psycopg.types.numeric import Int8
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from scantrail.server.database.arrays import Texts

TO_BEGIN = "scantrail_to_begin"
"""In a connection's `info`: the statement by which its transaction begins, as long as that has not been sent."""

Answer = list[tuple[Any, ...]]
"""The rows of one statement."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question in the words of both engines. The texts are constant: many keys are one parameter."""

    postgres: str
    """Parameters are $1, $2, …; a list is a `text[]`, pairs are two of them."""
    sqlite: str
    """Parameters are ?1, ?2, …; a list is JSON, and so are pairs."""

    @classmethod
    def of_both(cls, text: str) -> Query:
        """A question that both engines understand, with parameters $1, $2, … that are no lists."""
        return cls(text, text.replace("$", "?"))

    def asks(self, *parameters: Parameter) -> Asked:
        """The question with its parameters."""
        return Asked(self, parameters)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Keys of two columns."""

    values: Sequence[tuple[str, str]]


Parameter = str | int | Sequence[str] | Pairs


class Statement(Protocol):
    """What can be sent to either engine."""

    def heard(self) -> Iterator[tuple[str, Any]]:
        """Texts and parameters, for those who listen to what a connection executes."""

    def postgres(self) -> tuple[bytes, Sequence[Any]]:
        """One text, and what goes into its places."""

    def sqlite(self, driver: Any) -> Answer:
        """Run it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its parameters."""

    query: Query
    parameters: Sequence[Parameter]

    def heard(self) -> Iterator[tuple[str, Any]]:
        """The text of PostgreSQL stands for both."""
        yield self.query.postgres, self.parameters

    def postgres(self) -> tuple[bytes, Sequence[Any]]:
        """One text, and what goes into its places."""
        return self.query.postgres.encode(), [part for each in self.parameters for part in _for_postgres(each)]

    def sqlite(self, driver: Any) -> Answer:
        """Run it, unless SQLite needs no such thing."""
        if not self.query.sqlite:
            return []
        found: Answer = driver.execute(self.query.sqlite, [_for_sqlite(each) for each in self.parameters]).fetchall()
        return found


def _for_postgres(parameter: Parameter) -> Sequence[Any]:
    if isinstance(parameter, Pairs):
        return Texts(first for first, _ in parameter.values), Texts(second for _, second in parameter.values)
    if isinstance(parameter, str):
        return (parameter,)
    return (Int8(parameter),) if isinstance(parameter, int) else (Texts(parameter),)


def _for_sqlite(parameter: Parameter) -> str | int:
    if isinstance(parameter, (str, int)):
        return parameter
    # Not in ASCII: what is no text is refused here as everywhere, and not looked for.
    return json.dumps(parameter.values if isinstance(parameter, Pairs) else list(parameter), ensure_ascii=False)


def fly(connection: Connection, *statements: Statement, and_commit: bool = False) -> list[Answer]:
    """Execute statements in their order, and the commit where it is said; gives the rows of each.

    Raises:
        DBAPIError: the database refused one of them, or is away. The transaction is to be rolled back.
    """
    for listener in connection.dispatch.before_cursor_execute:
        for each in statements:
            for text, parameters in each.heard():
                listener(connection, None, text, parameters, None, False)
    driver: Any = connection.connection.driver_connection
    with _told_as_ours(connection):
        if connection.dialect.name == "sqlite":
            return [each.sqlite(driver) for each in statements]
        return _flown(driver, connection.info.pop(TO_BEGIN, ""), statements, "COMMIT" if and_commit else "")


def _flown(driver: Driver[Any], begin: str, statements: Sequence[Statement], end: str) -> list[Answer]:
    cursors = []
    with driver.pipeline():
        if begin:
            RawCursor(driver).execute(begin.encode())
        for each in statements:
            text, parameters = each.postgres()
            cursors.append(RawCursor(driver).execute(text, parameters, prepare=True))
        if end:
            RawCursor(driver).execute(end.encode())
    return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


@contextmanager
def _told_as_ours(connection: Connection) -> Iterator[None]:
    """The driver's errors as SQLAlchemy tells them; a connection that is broken is not used again."""
    dialect = connection.dialect
    failed = dialect.loaded_dbapi.Error
    driver: Any = connection.connection.driver_connection
    try:
        yield
    except failed as error:
        is_broken = dialect.is_disconnect(error, driver, None)
        if is_broken:
            connection.invalidate(error)
        told = DBAPIError.instance(None, None, error, failed, connection_invalidated=is_broken, dialect=dialect)
        raise told from error


Row = Mapping[str, Any]
"""Column by column."""
