"""A real server and real devices, and what is asked of them after anything happened in between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from scantrail.device.clock import DeviceClock
from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.enrolment import enrol
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore
from scantrail.device.store.database import FILE
from scantrail.device.transport import Server
from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.protocol.link import Link
from scantrail.proving.backstage import DemoServer
from scantrail.server.database.engine import Database
from scantrail.server.ledger.log import verify_chain
from scantrail.sqlite import sqlite3

DEVICES = ("Scanner-05", "Scanner-06")


async def enrolled(backstage: DemoServer, folder: Path, name: str, url: str = "") -> Path:
    """A device's folder; it reaches the server at `url`, or straight."""
    home = folder / name
    await enrol(home, url or backstage.url, backstage.enrolment_code(name, "MAIN"))
    return home


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[tuple[DeviceStore, Sync, Server]]:
    with DeviceStore.open(folder) as store:
        keys = DeviceKeys.load(folder)
        server = Server(store.identity.server_url, keys.token)
        yield store, Sync(store, server, keys, DeviceClock(), lambda: 0.5), server


async def synced(folder: Path) -> None:
    """Everything goes up."""
    with opened(folder) as (store, sync, server):
        state = await sync.now()
        await server.close()
        assert (state.link, store.count_pending()) == (Link.ONLINE, 0)


def journal_of(folder: Path) -> list[tuple[int, bytes, str]]:
    with contextlib.closing(sqlite3.connect(folder / FILE)) as connection:
        return connection.execute("SELECT seq, exact, hash FROM journal ORDER BY seq").fetchall()


def is_in_the_log_once(backstage: DemoServer, folder: Path) -> None:
    """Each act of a device, by its hash; and the log's own chain is whole."""
    database = Database(backstage.database_url)
    with database.reading() as connection:
        logged = Counter(connection.exec_driver_sql("SELECT hash FROM log").scalars())
        assert verify_chain(connection, "MAIN") is None
    database.close()
    assert {link: logged[link] for _seq, _exact, link in journal_of(folder) if logged[link] != 1} == {}


@contextlib.asynccontextmanager
async def two_devices_at_work(folder: Path, backstage: DemoServer, url: str = "") -> AsyncIterator[list[Sync]]:
    """Two devices that record one refused scan after the other and send as fast as they can, until the end."""
    homes = [await enrolled(backstage, folder, name, url) for name in DEVICES]
    with contextlib.ExitStack() as stack:
        devices = [stack.enter_context(opened(home)) for home in homes]
        work = [asyncio.create_task(_works(store, sync)) for store, sync, _server in devices]
        yield [sync for _store, sync, _server in devices]
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for _store, _sync, server in devices:
            await server.close()


def everything_is_in_the_log_once(folder: Path, backstage: DemoServer) -> int:
    """After a last exchange of the two devices; gives how many acts they recorded."""
    for name in DEVICES:
        asyncio.run(synced(folder / name))
        is_in_the_log_once(backstage, folder / name)
    return sum(len(journal_of(folder / name)) for name in DEVICES)


def tell(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    """The figures of a long form, for whoever runs it."""
    if "SCANTRAIL_KILLS" in os.environ:
        with capsys.disabled():
            sys.stdout.write(f"\n{figures}\n")


async def _works(store: DeviceStore, sync: Sync) -> None:
    """One refused scan after the other, sent as fast as they come."""
    clock = DeviceClock()
    for number in range(1_000_000):
        refusal = refuse(ScanCode.UNKNOWN_CODE, wanted="–")
        draft = Draft(reading=Reading(f"K-{number:06}", Carrier.WEDGE), refusal=refusal)
        store.record([draft], actor="sarah", site="MAIN", now=clock.now())
        await sync.now()
        await asyncio.sleep(0)
