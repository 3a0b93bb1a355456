"""How many pushes one server process judges at a time; those beyond come again, and lose nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scantrail.server.requests import refused
from scantrail.words import M

AT_ONCE = 12
"""Pushes judged at a time: fewer than the database's connections, so that those who only ask are answered meanwhile."""

RETRY_AFTER_S = 2


class Crowd:
    """The devices whose pushes are being judged. For one event loop: it needs no lock."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._inside: set[str] = set()

    @contextmanager
    def admitted(self, device: str) -> Iterator[None]:
        """Count a device's push while it is judged.

        Raises:
            Refused: 429, a push of this device is still being judged; 503, too many of others are.
        """
        if device in self._inside:
            detail = M("The server still works on what this device sent before. It will be sent again.")
            raise refused(429, "wait", detail, retry_after=RETRY_AFTER_S)
        if len(self._inside) >= self._at_once:
            detail = M("Many devices send at this moment. The records are sent again soon.")
            raise refused(503, "busy", detail, retry_after=RETRY_AFTER_S)
        self._inside.add(device)
        try:
            yield
        finally:
            self._inside.discard(device)
