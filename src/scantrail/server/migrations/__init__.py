"""The database's versions, and the way from each to the next (Alembic)."""

from __future__ import annotations

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select

from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database import Database
from scantrail.server.master import new_stream
from scantrail.server.schema import meta, streams


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection of ours."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.attributes["connection"] = connection
    return found


def migrate(database: Database) -> None:
    """Bring the database to this version; safe when several processes start at once."""
    with database.writing() as connection:
        database.lock(connection, ["migrations"])
        command.upgrade(config(connection), "head")
        if connection.execute(select(meta.c.key).where(meta.c.key == "server_epoch")).first() is None:
            connection.execute(insert(meta).values(key="server_epoch", value=secrets.token_hex(8)))
            connection.execute(insert(streams).values(new_stream(GLOBAL_STREAM)))
