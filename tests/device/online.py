"""A device and a real server application, joined without a socket; the line between them can be broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from scantrail.device.exchange.sync import Sync, SyncState
from scantrail.device.identity.enrolment import enrol
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.identity.token import DeviceToken
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Server
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed, TaskTaken
from scantrail.domain.things.unit import Unit
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.server.database.engine import Database
from tests.device.events import LIST, picked
from tests.server.site import ServedSite, filled_file
from tests.support.devices import FakeClock, Hand
from tests.support.worlds import MODULE

URL = "http://scantrail.test"
Fault = Callable[[httpx2.Request, Callable[[], Awaitable[httpx2.Response]]], Awaitable[httpx2.Response]]


def served_site(folder: Path, name: str = "server.db") -> ServedSite:
    """A server on SQLite with the warehouse of `tests.support.worlds`."""
    (folder / name).write_bytes(filled_file(name))
    return ServedSite(Database(f"sqlite:///{folder / name}"))


async def cut(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """Nothing gets through."""
    raise httpx2.ConnectError("no route to host", request=request)


def said(request: httpx2.Request, content: bytes, status: int = 200, **headers: str) -> httpx2.Response:
    """What a server says that is not ours, or is wrong, but says it without a fault of the line."""
    headers |= {HEADER: digest_of(request.url.query, content)}
    return httpx2.Response(status, stream=Streamed(content), headers=headers, request=request)


class Streamed(httpx2.AsyncByteStream):
    """Bytes as they come over a line: as they were sent, a few at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), PACKET):
            yield self._content[start : start + PACKET]


PACKET = 1 << 16


async def lost_answer(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """The server gets it, the device hears nothing."""
    await (await go_on()).aread()
    raise httpx2.ReadError("connection reset", request=request)


class Line(httpx2.AsyncBaseTransport):
    """The way to a server's application; `fault` stands between while it is set."""

    def __init__(self, site: ServedSite) -> None:
        self.connect(site)
        self.fault: Fault | None = None
        self.asked: list[httpx2.Request] = []

    def connect(self, site: ServedSite) -> None:
        """Reach this server from now on."""
        self._server: Any = httpx2.ASGITransport(app=site.http.app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)

        async def go_on() -> httpx2.Response:
            response: httpx2.Response = await self._server.handle_async_request(request)
            return response

        return await (self.fault(request, go_on) if self.fault else go_on())


@dataclass
class OnlineDevice:
    """An enrolled device with its store, line and sync."""

    store: DeviceStore
    line: Line
    sync: Sync
    server: Server
    hand: Hand
    states: list[SyncState] = field(default_factory=list)
    changes: list[None] = field(default_factory=list)

    def picks(self, unit: Unit) -> int:
        """Take the list, go to the unit and pick it; gives the seq of the pick."""
        self.hand.does(TaskTaken(LIST), document=LIST)
        self.hand.does(PlaceConfirmed(LIST, unit.place), document=LIST)
        self.hand.does(ProductConfirmed(LIST, MODULE.id), document=LIST)
        return self.hand.does(picked(unit), document=LIST).id.seq


def assert_list_agrees(device: OnlineDevice, site: ServedSite, number: str = LIST) -> None:
    """A pick list and every unit on it are the same on a device and on the server."""
    assert device.store.pick_list(number) == site.pick_list(number)
    assert set(device.store.listing(number)) == set(site.listing(number))


async def online_device(
    folder: Path, site: ServedSite, name: str = "Scanner-05", chance: Callable[[], float] = lambda: 0.5
) -> OnlineDevice:
    """Enrol a device with a server; it has not synced yet, and the server does not know who is signed in on it."""
    line = Line(site)
    home = folder / name
    clock = FakeClock()
    await enrol(home, URL, site.enrolment_code(name), line, clock)
    keys, store = DeviceKeys.load(home), DeviceStore.open(home)
    site.signed_in(store.device, store.epoch, None)
    server = Server(URL, keys.token, line)
    sync = Sync(store, server, keys, clock, chance)
    sync.refresh_token = DeviceToken(home, keys, store.device, server, clock).refresh
    device = OnlineDevice(store, line, sync, server, Hand(store, clock))
    sync.on_state = device.states.append
    sync.on_changed = lambda: device.changes.append(None)
    return device
