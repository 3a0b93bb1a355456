"""Real processes, killed at random: every scan whose verdict was seen is on record once, here and on the server.

`make prove` sets SCANTRAIL_KILLS to 200 for each; the suite kills a few.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from scantrail.proving.backstage import DemoServer
from tests.proving.handheld import Handheld, scans_in
from tests.proving.processes import (
    enrolled,
    everything_is_in_the_log_once,
    is_in_the_log_once,
    synced,
    tell,
    two_devices_at_work,
)

pytestmark = pytest.mark.xdist_group("terminals")

KILLS = int(os.environ.get("SCANTRAIL_KILLS", "2"))
SEED = int(os.environ.get("SCANTRAIL_SEED", "1"))


def test_a_handheld_killed_at_any_moment_loses_no_verdict_and_doubles_none(
    tmp_path: Path, backstage: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    home = asyncio.run(enrolled(backstage, tmp_path, "Scanner-05"))
    asyncio.run(synced(home))
    sent, seen = 0, set[str]()
    for _kill in range(KILLS):
        handheld = Handheld(home)
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
    figures = f"{sent} scans sent, {len(seen)} verdicts seen, {len(recorded)} on record, 0 lost"
    tell(capsys, f"handheld: {KILLS} kills, {figures}")


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
    tell(capsys, f"server: {KILLS} kills, {acts} acts of two devices, each in the log once")
