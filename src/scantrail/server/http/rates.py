"""How often somebody may ask: so many at once, and then so many a second."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """What is allowed to one who asks."""

    at_once: int
    a_second: float


REQUESTS = Rate(300, 30)
"""Of one device. One that begins with everything a warehouse has asks some ten times a second."""

SIGN_INS = Rate(30, 0.5)
"""Badges and PINs tried on one device, right ones too: a shift signs in at once, and nobody guesses for long."""

PROOFS = Rate(300, 30)
"""Requests for a new token from one address, before anything is verified: all devices may be behind one."""

TOKENS = Rate(10, 1 / 60)
"""New tokens of one device, which has proved itself. It needs one in three weeks."""

MOST_KEPT = 10_000
"""Who asked last is known; of the others it is as if they had never asked."""


class Rates:
    """Who asked how often of late. Safe for several threads; its memory has a limit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[tuple[str, Rate], tuple[float, float]] = OrderedDict()

    def wait_s(self, who: str, rate: Rate) -> int:
        """Count one more; gives the seconds to wait where it is too many, and 0 where it is not."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop((who, rate), (float(rate.at_once), now))
            left = min(float(rate.at_once), left + (now - since) * rate.a_second)
            wait_s = 0 if left >= 1 else max(1, math.ceil((1 - left) / rate.a_second))
            self._left[who, rate] = (left if wait_s else left - 1, now)
            if len(self._left) > MOST_KEPT:
                self._left.popitem(last=False)
            return wait_s
