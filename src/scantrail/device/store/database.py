"""One process, one connection: the lock on the folder, the two database files, and their transactions.

The store's own file holds the journal, an attached one the server's rows. A transaction over both is committed in the
store's own file first. Should the power fail in between, verdicts are there and the rows that came with them are not,
nor is their cursor: they come again, and meanwhile the acts lie over the older rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Row, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from scantrail.device.store.errors import StoreDamaged, StoreInUse, StoreMissing, cannot_use, told
from scantrail.device.store.lock import Taken, take
from scantrail.device.store.migrations import MOVED, STEPS
from scantrail.device.store.rows_file import FIRST, LATER, UNREAD, has_former, make_rows, remove_others, take_apart
from scantrail.device.store.schema import VERSION, metadata
from scantrail.program import command
from scantrail.sqlite import sqlite3
from scantrail.words import M

FILE = "handheld.db"
LOCK = "handheld.lock"

FORM_WITH_ALL_IN_ONE = 3
"""Up to this form, a store kept the server's rows in its own file."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=2000",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


class Database:
    """The only connection to the store's file, held by the only process that has its lock."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the file in `folder`; only with `create` is a new one made.

        Raises:
            StoreMissing, StoreInUse, StoreDamaged: as their names say.
        """
        path = folder / FILE
        try:
            if create:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not path.exists():
                raise _missing(folder)
            self._folder = folder
            self._lock = _lock(folder)
        except OSError as error:
            raise cannot_use(folder, error) from error
        self._engine: Engine | None = None
        try:
            path.touch(mode=0o600)
            self._engine = create_engine(f"sqlite:///{path}", module=sqlite3, isolation_level="AUTOCOMMIT")
            self._connection = self._connect(self._engine)
            self._raw = cast("sqlite3.Connection", self._connection.connection.dbapi_connection)
            with self._telling():
                self._migrate(create)
                self._attach_own()
        except OSError as error:
            self.close()
            raise cannot_use(folder, error) from error
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _connect(engine: Engine) -> Connection:
        try:
            connection = engine.connect()
            for pragma in _PRAGMAS:
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
            raise _missing(self._folder)
        if 0 < found <= FORM_WITH_ALL_IN_ONE:
            self._move_rows()
        with self.writing():
            if not found:
                metadata.create_all(self._connection)
                self._raw.execute("INSERT INTO rows_file VALUES (1, ?)", (FIRST,)).close()
            for form in range(found or VERSION, VERSION):
                for statement in STEPS[form]:
                    self._run(statement)
            self._run(f"PRAGMA user_version = {VERSION}")

    def _move_rows(self) -> None:
        """Copy the rows into a file of their own; the migration takes them out of this one."""
        make_rows(self._folder / FIRST)
        self._attach(FIRST)
        with self.writing():
            for statement in MOVED:
                self._run(statement)

    def _attach_own(self) -> None:
        """Attach the file that holds the rows; where it is gone, an empty one, which the server fills again."""
        name = self.rows_name
        if "rows" not in self._attached():
            if not (self._folder / name).exists():
                make_rows(self._folder / name)
            self._attach(name)
        if has_former(self._raw, "rows"):
            with self.writing():
                take_apart(self._raw, "rows")
        remove_others(self._folder, name)

    @property
    def rows_name(self) -> str:
        """The file of the folder that holds the server's rows."""
        ((name,),) = self._raw.execute("SELECT name FROM rows_file").fetchall()
        return str(name)

    def _attached(self) -> set[str]:
        return {row[1] for row in self._raw.execute("PRAGMA database_list").fetchall()}

    def _attach(self, name: str) -> None:
        self._raw.execute("ATTACH ? AS rows", (str(self._folder / name),)).close()
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._run(f"PRAGMA rows.{pragma}")
        for statement in (*LATER, UNREAD):
            self._run(statement.format(schema="rows"))

    @contextmanager
    def using_rows(self, name: str) -> Iterator[None]:
        """Read the server's rows from another file of the folder from now on, all of them or none.

        What the block writes is written with that, in one transaction of the store's own file.

        Raises:
            StoreFull, StoreDamaged: as their names say; the rows are what they were.
        """
        with self._telling():
            before = self.rows_name
            self._run("DETACH rows")
            try:
                self._attach(name)
                with self.writing():
                    self._raw.execute("UPDATE rows_file SET name = ?", (name,)).close()
                    yield
            except BaseException:
                if "rows" in self._attached():
                    self._run("DETACH rows")
                self._attach(before)
                raise
        remove_others(self._folder, name)

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


def _missing(folder: Path) -> StoreMissing:
    enrol = command("enrol", "--server", "URL", "--code", "CODE", store=folder)
    return StoreMissing(M("This device is not enrolled yet. Ask for a code, then: {command}", command=enrol))


def _lock(folder: Path) -> int:
    try:
        return take(folder / LOCK)
    except Taken as taken:
        raise StoreInUse(
            M("Scantrail is already running on this device (folder {folder}{user}).", folder=folder, user=taken.user)
        ) from taken
