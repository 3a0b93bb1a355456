"""A site at work under attack: nothing honest is lost or late, and the server stays as large as it was.

Nothing is measured against the clock of the machine: what is honest must be answered before the next attack but one is
over, and an attack takes as long as the server needs to answer it, at least one poll.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from scantrail.domain.things.status import Status
from scantrail.proving.backstage import DemoServer
from scantrail.proving.load.cpu import with_children
from scantrail.proving.load.handhelds import SITE, Hand, enrolled
from scantrail.proving.load.warehouse import Handheld, fill
from scantrail.proving.soak.attackers import Attackers, Done
from scantrail.proving.soak.honest import POLL_S, Honest, Told
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import log, units
from scantrail.server.ledger.log import verify_chain

ELSEWHERE = "EAST"

ROOM_MB = 150
"""By which the server may grow after the first tenth: what it remembers has limits that are not reached by then."""

MOST_LINES = 20
"""Lines of the log in a minute, of all causes together."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, and how many."""

    seconds: float = 1_800
    honest: int = 50
    every_s: float = 10
    """Between two picks of a handheld."""
    poll_s: float = POLL_S

    @property
    def picks(self) -> int:
        """Of one handheld: enough that it never runs out."""
        return int(self.seconds / self.every_s) + 10


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    plan: Plan
    waves: int
    told: Told
    done: Done
    acts: int
    """Of honest handhelds, in the log."""
    early_mb: float
    """The server's memory after the first tenth."""
    end_mb: float
    log_lines: int
    faults: tuple[str, ...]
    """What must never be, in words."""


def soak(plan: Plan, url: str = "") -> Result:
    """Let attackers loose on a server, on SQLite or on an empty database with this address."""
    with TemporaryDirectory() as there:
        served = DemoServer(Path(there) / "server", database=url or f"sqlite:///{there}/soak.db")
        hands, stolen, foreign, unit = _prepared(served.database_url, plan)
        served.begin()
        try:
            return asyncio.run(_Soak(plan, served, hands, stolen, foreign, unit).run())
        finally:
            served.stop()


def _prepared(url: str, plan: Plan) -> tuple[list[Hand], Hand, Hand, str]:
    """The honest handhelds, a stolen one of their site and one of another, and a unit of theirs."""
    handhelds = [Handheld(number + 1, SITE) for number in range(plan.honest)]
    thief, far = Handheld(990, SITE), Handheld(991, ELSEWHERE)
    fill(url, [*handhelds, thief, far], plan.picks)
    *hands, stolen, foreign = enrolled(url, {each: each.worker for each in (*handhelds, thief, far)})
    with closing(Database(url)) as database, database.reading() as connection:
        unit = connection.execute(select(units.c.id).where(units.c.site == SITE).limit(1)).scalar_one()
    return hands, stolen, foreign, unit


class _Soak:
    def __init__(
        self, plan: Plan, served: DemoServer, hands: Sequence[Hand], stolen: Hand, foreign: Hand, unit: str
    ) -> None:
        self._plan, self._served = plan, served
        self._waves = 0
        self._told, self._done = Told(), Done()
        self._honest = [Honest(each, served.port, plan.picks, lambda: self._waves, self._told) for each in hands]
        self._attackers = Attackers(served.port, stolen, foreign, unit, self._done)

    async def run(self) -> Result:
        """Attack while people work, wave after wave; then let them end, and look at what is there."""
        plan, over = self._plan, asyncio.Event()
        started, early = time.monotonic(), 0.0
        works = [asyncio.create_task(each.works(plan.every_s, plan.poll_s, over)) for each in self._honest]
        while time.monotonic() < started + plan.seconds:
            least = asyncio.create_task(asyncio.sleep(plan.poll_s))
            await self._attackers.wave()
            await least
            self._waves += 1
            for task in works:
                if task.done():
                    task.result()
            if not early and time.monotonic() >= started + plan.seconds / 10:
                early = self._memory_mb()
        end = self._memory_mb()
        over.set()
        await asyncio.gather(*works)
        self._attackers.close()
        lines = self._log()
        faults = [*self._told.faults, *self._done.faults, *self._lost(), *too_many(lines)]
        if self._told.late:
            faults.append(f"{self._told.late} honest requests were answered after the next attack but one.")
        if end > early + ROOM_MB:
            faults.append(f"The server grew from {early:.0f} MB to {end:.0f} MB.")
        acts = sum(each.acts for each in self._honest)
        return Result(plan, self._waves, self._told, self._done, acts, early, end, len(lines), tuple(faults))

    def _memory_mb(self) -> float:
        """Of the server's processes, as the system counts what is in use."""
        found = 0
        for process in with_children(self._served.process):
            status = Path(f"/proc/{process}/status").read_text("ascii", "replace")
            found += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
        return found / 1_000

    def _lost(self) -> list[str]:
        """What honest handhelds were told is on record, and is not."""
        found = []
        with closing(Database(self._served.database_url)) as database, database.reading() as connection:
            counts = select(log.c.device, log.c.outcome, func.count()).group_by(log.c.device, log.c.outcome)
            logged = {(device, outcome): count for device, outcome, count in connection.execute(counts)}
            carts = select(units.c.place, func.count()).where(units.c.status == Status.PICKED.value)
            picked = {row[0]: row[1] for row in connection.execute(carts.group_by(units.c.place))}
            for each in self._honest:
                device, cart = each.hand.handheld.device, each.hand.handheld.cart
                if logged.get((device, "applied"), 0) != each.acts or (device, "refused") in logged:
                    found.append(f"{device}: {each.acts} acts were taken, and not all are in the log as applied.")
                if picked.get(cart, 0) != each.picked:
                    found.append(f"{device}: {each.picked} units were picked, {picked.get(cart, 0)} are on its cart.")
            for site in (SITE, ELSEWHERE):
                wrong = verify_chain(connection, site)
                if wrong is not None:
                    found.append(f"The log of {site} is wrong at {wrong}.")
        return found

    def _log(self) -> list[str]:
        return (self._served.folder / "server.log").read_text("utf-8", "replace").splitlines()


_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d,\d+ (\w+) (\S+): (.*)")
_CHANGING = re.compile(r"\(\d+ more since then\)|\d+|'[^']*'")


def too_many(lines: Sequence[str]) -> list[str]:
    """Causes that have more than a line a minute, and minutes that have too many lines."""
    told = [match for match in map(_TIME.fullmatch, lines) if match]
    causes = Counter((each[1], each[3], _CHANGING.sub("", each[4]).strip()) for each in told)
    minutes = Counter(each[1] for each in told)
    often = {cause: count for cause, count in causes.items() if count > 1}
    found = [f"At {minute} the log has {count} lines of: {said}" for (minute, _, said), count in often.items()]
    found += [f"At {minute} the log has {count} lines." for minute, count in minutes.items() if count > MOST_LINES]
    if len(lines) > 60 * MOST_LINES + len(told):
        found.append(f"The log has {len(lines)} lines, {len(told)} of them messages.")
    return found
