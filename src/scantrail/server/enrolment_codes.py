"""Codes that enrol a device: short enough to type with gloves on, and without letters that look like digits."""

from __future__ import annotations

import secrets
from collections import deque
from datetime import datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
LENGTH = 10
"""Characters: 50 bits, for a code that works once and for an hour."""
_HALF = LENGTH // 2
_AS_READ = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})

MOST_WRONG = 20
"""Wrong codes in `WITHIN`, of all who try together, after which the server asks to wait."""
WITHIN = timedelta(minutes=1)


def new_code() -> str:
    """A code as it is shown, for example `7KQ2M-X09TB`."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{drawn[:_HALF]}-{drawn[_HALF:]}"


def canonical_code(typed: str) -> str:
    """A code as people type it, in its one form: `7kq2m x09tb` and `7KQ2M-XO9TB` give `7KQ2MX09TB`."""
    return typed.strip().upper().translate(_AS_READ)


class WrongCodes:
    """How many wrong codes were tried of late. For one event loop: it needs no lock."""

    def __init__(self) -> None:
        self._tried: deque[datetime] = deque()

    def note(self, now: datetime) -> None:
        """One more was wrong."""
        self._tried.append(now)

    def wait_s(self, now: datetime) -> int:
        """Seconds until the next code may be tried; 0 for at once."""
        while self._tried and now - self._tried[0] >= WITHIN:
            self._tried.popleft()
        if len(self._tried) < MOST_WRONG:
            return 0
        return max(1, int((self._tried[0] + WITHIN - now).total_seconds()))
