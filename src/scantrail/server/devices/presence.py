"""When devices were last heard of: kept in memory, and written down once a minute."""

from __future__ import annotations

import logging
import threading
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from scantrail.server.database.engine import AWAY, Database
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import devices
from scantrail.server.ledger.timer import PAUSE_S, beside

_LOGGER = logging.getLogger(__name__)


class Presence:
    """The devices heard of since the last time this was written. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, datetime] = {}

    def heard(self, device: str, now: datetime) -> None:
        """A device has proved who it is."""
        with self._lock:
            self._heard[device] = now

    def write(self, connection: Connection) -> None:
        """Write down what is not written yet. A transaction that fails loses at most a minute of it."""
        with self._lock:
            heard, self._heard = self._heard, {}
        rows = [{"heard": device, "at": instant_text(at)} for device, at in sorted(heard.items())]
        if rows:
            connection.execute(
                update(devices).where(devices.c.id == bindparam("heard")).values(last_seen=bindparam("at")), rows
            )


def noting(database: Database, presence: Presence) -> AbstractContextManager[None]:
    """Meanwhile, write down once a minute who was heard of, and once more at the end."""
    return beside("presence", lambda stopped: _note(database, presence, stopped))


def _note(database: Database, presence: Presence, stopped: threading.Event) -> None:
    is_last = False
    while not is_last:
        is_last = stopped.wait(PAUSE_S)
        try:
            with database.writing() as connection:
                presence.write(connection)
        except AWAY as error:
            _LOGGER.warning("The database is away; who was heard of is written down later: %s", error)
