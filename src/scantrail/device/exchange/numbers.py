"""Fetching numbers to give away offline, at the end of an exchange; whatever becomes of it, acts do not wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Offline, Refused
from scantrail.protocol.messages import NumbersAnswer, NumbersRequest

PAUSE = timedelta(minutes=1)
"""Before the server is asked again after it gave none."""


class NumberPeer(Protocol):
    """The server, as far as numbers need it."""

    async def numbers(self, ask: NumbersRequest) -> NumbersAnswer:
        """The block of numbers for a turn."""


class NumberSync:
    """Keeps between half a block and one and a half of the site's numbers on the device."""

    def __init__(self, store: DeviceStore, server: NumberPeer, clock: Clock) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._not_before: tuple[str, int] = ("", 0)
        """The run of the clock, and its time before which the server is not asked again."""

    async def refill(self) -> None:
        """Ask for a block if half of one is used. Without one the device works on with what it has."""
        site = self._store.site_row
        series = site.sscc_series if site else None
        if series is None or self._is_pausing():
            return
        server_epoch = self._store.server_epoch
        ask = self._store.numbers.request(series, self._store.epoch, server_epoch)
        if ask is None:
            return
        try:
            answer = await self._server.numbers(ask)
        except Offline:
            self._pause()
        except Refused as refused:
            self._pause()
            self._store.numbers.note_refusal(series, refused.problem.detail)
        else:
            self._store.numbers.put(series, answer, server_epoch)

    def _pause(self) -> None:
        now = self._clock.now()
        self._not_before = (now.boot, now.mono_ms + int(PAUSE.total_seconds() * 1000))

    def _is_pausing(self) -> bool:
        boot, mono_ms = self._not_before
        now = self._clock.now()
        return now.boot == boot and now.mono_ms < mono_ms
