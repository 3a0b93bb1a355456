"""The real handheld under a clock that lies and jumps (libfaketime), the server on true time: nothing lost, and when
it happened is right.

`make prove` sets SCANTRAIL_SHIFTS to 40; the suite works one.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scantrail.protocol.acts import decode_act
from scantrail.proving.backstage import DemoServer
from scantrail.server.database.engine import Database
from tests.proving.handheld import Handheld, scans_in
from tests.proving.processes import enrolled, is_in_the_log_once, journal_of, synced

pytestmark = pytest.mark.xdist_group("terminals")

SHIFTS = int(os.environ.get("SCANTRAIL_SHIFTS", "1"))
SEED = int(os.environ.get("SCANTRAIL_SEED", "1"))
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)

CLOCKS = ("@1970-01-01 00:01:00", "+365d", "-2h", "+0", "@2099-12-31 23:59:58", "-3650d", "+40d", "+90")
"""How libfaketime is told the time: an instant to go on from, or how far it is off, in days, hours or seconds."""
ROUNDING = timedelta(seconds=1)


class Clock:
    """The wall clock of processes, set while they run. Their monotonic clock is the machine's: nobody turns it back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.is_set("+0")

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process believe in it."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
        }

    def is_set(self, to: str) -> None:
        """From the next look at it on."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{to}\n")
        fresh.replace(self._file)


def effective_times(backstage: DemoServer, device: str) -> list[datetime]:
    """When the server believes that a device's acts happened."""
    database = Database(backstage.database_url)
    query = "SELECT effective_at FROM log WHERE device = ? ORDER BY seq"
    with database.reading() as connection:
        times = connection.exec_driver_sql(query, (device,)).scalars().all()
    database.close()
    return [datetime.fromisoformat(each) for each in times]


@pytest.mark.skipif(LIBRARY is None, reason="It needs libfaketime. On Debian and Ubuntu: apt install libfaketime")
def test_a_clock_that_lies_and_jumps_loses_nothing_and_the_server_knows_when_it_was(
    tmp_path: Path, backstage: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    clock = Clock(tmp_path / "clock")
    home = asyncio.run(enrolled(backstage, tmp_path, "Scanner-05"))
    asyncio.run(synced(home))
    began, sent, jumps = datetime.now(UTC), 0, 0
    for shift in range(SHIFTS):
        clock.is_set(CLOCKS[shift % len(CLOCKS)])
        handheld = Handheld(home, **clock.environment)
        handheld.begins()
        is_offline = shift % 2 == 0
        if is_offline:
            backstage.kill()
        for _jump in range(3):
            count = chance.randint(1, 5)
            handheld.keys("".join(f"K-{sent + at:06}\r" for at in range(count)))
            sent += count
            handheld.until(f"K-{sent - 1:06}")
            clock.is_set(chance.choice(CLOCKS))
            jumps += 1
        handheld.is_killed()
        if is_offline:
            backstage.start()
    recorded = scans_in(home)
    assert {text: recorded[text] for text in map("K-{:06}".format, range(sent)) if recorded[text] != 1} == {}
    asyncio.run(synced(home))
    is_in_the_log_once(backstage, home)
    walls = [decode_act(exact).times.wall for _seq, exact, _hash in journal_of(home)]
    assert any(wall.year == 1970 for wall in walls), "the clock was never wrong"
    effective = effective_times(backstage, "Scanner-05")
    assert len(effective) == len(walls)
    assert began - ROUNDING <= min(effective) <= max(effective) <= datetime.now(UTC) + ROUNDING
    if "SCANTRAIL_SHIFTS" in os.environ:
        wrong = sum(abs(wall - right) > timedelta(minutes=1) for wall, right in zip(walls, effective, strict=True))
        with capsys.disabled():
            sys.stdout.write(
                f"\nclocks: {SHIFTS} shifts, {jumps} jumps, {sent} scans, {wrong} acts with a wrong time\n"
            )
