"""One connection that pushes, or writes a ceiling's rows: what that takes, and two processes that do it at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from threading import BrokenBarrierError
from typing import Any

import psycopg
from sqlalchemy import make_url

from scantrail.protocol.messages import Push, Seen
from scantrail.proving.load.ceiling import writer
from scantrail.proving.load.counting import Count, counting
from scantrail.proving.load.cpu import cpu_s
from scantrail.proving.load.journals import followed, seen_after
from scantrail.proving.load.rehearsal import Written, must_apply
from scantrail.proving.postgres import plain_address
from scantrail.server.database.bodies import to_body
from scantrail.server.database.engine import Database
from scantrail.server.ledger.judging import Device, take_push
from scantrail.words import M, OperatorError

WARMING = 1
"""Pushes that come before those measured: by then connections are open."""

READY_WITHIN_S = 60.0
"""How long two processes wait for each other."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """What one device sends, push by push."""

    device: Device
    pushes: tuple[Push, ...]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The rows that such pushes write."""

    site: str
    pushes: tuple[Written, ...]


Share = Pushes | Ceiling
"""What one connection does."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one push takes, in milliseconds; medians, since a machine that does other work stalls now and then."""

    wall_ms: float
    client_ms: float
    """Processor time of our own process."""
    server_ms: float
    """Processor time of PostgreSQL; 0 on SQLite, where our own process does its work."""

    @property
    def cpu_ms(self) -> float:
        """Processor time, all told."""
        return self.client_ms + self.server_ms


def spent(url: str, share: Share) -> Spent:
    """Do a share, with nothing else going on."""
    with _doing(url, share) as steps:
        for _ in range(WARMING):
            next(steps)
        backends = _backends(url)
        each = list(_timed(steps, backends))
    return Spent(*(1000 * median(seconds) for seconds in zip(*each, strict=True)))


def _timed(steps: Iterator[None], backends: Sequence[int]) -> Iterator[tuple[float, float, float]]:
    """Seconds that every further step takes: by the clock, and of processor time here and in the backends."""
    is_left = True
    while is_left:
        theirs, own, started = cpu_s(backends), time.process_time(), time.perf_counter()
        is_left = next(steps, _END) is not _END
        wall, used = time.perf_counter() - started, time.process_time() - own
        if is_left:
            yield wall, used, cpu_s(backends) - theirs


_END = object()


def counted(url: str, share: Pushes) -> Count:
    """How many statements and round trips the last push of a share is; the first one opens the connection."""
    with closing(Database(url)) as database, counting(database) as counter:
        seen = followed(database, share.device.site)
        before = after = counter.so_far()
        for _ in _pushing(database, share, seen):
            before, after = after, counter.so_far()
    return Count(after.statements - before.statements, after.round_trips - before.round_trips)


class Pair:
    """Two processes, each of which does a share at the same time as the other."""

    def __init__(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(2, spawning, _join, (spawning.Barrier(2),))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()

    def seconds(self, url: str, shares: tuple[Share, Share]) -> float:
        """How long they take together, from the first one's beginning to the last one's end."""
        spans = list(self._pool.map(_span, [url, url], shares))
        return max(end for _, end in spans) - min(start for start, _ in spans)


_meeting: Any = None
"""Where the processes of a pair wait for each other."""


def _join(barrier: Any) -> None:
    global _meeting  # noqa: PLW0603 - reason: a process of a pool is given what it shares when it starts
    _meeting = barrier


def _span(url: str, share: Share) -> tuple[float, float]:
    with _doing(url, share) as steps:
        for _ in range(WARMING):
            next(steps)
        try:
            _meeting.wait(READY_WITHIN_S)
        except BrokenBarrierError as error:
            raise OperatorError(M("The bench cannot work: its second process is not ready in time.")) from error
        start = time.perf_counter()
        for _ in steps:
            pass
        return start, time.perf_counter()


@contextmanager
def _doing(url: str, share: Share) -> Iterator[Iterator[None]]:
    """A share step by step: each is one push, done when it is answered, or its rows are durable."""
    with ExitStack() as stack:
        if isinstance(share, Pushes):
            yield _pushing(stack.enter_context(closing(Database(url))), share, share.pushes[0].seen)
        else:
            yield _writing(stack.enter_context(writer(url, share.site)), share)


def _pushing(database: Database, share: Pushes, seen: Seen) -> Iterator[None]:
    for push in share.pushes:
        answer = take_push(database, share.device, replace(push, seen=seen), datetime.now(UTC))
        to_body(answer)
        must_apply(answer)
        seen = seen_after(push, answer)
        yield


def _writing(write: Callable[[Written], None], share: Ceiling) -> Iterator[None]:
    for written in share.pushes:
        write(written)
        yield


def _backends(url: str) -> list[int]:
    """PostgreSQL's processes that serve a database; none on SQLite."""
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        return []
    wanted = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(plain_address(address)) as asking:
        return [int(pid) for (pid,) in asking.execute(wanted)]
