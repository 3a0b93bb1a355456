"""Which device a token belongs to, remembered: a device that asks every few seconds is not looked up each time.

What is remembered counts until somebody is enrolled or revoked, or uses a new token, which a counter in the database
tells, and never longer than half a minute: an older version of this program, or a person with SQL, does not move that
counter. The end of a token is remembered with it, and asked for each time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from scantrail.protocol.tokens import hash_of
from scantrail.server.database.engine import Database
from scantrail.server.devices.keys import Holder, holders_of

REMEMBERED_S = 30.0
"""So long a token counts without being looked up again."""

MOST_TOKENS = 20_000
"""Tokens that a process remembers."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """Whose the tokens are that were asked for, as it was at one moment."""

    read_at: float
    version: str
    """The counter of enrolments and revocations at that time."""
    holders: dict[str, Holder]
    """By hash of the token."""


class Tokens:
    """The tokens of those who asked. Safe for several threads."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._remembered = _Remembered(monotonic(), "", {})

    def remembered(self, token: str, version: str) -> Holder | None:
        """Whose a token is, if that was looked up under this version of the enrolments, and lately."""
        known = self._remembered
        is_good = known.version == version and self._monotonic() - known.read_at < REMEMBERED_S
        return known.holders.get(hash_of(token)) if is_good else None

    def look_up(self, token: str, version: str) -> Holder | None:
        """Whose a token is, as the database says. Where what is remembered counts no more, all of it is read.

        Raises:
            DBAPIError: the database does not answer.
        """
        with self._reading:
            found = self.remembered(token, version)
            if found is not None:
                return found
            known, now, mine = self._remembered, self._monotonic(), hash_of(token)
            is_good = known.version == version and now - known.read_at < REMEMBERED_S
            wanted = {mine} if is_good else {mine, *known.holders}
            with self._database.reading() as connection:
                read = holders_of(connection, wanted)
            kept = known.holders if is_good and len(known.holders) < MOST_TOKENS else {}
            self._remembered = _Remembered(known.read_at if is_good else now, version, {**kept, **read})
            return read.get(mine)
