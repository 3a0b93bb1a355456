"""Copies of one prepared database, on either engine: each measurement begins with the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from sqlalchemy import URL, insert, make_url, select

from scantrail.proving.load.rehearsal import tables_of
from scantrail.proving.postgres import fresh_database, plain_address
from scantrail.server.database.engine import Database
from scantrail.server.migrations import ready

AT_ONCE = 5_000


class Copies(Protocol):
    """Where copies of the prepared database are made."""

    @property
    def engine(self) -> str:
        """What people call it."""

    @property
    def has_line(self) -> bool:
        """Whether statements go over a line to a server."""

    def copy(self) -> AbstractContextManager[str]:
        """The address of a new copy."""


class SqliteCopies:
    """Copies of a file."""

    engine, has_line = "SQLite", False

    def __init__(self, prepared: Path) -> None:
        self._prepared = prepared

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a new copy."""
        target = self._prepared.with_name(f"copy-{uuid4().hex}.db")
        shutil.copy(self._prepared, target)
        try:
            yield f"sqlite:///{target}"
        finally:
            for each in target.parent.glob(f"{target.name}*"):
                each.unlink()


class PostgresCopies:
    """Copies of a template database."""

    engine, has_line = "PostgreSQL", True

    def __init__(self, server: URL, template: str) -> None:
        self._server = server
        self._template = template

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a new copy."""
        with fresh_database(self._server, f"bench_{uuid4().hex}", template=self._template) as url:
            yield url


@contextmanager
def on_postgres(server: URL, prepared: Path) -> Iterator[PostgresCopies]:
    """The same rows as in an SQLite file, on a PostgreSQL server."""
    template = f"bench_{uuid4().hex}"
    with fresh_database(server, template) as url:
        with closing(ready(url, create=True)) as target, closing(Database(f"sqlite:///{prepared}")) as source:
            _fill(source, target)
        with psycopg.connect(plain_address(make_url(url)), autocommit=True) as admin:
            admin.execute("VACUUM (ANALYZE)")
            admin.execute("CHECKPOINT")
        yield PostgresCopies(server, template)


def _fill(source: Database, target: Database) -> None:
    tables = tables_of(source)
    with source.reading() as old, target.writing() as new:
        for table in reversed(tables):
            new.execute(table.delete())
        for table in tables:
            for part in old.execute(select(table)).mappings().partitions(AT_ONCE):
                new.execute(insert(table), [dict(row) for row in part])
