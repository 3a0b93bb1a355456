"""The database's versions, and the way from each to the next (Alembic)."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.engine import Database, DatabaseError, not_begun
from scantrail.server.database.epoch import SERVER_EPOCH
from scantrail.server.database.schema import meta, streams
from scantrail.server.ledger.attention_rows import rebuild_attention
from scantrail.server.records.master import new_stream
from scantrail.words import M

_ATTENTION_FILLED = "attention_filled"
"""In `meta` once the table has the log's troubles; a database of an earlier version has them in its log only."""


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection of ours."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.attributes["connection"] = connection
    return found


@cache
def newest_version() -> str:
    """The version of a database that this program knows."""
    head = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    assert head is not None
    return head


def version_of(connection: Connection) -> str:
    """The version that a database is of."""
    return str(MigrationContext.configure(connection).get_current_revision())


def migrate(database: Database) -> None:
    """Bring the database to this version; safe when several processes start at once."""
    with database.writing() as connection:
        database.lock_name(connection, "migrations")
        command.upgrade(config(connection), "head")
        if connection.execute(select(meta.c.key).where(meta.c.key == SERVER_EPOCH)).first() is None:
            connection.execute(insert(meta).values(key=SERVER_EPOCH, value=secrets.token_hex(8)))
            connection.execute(insert(streams).values(new_stream(GLOBAL_STREAM)))
        if connection.execute(select(meta.c.key).where(meta.c.key == _ATTENTION_FILLED)).first() is None:
            rebuild_attention(connection)
            connection.execute(insert(meta).values(key=_ATTENTION_FILLED, value="1"))


def ready(url: str, *, create: bool = False) -> Database:
    """The database at an address, brought to this version; only with `create` is a new one begun.

    Raises:
        DatabaseError: it cannot be used; the message says why.
    """
    database = Database(url, create=create)
    try:
        if not create:
            _must_be_ours(database)
        migrate(database)
    except DatabaseError:
        database.close()
        raise
    except (DBAPIError, CommandError) as error:
        database.close()
        why = str(error.orig).strip().splitlines()[0] if isinstance(error, DBAPIError) else str(error)
        raise DatabaseError(
            M("The database {url} cannot be used: {why}", url=database.engine.url.render_as_string(), why=why)
        ) from error
    return database


def _must_be_ours(database: Database) -> None:
    """A command that only looks must not begin a database: the address may be mistyped."""
    with database.reading() as connection:
        is_ours = inspect(connection).has_table("alembic_version")
    if not is_ours:
        raise not_begun(database.engine.url.render_as_string())
