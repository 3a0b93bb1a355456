"""The server's epoch: another one tells devices that a backup was put back, and that they must begin anew."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, select, update

from scantrail.server.database.engine import Database
from scantrail.server.database.schema import meta, streams
from scantrail.server.devices.numbers import NUMBERS_LOCK, skip_numbers

_EPOCH = meta.c.key == "server_epoch"


def server_epoch(connection: Connection) -> str:
    """Random, made with the database: another one means that the server was restored or replaced."""
    return str(connection.execute(select(meta.c.value).where(_EPOCH)).scalar_one())


def begin_epoch(connection: Connection, epoch: str) -> None:
    """Tell devices, from their next exchange on, to send again what they kept and to take every row anew.

    The server's own acts are numbered anew as well, since an epoch is part of their names.
    """
    connection.execute(update(meta).where(_EPOCH).values(value=epoch))
    connection.execute(update(streams).values(system_seq=0, system_hash=""))


def restored(database: Database, now: datetime) -> str:
    """A backup of this database was put back; gives the new epoch."""
    epoch = secrets.token_hex(8)
    with database.writing() as connection:
        database.lock(connection, [NUMBERS_LOCK, *connection.execute(select(streams.c.id)).scalars()])
        begin_epoch(connection, epoch)
        skip_numbers(connection, now)
    return epoch
