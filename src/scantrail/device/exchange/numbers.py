"""Fetching numbers to give away offline, at the end of an exchange; whatever becomes of it, acts do not wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Offline, Refused
from scantrail.domain.moments import local
from scantrail.domain.names.numbers import Series
from scantrail.protocol.messages import NumbersAnswer, NumbersRequest

PAUSE = timedelta(minutes=1)
"""Before the server is asked again after it gave none."""


class NumberPeer(Protocol):
    """The server, as far as numbers need it."""

    async def numbers(self, ask: NumbersRequest) -> NumbersAnswer:
        """The block of numbers for a turn."""


class NumberSync:
    """Keeps between half a block and one and a half of each of the site's series on the device."""

    def __init__(self, store: DeviceStore, server: NumberPeer, clock: Clock) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._not_before: dict[str, tuple[str, int]] = {}
        """By series, the run of the clock, and its time before which the server is not asked for it again."""

    async def refill(self) -> None:
        """Ask for a block of each series of which half a block is used. Without one the device works on."""
        site = self._store.site_row
        if site is None:
            return
        for series in site.series_in(local(self._clock.now().wall, site.time_zone).year):
            if not self._is_pausing(series) and not await self._refill(series):
                return

    async def _refill(self, series: Series) -> bool:
        """Ask for a block of one series if it is needed; gives whether the server could be reached."""
        server_epoch = self._store.server_epoch
        ask = self._store.numbers.request(series, self._store.epoch, server_epoch)
        if ask is None:
            return True
        try:
            answer = await self._server.numbers(ask)
        except Offline:
            self._pause(series)
            return False
        except Refused as refused:
            self._pause(series)
            self._store.numbers.note_refusal(series, refused.problem.detail)
        else:
            self._store.numbers.put(series, answer, server_epoch)
        return True

    def _pause(self, series: Series) -> None:
        now = self._clock.now()
        self._not_before[series.name] = (now.boot, now.mono_ms + int(PAUSE.total_seconds() * 1000))

    def _is_pausing(self, series: Series) -> bool:
        boot, mono_ms = self._not_before.get(series.name, ("", 0))
        now = self._clock.now()
        return now.boot == boot and now.mono_ms < mono_ms
