"""Real processes, killed at random: every scan whose verdict was seen is on record once, here and on the server.

`make prove` sets SCANTRAIL_KILLS to 200 for each; the suite kills a few.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pexpect
import pytest

from scantrail.protocol.acts import act_hash, decode_act
from scantrail.proving.backstage import DemoServer
from tests.proving.processes import (
    enrolled,
    everything_is_in_the_log_once,
    is_in_the_log_once,
    journal_of,
    synced,
    two_devices_at_work,
)
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
    async def killed() -> None:
        chance = random.Random(SEED)
        async with two_devices_at_work(tmp_path, backstage):
            for _kill in range(KILLS):
                await asyncio.sleep(chance.uniform(0.0, 0.4))
                await asyncio.to_thread(backstage.kill)
                await asyncio.to_thread(backstage.start)

    asyncio.run(killed())
    acts = everything_is_in_the_log_once(tmp_path, backstage)
    with capsys.disabled():
        _tell(f"server: {KILLS} kills, {acts} acts of two devices, each in the log once")


def _tell(figures: str) -> None:
    if "SCANTRAIL_KILLS" in os.environ:
        sys.stdout.write(f"\n{figures}\n")
