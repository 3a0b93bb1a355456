"""Which device a token belongs to, remembered: a device that asks every few seconds is not looked up each time.

What is remembered counts until somebody is enrolled or revoked, which a counter in the database tells, and never
longer than half a minute: an older version of this program, or a person with SQL, does not move that counter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from scantrail.server.database.engine import Database
from scantrail.server.devices.keys import devices_with_tokens, hash_of
from scantrail.server.ledger.judging import Device

REMEMBERED_S = 30.0
"""So long a token counts without being looked up again."""

MOST_TOKENS = 20_000
"""Tokens that a process remembers."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """The devices of the tokens that were asked for, as they were at one moment."""

    read_at: float
    version: str
    """The counter of enrolments and revocations at that time."""
    devices: dict[str, Device]
    """By hash of the token."""


class Tokens:
    """The tokens of those who asked. Safe for several threads."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._remembered = _Remembered(monotonic(), "", {})

    def remembered(self, token: str, version: str) -> Device | None:
        """The device of a token, if that was looked up under this version of the enrolments, and lately."""
        known = self._remembered
        is_good = known.version == version and self._monotonic() - known.read_at < REMEMBERED_S
        return known.devices.get(hash_of(token)) if is_good else None

    def look_up(self, token: str, version: str) -> Device | None:
        """The device of a token, as the database says. Where what is remembered counts no more, all of it is read.

        Raises:
            DBAPIError: the database does not answer.
        """
        with self._reading:
            found = self.remembered(token, version)
            if found is not None:
                return found
            known, now, mine = self._remembered, self._monotonic(), hash_of(token)
            is_good = known.version == version and now - known.read_at < REMEMBERED_S
            wanted = {mine} if is_good else {mine, *known.devices}
            with self._database.reading() as connection:
                read = devices_with_tokens(connection, wanted)
            kept = known.devices if is_good and len(known.devices) < MOST_TOKENS else {}
            self._remembered = _Remembered(known.read_at if is_good else now, version, {**kept, **read})
            return read.get(mine)
