"""The real server in a simulation, without HTTP: its database on a real file, its process dying at any commit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, literal_column, select

from scantrail.domain.acts.act import ActId, Draft
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.plain import from_plain
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.unit import Unit
from scantrail.protocol.acts import decode_act
from scantrail.protocol.messages import GLOBAL_STREAM, Changes, Outcome, Push, PushAnswer, Seen
from scantrail.protocol.taking import Entry
from scantrail.proving.simulator.fake_server import PAGE, LogRow
from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.warehouse import BEGIN, Masters
from scantrail.server.administration import begin_epoch
from scantrail.server.database.bodies import from_body
from scantrail.server.database.engine import Database
from scantrail.server.database.flights import Statement
from scantrail.server.database.schema import alarms, documents, feed, holds, log, streams, units, waiting
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.judging import Device, judge_over, take_push
from scantrail.server.ledger.log import Dated, has_head
from scantrail.server.ledger.writing import writing
from scantrail.server.migrations import migrate
from scantrail.server.records.documents import documents_by_number
from scantrail.server.records.listed import listed_on
from scantrail.server.records.master import put_holds, put_places, put_products, put_settings, put_sites, put_workers
from scantrail.server.records.rows import values_of
from scantrail.sqlite import sqlite3

WATCHED = (RowKind.UNIT, RowKind.CONTAINER, RowKind.QUANTITY, RowKind.DOCUMENT, RowKind.LISTED, RowKind.HOLD)
"""The rows that change while a simulation runs, and that devices keep."""


class FatedDatabase(Database):
    """The server's database whose process may die at any commit."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self.fate = fate

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, if fate allows its commit."""
        with super().writing() as connection:
            yield connection
            durable = self.fate.commits("a transaction") if connection.in_transaction() else None
        if durable is not None:
            durable()

    def commit(self, connection: Connection, *statements: Statement) -> None:
        """The commit that comes with the last statements, if fate allows it."""
        durable = self.fate.commits("a transaction")
        super().commit(connection, *statements)
        durable()


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database's file."""

    file: Path
    epoch: str


class SqlServer:
    """A server of one site."""

    def __init__(self, folder: Path, masters: Masters, fate: Fate, epoch: str) -> None:
        self.epoch = epoch
        """Another one means that the server was restored."""
        self._folder = folder
        self._fate = fate
        self._site = masters.site.id
        self._backups = 0
        self._database = self._opened()
        crash, fate.crash = fate.crash, 0.0
        migrate(self._database)
        self._fill(masters)
        self._call(epoch)
        fate.crash = crash

    @property
    def _file(self) -> Path:
        return self._folder / "server.db"

    def _opened(self) -> FatedDatabase:
        return FatedDatabase(f"sqlite:///{self._file}", self._fate)

    def _fill(self, masters: Masters) -> None:
        shared = [(RowKind.SITE, self._site), (RowKind.SETTINGS, self._site)]
        shared += ((RowKind.PRODUCT, product) for product in masters.products)
        with self._database.writing() as connection:
            put_settings(connection, [masters.settings])
            put_sites(connection, [masters.site])
            put_products(connection, masters.products.values())
            put_places(connection, masters.places.values())
            put_workers(connection, masters.workers.values(), dict.fromkeys(masters.workers, "-"))
        with writing(self._database, self._site, BEGIN) as records:
            records.changed((RowKind.PLACE, place) for place in masters.places)
        with writing(self._database, GLOBAL_STREAM, BEGIN) as records:
            records.changed([*shared, *((RowKind.WORKER, worker) for worker in masters.workers)])

    def _call(self, epoch: str) -> None:
        self.epoch = epoch
        with self._database.writing() as connection:
            begin_epoch(connection, epoch)

    def push(self, push: Push, now: datetime) -> PushAnswer:
        """Take a batch as the server does once the device has proved who it is."""
        return take_push(self._database, Device(push.device, self._site, ""), push, now)

    def changes(self, seen: Seen) -> Changes:
        """The next page of what changed after what was seen."""
        with self._database.reading() as connection:
            return changes_after(connection, seen, self._site, PAGE)

    def desk(self, draft: Draft, now: datetime, rows: Mapping[Thing, Any]) -> None:
        """The desk's own act, as the importer writes one."""
        changed_holds = [value for (kind, _), value in rows.items() if kind == RowKind.HOLD]
        with writing(self._database, GLOBAL_STREAM if changed_holds else self._site, now) as records:
            records.record([Dated(draft, now)])
            records.put({thing: value for thing, value in rows.items() if thing[0] != RowKind.HOLD})
            put_holds(records.connection, changed_holds)
            records.changed((RowKind.HOLD, hold.id) for hold in changed_holds)

    def judge_over(self, now: datetime) -> None:
        """Judge for good what has waited too long."""
        judge_over(self._database, now)

    # What the desk and the watch look at

    def lists(self) -> dict[str, PickList]:
        """Every list."""
        with self._database.reading() as connection:
            numbers = connection.execute(select(documents.c.id).order_by(documents.c.id)).scalars().all()
            found = documents_by_number(connection, numbers)
        return {number: each for number in numbers if isinstance(each := found[number], PickList)}

    def listed(self, number: DocumentId) -> dict[str, Listed]:
        """The rows of the units on a document, by id."""
        with self._database.reading() as connection:
            return {each.id: each for each in listed_on(connection, [number])}

    def units(self) -> dict[str, Unit]:
        """Every unit."""
        with self._database.reading() as connection:
            rows = connection.execute(select(units.c.id, units.c.body).order_by(units.c.serial, units.c.id)).all()
        return {row.id: from_body(Unit, row.body) for row in rows}

    def holds(self) -> tuple[Hold, ...]:
        """Every hold."""
        with self._database.reading() as connection:
            bodies = connection.execute(select(holds.c.body).order_by(holds.c.id)).scalars().all()
        return tuple(from_body(Hold, body) for body in bodies)

    def log_after(self, count: int) -> list[LogRow]:
        """The log's rows but for the first `count`, in the order they were written."""
        query = select(log).order_by(literal_column("rowid")).offset(count)
        with self._database.reading() as connection:
            return [_log_row(row) for row in connection.execute(query).mappings()]

    def changed_between(self, after: Mapping[str, int], upto: Mapping[str, int]) -> list[tuple[RowKind, str, int]]:
        """The rows that now stand between these positions of the feed."""
        found = []
        watched = list(WATCHED)
        with self._database.reading() as connection:
            for stream, last in upto.items():
                query = (
                    select(feed.c.kind, feed.c.id, feed.c.position)
                    .where(feed.c.stream == stream, feed.c.position > after.get(stream, 0), feed.c.position <= last)
                    .where(feed.c.kind.in_(watched))
                    .order_by(feed.c.position)
                )
                found += [(RowKind(row.kind), str(row.id), int(row.position)) for row in connection.execute(query)]
        return found

    def waiting(self) -> dict[ActId, bytes]:
        """The acts that wait, in their exact bytes."""
        query = select(waiting).where(waiting.c.judged_position.is_(None)).order_by(waiting.c.arrived)
        with self._database.reading() as connection:
            return {ActId(row.device, row.epoch, row.seq): row.payload for row in connection.execute(query)}

    def has(self, heads: Mapping[str, str]) -> bool:
        """Whether these entries are in its log, as they were told."""
        with self._database.reading() as connection:
            return all(has_head(connection, stream, told) for stream, told in heads.items())

    def positions(self) -> dict[str, int]:
        """How far every stream is."""
        with self._database.reading() as connection:
            return {row.id: row.position for row in connection.execute(select(streams.c.id, streams.c.position))}

    def value(self, kind: RowKind, thing: str) -> Any:
        """A row's present value; None where it is not on record."""
        with self._database.reading() as connection:
            return values_of(connection, kind, [thing]).get(thing)

    def alarms(self) -> int:
        """How many alarms there are."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(alarms)).scalar_one())

    # Power and backups

    def dies(self) -> None:
        """The process ends; the next one opens the file again."""
        self._database.close()
        self._database = self._opened()

    def backup(self) -> Backup:
        """A copy of the file, as an administrator makes it."""
        self._backups += 1
        file = self._folder / f"backup-{self._backups}.db"
        with closing(sqlite3.connect(self._file)) as here, closing(sqlite3.connect(file)) as there:
            here.backup(there)
        return Backup(file, self.epoch)

    def restore(self, backup: Backup, epoch: str | None) -> None:
        """Go on from a copy; by a new epoch the server says so."""
        self._database.close()
        for beside in self._folder.glob("server.db*"):
            beside.unlink()
        shutil.copy(backup.file, self._file)
        self._database = self._opened()
        self.epoch = backup.epoch
        if epoch is not None:
            crash, self._fate.crash = self._fate.crash, 0.0
            self._call(epoch)
            self._fate.crash = crash


def _log_row(row: RowMapping) -> LogRow:
    entry = Entry(
        ActId(row["device"], row["epoch"], row["seq"]),
        row["payload"],
        Outcome(row["outcome"]),
        row["actor"],
        datetime.fromisoformat(row["effective_at"]),
        decode_act(row["payload"]),
        from_plain(Refusal, json.loads(row["refusal"])) if row["refusal"] else None,
    )
    return LogRow(row["position"], entry, row["hash"])
