"""Simulated time: the true one, and each device's own idea of it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from scantrail.domain.acts.act import Times
from scantrail.proving.simulator.warehouse import BEGIN

Event = Callable[[], None]


class Schedule:
    """What happens when, in milliseconds since the beginning; what is due together comes in the order it was set."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._due: list[tuple[int, int, Event]] = []
        self._set = 0

    def after(self, ms: int, event: Event) -> None:
        """Let something happen in `ms` milliseconds."""
        self._set += 1
        heapq.heappush(self._due, (self.now_ms + ms, self._set, event))

    def step(self) -> bool:
        """Let the next thing happen; gives whether there was one."""
        if not self._due:
            return False
        self.now_ms, _order, event = heapq.heappop(self._due)
        event()
        return True

    def clear(self) -> None:
        """Nothing is due any more."""
        self._due.clear()

    def now(self) -> datetime:
        """The true time."""
        return BEGIN + timedelta(milliseconds=self.now_ms)


class DeviceClock:
    """A device's wall clock, which may be wrong, and its monotonic clock, which begins at zero at each start."""

    def __init__(self, schedule: Schedule, name: str) -> None:
        self._schedule = schedule
        self._name = name
        self._boots = 0
        self._booted_ms = 0
        self.is_wrong_by = timedelta()

    def now(self) -> Times:
        """The device's now."""
        mono_ms = self._schedule.now_ms - self._booted_ms
        return Times(self._schedule.now() + self.is_wrong_by, f"{self._name}-{self._boots}", mono_ms)

    def boot(self) -> None:
        """The device starts again."""
        self._boots += 1
        self._booted_ms = self._schedule.now_ms

    def jump_to(self, wall: datetime) -> None:
        """Somebody, or an empty battery, sets the wall clock."""
        self.is_wrong_by = wall - self._schedule.now()
