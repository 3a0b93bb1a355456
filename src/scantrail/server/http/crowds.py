"""How many pushes one server process judges at a time; those beyond come again, and lose nothing by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from scantrail.server.http.requests import refused
from scantrail.words import M

AT_ONCE = 12
"""Pushes judged at a time: fewer than the database's connections, so that those who only ask are answered meanwhile."""

RETRY_AFTER_S = 2

SENDING_AT_ONCE = 64
"""Large requests of all devices that are on their way in at a time: a push has up to 4 MB, a photo 1 MB."""

SENDING_OF_ONE = 4
"""Those of one device: it sends its acts, and photos beside them."""


_BUSY = M("Many devices send at this moment. The records are sent again soon.")


class Crowd:
    """The devices whose pushes are being judged. For one event loop: it needs no lock."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._inside: set[str] = set()
        self._sending: Counter[str] = Counter()

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
            raise refused(503, "busy", _BUSY, retry_after=RETRY_AFTER_S)
        self._inside.add(device)
        try:
            yield
        finally:
            self._inside.discard(device)

    @contextmanager
    def sending(self, device: str) -> Iterator[None]:
        """Count a device's large request while it is on its way in.

        Raises:
            Refused: 429, this device sends too many at once; 503, too many of others are on their way.
        """
        if self._sending[device] >= SENDING_OF_ONE:
            detail = M("This device sends too much at once. It will be sent again.")
            raise refused(429, "wait", detail, retry_after=RETRY_AFTER_S)
        if self._sending.total() >= SENDING_AT_ONCE:
            raise refused(503, "busy", _BUSY, retry_after=RETRY_AFTER_S)
        self._sending[device] += 1
        try:
            yield
        finally:
            self._sending[device] -= 1
            if not self._sending[device]:
                del self._sending[device]
