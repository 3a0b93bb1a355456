"""Pushes against their ceiling, in the same run: one connection, and two processes at one site or at two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from scantrail.protocol.messages import MAX_BATCH, Push, Seen
from scantrail.proving.load.copies import Copies, SqliteCopies, on_postgres
from scantrail.proving.load.counting import Count
from scantrail.proving.load.journals import Journal, followed
from scantrail.proving.load.rehearsal import must_apply, rehearse
from scantrail.proving.load.runs import WARMING, Ceiling, Pair, Pushes, Spent, counted, spent
from scantrail.proving.load.warehouse import Handheld, Work, fill
from scantrail.server.database.engine import Database
from scantrail.server.ledger.judging import Device, take_push

ONE, BESIDE, ELSEWHERE = Handheld(0, "MAIN"), Handheld(1, "MAIN"), Handheld(2, "EAST")
HANDHELDS = (ONE, BESIDE, ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pushes of one size."""

    acts: int
    """In each push."""
    pushes: int
    """Of each handheld that are measured."""

    @property
    def units(self) -> int:
        """Of each handheld, one for each act."""
        return self.acts * (WARMING + self.pushes + COUNTED)


BATCHES = (Batch(1, 60), Batch(5, 30), Batch(100, 5), Batch(500, 3))

COUNTED = 2
"""Pushes behind those measured, of which the last is counted."""


@dataclass(frozen=True, slots=True)
class Alone:
    """Pushes through one connection, with nothing else going on; what one of them takes, medians."""

    engine: str
    work: Work
    acts: int
    push: Spent
    ceiling: Spent
    count: Count | None = None
    """None on SQLite, where there is no line to a server."""


@dataclass(frozen=True, slots=True)
class Together:
    """Two processes that push at the same time; acts a second, of both."""

    engine: str
    work: Work
    acts: int
    sites: int
    push: float
    ceiling: float


def measured(
    server: URL | None, batches: Sequence[Batch] = BATCHES, works: Sequence[Work] = tuple(Work)
) -> Iterator[Alone | Together]:
    """Every kind of work in every size: on SQLite, and on a PostgreSQL server where there is one.

    Two processes are measured on PostgreSQL only: SQLite has one writer at a time.
    """
    units = max(each.units for each in batches)
    with TemporaryDirectory() as there, ExitStack() as stack:
        warehouse = Warehouse(Path(there) / "prepared.db", units)
        sqlite = SqliteCopies(warehouse.file)
        postgres = stack.enter_context(on_postgres(server, warehouse.file)) if server else None
        pair = stack.enter_context(closing(Pair())) if postgres else None
        for work in works:
            for batch in batches:
                plan = Plan(warehouse, sqlite, work, batch)
                yield plan.alone(sqlite)
                if postgres and pair:
                    yield plan.alone(postgres)
                    yield plan.together(postgres, pair, BESIDE, 1)
                    yield plan.together(postgres, pair, ELSEWHERE, 2)


class Warehouse:
    """The prepared file: everybody has taken their lists, and knows all that there is."""

    def __init__(self, file: Path, units: int) -> None:
        self.file = file
        self.journals: dict[Handheld, Journal] = {}
        self.seen: dict[Handheld, Seen] = {}
        fill(f"sqlite:///{file}", HANDHELDS, units)
        with closing(Database(f"sqlite:///{file}")) as database:
            for each in HANDHELDS:
                self.journals[each] = _taken_lists(database, each, units)
            for each in HANDHELDS:
                self.seen[each] = followed(database, each.site)


def _taken_lists(database: Database, handheld: Handheld, units: int) -> Journal:
    journal = Journal(handheld.device, handheld.site, handheld.worker)
    drafts = [journal.signing_in(), *handheld.taking(units)]
    for start in range(0, len(drafts), MAX_BATCH):
        push, journal = journal.push(drafts[start : start + MAX_BATCH])
        must_apply(take_push(database, _device(handheld), push, datetime.now(UTC)))
    return journal


class Plan:
    """One kind of work in one size: the pushes of every handheld, and the rows that they write."""

    def __init__(self, warehouse: Warehouse, copies: Copies, work: Work, batch: Batch) -> None:
        self._work, self._batch = work, batch
        made = {each: self._made(warehouse, each) for each in HANDHELDS}
        self.pushes = {each: Pushes(_device(each), pushes[:-COUNTED]) for each, pushes in made.items()}
        self._counted = Pushes(_device(ONE), made[ONE][-COUNTED:])
        in_order = [(each.device, push) for each in self.pushes.values() for push in each.pushes]
        with copies.copy() as url, closing(Database(url)) as database:
            written = iter(rehearse(database, in_order))
        self.ceilings = {
            each: Ceiling(each.site, tuple(next(written) for _ in share.pushes)) for each, share in self.pushes.items()
        }

    def alone(self, copies: Copies) -> Alone:
        """Measure one connection."""
        with copies.copy() as url:
            push = spent(url, self.pushes[ONE])
            count = counted(url, self._counted) if copies.has_line else None
        with copies.copy() as url:
            ceiling = spent(url, self.ceilings[ONE])
        return Alone(copies.engine, self._work, self._batch.acts, push, ceiling, count)

    def together(self, copies: Copies, pair: Pair, other: Handheld, sites: int) -> Together:
        """Measure two processes."""
        acts = 2 * self._batch.acts * self._batch.pushes
        with copies.copy() as url:
            push = acts / pair.seconds(url, (self.pushes[ONE], self.pushes[other]))
        with copies.copy() as url:
            ceiling = acts / pair.seconds(url, (self.ceilings[ONE], self.ceilings[other]))
        return Together(copies.engine, self._work, self._batch.acts, sites, push, ceiling)

    def _made(self, warehouse: Warehouse, handheld: Handheld) -> tuple[Push, ...]:
        journal, pushes = warehouse.journals[handheld], []
        for start in range(0, self._batch.units, self._batch.acts):
            drafts = handheld.drafts(self._work, range(start, start + self._batch.acts))
            push, journal = journal.push(drafts, warehouse.seen[handheld])
            pushes.append(push)
        return tuple(pushes)


def _device(handheld: Handheld) -> Device:
    return Device(handheld.device, handheld.site, "")
