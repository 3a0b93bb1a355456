"""The server's epoch: another one tells devices that a backup was put back, and that they must begin again."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scantrail.server.database.schema import meta

SERVER_EPOCH = "server_epoch"
"""Its key in `meta`."""


def server_epoch(connection: Connection) -> str:
    """Random, made with the database: another one means that the server was restored or replaced."""
    return str(connection.execute(select(meta.c.value).where(meta.c.key == SERVER_EPOCH)).scalar_one())
