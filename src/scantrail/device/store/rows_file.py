"""The file with the server's rows, beside the store's own: made empty here, or taken from a snapshot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scantrail.domain.plain import PlainError, from_plain
from scantrail.protocol.messages import Row, RowKind, SettledRecord
from scantrail.protocol.rows import INDEXES, STATEMENTS, TABLE_NAMES, UNIT_FACTS, columns_of, value_of
from scantrail.protocol.snapshot import Snapshot
from scantrail.sqlite import sqlite3

FIRST = "rows-0.db"
"""The file of a new store; a snapshot brings its own."""

_SIDE = ("", "-wal", "-shm", "-journal")
"""A database's files: their names go on like this."""


class RowsUnusable(Exception):
    """A file holds something else than the server's rows; the text says what."""


def make_rows(path: Path) -> None:
    """Make a file with the tables and nothing in them, in place of one that was begun."""
    remove(path)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN")
        for statement in (*STATEMENTS, *INDEXES):
            connection.execute(statement)
        connection.execute("INSERT INTO followed VALUES (1, '', '{}', '{}', 0)")
        connection.execute("COMMIT")
    make_durable(path)


def name_after(name: str) -> str:
    """The name of the file that takes the place of this one; never its own, since both are there for a moment."""
    return f"rows-{int(name.removeprefix('rows-').removesuffix('.db')) + 1}.db"


def remove(path: Path) -> None:
    """Take a database away, with the files that go with it."""
    for side in _SIDE:
        path.with_name(path.name + side).unlink(missing_ok=True)


def remove_others(folder: Path, name: str) -> None:
    """Take away the rows of every other file: those that were there before, and those that never came to be used."""
    for path in folder.glob("rows-*.db*"):
        if not path.name.startswith(name):
            path.unlink(missing_ok=True)


def prepare_rows(path: Path, snapshot: Snapshot) -> None:
    """Make sure that a file holds what the changes would have brought, and write down where it stands; durably.

    Units are compared with their bodies by the database, all others are read as the changes are. A unit's body is
    read when it is asked for.

    Raises:
        RowsUnusable: it does not; the file must not be used.
    """
    with _telling():
        _check_tables(path)
        with ThreadPoolExecutor(3) as beside:
            for check in [beside.submit(each, path) for each in (_check_pages, _check_units, _check_others)]:
                check.result()
        with closing(_opened(path)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("DELETE FROM followed")
            where = (snapshot.server_epoch, json.dumps(snapshot.cursor), json.dumps(snapshot.heads))
            connection.execute("INSERT INTO followed VALUES (1, ?, ?, ?, 0)", where)
        make_durable(path)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, PlainError, ValueError) as error:
        raise RowsUnusable(str(error)) from error


def make_durable(path: Path) -> None:
    """Have a file and its name survive a flat battery."""
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that trusts nothing in the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


_MADE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"


def _check_tables(path: Path) -> None:
    """No table, trigger or view more or less than ours."""
    with closing(sqlite3.connect(":memory:")) as ours, closing(_opened(path)) as theirs:
        for statement in (*STATEMENTS, *INDEXES):
            ours.execute(statement)
        expected, found = ours.execute(_MADE).fetchall(), theirs.execute(_MADE).fetchall()
    if found != expected:
        raise RowsUnusable("its tables are others than this device's")


def _check_pages(path: Path) -> None:
    with closing(_opened(path)) as connection:
        (word,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if word != "ok":
        raise RowsUnusable(word)


_FACTS = ", ".join(fact.format(body="body") for fact in UNIT_FACTS.values())
_OTHER_THAN_ITS_BODY = f"SELECT id FROM units WHERE ({', '.join(UNIT_FACTS)}) IS NOT ({_FACTS}) LIMIT 1"  # noqa: S608 - our own names
_LABELS_MISSING = "SELECT (SELECT count(*) FROM labels) < (SELECT count(*) FROM units)"


def _check_units(path: Path) -> None:
    with closing(_opened(path)) as connection:
        wrong = connection.execute(_OTHER_THAN_ITS_BODY).fetchone()
        if wrong is not None:
            raise RowsUnusable(f"unit {wrong[0]} is looked up by other facts than its own")
        if connection.execute(_LABELS_MISSING).fetchone()[0]:
            raise RowsUnusable("units lack their labels")


def _check_others(path: Path) -> None:
    with closing(_opened(path)) as connection:
        connection.row_factory = sqlite3.Row
        for kind, table in TABLE_NAMES.items():
            if kind is not RowKind.UNIT:
                for found in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
                    _check(kind, dict(found))
        settled_in(connection.execute("SELECT id, position, body FROM attention").fetchall())


def settled_in(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """The settled records among a snapshot's rows, each given as id, position and body.

    Raises:
        PlainError: one cannot be read.
    """
    found = [Row(RowKind.ATTENTION, row[0], row[1], json.loads(row[2])) for row in rows]
    for row in found:
        from_plain(SettledRecord, row.body)
    return found


def _check(kind: RowKind, found: dict[str, object]) -> None:
    row = Row(kind, str(found["id"]), int(str(found["position"])), json.loads(str(found["body"])))
    expected = columns_of(row, value_of(row))
    if {**expected, "body": ""} != {**found, "body": ""}:
        raise RowsUnusable(f"{kind.value} {row.id} is looked up by other facts than its own")
