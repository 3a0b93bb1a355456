"""Connections to the server: how many there may be, and how long each may leave us waiting.

uvicorn closes a connection that is idle between two requests, and no other: not one that never says anything, says it
byte by byte, or never reads the answer.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10
"""Until the headers of a request are whole, from the connection or from their first byte on."""

BODY_S = 60
"""Until its body is whole. A device gives up after as long."""

READ_S = 60
"""Until something of an answer is read, where the line is full."""

IDLE_S = 75
"""Between two requests: a device that has nothing to send asks every few seconds."""

MOST_CONNECTIONS = 1_000
"""Of one process, as far as the system lets it open so many files."""

_OTHER_FILES = 128
"""Files that are no connections: the database, the log, snapshots."""

LARGEST_HEAD = 65_536
"""Bytes of the headers. What a device has seen of many sites is in the address it asks for."""


def most_connections() -> int:
    """How many connections this process may have."""
    files, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files < 0 else max(16, min(MOST_CONNECTIONS, files - _OTHER_FILES))


class PatientOnce(H11Protocol):
    """uvicorn's HTTP/1.1, with an end to every wait."""

    _waits_for = ""
    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # reason: as uvicorn's
        """Take a connection; where there are too many, instead of the one that has been idle longest, if any is."""
        if len(self.connections) >= most_connections() and not self._make_room():
            transport.abort()
            return
        super().connection_made(transport)
        self._since = self.loop.time()
        self._wait_for("head", HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the waits with the connection."""
        self._wait_for("")
        self._end_reading()
        if self.transport is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; the wait for the rest goes on, and does not begin again with every byte."""
        self._since = self.loop.time()
        super().data_received(data)
        if self.cycle is not None and self.cycle.more_body:
            self._wait_for("body", BODY_S)
        elif self._is_idle():
            self._wait_for("head", HEAD_S)
        else:
            self._wait_for("")

    def pause_writing(self) -> None:
        """The other side does not read."""
        super().pause_writing()
        self._end_reading()
        self._reading = self.loop.call_later(READ_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads."""
        super().resume_writing()
        self._end_reading()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _make_room(self) -> bool:
        idle = [each for each in self.connections if isinstance(each, PatientOnce) and each._is_idle()]
        if not idle:
            return False
        longest = min(idle, key=lambda each: each._since)
        self.connections.discard(longest)
        longest.transport.abort()
        return True

    def _wait_for(self, what: str, seconds: float = 0) -> None:
        if what == self._waits_for:
            return
        self._waits_for = what
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self.transport.abort) if what else None

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


def settings() -> dict[str, Any]:
    """How uvicorn is to answer."""
    return {
        "http": PatientOnce,
        "ws": "none",
        "server_header": False,
        "timeout_keep_alive": IDLE_S,
        "timeout_graceful_shutdown": 20,
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "log_config": None,
        "log_level": "warning",
    }
