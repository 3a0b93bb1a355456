"""A handheld on a bench: the real program on a real store, with a server and a clock that obey the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from scantrail.device.exchange.sync import SyncState
from scantrail.device.identity.sign_in import SignedIn, SignInRefused
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Offline
from scantrail.domain.acts.act import Act
from scantrail.domain.names.identifiers import UnitId
from scantrail.handheld.app import HandheldApp
from scantrail.handheld.device import Device
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import text_of
from scantrail.handheld.pages.camera import Cameras
from scantrail.protocol.acts import decode_act
from scantrail.protocol.link import Link
from scantrail.scanning.acceptance import Code, Rules
from scantrail.scanning.camera.messages import Preview, View
from scantrail.scanning.camera.process import CameraTrouble
from scantrail.scanning.chosen import choose, scanners_of
from scantrail.scanning.profiles import Profile
from scantrail.words import M
from tests.support.devices import FakeClock, new_store
from tests.support.photos import jpeg
from tests.support.worlds import exact_line, module, named_on, pick_list, promised

DAY = (promised(46), promised(47), promised(48), module(50))
LIST = pick_list(exact_line(*DAY[:3]))
NAMED = named_on(LIST, *DAY[:3])
BADGE, PIN = "WKR-1001", "4711"
PREVIEW = Preview(16, 9, bytes(range(144)))
KEYS = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", "\x1d": "ctrl+right_square_bracket", "\x11": "ctrl+q"}


class FakeSync:
    """A sync that a test puts online and offline."""

    def __init__(self, store: DeviceStore) -> None:
        self.store = store
        self.state = SyncState(Link.ONLINE, 0)
        self.on_state: Callable[[SyncState], None] = lambda _state: None
        self.on_changed: Callable[[], None] = lambda: None
        self.is_attended: Callable[[], bool] = lambda: True
        self.asked = 0

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def now(self) -> SyncState:
        self.asked += 1
        return self.state

    def kick(self) -> None:
        self.goes(self.state.link)

    def goes(self, link: Link) -> None:
        """The link changes."""
        reason = "" if link is Link.ONLINE else M("The server cannot be reached.")
        self.state = SyncState(link, self.store.count_pending(), reason)
        self.on_state(self.state)


@dataclass
class FakeCamera:
    """A camera that shows what a test holds in front of it."""

    on_change: Callable[[], None] = lambda: None
    rules: Rules = field(default_factory=Rules)
    view: View | None = None
    trouble: str = ""
    opened: int = 0
    closed: int = 0
    picture: bytes = field(default_factory=jpeg)

    def open(self, on_change: Callable[[], None]) -> FakeCamera:
        """The handheld opens it."""
        self.on_change, self.view, self.opened = on_change, None, self.opened + 1
        return self

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def photo(self) -> bytes:
        if self.trouble:
            raise CameraTrouble(self.trouble)
        return self.picture

    def close(self) -> None:
        self.closed += 1

    def shows(self, *codes: Code, frames: int = 1) -> None:
        """So many frames with some codes in view."""
        for _ in range(frames):
            self.view = View(160, 90, codes, PREVIEW)
            self.on_change()

    def fails(self, why: str) -> None:
        """There is no picture any more."""
        self.view, self.trouble = None, why
        self.on_change()


@dataclass
class FakeServer:
    """A server that knows one PIN and some histories."""

    store: DeviceStore
    online: bool = True
    histories: dict[UnitId, dict[str, Any]] = field(default_factory=dict)

    async def sign_in(self, badge: str, pin: str) -> SignedIn:
        worker = self.store.worker_called(badge)
        if worker is None or pin != PIN:
            raise SignInRefused(M("The PIN is not right. Try again."))
        return SignedIn(worker, offline=not self.online)

    async def timeline(self, unit: UnitId) -> dict[str, Any]:
        if not self.online:
            raise Offline(M("The server does not answer."))
        return self.histories.get(unit, {"timeline": []})


@dataclass
class Bench:
    """The running program, a scanner, a hand, and the glass."""

    app: HandheldApp
    pilot: Pilot[None]
    store: DeviceStore
    sync: FakeSync
    server: FakeServer
    clock: FakeClock
    camera: FakeCamera
    now: float = 1_000.0

    async def scan(self, *texts: str, suffix: str = "\r", gap: float = 0.001) -> None:
        """Scan codes, one after the other without a pause."""
        self.clock.move(3)
        self.now += 1
        for text in texts:
            for character in text + suffix:
                self.key(KEYS.get(character, character), character, gap)
        await self.settled()

    async def type(self, text: str) -> None:
        """Type at a hand's pace; Enter is a carriage return."""
        self.clock.move(3)
        self.now += 1
        for character in text:
            self.key(KEYS.get(character, character), character, 0.12)
        await self.settled()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a hand does."""
        for key in keys:
            self.now += 1
            self.key(key, None, 0.12)
            await self.settled()

    def key(self, name: str, character: str | None, gap: float = 0.001) -> None:
        """One key, now."""
        event = events.Key(name, character)
        event.time, self.now = self.now, self.now + gap
        self.app.post_message(event)

    async def settled(self) -> None:
        """Wait until every key is handled and no silence is awaited any more."""
        await self.pilot.pause()
        while self.app.is_listening:  # noqa: ASYNC110 - reason: the program has no event for a test to await
            await asyncio.sleep(0.005)
        await self.pilot.pause()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that goes on beside the screens."""
        async with asyncio.timeout(5):
            while not is_so():  # noqa: ASYNC110 - reason: the program has no event for a test to await
                await asyncio.sleep(0.005)
        await self.pilot.pause()

    @property
    def glass(self) -> str:
        """What the glass shows, as text."""
        size = self.app.size
        lines = self.app.picture(Size(size.width, size.height))
        return "\n".join(text_of(line) for line in lines)

    async def sign_in(self) -> None:
        """Sign Sarah in."""
        await self.scan(BADGE)
        await self.type(PIN + "\r")
        await self.until(lambda: "WHAT NEXT?" in self.glass)

    async def open_list(self, number: str = "PL-2025-0091") -> None:
        """Sign in and open a list by its number."""
        await self.sign_in()
        await self.scan(number)

    async def again(self, number: str) -> None:
        """Begin again at the first step of a list, wherever the program is now."""
        await self.press("f10")
        await self.scan(number)


@asynccontextmanager
async def bench(
    folder: Path, *rows: Any, size: tuple[int, int] = (40, 24), scanner: Profile | None = None, **more: Any
) -> AsyncIterator[Bench]:
    """The program on a store with the day's rows, with the generic scanner unless another was chosen."""
    if scanner is not None:
        choose(folder, scanner)
    with new_store(folder, *(rows or (*DAY, LIST, *NAMED))) as store:
        clock, sync, server, camera = FakeClock(), FakeSync(store), FakeServer(store), FakeCamera()
        device = Device(store, sync, server, server, clock, scanners_of(folder), Cameras(camera.open, "camera"))
        app = HandheldApp(device, **more)
        async with app.run_test(size=size) as pilot:
            yield Bench(app, pilot, store, sync, server, clock, camera)


def acts_of(store: DeviceStore) -> list[Act]:
    """Everything recorded on the device, oldest first."""
    return [decode_act(exact) for _seq, exact in store.pending(500)]
