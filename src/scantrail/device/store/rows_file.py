"""The file with the server's rows, beside the store's own: made empty here, or taken from a snapshot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any

from scantrail.domain.acts.kinds import RowKind, is_known
from scantrail.domain.documents.listed import listed_id
from scantrail.domain.plain import PlainError, UnknownValue, from_plain
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, OwnerType
from scantrail.protocol.answers import LARGEST_NUMBER
from scantrail.protocol.former import FORMER, taken_apart
from scantrail.protocol.messages import Row, SettledRecord
from scantrail.protocol.rows import (
    INDEXES,
    LISTED,
    LISTED_ON,
    OTHERS,
    STATEMENTS,
    TABLE_NAMES,
    UNIT_FACTS,
    columns_of,
    value_of,
)
from scantrail.protocol.snapshot import Snapshot
from scantrail.sqlite import sqlite3

FIRST = "rows-0.db"
"""The file of a new store; a snapshot brings its own."""

LATER = (
    *(each.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS {schema}.") for each in (OTHERS, LISTED)),
    LISTED_ON.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS {schema}."),
)
"""What files that an earlier version made lack."""

UNREAD = """CREATE TABLE IF NOT EXISTS {schema}.unread (
    kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id))"""
"""Makes the table of rows that this version cannot understand. Only devices have it: no snapshot brings it."""

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


_IS_FORMER = f"kind = '{FORMER}' AND json_extract(body, '$.document_kind') = '{FORMER}'"


def has_former(connection: sqlite3.Connection, schema: str) -> bool:
    """Whether there are pick lists that an earlier version wrote; see `take_apart`."""
    return connection.execute(f"SELECT 1 FROM {schema}.documents WHERE {_IS_FORMER} LIMIT 1").fetchone() is not None  # noqa: S608 - our own names


def take_apart(connection: sqlite3.Connection, schema: str) -> None:
    """Bring pick lists that an earlier version wrote, with all their units in one row, into today's form.

    An upgrade may come without a network. Each row of a unit stands where its list stands: it contains the same acts.
    So a unit that own acts are about, and that is not on the list, has a row too, with nothing in it: what the list
    contains must not be done to it again.
    """
    documents, listed = f"{schema}.documents", f"{schema}.listed"
    former = f"SELECT id, position, body FROM {documents} WHERE {_IS_FORMER}"  # noqa: S608 - our own names
    put_unit = f"INSERT OR REPLACE INTO {listed} VALUES (:id, :document, :position, :body)"  # noqa: S608 - our own names
    put_list = f"UPDATE {documents} SET body = ? WHERE id = ?"  # noqa: S608 - our own names
    own = "SELECT DISTINCT id FROM main.journal_things WHERE kind = ? AND substr(id, 1, length(?)) = ?"
    for name, position, text in connection.execute(former).fetchall():
        head, units = taken_apart(json.loads(text))
        begins, known = listed_id(name, ""), {each["unit"] for each in units}
        found = connection.execute(own, (RowKind.LISTED, begins, begins)).fetchall()
        about = [thing.removeprefix(begins) for (thing,) in found]
        units += [{"document": name, "unit": unit} for unit in about if unit not in known]
        rows = [Row(RowKind.LISTED, listed_id(name, each["unit"]), position, each) for each in units]
        connection.executemany(put_unit, [columns_of(row, value_of(row)) for row in rows])
        connection.execute(put_list, (json.dumps(head, separators=(",", ":")), name))


def name_after(name: str) -> str:
    """The name of the file that takes the place of this one; never its own, since both are there for a moment."""
    return f"rows-{int(name.removeprefix('rows-').removesuffix('.db')) + 1}.db"


def remove(path: Path) -> None:
    """Take a database away, with the files that go with it."""
    for side in _SIDE:
        path.with_name(path.name + side).unlink(missing_ok=True)


def remove_others(folder: Path, name: str) -> None:
    """Delete rows files that are no longer in use, and files that were prepared but never put in place."""
    for path in folder.glob("rows-*.db*"):
        if not path.name.startswith(name):
            path.unlink(missing_ok=True)


def prepare_rows(path: Path, snapshot: Snapshot) -> None:
    """Make sure that a file holds what the changes would have brought, and write down where it stands; durably.

    Units are compared with their bodies by the database, all others are read as the changes are. A unit's body is
    read when it is asked for. Rows that only a newer version understands are kept aside.

    Raises:
        RowsUnusable: it does not; the file must not be used.
    """
    with _telling():
        _check_tables(path)
        with ThreadPoolExecutor(3) as beside:
            pages = beside.submit(_check_pages, path)
            checks = [beside.submit(each, path) for each in (_check_units, _check_others)]
            pages.result()
            unread = [row for check in checks for row in check.result()]
        with closing(_opened(path)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN")
            _set_aside(connection, unread)
            connection.execute("DELETE FROM followed")
            where = (snapshot.server_epoch, json.dumps(snapshot.cursor), json.dumps(snapshot.heads))
            connection.execute("INSERT INTO followed VALUES (1, ?, ?, ?, 0)", where)
            connection.execute("COMMIT")
        make_durable(path)


def _set_aside(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    connection.execute(UNREAD.format(schema="main"))
    for row in rows:
        if row.kind in TABLE_NAMES:
            connection.execute(f"DELETE FROM {TABLE_NAMES[row.kind]} WHERE id = ?", (row.id,))  # noqa: S608 - our own names
        else:
            connection.execute("DELETE FROM others WHERE kind = ? AND id = ?", (row.kind, row.id))
        values = (row.kind, row.id, row.position, json.dumps(row.body))
        connection.execute("INSERT INTO unread VALUES (?, ?, ?, ?)", values)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, PlainError, ValueError, RecursionError) as error:
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


UNIT_VALUES: Mapping[str, type[Enum]] = {"$.status": Status, "$.condition": Condition, "$.owner.type": OwnerType}
"""Where a unit's body holds one of a list of values."""


def _with_unknown_values() -> str:
    """What finds units that hold a value which this version does not know."""
    tests = (
        f"json_extract(body, '{path}') NOT IN ({', '.join(repr(each.value) for each in kind)})"
        for path, kind in UNIT_VALUES.items()
    )
    return f"SELECT * FROM units WHERE {' OR '.join(tests)}"  # noqa: S608 - our own values


def _check_units(path: Path) -> list[Row]:
    """The units that hold what this version does not know."""
    with closing(_opened(path)) as connection:
        wrong = connection.execute(_OTHER_THAN_ITS_BODY).fetchone()
        if wrong is not None:
            raise RowsUnusable(f"unit {wrong[0]} is looked up by other facts than its own")
        if connection.execute(_LABELS_MISSING).fetchone()[0]:
            raise RowsUnusable("units lack their labels")
        connection.row_factory = sqlite3.Row
        return _unread(RowKind.UNIT, connection.execute(_with_unknown_values()))


def _check_others(path: Path) -> list[Row]:
    """The rows that hold what this version does not know."""
    unread: list[Row] = []
    with closing(_opened(path)) as connection:
        connection.row_factory = sqlite3.Row
        for kind, table in TABLE_NAMES.items():
            if kind != RowKind.UNIT:
                unread += _unread(kind, connection.execute(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        others = connection.execute("SELECT * FROM others ORDER BY kind").fetchall()
        for kind, found in groupby(others, key=lambda row: RowKind(row["kind"])):
            unread += _unread(kind, found)
        settled_in(connection.execute("SELECT id, position, body FROM attention").fetchall())
    return unread


def settled_in(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """The settled records among a snapshot's rows, each given as id, position and body.

    Raises:
        PlainError: one cannot be read.
    """
    found = [Row(RowKind.ATTENTION, row[0], row[1], json.loads(row[2])) for row in rows]
    for row in found:
        if not 0 < from_plain(SettledRecord, row.body).seq <= LARGEST_NUMBER:
            raise PlainError(f"attention {row.id}: no device has such an act")
    return found


def _unread(kind: RowKind, found: Iterable[sqlite3.Row]) -> list[Row]:
    """Check rows; gives those that hold what this version does not know."""
    unread = []
    for each in found:
        columns = dict(each)
        body = json.loads(columns["body"])
        if not isinstance(body, dict):
            raise PlainError(f"{kind} {columns['id']}: expected an object")
        row = Row(kind, str(columns["id"]), int(columns["position"]), body)
        try:
            if not is_known(kind):
                raise UnknownValue(f"rows of the kind {kind} are not known")
            _check(row, columns)
        except UnknownValue:
            unread.append(row)
    return unread


def _check(row: Row, found: Mapping[str, object]) -> None:
    expected = columns_of(row, value_of(row))
    if {**expected, "body": ""} != {**found, "body": ""}:
        raise RowsUnusable(f"{row.kind} {row.id} is looked up by other facts than its own")
