"""The server's database: SQLite by default, PostgreSQL in production; transactions and the site lock."""

from __future__ import annotations

import select
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scantrail.server.database.flights import TO_BEGIN, Query, Statement, fly
from scantrail.sqlite import sqlite3
from scantrail.words import M, OperatorError

AWAY = (DBAPIError, PoolTimeout)
"""Everything by which the database says that it did not do what was asked; see `is_servers_trouble`."""

_OF_WHAT_WAS_ASKED = ("22", "23", "54")
"""Classes of SQLSTATE that are about the values: no such value, a key that is taken, a value too large for an index."""

BUSY_S = 30
"""How long a writer waits for another on SQLite."""

_LOCK_SPACE = 0x5C41
"""Keeps our advisory locks apart from other programs' in the same PostgreSQL database."""


class DatabaseError(OperatorError):
    """The database cannot be used."""


class RowUnreadable(Exception):
    """A row of the database does not hold what this program wrote there; the record that needs it is not to blame."""


def is_servers_trouble(error: BaseException) -> bool:
    """Whether a failure says nothing about what was asked: the database is away, locked, full, read-only or damaged.

    The same asked again later may be done. Every failure of the database is the server's own trouble, except those
    that are about the values it was given.
    """
    if not isinstance(error, DBAPIError):
        return isinstance(error, (PoolTimeout, RowUnreadable))
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] not in _OF_WHAT_WAS_ASKED
    return not isinstance(error, (DataError, IntegrityError))


class Database:
    """One engine and the ways to use it: `reading`, `writing`, `commit`, `lock`."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        """Open the database at an address; without `create`, only where there is one.

        Raises:
            DatabaseError: the address is none, or there is no database.
        """
        self.url = url
        self.engine = _engine(url, create)
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self.engine.connect() as connection:
            yield connection
            # A rollback would make the driver forget every statement that it has prepared.
            connection.commit()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at its end, or changes nothing. On SQLite it is the only writer."""
        with self.engine.connect().execution_options(scantrail_writes=True) as connection, connection.begin():
            yield connection

    def commit(self, connection: Connection, *statements: Statement) -> None:
        """Execute these and commit, in one round trip. Nothing can follow in the transaction.

        Raises:
            DBAPIError: nothing was committed; or the database went away, and perhaps it was.
        """
        fly(connection, *statements, and_commit=True)
        transaction = connection.get_transaction()
        assert transaction is not None
        transaction.commit()

    def lock(self, connection: Connection, streams: Iterable[str]) -> None:
        """Take the locks of these streams until the transaction ends, in one order everywhere.

        A stream's lock is its row: every engine that speaks PostgreSQL's language has those. Advisory locks are
        missing in some, or do nothing.
        """
        if not self.is_sqlite:
            fly(connection, LOCK.asks(sorted(set(streams))))

    def lock_name(self, connection: Connection, name: str) -> None:
        """Take the lock of what has no row until the transaction ends; before any stream's."""
        if not self.is_sqlite:
            key = {"space": _LOCK_SPACE, "key": _lock_key(name)}
            connection.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), key)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


LOCK = Query("SELECT id FROM streams WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", "")
"""Weaker than FOR UPDATE, which would wait for one that only refers to the stream. SQLite has one writer at a time."""


def _lock_key(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big", signed=True)


def _engine(url: str, create: bool) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _no_address(url) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise _no_address(url)
        if create:
            _make_file(Path(parsed.database))
        elif not Path(parsed.database).exists():
            raise not_begun(Path(parsed.database).absolute())
        file = parsed.set(drivername="sqlite+pysqlite")
        return _prepared_sqlite(create_engine(file, module=sqlite3, connect_args={"timeout": BUSY_S}))
    if backend == "postgresql":
        server = parsed.set(drivername="postgresql+psycopg")
        # We say BEGIN ourselves, so that it can travel with the statements after it.
        return _prepared_postgres(create_engine(server, isolation_level="AUTOCOMMIT", pool_size=10, max_overflow=10))
    raise DatabaseError(M("Scantrail keeps its data in SQLite or PostgreSQL, not in {backend}.", backend=backend))


def _no_address(url: str) -> DatabaseError:
    return DatabaseError(
        M("{url!r} is no database address. Expected sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.", url=url)
    )


def not_begun(where: Path | str) -> DatabaseError:
    """What was looked for is not there."""
    return DatabaseError(
        M("No Scantrail database was found at {where}. Check the address, or begin one: scantrail serve", where=where)
    )


def _make_file(path: Path) -> None:
    """Where there is no database yet, make its file for its owner only: verifiers of short PINs are soon guessed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        why = error.strerror or str(error)
        raise DatabaseError(M("The database {path} cannot be made: {why}.", path=path, why=why)) from error


def _prepared_sqlite(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("scantrail_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _prepared_postgres(engine: Engine) -> Engine:
    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("scantrail_writes")
        connection.info[TO_BEGIN] = "BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    @event.listens_for(engine, "before_cursor_execute")
    def _executed(connection: Connection, cursor: Any, *_what: Any) -> None:
        begin = connection.info.pop(TO_BEGIN, "") if cursor is not None else ""
        if begin:
            connection.exec_driver_sql(begin)

    return _checked_postgres(engine)


def _checked_postgres(engine: Engine) -> Engine:
    """Asked before anything else is: in another encoding not even the server's version can be read as text."""

    @event.listens_for(engine, "checkout")
    def _checked_out(connection: Any, _record: Any, _proxy: Any) -> None:
        """Another one takes the place of a connection that was closed meanwhile, which is heard without asking."""
        failed = engine.dialect.loaded_dbapi.Error
        heard = select.poll()
        heard.register(connection.fileno(), select.POLLIN)
        try:
            while heard.poll(0):
                connection.pgconn.consume_input()
        except failed as error:
            raise DisconnectionError(str(error)) from error

    @event.listens_for(engine, "connect", insert=True)
    def _connected(connection: Any, _record: Any) -> None:
        found = connection.info.parameter_status("server_encoding")
        if found != "UTF8":
            raise DatabaseError(
                M(
                    "The database {url} keeps text as {found}, which cannot hold every name and serial. "
                    "Expected UTF8. Make one: createdb --encoding UTF8 --locale C --template template0 NAME",
                    url=engine.url.render_as_string(),
                    found=found,
                )
            )

    return engine
