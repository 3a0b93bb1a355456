"""A site's records in the database, inside a transaction under its lock: what judging reads, and what it writes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from json import JSONDecodeError
from typing import Any

from sqlalchemy import Connection, insert

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import By
from scantrail.domain.acts.world import World, load
from scantrail.domain.attention import registered_in
from scantrail.domain.judge import Judgement, judge, needs_of
from scantrail.domain.names.identifiers import SiteId, UnitId
from scantrail.domain.plain import PlainError, from_plain
from scantrail.domain.settings import Settings
from scantrail.domain.things.unit import Unit
from scantrail.protocol import taking
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.intake import Head
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, Push
from scantrail.protocol.taking import Alarm, AlarmKind, Entry, Known
from scantrail.protocol.waiting import Waiting
from scantrail.server.database.engine import RowUnreadable
from scantrail.server.database.flights import Query, Row, fly
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import alarms, device_heads, feed, labels, streams
from scantrail.server.database.writes import Write, Written, in_chunks, insert_into, put_into
from scantrail.server.ledger.feed import feed_rows
from scantrail.server.ledger.log import SERVER_DEVICE, Dated, LogWriter, has_head
from scantrail.server.ledger.opening import Opened, opened
from scantrail.server.ledger.own_changes import own_changes
from scantrail.server.ledger.rules import RULES
from scantrail.server.ledger.waiting import WaitingRows
from scantrail.server.ledger.world import SqlSource
from scantrail.server.records.remembered import masters_at
from scantrail.server.records.rows import ChangedRow, changed_row, rows_to_put
from scantrail.server.records.settings import keep_versions
from scantrail.server.records.units import label_row

_LOGGER = logging.getLogger(__name__)


class SqlRecords:
    """A site's records. What is appended and put is kept until it is `written`, all at once.

    What seldom happens is written as it comes: alarms, what needs attention, acts that wait.
    """

    def __init__(self, connection: Connection, standing: Opened, now: datetime) -> None:
        self.site: SiteId = standing.stream.id
        self.head_after = standing.head
        """The last act of the device's store, as it is when all is written."""
        self.connection = self._connection = connection
        """For what is read and written beside."""
        self._now = now
        self._standing = standing
        self._stream = standing.stream
        self._began_at = self._stream.position
        self._writer = LogWriter(self._stream, now)
        self._waiting = WaitingRows(connection, self._stream)
        self._changed: dict[Thing, ChangedRow] = {}
        self._units: dict[UnitId, Unit] = {}
        self._registered: set[UnitId] = set()
        self._heads: list[Row] = []
        self._is_of_server = False
        self._also: list[Thing] = []
        self._listed: list[dict[str, Any]] = []

    @classmethod
    def of(cls, connection: Connection, site: SiteId, now: datetime) -> SqlRecords:
        """Those of a site whose lock the caller holds; the caller executes what they `finish` with."""
        return cls(connection, opened(connection, site), now)

    def take(self, push: Push, broken: str = "") -> tuple[ActVerdict, ...]:
        """Take a device's batch: a verdict for each of its acts. `broken` says why its acts cannot be taken as acts.

        Raises:
            BrokenChain: the batch does not follow on what the server has.
            RowUnreadable: a row that it needs cannot be read.
        """
        if self._standing.has_verdicts:
            self._forget_read(push)
        return taking.take(push, self, RULES, self._now, broken)

    def record(self, dated: Iterable[Dated]) -> list[Act]:
        """Log acts of the server itself as applied. The caller has judged them, and puts the rows that they change."""
        self._is_of_server = True
        return [self._recorded(each) for each in dated]

    def _recorded(self, dated: Dated) -> Act:
        stream, epoch = self._stream, self._standing.server_epoch
        stream.system_seq += 1
        act = Act(
            ActId(SERVER_DEVICE, f"{epoch}.{stream.id}", stream.system_seq),
            stream.system_hash,
            stream.id,
            dated.actor,
            Times(dated.at, epoch, 0),
            dated.draft,
        )
        exact = encode_act(act)
        stream.system_hash = act_hash(exact)
        self.append(Entry(act.id, exact, Outcome.APPLIED, dated.actor, dated.at, act))
        return act

    def changed(self, things: Iterable[Thing]) -> None:
        """List rows as changed, after everything that was appended, that the server has written beside."""
        self._is_of_server = True
        self._also += things

    def head(self, device: str, epoch: str) -> Head:  # noqa: ARG002 - reason: those that this was opened for
        """The last act of the device's store with which this was opened."""
        return self._standing.head

    def known(self, push: Push) -> Mapping[int, Known]:
        """Those acts of a batch that are in the log, or wait, by seq."""
        last = min(self._standing.head.seq, push.first_seq + len(push.acts) - 1)
        (rows,) = fly(self._connection, _KNOWN.asks(push.device, push.epoch, push.first_seq, last))
        logged = {seq: Known(link, _repeated_verdict(seq, position, why)) for seq, link, position, why in rows}
        return (self._waiting.known(push) if self._standing.waits else {}) | logged

    def world(self, acts: Sequence[Act]) -> World:
        """Everything that these acts are judged against."""
        masters = masters_at(self._connection, self._standing.masters)
        with _readable_rows(self.site):
            needs = needs_of([act.draft for act in acts], {act.actor for act in acts})
            return load(SqlSource(self._connection, masters), needs, self.site)

    def judged(self, draft: Draft, by: By) -> Judgement:
        """Judge what the desk is about to record, by the same table as what a device has recorded."""
        masters = masters_at(self._connection, self._standing.masters)
        with _readable_rows(self.site):
            world = load(SqlSource(self._connection, masters), needs_of([draft], [by.actor]), self.site)
        return judge(draft, by, None, world, by.at.astimezone(RULES.zone(world.site.time_zone)).date())

    def settings(self, version: int) -> Settings | None:
        """The site's settings as they were at a version; None where no version is kept."""
        masters = masters_at(self._connection, self._standing.masters)
        with _readable_rows(self.site):
            return masters.settings(self._connection, self.site).at(version)

    def append(self, entry: Entry) -> int:
        """Give an entry its place in the log."""
        if entry.act is not None and entry.outcome is Outcome.APPLIED:
            self._registered |= registered_in(entry.act)
        return self._writer.append(entry)

    def waiting(self) -> Sequence[Waiting]:
        """The site's acts that wait, in the order they arrived."""
        if not self._standing.waits:
            return ()
        with _readable_rows(self.site):
            return self._waiting.all()

    def _forget_read(self, push: Push) -> None:
        """Drop the late verdicts that the pushing device has got; one of another history has got none of these."""
        if has_head(self._connection, self.site, push.seen.heads.get(self.site, "")):
            self._waiting.forget_read(push.device, push.seen.cursor.get(self.site, 0))

    def keep_waiting(self, waiting: Waiting) -> None:
        """Keep an act that waits, or what it waits for now."""
        self._waiting.keep(waiting)

    def judged_late(self, waiting: Waiting, position: int) -> None:
        """An act that waited has this place in the log; tell its device."""
        self._waiting.judged(waiting, position)

    def put(self, rows: Mapping[Thing, Any]) -> None:
        """Write these rows, and list them as changed after everything that was appended."""
        for (kind, name), value in rows.items():
            self._changed[kind, name] = changed_row(kind, value)
            if kind == RowKind.UNIT:
                self._units[name] = value

    def save_head(self, device: str, epoch: str, head: Head) -> None:
        """The last act of a device's store is this one now."""
        self.head_after = head
        self._heads = [
            {"device": device, "epoch": epoch, "seq": head.seq, "hash": head.hash, "signed_in": head.signed_in}
        ]

    def alarm(self, alarm: Alarm) -> None:
        """Keep a record that was not taken, for somebody to look into."""
        received = alarm.received
        _LOGGER.warning("%s: act %s: %s", alarm.kind.value, received.id, received.why)
        self._connection.execute(
            insert(alarms).values(
                raised_at=instant_text(self._now),
                kind=alarm.kind.value,
                device=received.id.device,
                epoch=received.id.epoch,
                seq=received.id.seq,
                detail=json.dumps(received.why),
                payload=received.exact,
            )
        )
        if alarm.kind is AlarmKind.MISUSE:
            self._writer.attention.misused(received.id, received.exact, instant_text(self._now))

    def written(self) -> tuple[Written, ...]:
        """What is still to be written: the log, the changed rows, and the feed after every act of it; none is nothing.

        To be executed once, as the last of the transaction.
        """
        heard = self._writer.attention.write(self._connection) + self._waiting.write()
        self._listed = feed_rows(self._stream, [*self._changed, *self._also, *heard])
        keep_versions(self._connection, self._listed)
        labelled = [label_row(unit) for unit in self._units.values() if unit.id in self._registered]
        parts: list[tuple[Write, Sequence[Row]]] = [
            *self._writer.parts(),
            *rows_to_put(self._changed.values()),
            (insert_into(labels), labelled),
            (put_into(feed), self._listed),
            (put_into(device_heads), self._heads),
            (put_into(streams), [self._stream.as_row()] if self._stream.position > self._began_at else []),
        ]
        return in_chunks([(write, rows) for write, rows in parts if rows])

    def finish(self) -> tuple[Written, ...]:
        """The last that is to be executed. Where acts wait for what the server changed, they are judged again first."""
        written = self.written()
        if not (self._standing.waits and self._is_of_server):
            return written
        fly(self._connection, *written)
        again = SqlRecords.of(self._connection, self.site, self._now)
        moved = ((RowKind(entry["kind"]), entry["id"]) for entry in self._listed)
        taking.judge_again(again, RULES, self._now, set(moved))
        return again.written()

    def own_changes(self, push: Push) -> Changes | None:
        """What the pushing device has not seen, where that is no more than its push has changed; else None."""
        standing = self._standing
        return own_changes(push, standing, self._stream, self.head_after.seq, self._listed, self._changed)


_KNOWN = Query.of_both(
    "SELECT seq, hash, position, refusal FROM log WHERE device = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4"
)


@contextmanager
def _readable_rows(site: SiteId) -> Iterator[None]:
    """What cannot be read of the server's own rows, told as such: no record becomes a dead letter for it."""
    try:
        yield
    except (PlainError, JSONDecodeError) as error:
        raise RowUnreadable(f"A row that {site} needs cannot be read: {error}") from error


def _repeated_verdict(seq: int, position: int, refusal: str | None) -> ActVerdict:
    """A duplicate is answered with its first verdict, so that an answer lost on the way is made good."""
    first = from_plain(Refusal, json.loads(refusal)) if refusal else None
    return ActVerdict(seq, Outcome.DUPLICATE, position, first)
