"""When devices were last heard of: kept in memory, and written down once a minute by the timer."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from scantrail.server.database.schema import devices
from scantrail.server.ledger.log import instant_text


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
