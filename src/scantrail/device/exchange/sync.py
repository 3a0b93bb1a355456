"""The exchange with the server: acts go up, verdicts and changes come down, and scanning never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.exchange.first_load import FirstLoad, Loading, SnapshotPeer
from scantrail.device.exchange.numbers import NumberPeer, NumberSync
from scantrail.device.exchange.photos import PhotoPeer, PhotoSync
from scantrail.device.store import DeviceStore, StoreError
from scantrail.device.transport import Offline, Refused
from scantrail.domain.plain import PlainError
from scantrail.protocol.exchange import (
    Ask,
    GivenUp,
    OutOfStep,
    Reply,
    Send,
    Step,
    Taken,
    exchange,
    is_put_back,
    next_step,
)
from scantrail.protocol.link import Link, link_after
from scantrail.protocol.messages import REVOKED, Changes, Push, PushAnswer, Seen
from scantrail.protocol.outbox import WrongAnswer, idle_pause, pause_before
from scantrail.words import N_, M, Message

MISTAKE = N_(
    "A mistake in Scantrail keeps this device from the server ({why}). Scans are kept and the exchange is tried again: "
    "tell your supervisor."
)
"""A mistake in the exchange must not end the work of a shift; nothing of it was half written."""

HISTORIES = 3
"""How often in one exchange the server may turn out to have been restored."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the state line shows."""

    link: Link
    waiting: int
    """Acts the server has not acknowledged."""
    reason: Message | str = ""
    """Why it is not online."""
    loading: Loading | None = None
    """How far the first load is; None when everything has arrived once."""


class Signing(Protocol):
    """This device's keys, as far as the sync needs them."""

    def sign(self, data: bytes) -> str:
        """A signature of what is sent, in hexadecimal."""


class Peer(PhotoPeer, SnapshotPeer, NumberPeer, Protocol):
    """The server, as far as the sync needs it."""

    async def push(self, push: Push) -> PushAnswer:
        """Send acts and receive their verdicts."""

    async def changes(self, seen: Seen) -> Changes:
        """The next page of what this device has not seen."""

    async def leave(self) -> None:
        """Say that this device, which was revoked, has sent everything."""


async def _nothing() -> None:
    """For a device whose token somebody else sees to."""


class Sync:
    """Keeps the store and the server in step. Nothing it does can lose or change a recorded act."""

    def __init__(
        self,
        store: DeviceStore,
        server: Peer,
        keys: Signing,
        clock: Clock,
        chance: Callable[[], float],
        *,
        on_state: Callable[[SyncState], None] = lambda _state: None,
        on_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`chance` gives random numbers in [0, 1); `on_changed` is called when rows or verdicts have changed."""
        self._store = store
        self._server = server
        self._keys = keys
        self._clock = clock
        self._chance = chance
        self.on_state = on_state
        self.on_changed = on_changed
        self.on_exchanged: Callable[[datetime], None] = lambda _at: None
        """Called after every exchange that came to its end."""
        self.refresh_token: Callable[[], Awaitable[None]] = _nothing
        """Called at the end of every exchange: this device's token may be old."""
        self.is_attended: Callable[[], bool] = lambda: True
        """Whether somebody works with this device, and is shown what is new within seconds."""
        self.photos = PhotoSync(store, server, clock, chance)
        self.photos.on_changed = self._photos_changed
        self._first_load = FirstLoad(store, server, self._loads)
        self._numbers = NumberSync(store, server, clock)
        self.state = SyncState(Link.OFFLINE, store.count_pending(), M("Not connected yet."))
        self._tidied = False
        self._was_told_to_leave = False
        self._failures = 0
        self._asked_pause: float | None = None
        self._quiet = 0
        """Exchanges in a row that brought nothing, and that nobody waited for."""
        self._asked_idle_pause = 0
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Exchange until cancelled: at once after each record, every few seconds while somebody works, else less often.

        Photos go beside: however slow or broken their way is, acts do not wait for them.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self.photos.run())
            while True:
                await self._round()
                await self._rest()

    async def now(self) -> SyncState:
        """Exchange now, whatever the pauses are; gives how it went."""
        await self._round()
        self._wake.set()
        return self.state

    def kick(self) -> None:
        """Something was recorded: send it. While offline the pauses stand."""
        self._show(self.state.link, self.state.reason)
        if self.state.link is Link.ONLINE:
            self._wake.set()

    def _photos_changed(self) -> None:
        self.on_changed()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause()):
                await self._wake.wait()
        except TimeoutError:
            return

    def _pause(self) -> float:
        """Seconds until the next exchange, unless something is recorded before."""
        if self._failures:
            return pause_before(self._failures, self._chance(), self._asked_pause)
        if self.is_attended():
            return idle_pause(0, self._chance())
        return idle_pause(self._quiet, self._chance(), self._asked_idle_pause)

    async def _round(self) -> None:
        async with self._one_at_a_time:
            self._wake.clear()
            self._quiet = 0 if self.is_attended() else self._quiet + 1
            try:
                await self._exchange()
            except Offline as offline:
                self._failed(Link.OFFLINE, offline.reason, offline.asked_pause)
            except Refused as refused:
                if refused.problem.code == REVOKED:
                    await self._leave()
                problem = refused.problem
                self._failed(link_after(problem), problem.detail or problem.title, refused.asked_pause)
            except (PlainError, WrongAnswer) as error:
                self._failed(Link.OFFLINE, M("The server's answer cannot be used ({why}).", why=error))
            except (GivenUp, StoreError) as error:
                self._failed(Link.OFFLINE, error.message)
            except Exception as error:  # noqa: BLE001 - reason: see MISTAKE
                self._failed(Link.OFFLINE, M(MISTAKE, why=f"{type(error).__name__}: {error}"))
            else:
                self._failures = 0
                self._show(Link.ONLINE, "")
                self.on_exchanged(self._clock.now().wall)
                self.photos.kick()

    async def _leave(self) -> None:
        """Nobody signs in here any more without the server; once everything is sent, the token ends.

        The person at work is told first, so that signing out is on record too.
        """
        self._store.keeping.drop_verifiers()
        self.photos.kick()
        was_told, self._was_told_to_leave = self._was_told_to_leave, True
        if was_told and not self._store.count_pending() and self._store.photos.next_to_send() is None:
            with suppress(Offline, Refused):
                await self._server.leave()

    def _failed(self, link: Link, reason: Message | str, asked_pause: float | None = None) -> None:
        self._failures += 1
        self._quiet = 0
        self._asked_pause = asked_pause
        self._show(link, reason)

    def _show(self, link: Link, reason: Message | str) -> None:
        loading = None if self._store.complete else self._first_load.state
        state = SyncState(link, self._store.count_pending(), reason, loading)
        if state != self.state:
            self.state = state
            self.on_state(state)

    async def _exchange(self) -> None:
        """Push until nothing is pending and pull until nothing is left; then see to numbers."""
        if not self._tidied:
            self._store.forget_old()
            self._store.ask_again()
            self._tidied = True
        for _turn in range(HISTORIES):
            if self._store.is_empty and await self._first_load.run():
                self._has_news()
            if await self._talk():
                await self._numbers.refill()
                await self.refresh_token()
                return
        raise GivenUp(M("The server is being put back from a backup."))

    async def _talk(self) -> bool:
        """Exchange to the end; gives False where a restored server's rows have taken the place of all there were.

        Until they are here as a whole, work goes on with the rows of before. Where they come one by one only, the
        exchange itself drops those of before and begins again.
        """
        talk = exchange(self._store, self._clock.now, self._keys.sign)
        reply: Reply = None
        while (step := next_step(talk, reply)) is not None:
            reply = await self._reply_to(step)
            if is_put_back(self._store, step, reply) and await self._first_load.run():
                self._has_news()
                return False
        return True

    def _has_news(self) -> None:
        self._quiet = 0
        self.on_changed()

    def _loads(self) -> None:
        self._show(Link.ONLINE, "")

    async def _reply_to(self, step: Step) -> Reply:
        match step:
            case Send(push):
                self._quiet = 0
                return await self._push(push)
            case Ask(seen):
                changes = await self._server.changes(seen)
                self._asked_idle_pause = changes.pause_s
                return changes
            case Taken(is_different):
                if is_different:
                    self._has_news()
                    self._first_load.count_rows()
                self._show(Link.ONLINE, "")
                await asyncio.sleep(0)
                return None

    async def _push(self, push: Push) -> PushAnswer | OutOfStep:
        try:
            answer = await self._server.push(push)
        except Refused as refused:
            if refused.expected_seq is None:
                raise
            self.photos.ask_again()
            return OutOfStep(refused.expected_seq, refused)
        self._asked_idle_pause = answer.changes.pause_s
        return answer
