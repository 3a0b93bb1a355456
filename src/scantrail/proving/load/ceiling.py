"""The ceiling of a push: the very rows that it writes, prepared beforehand and written as quickly as the database can.

No judging, no decoding, no hashing and no answer: no push reaches it, and how near one comes is comparable between
machines. The rows are written under the site's lock, in one transaction a push, durably.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import BigInteger, Boolean, Integer, LargeBinary

from scantrail.proving.load.rehearsal import Rows, Written, tables_of
from scantrail.proving.postgres import plain_address
from scantrail.server.database.engine import Database

Write = Callable[[Written], None]
"""Writes the rows of one push, durably."""

COPIED_FROM = 30
"""Rows of a table from which a stream of them is quicker than arrays, although it takes two more round trips."""


@contextmanager
def writer(url: str, site: str) -> Iterator[Write]:
    """What writes prepared rows of a site into a database, through one connection."""
    with closing(Database(url)) as database:
        tables = {table.name: table for table in tables_of(database)}
        if database.is_sqlite:
            with closing(database.engine.raw_connection()) as connection:
                yield _SqliteCeiling(connection.driver_connection, tables).write
            return
        address = plain_address(database.engine.url)
    with psycopg.connect(address, autocommit=True) as connection:
        yield _PostgresCeiling(connection, tables, site).write


class _SqliteCeiling:
    """`executemany` within one transaction, which is the only writer."""

    def __init__(self, connection: Any, tables: dict[str, Table]) -> None:
        self._connection = connection
        self._new = {name: _sqlite_text(table, replaces=False) for name, table in tables.items()}
        self._changed = {name: _sqlite_text(table, replaces=True) for name, table in _with_values(tables).items()}

    def write(self, written: Written) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for texts, rows_of in ((self._new, written.new), (self._changed, written.changed)):
            for name, rows in rows_of.items():
                self._connection.executemany(texts[name], [tuple(row.values()) for row in rows])
        self._connection.execute("COMMIT")


class _PostgresCeiling:
    """Binary arrays in one pipelined flight, and binary streams for many new rows; every statement prepared."""

    def __init__(self, connection: psycopg.Connection, tables: dict[str, Table], site: str) -> None:
        self._connection = connection
        self._cursor = connection.cursor(binary=True)
        self._lock = [hash(site) & 0x7FFFFFFF]
        self._types = {
            name: [_postgres_type(column.type) for column in table.columns] for name, table in tables.items()
        }
        self._new = {name: self._arrays(table, replaces=False) for name, table in tables.items()}
        self._changed = {name: self._arrays(table, replaces=True) for name, table in _with_values(tables).items()}
        self._streams = {name: _stream(table) for name, table in tables.items()}

    def write(self, written: Written) -> None:
        streamed = {name: rows for name, rows in written.new.items() if len(rows) >= COPIED_FROM}
        if not streamed:
            with self._connection.pipeline():
                self._begin()
                self._end(written, streamed)
            return
        with self._connection.pipeline():
            self._begin()
        for name, rows in streamed.items():
            with self._cursor.copy(self._streams[name]) as copy:
                copy.set_types(self._types[name])
                for row in rows:
                    copy.write_row(tuple(row.values()))
        with self._connection.pipeline():
            self._end(written, streamed)

    def _begin(self) -> None:
        self._cursor.execute("BEGIN", prepare=True)
        self._cursor.execute("SELECT pg_advisory_xact_lock(%b)", self._lock, prepare=True)

    def _end(self, written: Written, streamed: dict[str, Rows]) -> None:
        for texts, rows_of in ((self._new, written.new), (self._changed, written.changed)):
            for name, rows in rows_of.items():
                if name not in streamed:
                    columns = [list(values) for values in zip(*(row.values() for row in rows), strict=True)]
                    self._cursor.execute(texts[name], columns, prepare=True)
        self._cursor.execute("COMMIT", prepare=True)

    def _arrays(self, table: Table, *, replaces: bool) -> bytes:
        arrays = sql.SQL(", ").join(sql.SQL("%b::{}[]").format(sql.SQL(kind)) for kind in self._types[table.name])
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        text = sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(sql.Identifier(table.name), names, arrays)
        return (text + _replacing(table) if replaces else text).as_bytes(self._connection)


def _with_values(tables: dict[str, Table]) -> dict[str, Table]:
    """Those whose rows have more than their key: of the others no row is ever changed."""
    return {name: table for name, table in tables.items() if len(table.columns) > len(table.primary_key)}


def _replacing(table: Table) -> sql.Composed:
    key = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.primary_key)
    others = [sql.Identifier(column.name) for column in table.columns if not column.primary_key]
    given = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in others)
    return sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(key, given)


def _stream(table: Table) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table.name), names)


def _postgres_type(kind: object) -> str:
    match kind:
        case BigInteger():
            return "int8"
        case Integer():
            return "int4"
        case Boolean():
            return "bool"
        case LargeBinary():
            return "bytea"
        case _:
            return "text"


def _sqlite_text(table: Table, *, replaces: bool) -> str:
    if not replaces:
        return str(insert(table).compile(dialect=sqlite.dialect()))
    found = sqlite.insert(table)
    others = {column.name: found.excluded[column.name] for column in table.columns if not column.primary_key}
    found = found.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)
    return str(found.compile(dialect=sqlite.dialect()))
