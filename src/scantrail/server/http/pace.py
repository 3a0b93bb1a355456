"""How often devices that nobody works with may ask, so that however many there are, the others are answered in time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from scantrail.protocol.outbox import IDLE_PAUSES_S

POLLS_A_SECOND = 400
"""That one process answers beside its work: a fifth of a core."""

COUNTED_S = 60.0
"""Devices are counted over so long; one that asks less often is not the one that costs."""


class Pace:
    """The devices that have asked of late. For one event loop: it needs no lock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since = monotonic()
        self._now: set[str] = set()
        self._before = 0

    def pause_s(self, device: str) -> int:
        """Count a device; gives the seconds after which it asks again if nobody works with it, or 0: as usual."""
        now = self._monotonic()
        if now - self._since >= COUNTED_S:
            self._before, self._now, self._since = len(self._now), set(), now
        self._now.add(device)
        wanted = math.ceil(max(self._before, len(self._now)) / POLLS_A_SECOND)
        return wanted if wanted > IDLE_PAUSES_S[0] else 0
