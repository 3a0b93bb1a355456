"""Real processes, killed at random: every scan whose verdict was seen is on record once, here and on the server.

`make prove` sets SCANTRAIL_KILLS to 200 for each; the suite kills a few.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from scantrail.device.clock import DeviceClock
from scantrail.device.enrolment import enrol
from scantrail.device.keys import DeviceKeys
from scantrail.device.store import DeviceStore
from scantrail.device.store.database import FILE
from scantrail.device.sync import Link, Sync
from scantrail.device.transport import Server
from scantrail.domain.acts import Draft
from scantrail.domain.readings import Carrier, Reading
from scantrail.domain.refusals import Code, refuse
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.proving.backstage import DemoServer
from scantrail.server.database import Database
from scantrail.server.log import verify_chain
from tests.support.terminal import Terminal

pytestmark = pytest.mark.xdist_group("terminals")

KILLS = int(os.environ.get("SCANTRAIL_KILLS", "2"))
SEED = int(os.environ.get("SCANTRAIL_SEED", "1"))
BADGE, PIN, LIST = "WKR-1001", "1234", "PL-2025-0091"
VERDICT = re.compile(rb"UNKNOWN CODE[^K]{0,60}?(K-[0-9]{6})")
"""A verdict on the glass with what was scanned, whatever stands between them for the terminal."""


class Killed(Terminal):
    """The handheld in a terminal; everything it ever painted is kept."""

    def __init__(self, folder: Path) -> None:
        self.painted = b""
        super().__init__([sys.executable, "-m", "scantrail.cli", "handheld", "--store", str(folder)])

    def _take(self) -> None:
        try:
            received: Any = self.child.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return
        self.painted += received
        self._stream.feed(received)

    def begins(self) -> None:
        """From its start to the step where it was left."""
        self.until("SCAN YOUR BADGE")
        self.enter(BADGE, "TYPE YOUR PIN")
        self.enter(PIN, "WHAT NEXT?")
        self.enter(LIST, "SCAN BIN")

    def reads_for(self, seconds: float) -> None:
        """Watch the glass for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._take()

    def is_killed(self) -> None:
        """Power off; what was painted before is still read."""
        self.child.kill(9)
        with contextlib.suppress(pexpect.EOF, AssertionError):
            while True:
                received: Any = self.child.read_nonblocking(65536, timeout=1)
                self.painted += received
        self.child.close(force=True)

    @property
    def verdicts(self) -> set[str]:
        """The scans whose verdict was seen."""
        return {found.decode() for found in VERDICT.findall(self.painted)}


@pytest.fixture
def backstage(tmp_path: Path) -> Iterator[DemoServer]:
    server = DemoServer(tmp_path / "server")
    server.prepare()
    server.start()
    yield server
    server.stop()


async def enrolled(backstage: DemoServer, folder: Path, name: str) -> Path:
    home = folder / name
    await enrol(home, backstage.url, backstage.enrolment_code(name, "MAIN"))
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


def scans_in(folder: Path) -> Counter[str]:
    """What was scanned, by the journal; its chain and its numbers must be whole."""
    scans: Counter[str] = Counter()
    before = ""
    for expected, (seq, exact, link) in enumerate(journal_of(folder), 1):
        act = decode_act(exact)
        assert (seq, act.id.seq, act.previous, link) == (expected, expected, before, act_hash(exact))
        before = link
        if act.draft.reading is not None:
            scans[act.draft.reading.text] += 1
    return scans


def is_in_the_log_once(backstage: DemoServer, folder: Path) -> None:
    """Each act of a device, by its hash; and the log's own chain is whole."""
    database = Database(backstage.database_url)
    with database.reading() as connection:
        logged = Counter(connection.exec_driver_sql("SELECT hash FROM log").scalars())
        assert verify_chain(connection, "MAIN") is None
    database.close()
    assert {link: logged[link] for _seq, _exact, link in journal_of(folder) if logged[link] != 1} == {}


def test_a_handheld_killed_at_any_moment_loses_no_verdict_and_doubles_none(
    tmp_path: Path, backstage: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    home = asyncio.run(enrolled(backstage, tmp_path, "Scanner-05"))
    asyncio.run(synced(home))
    sent, seen = 0, set[str]()
    for _kill in range(KILLS):
        handheld = Killed(home)
        handheld.begins()
        for _burst in range(chance.randint(1, 3)):
            count = chance.randint(1, 12)
            handheld.keys("".join(f"K-{sent + at:06}\r" for at in range(count)))
            sent += count
            handheld.reads_for(chance.uniform(0.0, 0.3))
        if chance.random() < 0.5:
            handheld.keys(f"K-{sent:06}"[: chance.randint(1, 8)])
        handheld.is_killed()
        seen |= handheld.verdicts
    recorded = scans_in(home)
    assert seen, "no verdict was ever seen"
    assert {text for text in seen if recorded[text] != 1} == set(), "seen, and not on record exactly once"
    assert {text: count for text, count in recorded.items() if count > 1 and text.startswith("K-")} == {}
    asyncio.run(synced(home))
    is_in_the_log_once(backstage, home)
    with capsys.disabled():
        _tell(
            f"handheld: {KILLS} kills, {sent} scans sent, {len(seen)} verdicts seen, {len(recorded)} on record, 0 lost"
        )


def test_a_server_killed_at_any_moment_has_every_act_once(
    tmp_path: Path, backstage: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_server_is_killed(tmp_path, backstage))
    acts = sum(len(journal_of(tmp_path / name)) for name in ("Scanner-05", "Scanner-06"))
    for name in ("Scanner-05", "Scanner-06"):
        asyncio.run(synced(tmp_path / name))
        is_in_the_log_once(backstage, tmp_path / name)
    with capsys.disabled():
        _tell(f"server: {KILLS} kills, {acts} acts of two devices, each in the log once")


async def _server_is_killed(folder: Path, backstage: DemoServer) -> None:
    homes = [await enrolled(backstage, folder, name) for name in ("Scanner-05", "Scanner-06")]
    with contextlib.ExitStack() as stack:
        devices = [stack.enter_context(opened(home)) for home in homes]
        work = [asyncio.create_task(_works(store, sync)) for store, sync, _server in devices]
        chance = random.Random(SEED)
        for _kill in range(KILLS):
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            await asyncio.to_thread(backstage.kill)
            await asyncio.to_thread(backstage.start)
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for _store, _sync, server in devices:
            await server.close()


async def _works(store: DeviceStore, sync: Sync) -> None:
    """One refused scan after the other, sent as fast as they come."""
    clock = DeviceClock()
    for number in range(1_000_000):
        refusal = refuse(Code.UNKNOWN_CODE, wanted="–")
        draft = Draft(reading=Reading(f"K-{number:06}", Carrier.WEDGE), refusal=refusal)
        store.record([draft], actor="sarah", site="MAIN", now=clock.now())
        await sync.now()
        await asyncio.sleep(0)


def _tell(figures: str) -> None:
    if "SCANTRAIL_KILLS" in os.environ:
        sys.stdout.write(f"\n{figures}\n")
