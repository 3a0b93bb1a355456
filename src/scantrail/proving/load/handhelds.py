"""Many handhelds of one site on a real server: most of them ask every few seconds, some work."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, make_url

from scantrail.protocol.messages import EnrolRequest, Seen
from scantrail.proving.backstage import DemoServer
from scantrail.proving.load.copies import SqliteCopies, on_postgres
from scantrail.proving.load.cpu import parent_of, tree_cpu_s
from scantrail.proving.load.journals import Journal, followed
from scantrail.proving.load.lines import Answer, Line
from scantrail.proving.load.warehouse import Handheld, fill
from scantrail.proving.postgres import plain_address
from scantrail.server.database.engine import Database
from scantrail.server.devices.enrolment import add_device, enrol
from scantrail.words import M, OperatorError

SITE = "MAIN"
WORKER = Handheld(0, SITE)
"""Works with every handheld: it makes no difference to the server."""

WORKERS = 2
"""Processes of the server."""

ACTS_IN_A_PUSH = 2

RETRY_S = 2.0
"""After a refusal: what the server asks for when it is busy."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many there are, and how long each part takes; in seconds."""

    handhelds: int = 500
    period: float = 5.0
    """Between two polls of a handheld that does not work, give or take a fifth."""
    settling: float = 3.0
    measured: float = 8.0


@dataclass(frozen=True, slots=True)
class Busy:
    """How many of the handhelds work, and how much."""

    working: int
    every_s: float = 5.0
    """Between two pushes of 2 acts."""

    @property
    def pushes_per_s(self) -> float:
        """Of all of them."""
        return self.working / self.every_s


@dataclass(frozen=True, slots=True)
class Stage:
    """What was seen while so many worked."""

    engine: str
    handhelds: int
    busy: Busy
    polls: Waits
    pushes: Waits
    """From its first try to its answer."""
    refused: int
    """Answers that asked to come again, and lines that broke."""
    poll_bytes: float
    """Of a poll's answer, as it is sent; on average."""
    unpacked_bytes: float
    server_cpu: float
    """Processors that the server kept busy."""
    database_cpu: float
    """Processors that PostgreSQL kept busy; 0 on SQLite, which works within the server."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long answers took: half of them at most `p50_ms`, all but a hundredth at most `p99_ms`."""

    per_second: float
    p50_ms: float
    p99_ms: float


def crowds(server: URL | None, stages: Sequence[Busy], pace: Pace = Pace()) -> Iterator[Stage]:
    """Let some of the handhelds work, one stage after the other, on PostgreSQL or else on SQLite."""
    with TemporaryDirectory() as there, ExitStack() as stack:
        prepared = Path(there) / "prepared.db"
        hands = _with_goods(f"sqlite:///{prepared}", pace.handhelds)
        copies = stack.enter_context(on_postgres(server, prepared)) if server else SqliteCopies(prepared)
        url = stack.enter_context(copies.copy())
        served = stack.enter_context(_serving(Path(there), url))
        loop = stack.enter_context(asyncio.Runner())
        crowd = _Crowd(hands, served.port, pace)
        for busy in stages:
            yield loop.run(crowd.stage(busy, copies.engine, served, url))
        loop.run(crowd.end())


@dataclass(slots=True)
class Hand:
    """One handheld: its goods, its key and how far it is."""

    handheld: Handheld
    token: str
    key: Ed25519PrivateKey
    journal: Journal
    seen: Seen
    are_away: bool = False
    """Whether its units are in the other bin."""


def _with_goods(url: str, count: int) -> list[Hand]:
    """A warehouse with so many handhelds, each with units of its own that it may move."""
    handhelds = [Handheld(number + 1, SITE) for number in range(count)]
    fill(url, [WORKER], 0, handhelds, ACTS_IN_A_PUSH)
    return enrolled(url, dict.fromkeys(handhelds, WORKER.worker))


def enrolled(url: str, workers: Mapping[Handheld, str]) -> list[Hand]:
    """Enrol handhelds, each with the person who works with it; they have seen every change there was."""
    now = datetime.now(UTC)
    hands: list[Hand] = []
    with closing(Database(url)) as database:
        seen = {site: followed(database, site) for site in dict.fromkeys(each.site for each in workers)}
        with database.writing() as connection:
            for each, worker in workers.items():
                key = Ed25519PrivateKey.generate()
                code = add_device(connection, each.device, each.site, now)
                public_key = key.public_key().public_bytes_raw().hex()
                token = enrol(connection, EnrolRequest(code, public_key), now).token
                hands.append(Hand(each, token, key, Journal(each.device, each.site, worker), seen[each.site]))
    return hands


@contextmanager
def _serving(folder: Path, url: str) -> Iterator[DemoServer]:
    served = DemoServer(folder / "server", database=url, workers=WORKERS)
    served.begin()
    try:
        yield served
    finally:
        served.stop()


@dataclass(slots=True)
class _Heard:
    """What is measured of one stage."""

    polls: list[float] = field(default_factory=list)
    """Seconds, of each."""
    pushes: list[float] = field(default_factory=list)
    refused: int = 0
    sent: int = 0
    """Bytes of the polls' answers."""
    unpacked: int = 0


class _Crowd:
    """All handhelds, from stage to stage."""

    def __init__(self, hands: Sequence[Hand], port: int, pace: Pace) -> None:
        self._hands = hands
        self._lines = [Line(port, hand.token) for hand in hands]
        self._pace = pace
        self._busy = Busy(0)
        self._heard = _Heard()
        self._tasks: list[asyncio.Task[None]] = []
        self._chance = random.Random(1)  # noqa: S311 - reason: spreads the load, guards nothing

    async def stage(self, busy: Busy, engine: str, served: DemoServer, url: str) -> Stage:
        """Let so many work, and tell what was seen."""
        self._busy = busy
        if not self._tasks:
            await asyncio.gather(*map(self._is_answered, self._hands, self._lines))
            self._tasks = [asyncio.create_task(self._works(number)) for number in range(len(self._hands))]
            await self._goes_on(self._pace.period)
        await self._goes_on(self._pace.settling)
        postmaster = _postmaster(url)
        self._heard = heard = _Heard()
        started, server, database = time.monotonic(), tree_cpu_s(served.process), _tree(postmaster)
        await self._goes_on(self._pace.measured)
        seconds = time.monotonic() - started
        return Stage(
            engine,
            len(self._hands),
            busy,
            _waits(heard.polls, seconds),
            _waits(heard.pushes, seconds),
            heard.refused,
            heard.sent / max(1, len(heard.polls)),
            heard.unpacked / max(1, len(heard.polls)),
            (tree_cpu_s(served.process) - server) / seconds,
            (_tree(postmaster) - database) / seconds,
        )

    async def end(self) -> None:
        """Everybody stops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._lines:
            line.close()

    async def _goes_on(self, seconds: float) -> None:
        """Let some time pass; whatever went wrong with a handheld meanwhile is raised here."""
        done, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def _is_answered(self, hand: Hand, line: Line) -> None:
        """Wait until the server answers: its port is open before its processes are ready."""
        answer = await line.poll(hand.seen)
        while not self._took(hand, answer):
            await asyncio.sleep(RETRY_S)
            answer = await line.poll(hand.seen)

    async def _works(self, number: int) -> None:
        hand, line = self._hands[number], self._lines[number]
        await asyncio.sleep(self._chance.random() * self._pace.period)
        while True:
            started = time.monotonic()
            if number < self._busy.working:
                await self._pushes(hand, line)
                pause = self._busy.every_s
            else:
                await self._polls(hand, line)
                pause = self._pace.period * self._chance.uniform(0.8, 1.2)
            await asyncio.sleep(max(0.0, started + pause - time.monotonic()))

    async def _polls(self, hand: Hand, line: Line) -> None:
        more = True
        while more:
            started = time.monotonic()
            answer = await line.poll(hand.seen)
            if not self._took(hand, answer):
                return
            self._heard.polls.append(time.monotonic() - started)
            self._heard.sent += answer.size
            self._heard.unpacked += len(answer.body)
            more = answer.more

    async def _pushes(self, hand: Hand, line: Line) -> None:
        moves = [hand.handheld.moving(unit, back=hand.are_away) for unit in range(ACTS_IN_A_PUSH)]
        drafts = moves if hand.journal.seq else [hand.journal.signing_in(), *moves]
        push, journal = hand.journal.push(drafts, hand.seen, lambda message: hand.key.sign(message).hex())
        started = time.monotonic()
        answer = await line.push(push)
        while not self._took(hand, answer):
            await asyncio.sleep(RETRY_S)
            answer = await line.push(push)
        if answer.applied != len(drafts):
            raise OperatorError(M("The bench cannot work: not all acts of {device} applied.", device=push.device))
        self._heard.pushes.append(time.monotonic() - started)
        hand.journal, hand.are_away = journal, not hand.are_away
        if answer.more:
            await self._polls(hand, line)

    def _took(self, hand: Hand, answer: Answer) -> bool:
        if answer.status != 200:
            self._heard.refused += 1
            return False
        hand.seen = answer.seen()
        return True


def _waits(seconds: list[float], measured_s: float) -> Waits:
    if not seconds:
        return Waits(0, math.inf, math.inf)
    in_order = sorted(seconds)
    return Waits(len(seconds) / measured_s, *(1000 * in_order[int(part * (len(in_order) - 1))] for part in (0.5, 0.99)))


def _postmaster(url: str) -> int | None:
    """PostgreSQL's first process, which has started all others; None on SQLite."""
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        return None
    with psycopg.connect(plain_address(address)) as asking:
        return parent_of(asking.info.backend_pid)


def _tree(process: int | None) -> float:
    return 0.0 if process is None else tree_cpu_s(process)
