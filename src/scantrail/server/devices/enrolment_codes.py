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
"""Wrong codes in `WITHIN`, from one address, after which the server asks to wait."""
MOST_WRONG_OF_ALL = 200
"""Wrong codes in `WITHIN`, from all addresses together."""
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
        self._tried: deque[tuple[datetime, str]] = deque(maxlen=2 * MOST_WRONG_OF_ALL)

    def note(self, now: datetime, address: str) -> None:
        """One more was wrong, from this address."""
        self._tried.append((now, address))

    def wait_s(self, now: datetime, address: str) -> int:
        """Seconds until the next code may be tried from there; 0 for at once."""
        while self._tried and now - self._tried[0][0] >= WITHIN:
            self._tried.popleft()
        from_there = [at for at, known in self._tried if known == address]
        tried = [at for at, _address in self._tried] if len(self._tried) >= MOST_WRONG_OF_ALL else from_there
        if len(tried) < MOST_WRONG:
            return 0
        return max(1, int((tried[0] + WITHIN - now).total_seconds()))
