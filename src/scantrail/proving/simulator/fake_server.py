"""The server in memory: the real core and rules over rows in dictionaries, committed whole or not at all."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.needs import Label
from scantrail.domain.acts.world import Labels, Rows, Wanted, World, load
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.judge import judge, needs_of
from scantrail.domain.names.identifiers import DocumentId, unit_id
from scantrail.domain.people.worker import SYSTEM
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Hold, Holds
from scantrail.domain.things.unit import Unit
from scantrail.gs1.said import said_by
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.intake import Head
from scantrail.protocol.messages import (
    GLOBAL_STREAM,
    ActVerdict,
    Changes,
    LateVerdict,
    Outcome,
    Push,
    PushAnswer,
    Row,
    Seen,
)
from scantrail.protocol.taking import Alarm, Entry, Known, Rules, end_waits, judge_again, take
from scantrail.protocol.waiting import Waiting
from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.warehouse import Masters
from scantrail.server.ledger.log import SERVER_DEVICE

PAGE = 10
"""Rows in one page: few, so that pages end where it hurts."""

RowT = TypeVar("RowT")

RULES = Rules(judge, said_by, ZoneInfo)


@dataclass(frozen=True, slots=True)
class LogRow:
    """An act in the log."""

    position: int
    entry: Entry
    hash: str


@dataclass(slots=True)
class Chain:
    """The entries of a stream's log, by which a history is told from another."""

    positions: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def head(self, position: int) -> str:
        """The newest entry when the stream was at a position."""
        at = bisect_right(self.positions, position) - 1
        return f"{position}:{self.links[at] if at >= 0 else ''}"

    def add(self, position: int, exact_hash: str) -> None:
        """An act has its place."""
        self.links.append(act_hash(f"{self.head(position)}:{exact_hash}".encode()))
        self.positions.append(position)

    def has(self, told: str) -> bool:
        """Whether an entry is in the log."""
        return self.head(int(told.partition(":")[0])) == told

    def copy(self) -> Chain:
        """A backup."""
        return Chain(list(self.positions), list(self.links))


@dataclass(slots=True)
class Kept:
    """What is durable."""

    epoch: str
    log: list[LogRow] = field(default_factory=list)
    by_id: dict[ActId, LogRow] = field(default_factory=dict)
    heads: dict[tuple[str, str], Head] = field(default_factory=dict)
    rows: Rows = field(default_factory=lambda: defaultdict(dict))
    listed: dict[DocumentId, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of the rows of the units on each document."""
    positions: dict[str, int] = field(default_factory=lambda: {GLOBAL_STREAM: 0, "MAIN": 0})
    feed: dict[str, list[tuple[int, RowKind, str]]] = field(default_factory=lambda: {GLOBAL_STREAM: [], "MAIN": []})
    """In commit order; an entry whose row has changed again since is passed over."""
    latest: dict[tuple[RowKind, str], int] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    waiting: dict[ActId, Waiting] = field(default_factory=dict)
    """In the order they arrived."""
    late: dict[str, LateVerdict] = field(default_factory=dict)
    """Verdicts on acts that waited, until their devices have read them."""
    chains: dict[str, Chain] = field(default_factory=lambda: {GLOBAL_STREAM: Chain(), "MAIN": Chain()})

    def table(self, kind: RowKind) -> Mapping[str, Any]:
        """The present rows of a kind."""
        return self.late if kind == RowKind.VERDICT else self.rows[kind]

    def copy(self) -> Kept:
        """A backup."""
        return Kept(
            self.epoch,
            list(self.log),
            dict(self.by_id),
            dict(self.heads),
            defaultdict(dict, {kind: dict(values) for kind, values in self.rows.items()}),
            defaultdict(list, {number: list(ids) for number, ids in self.listed.items()}),
            dict(self.positions),
            {stream: list(entries) for stream, entries in self.feed.items()},
            dict(self.latest),
            list(self.alarms),
            dict(self.waiting),
            dict(self.late),
            {stream: chain.copy() for stream, chain in self.chains.items()},
        )


class FakeServer:
    """A server of one site."""

    def __init__(self, masters: Masters, fate: Fate, epoch: str) -> None:
        self.kept = Kept(epoch)
        self.masters = masters
        self.master_rows = masters.rows()
        self._fate = fate

    @property
    def epoch(self) -> str:
        """Another one means that the server was restored or replaced."""
        return self.kept.epoch

    def push(self, push: Push, now: datetime) -> PushAnswer:
        """Take a batch in one transaction, then answer with what the device has not seen."""
        transaction = Transaction(self)
        transaction.forget_read(push)
        verdicts = take(push, transaction, RULES, now)
        self.commit("a push", transaction)
        head = self.kept.heads.get((push.device, push.epoch), Head())
        return PushAnswer(head.seq, verdicts, self.changes(push.seen), now)

    def commit(self, what: str, transaction: Transaction) -> None:
        """Make a transaction durable, whole."""
        durable = self._fate.commits(what)
        transaction.write()
        durable()

    def desk(self, draft: Draft, now: datetime, rows: Mapping[Thing, Any]) -> None:
        """The desk's own act, with the rows it changes."""
        belongs_to_all = any(kind == RowKind.HOLD for kind, _ in rows)
        transaction = Transaction(self, GLOBAL_STREAM if belongs_to_all else self.masters.site.id)
        transaction.append_own(draft, now)
        transaction.put(rows)
        if not belongs_to_all:
            judge_again(transaction, RULES, now, set(rows))
        self.commit("the desk's act", transaction)

    def judge_over(self, now: datetime) -> None:
        """Judge for good what has waited too long."""
        transaction = Transaction(self)
        end_waits(transaction, RULES, now)
        self.commit("the end of the wait", transaction)

    def changes(self, seen: Seen, limit: int = PAGE) -> Changes:
        """The next page of what changed after what was seen, in commit order stream by stream."""
        kept = self.kept
        has_acts = kept.heads.get((seen.device, seen.epoch), Head()).seq >= seen.acknowledged
        if not has_acts or not self.has(seen.heads):
            return Changes(kept.epoch, {}, (), more=False)
        reached: dict[str, int] = {}
        heads = {stream: chain.head(kept.positions[stream]) for stream, chain in kept.chains.items()}
        rows: list[Row] = []
        more = False
        for stream, position in kept.positions.items():
            after = seen.cursor.get(stream, 0)
            if after >= position:
                reached[stream] = position
                continue
            found = self._entries(stream, after, limit - len(rows) + 1)
            taken, left = found[: limit - len(rows)], found[limit - len(rows) :]
            rows += taken
            more = more or bool(left)
            reached[stream] = position if not left else taken[-1].position if taken else after
        return Changes(kept.epoch, reached, tuple(rows), more, heads)

    def _entries(self, stream: str, after: int, limit: int) -> list[Row]:
        kept = self.kept
        entries = kept.feed[stream]
        found: list[Row] = []
        for at in range(bisect_right(entries, after, key=_position), len(entries)):
            position, kind, thing = entries[at]
            if kept.latest.get((kind, thing)) == position:
                found.append(Row(kind, thing, position, {"value": self.value(kind, thing)}))
                if len(found) == limit:
                    break
        return found

    def value(self, kind: RowKind, thing: str) -> Any:
        """A row's present value; None where it is not on record."""
        return self.kept.table(kind).get(thing)

    # What the watch looks at

    def log_after(self, count: int) -> list[LogRow]:
        """The log's rows but for the first `count`."""
        return self.kept.log[count:]

    def changed_between(self, after: Mapping[str, int], upto: Mapping[str, int]) -> list[tuple[RowKind, str, int]]:
        """The rows that now stand between these positions of the feed."""
        found: list[tuple[RowKind, str, int]] = []
        for stream, last in upto.items():
            entries = self.kept.feed[stream]
            for at in range(bisect_right(entries, after.get(stream, 0), key=_position), len(entries)):
                position, kind, thing = entries[at]
                if position > last:
                    break
                if kind != RowKind.VERDICT and self.kept.latest[kind, thing] == position:
                    found.append((kind, thing, position))
        return found

    def has(self, heads: Mapping[str, str]) -> bool:
        """Whether these entries are in its log, as they were told."""
        return all(self.kept.chains[stream].has(told) for stream, told in heads.items())

    def positions(self) -> dict[str, int]:
        """How far every stream is."""
        return dict(self.kept.positions)

    def alarms(self) -> int:
        """How many alarms there are."""
        return len(self.kept.alarms)

    def waiting(self) -> dict[ActId, bytes]:
        """The acts that wait, in their exact bytes."""
        return {act: each.exact for act, each in self.kept.waiting.items()}

    def lists(self) -> dict[str, PickList]:
        """Every list."""
        return self.kept.rows[RowKind.DOCUMENT]

    def listed(self, number: DocumentId) -> dict[str, Listed]:
        """The rows of the units on a document, by id."""
        rows = self.kept.rows[RowKind.LISTED]
        return {each: rows[each] for each in self.kept.listed.get(number, ())}

    def units(self) -> dict[str, Unit]:
        """Every unit."""
        return self.kept.rows[RowKind.UNIT]

    def holds(self) -> tuple[Hold, ...]:
        """Every hold."""
        return tuple(self.kept.rows[RowKind.HOLD].values())

    def dies(self) -> None:
        """Nothing is lost but what is not committed."""

    # Backups

    def backup(self) -> Kept:
        """A copy of everything, to be restored some day."""
        return self.kept.copy()

    def restore(self, backup: Kept, epoch: str | None) -> None:
        """Go on from a backup; by a new epoch the server says so."""
        self.kept = backup.copy()
        self.kept.epoch = epoch or self.kept.epoch


class Transaction:
    """A site's records inside a transaction: what is written is seen by nobody before the commit."""

    def __init__(self, server: FakeServer, stream: str = "") -> None:
        self.site = server.masters.site.id
        self._server = server
        self._kept = server.kept
        self._stream = stream or self.site
        self._position = self._kept.positions[self._stream]
        self._log: list[LogRow] = []
        self._rows: dict[Thing, Any] = {}
        self._heads: dict[tuple[str, str], Head] = {}
        self._alarms: list[Alarm] = []
        self._waiting = dict(self._kept.waiting)
        self._late: dict[str, LateVerdict] = {}
        self._read: list[str] = []

    def head(self, device: str, epoch: str) -> Head:
        """The last act of a device's store that is in the log."""
        return self._kept.heads.get((device, epoch), Head())

    def known(self, push: Push) -> Mapping[int, Known]:
        """Those acts of a batch that are in the log."""
        found = {}
        for seq in range(push.first_seq, push.first_seq + len(push.acts)):
            act = ActId(push.device, push.epoch, seq)
            row, waiting = self._kept.by_id.get(act), self._kept.waiting.get(act)
            if row is not None:
                verdict = ActVerdict(seq, Outcome.DUPLICATE, row.position, row.entry.refusal)
                found[seq] = Known(row.hash, verdict)
            if waiting is not None:
                found[seq] = Known(waiting.hash, ActVerdict(seq, Outcome.DUPLICATE, 0, waiting.refusal))
        return found

    def waiting(self) -> Sequence[Waiting]:
        """The acts that wait, in the order they arrived."""
        return list(self._waiting.values())

    def keep_waiting(self, waiting: Waiting) -> None:
        """Keep an act that waits."""
        self._waiting[waiting.id] = waiting

    def judged_late(self, waiting: Waiting, position: int) -> None:
        """An act that waited has its place in the log."""
        del self._waiting[waiting.id]
        entry = next(row.entry for row in reversed(self._log) if row.position == position)
        self._late[str(waiting.id)] = LateVerdict(*waiting.id, waiting.hash, entry.outcome, position, entry.refusal)

    def forget_read(self, push: Push) -> None:
        """Drop the verdicts that the pushing device has got; one of another history has got none of these."""
        if not self._server.has(push.seen.heads):
            return
        seen = push.seen.cursor.get(self._stream, 0)
        for name, verdict in self._kept.late.items():
            if verdict.device == push.device and self._kept.latest[RowKind.VERDICT, name] <= seen <= self._position:
                self._read.append(name)

    def world(self, acts: Sequence[Act]) -> World:
        """Everything that these acts are judged against."""
        needs = needs_of([act.draft for act in acts], {act.actor for act in acts})
        return load(self, needs, self.site)

    def settings(self, version: int) -> Settings:  # noqa: ARG002 - reason: this site's settings never change
        """The site's settings as they were at a version."""
        return self._server.masters.settings

    def rows(self, kind: RowKind, ids: Collection[str]) -> dict[str, Any]:
        """Those rows that there are, as the transaction has changed them."""
        kept = self._server.master_rows.get(kind) or self._kept.rows[kind]
        found = ((each, self._rows.get((kind, each)) or kept.get(each)) for each in ids)
        return {each: row for each, row in found if row is not None}

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[dict[RowKind, dict[str, Any]], Labels]:
        """Rows by kind and id, and the units that labels name; nobody here changes a serial."""
        named = self.rows(RowKind.UNIT, [unit_id(*name) for name in labels])
        rows = {kind: self.rows(kind, ids) for kind, ids in wanted.items()}
        rows[RowKind.UNIT] = {**rows.get(RowKind.UNIT, {}), **named}
        return rows, {(unit.product, unit.serial): unit.id for unit in named.values()}

    def in_hand(self, numbers: Collection[DocumentId]) -> list[str]:
        """The ids of the rows of all units on these documents."""
        fresh = [name for (kind, name), row in self._rows.items() if kind == RowKind.LISTED and row.document in numbers]
        return [*fresh, *(each for number in numbers for each in self._kept.listed.get(number, ()))]

    def holds(self) -> Holds:
        """The open holds."""
        return Holds(self._kept.rows[RowKind.HOLD].values())

    def append(self, entry: Entry) -> int:
        """Give an entry its place in the log."""
        self._position += 1
        self._log.append(LogRow(self._position, entry, act_hash(entry.exact)))
        return self._position

    def append_own(self, draft: Draft, now: datetime) -> None:
        """Log an act of the server itself."""
        store = (SERVER_DEVICE, f"{self._kept.epoch}.{self._stream}")
        head = self.head(*store)
        act = Act(ActId(*store, head.seq + 1), head.hash, self._stream, SYSTEM, Times(now, "", 0), draft)
        exact = encode_act(act)
        self.append(Entry(act.id, exact, Outcome.APPLIED, SYSTEM, now, act))
        self.save_head(*store, Head(act.id.seq, act_hash(exact)))

    def alarm(self, alarm: Alarm) -> None:
        """Keep a record that was not taken."""
        self._alarms.append(alarm)

    def put(self, rows: Mapping[Thing, Any]) -> None:
        """Write these rows."""
        self._rows |= rows

    def save_head(self, device: str, epoch: str, head: Head) -> None:
        """The last act of a device's store is this one now."""
        self._heads[device, epoch] = head

    def write(self) -> None:
        """Make it all the server's, in one go."""
        kept = self._kept
        kept.log += self._log
        for row in self._log:
            kept.chains[self._stream].add(row.position, row.hash)
        kept.by_id |= {row.entry.id: row for row in self._log}
        kept.heads |= self._heads
        for (kind, name), value in self._rows.items():
            if kind == RowKind.LISTED and name not in kept.rows[kind]:
                kept.listed[value.document].append(name)
            kept.rows[kind][name] = value
        kept.alarms += self._alarms
        kept.waiting = self._waiting
        kept.late |= self._late
        for name in self._read:
            del kept.late[name], kept.latest[RowKind.VERDICT, name]
        changed = [(RowKind.VERDICT, name) for name in self._late]
        changed += self._rows
        for thing in sorted(changed, key=_comes_first):
            self._position += 1
            kept.feed[self._stream].append((self._position, *thing))
            kept.latest[thing] = self._position
        kept.positions[self._stream] = self._position


def _position(entry: tuple[int, RowKind, str]) -> int:
    return entry[0]


def _comes_first(thing: tuple[RowKind, str]) -> tuple[bool, str, str]:
    """Late verdicts come before the rows that they are about."""
    return thing[0] != RowKind.VERDICT, *thing
