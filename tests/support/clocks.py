"""Clocks that stand still until a test moves them."""

from __future__ import annotations


class Stopwatch:
    """Seconds from some moment on, as `time.monotonic` gives them."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now
