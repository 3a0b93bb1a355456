"""What happened, in plain words; only the last of it is kept, and it is written out only when it is wanted."""

from __future__ import annotations

from collections import deque
from typing import Any

LAST = 80
"""Events that are shown of a failing seed."""


class Trace:
    """The last events of a simulation, or all of them."""

    def __init__(self, most: int | None = LAST) -> None:
        """`most` is how many events are kept; None for all."""
        self._events: deque[tuple[int, str, str, tuple[Any, ...]]] = deque(maxlen=most)

    def add(self, at_ms: int, who: str, what: str, *values: Any) -> None:
        """Something happened to somebody; `{}` in `what` stand for the values."""
        self._events.append((at_ms, who, what, values))

    def lines(self) -> list[str]:
        """The events, one a line, the newest last."""
        return [
            f"{at_ms / 1000:10.3f} s  {who:<10} {what.format(*values)}" for at_ms, who, what, values in self._events
        ]
