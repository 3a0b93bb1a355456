"""How many statements a PostgreSQL server executes for us, and how often we wait for it, by what goes over the line.

libpq itself tells each message, so it does not matter by which library a statement is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from psycopg.pq import Trace
from psycopg.pq.abc import PGconn
from sqlalchemy import event

from scantrail.server.database.engine import Database


@dataclass(frozen=True, slots=True)
class Count:
    """What was said to the database."""

    statements: int
    """Executed; those that begin or end a transaction, and empty ones, are round trips only."""
    round_trips: int
    """Waits for the server: after a query, after a flight of several, and before the rows of a COPY."""


@contextmanager
def counting(database: Database) -> Iterator[Counter]:
    """Count what goes through connections that a PostgreSQL database opens from now on."""
    with ExitStack() as stack:
        counter = Counter()

        def connected(connection: Any, _record: Any) -> None:
            file = stack.enter_context(NamedTemporaryFile())
            counter.add(connection.pgconn, file)

        event.listen(database.engine, "connect", connected)
        try:
            yield counter
        finally:
            event.remove(database.engine, "connect", connected)
            database.engine.dispose()


class Counter:
    """Reads what libpq tells of the connections that are counted."""

    def __init__(self) -> None:
        self._told: list[tuple[PGconn, IO[bytes]]] = []

    def add(self, connection: PGconn, file: IO[bytes]) -> None:
        """Count one more connection, whose messages are told in this file."""
        self._told.append((connection, file))
        _tell(connection, file)

    def so_far(self) -> Count:
        """All since the beginning."""
        counts = [_count(_messages(connection, file)) for connection, file in self._told]
        return Count(sum(each.statements for each in counts), sum(each.round_trips for each in counts))


def _count(messages: Iterable[tuple[str, str, str]]) -> Count:
    statements = round_trips = 0
    is_waiting = False
    for sender, what, said in messages:
        if sender == "B" and what == "CommandComplete":
            statements += 0 if said.strip('"') in _AROUND else 1
        elif sender == "B" and what == "ReadyForQuery":
            is_waiting = False
        elif sender == "F" and what == "CopyDone":
            round_trips += 1
        elif sender == "F" and what in _AWAITED and not is_waiting:
            round_trips += 1
            is_waiting = what != "Flush"
    return Count(statements, round_trips)


_AWAITED = ("Query", "Sync", "Flush")
_AROUND = ("BEGIN", "COMMIT", "ROLLBACK")


def _tell(connection: PGconn, file: IO[bytes]) -> None:
    connection.trace(file.fileno())
    connection.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)


def _messages(connection: PGconn, file: IO[bytes]) -> Iterator[tuple[str, str, str]]:
    """Message by message: F for the client or B for the server, what it is, and what it says."""
    connection.untrace()  # writes what libpq still keeps
    text = Path(file.name).read_text("utf-8", "replace")
    _tell(connection, file)
    for line in text.split("\n"):
        sender, *rest = line.split("\t")
        if sender in ("F", "B") and len(rest) > 1:  # others are the later lines of a statement's text
            yield sender, rest[1], "".join(rest[2:]).strip()
