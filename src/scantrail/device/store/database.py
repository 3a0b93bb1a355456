"""One process, one connection: the lock on the folder, the database file, and its transactions."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Row, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from scantrail.device.store.errors import StoreDamaged, StoreInUse, StoreMissing, told
from scantrail.device.store.migrations import STEPS
from scantrail.device.store.schema import VERSION, metadata
from scantrail.words import M

FILE = "handheld.db"
LOCK = "handheld.lock"


class Database:
    """The only connection to the store's file, held by the only process that has its lock."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the file in `folder`; only with `create` is a new one made.

        Raises:
            StoreMissing, StoreInUse, StoreDamaged: as their names say.
        """
        path = folder / FILE
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.exists():
            raise _missing()
        self._lock = _lock(folder)
        self._engine: Engine | None = None
        try:
            path.touch(mode=0o600)
            self._engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
            self._connection = self._connect(self._engine)
            self._raw = cast("sqlite3.Connection", self._connection.connection.dbapi_connection)
            with self._telling():
                self._migrate(create)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _connect(engine: Engine) -> Connection:
        try:
            connection = engine.connect()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}").close()
        except DBAPIError as error:
            raise told(error) or error from error
        return connection

    def _migrate(self, create: bool) -> None:
        found = self._connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if found > VERSION:
            raise StoreDamaged(
                M("This device's records were written by a newer Scantrail (form {found}). Upgrade first.", found=found)
            )
        if found == VERSION:
            return
        if not found and not create:
            raise _missing()
        with self.writing():
            if not found:
                metadata.create_all(self._connection)
            for form in range(found or VERSION, VERSION):
                for statement in STEPS[form]:
                    self._run(statement)
            self._run(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All of the block in one durable transaction, or nothing of it.

        Raises:
            StoreFull, StoreDamaged: as their names say; nothing was written.
        """
        with self._telling():
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._raw.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _run(self, sql: str) -> None:
        self._raw.execute(sql).close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            known = told(error)
            if known is None:
                raise
            raise known from error

    def rows(self, query: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Every row a query gives."""
        with self._telling():
            return self._connection.execute(query, values).all()

    def walk(self, query: Executable, **values: Any) -> Iterator[Row[Any]]:
        """The rows a query gives, fetched as they are asked for; nothing may be written meanwhile."""
        with self._telling():
            result = self._connection.execute(query, values)
            try:
                yield from result
            finally:
                result.close()

    def execute(self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] = ()) -> None:
        """Run a statement inside `writing`; with several sets of values, once for each."""
        if values:
            self._connection.execute(statement, values)
        else:
            self._connection.execute(statement)

    def close(self) -> None:
        """Give the file and its lock back."""
        if self._engine is not None:
            if hasattr(self, "_connection"):
                self._connection.close()
            self._engine.dispose()
        os.close(self._lock)


def _missing() -> StoreMissing:
    return StoreMissing(
        M("This device is not enrolled yet. Ask for a code, then: scantrail enrol --server URL --code CODE")
    )


def _lock(folder: Path) -> int:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StoreInUse(
            M("Scantrail is already running on this device (folder {folder}). Use that window.", folder=folder)
        ) from error
    return lock
