"""What a real server stands on gives way while two devices send: database, disk, line. Nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import resource
import socket
import socketserver
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TypeVar, cast

import pytest

from scantrail.device.exchange.sync import Sync, SyncState
from scantrail.protocol.link import Link
from scantrail.proving.backstage import DemoServer
from scantrail.proving.postgres import Cluster, Stop
from scantrail.words import say
from tests.postgres import needs_programs, postgres_cluster
from tests.proving.processes import everything_is_in_the_log_once, tell, two_devices_at_work

S = TypeVar("S", bound=DemoServer)

pytestmark = pytest.mark.xdist_group("terminals")

OUTAGES = int(os.environ.get("SCANTRAIL_KILLS", "2"))
SEED = int(os.environ.get("SCANTRAIL_SEED", "1"))
PATIENCE_S = 60
DELAY_S = 0.5
"""A stalled line is cut after it: a device waits for 15 s, which a proof has not got."""


class OnPostgres(DemoServer):
    """The server on a PostgreSQL that is stopped and started."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        super().__init__(folder)
        self._cluster = cluster
        self._ways = itertools.cycle(Stop)

    @property
    def database_url(self) -> str:
        return self._cluster.url.render_as_string()

    @property
    def process_id(self) -> int | None:
        """Of the server; None when it has ended."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @asynccontextmanager
    async def stopped_postgres(self) -> AsyncIterator[None]:
        """PostgreSQL is gone: in turn as by its administrator, and as by a crash."""
        await asyncio.to_thread(self._cluster.stop, next(self._ways))
        yield
        await asyncio.to_thread(self._cluster.start)


class OnSmallDisk(DemoServer):
    """The server on a disk that can be full."""

    @asynccontextmanager
    async def full_disk(self) -> AsyncIterator[None]:
        """No file of the server can grow."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        yield
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Fault(Enum):
    """What a bad line does to the bytes of a connection, up or down, after some of them."""

    CUT = "cut"
    STALL = "stall"
    """Nothing comes through any more, and nothing says so."""
    GARBLE = "garble"
    """One bit flips, and everything goes on."""
    DELAY = "delay"


class BadLine(socketserver.ThreadingTCPServer):
    """Carries bytes to the server; while it is bad, each connection has a fault after some of them."""

    daemon_threads = True

    def __init__(self, server_port: int) -> None:
        super().__init__(("127.0.0.1", 0), Carrier)
        self.server_port = server_port
        self.is_bad = False
        self.faults = 0
        self._chance = random.Random(SEED)

    def next_fault(self) -> tuple[Fault | None, int]:
        """What happens to a connection next, and after how many bytes."""
        return (self._chance.choice(list(Fault)) if self.is_bad else None), self._chance.randint(0, 4000)


class Carrier(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        line = cast(BadLine, self.server)
        with socket.create_connection(("127.0.0.1", line.server_port)) as there:
            back = threading.Thread(target=self._carry, args=(there, self.request), daemon=True)
            back.start()
            self._carry(self.request, there)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Until one end closes, or the fault ends it."""
        line = cast(BadLine, self.server)
        fault, left = line.next_fault()
        with suppress(OSError):
            while received := source.recv(65536):
                if fault is None:
                    fault, left = line.next_fault()
                if fault is None or len(received) <= left:
                    target.sendall(received)
                    left -= len(received)
                    continue
                target.sendall(self._faulty(fault, received, left))
                if fault in (Fault.CUT, Fault.STALL):
                    break
                fault = None
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _faulty(self, fault: Fault, received: bytes, at: int) -> bytes:
        line = cast(BadLine, self.server)
        line.faults += 1
        match fault:
            case Fault.GARBLE:
                return received[:at] + bytes([received[at] ^ 1 << line.faults % 8]) + received[at + 1 :]
            case Fault.DELAY | Fault.STALL:
                time.sleep(DELAY_S)
        return received if fault is Fault.DELAY else received[:at]


@contextmanager
def running(server: S) -> Iterator[S]:
    server.prepare()
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def until(holds: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 - reason: what is awaited is another process's doing
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"not within {within_s} s: {what}")


async def outages(devices: list[Sync], outage: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    """One after the other; each is noticed by both devices, and over for both, before the next.

    All that the devices are ever told meanwhile is 503.
    """
    heard: list[SyncState] = []
    chance = random.Random(SEED)
    for each in devices:
        each.on_state = heard.append
    for _outage in range(OUTAGES):
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        async with outage():
            await until(lambda: all("(503)" in say(each.state.reason) for each in devices), "both devices are told 503")
        await until(lambda: all(each.state.link is Link.ONLINE for each in devices), "both devices are online")
    reasons = {say(state.reason) for state in heard if state.link is not Link.ONLINE}
    assert {reason for reason in reasons if "(503)" not in reason} == set()


@needs_programs
def test_postgres_stopped_and_started_while_devices_send_loses_and_doubles_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def day(server: OnPostgres) -> None:
        async with two_devices_at_work(tmp_path, server) as devices:
            await outages(devices, server.stopped_postgres)

    with postgres_cluster() as cluster, running(OnPostgres(tmp_path / "server", cluster)) as server:
        before = server.process_id
        asyncio.run(day(server))
        acts = everything_is_in_the_log_once(tmp_path, server)
        assert acts > OUTAGES
        assert server.process_id == before, "the server ended, and did not come back by itself"
    log = (server.folder / "server.log").read_text()
    assert "Traceback" not in log, log
    tell(capsys, f"PostgreSQL: {OUTAGES} stops, {acts} acts of two devices, each in the log once")


def test_a_servers_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    server = OnSmallDisk(tmp_path / "server")

    async def day() -> None:
        async with two_devices_at_work(tmp_path, server) as devices:
            await outages(devices, server.full_disk)

    with running(server):
        asyncio.run(day())
        assert everything_is_in_the_log_once(tmp_path, server) > OUTAGES


def test_a_line_that_cuts_stalls_delays_and_garbles_loses_and_doubles_nothing(
    tmp_path: Path, backstage: DemoServer
) -> None:
    with BadLine(backstage.port) as line:
        threading.Thread(target=line.serve_forever, daemon=True).start()

        async def day() -> None:
            async with two_devices_at_work(tmp_path, backstage, f"http://127.0.0.1:{line.server_address[1]}"):
                line.is_bad = True
                await until(lambda: line.faults >= 10 * OUTAGES, "the line has faults enough", 60 + 10 * OUTAGES)
                line.is_bad = False

        asyncio.run(day())
        assert everything_is_in_the_log_once(tmp_path, backstage) > OUTAGES
        line.shutdown()
