"""Photos on their way to the server: one at a time, after the acts that name them, and never in their way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.store import DeviceStore, StoreError
from scantrail.device.transport import Offline, Refused
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.things.photo import Photo
from scantrail.protocol.messages import LackedPhotos, PhotoProblem, PhotoTaken
from scantrail.protocol.outbox import pause_before
from scantrail.words import M, Message, say

ASK_EVERY = timedelta(hours=1)
"""How often the server is asked which photos it lacks: it may have been restored, or been unable to take one."""

_FINAL = frozenset(problem.value for problem in PhotoProblem)


class PhotoPeer(Protocol):
    """The server, as far as photos need it."""

    async def send_photo(self, photo: Photo, content: bytes) -> PhotoTaken:
        """Send a photo's bytes."""

    async def lacked_photos(self) -> LackedPhotos:
        """Which photos of this device's acts the server has not got."""


class PhotoSync:
    """Sends what waits. A failure costs a pause and no photo; what the server does not take, a person is told."""

    def __init__(self, store: DeviceStore, server: PhotoPeer, clock: Clock, chance: Callable[[], float]) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._chance = chance
        self.on_changed: Callable[[], None] = lambda: None
        """Called when a photo needs attention, or no longer does."""
        self._asked: tuple[str, str, int] | None = None
        """The server's epoch, the run of the clock and its time when the server was last asked what it lacks."""
        self._failures = 0
        self._asked_pause: float | None = None
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self.now()
            await self._rest()

    def kick(self) -> None:
        """The server answers, and has the acts. After a failure the pause stands."""
        self._wake.set()

    def ask_again(self) -> None:
        """The server has lost acts, and perhaps photos with them: ask once they are there again."""
        self._asked = None

    async def now(self) -> None:
        """Send everything that can be sent now."""
        async with self._one_at_a_time:
            self._wake.clear()
            try:
                await self._ask_what_is_lacking()
                while photo := self._store.photos.next_to_send():
                    await self._send(photo)
            except (Offline, Refused) as error:
                self._failures += 1
                self._asked_pause = error.asked_pause
            except StoreError:
                self._failures += 1
            else:
                self._failures = 0

    async def _rest(self) -> None:
        if self._failures:
            await asyncio.sleep(pause_before(self._failures, self._chance(), self._asked_pause))
        else:
            await self._wake.wait()

    async def _ask_what_is_lacking(self) -> None:
        """Once at the start, then every hour, and of every new server; only when it has every act."""
        if not self._is_time_to_ask() or self._store.count_pending():
            return
        epoch, now = self._store.server_epoch, self._clock.now()
        lacked = await self._server.lacked_photos()
        self._store.photos.lacked(lacked.sha256)
        self._asked = (epoch, now.boot, now.mono_ms)

    def _is_time_to_ask(self) -> bool:
        if self._asked is None:
            return True
        epoch, boot, mono_ms = self._asked
        now = self._clock.now()
        age = timedelta(milliseconds=now.mono_ms - mono_ms)
        return (epoch, boot) != (self._store.server_epoch, now.boot) or age >= ASK_EVERY

    async def _send(self, photo: Photo) -> None:
        content = self._store.photos.content(photo)
        if content is None:
            self._tell(photo, M("Its file on this device is gone or damaged."))
            return
        try:
            await self._server.send_photo(photo, content)
        except Refused as refused:
            if refused.problem.code not in _FINAL:
                self._store.photos.failed(photo)
                raise
            self._tell(photo, refused.problem.detail)
        except Offline:
            self._store.photos.failed(photo)
            raise
        else:
            self._store.photos.sent(photo)
            self.on_changed()

    def _tell(self, photo: Photo, why: Message | str) -> None:
        self._store.photos.refused(photo, refuse(ActCode.PHOTO, photo=photo.name, reason=say(why).rstrip(".")))
        self.on_changed()
