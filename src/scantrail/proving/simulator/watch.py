"""Everything that must hold, checked at each commit and after quiet, by books of the watch's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scantrail.device.store import AttentionItem
from scantrail.domain.acts import Act, ActId
from scantrail.domain.attention import units_in
from scantrail.domain.documents import PickList
from scantrail.domain.events import (
    AttentionSettled,
    PickUndone,
    UnitPicked,
    UnitQuarantined,
    UnitRegistered,
    document_of,
    unit_of,
)
from scantrail.domain.fold import By, changes_unit, fold_pick_list, fold_unit
from scantrail.domain.holds import Hold
from scantrail.domain.identifiers import PlaceId
from scantrail.domain.status import Status
from scantrail.domain.units import Unit
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import Outcome, RowKind
from scantrail.protocol.outbox import ActState
from scantrail.protocol.waiting import Thing, things_of
from scantrail.proving.simulator.fake_server import LogRow
from scantrail.proving.simulator.reserved import holds_too_much, stood_in_the_way


class Broken(Exception):
    """Something does not hold that must."""

    def __init__(self, invariant: str, detail: str) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant = invariant
        self.detail = detail


LOST = "An accepted scan is in the journal until it is acknowledged, and after that in the log"
TWICE = "A record takes effect once"
CHAIN = "Numbers are gapless and the chain is unbroken for each device's store"
FOLD = "Folding the log gives the rows"
BORN = "A serial is registered once"
HOLDER = "A unit has one holder and one place"
ATTENTION = "Every act that did not apply is in attention until it is settled"
CURSOR = "A device's cursor passes no row that it has not got"
HIDDEN = "A pull hides no unsent work"
DOUBLED = "A device counts its own act once, before the server has judged it and after"
AGREE = "Device and server agree after quiet"
REST = "Everything comes to rest"
RESERVED = "A reservation refuses no act, and lasts no longer than somebody is on the way"
ORDER = "Acts of a device about the same goods or list apply in their order"
STUCK = "Nothing waits once the missing step has come"
ALARM = "Nobody is taken for a copy, and no record for damaged"


class WatchedStore(Protocol):
    """What the watch looks at on a device."""

    @property
    def device(self) -> str: ...

    @property
    def epoch(self) -> str: ...

    @property
    def server_epoch(self) -> str: ...

    def acts_from(self, seq: int) -> list[tuple[Act, str, ActState]]: ...

    def count_pending(self) -> int: ...

    def row_position(self, kind: RowKind, thing: str) -> int: ...

    def cursor(self) -> dict[str, int]: ...

    def heads(self) -> dict[str, str]: ...

    def unit(self, unit: str) -> Unit | None: ...

    def pick_list(self, number: str) -> PickList | None: ...

    def holds(self) -> tuple[Hold, ...]: ...

    def attention(self) -> tuple[AttentionItem, ...]: ...

    def waiting(self) -> tuple[AttentionItem, ...]: ...


class WatchedServer(Protocol):
    """What the watch looks at on the server."""

    @property
    def epoch(self) -> str:
        """Another one means that it was restored."""

    def log_after(self, count: int) -> list[LogRow]:
        """The log's rows but for the first `count`, in the order they were committed."""

    def changed_between(self, after: Mapping[str, int], upto: Mapping[str, int]) -> list[tuple[RowKind, str, int]]:
        """The rows that now stand between these positions of the feed."""

    def waiting(self) -> Mapping[ActId, bytes]:
        """The acts that wait, in their exact bytes."""

    def has(self, heads: Mapping[str, str]) -> bool:
        """Whether these entries are in its log, as they were told."""

    def positions(self) -> dict[str, int]:
        """How far every stream is."""

    def value(self, kind: RowKind, thing: str) -> Any:
        """A row's present value."""

    def alarms(self) -> int:
        """How many alarms there are."""


@dataclass(slots=True)
class Books:
    """What the log says, added up by the watch itself."""

    logged: dict[ActId, str] = field(default_factory=dict)
    """The hash of every act in the log."""
    outcomes: dict[ActId, tuple[Act | None, Outcome]] = field(default_factory=dict)
    places: dict[ActId, int] = field(default_factory=dict)
    """The position of every act that applied."""
    last: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """The newest seq and hash of every device's store."""
    units: dict[str, Unit] = field(default_factory=dict)
    documents: dict[str, PickList] = field(default_factory=dict)
    rows: int = 0
    """Rows of the log seen."""
    positions: dict[str, int] = field(default_factory=dict)
    alarms: int = 0
    waiting: dict[ActId, bytes] = field(default_factory=dict)
    """Every act that waits, in its exact bytes."""
    order: dict[tuple[str, str, Thing], int] = field(default_factory=dict)
    """The seq of the newest act that applied, by store and what it is about."""

    def copy(self) -> Books:
        """As they stand now."""
        return Books(
            dict(self.logged),
            dict(self.outcomes),
            dict(self.places),
            dict(self.last),
            dict(self.units),
            dict(self.documents),
            self.rows,
            dict(self.positions),
            self.alarms,
            dict(self.waiting),
            dict(self.order),
        )


class ServerWatch:
    """Looks at the server after each of its commits."""

    def __init__(self, server: WatchedServer) -> None:
        self.server = server
        self.books = Books()
        self.ever: dict[ActId, str] = {}
        """The hash of every act that was ever in the log, or waited, whatever was restored since."""

    def committed(self) -> None:
        """Something may have been committed."""
        books, server = self.books, self.server
        if server.alarms() != books.alarms:
            raise Broken(ALARM, f"{server.alarms()} alarms were raised")
        fresh, waiting = server.log_after(books.rows), server.waiting()
        if not fresh and waiting.keys() == books.waiting.keys():
            return
        self._arrived(fresh, waiting)
        for row in fresh:
            self._log(row)
        now = server.positions()
        for kind, thing, _position in server.changed_between(books.positions, now):
            self._row(kind, thing)
        books.rows += len(fresh)
        books.positions = now

    def _arrived(self, fresh: Iterable[LogRow], waiting: Mapping[ActId, bytes]) -> None:
        """Every act follows on the one before it, whether it waits or is in the log, and none that waited is gone."""
        books = self.books
        exact = {row.entry.id: row.entry.exact for row in fresh}
        for act in exact.keys() & (books.logged.keys() | waiting.keys()):
            raise Broken(TWICE, f"act {act} is in the log twice, or waits although it is in the log")
        arrived = {**waiting, **exact}
        for act, waited in books.waiting.items():
            if arrived.get(act) != waited:
                raise Broken(LOST, f"act {act} waited, and is gone")
        for act in sorted(arrived.keys() - books.waiting.keys()):
            seq, head = books.last.get(act[:2], (0, ""))
            if act.seq != seq + 1 or _previous_in(arrived[act]) != head:
                raise Broken(CHAIN, f"act {act} follows on act {seq}")
            link = act_hash(arrived[act])
            books.last[act[:2]] = (act.seq, link)
            self.ever[act] = link
        books.waiting = dict(waiting)

    def _log(self, row: LogRow) -> None:
        books, entry = self.books, row.entry
        books.logged[entry.id] = self.ever[entry.id] = row.hash
        books.outcomes[entry.id] = (entry.act, entry.outcome)
        if entry.act is not None and stood_in_the_way(entry.act, entry.refusal):
            raise Broken(RESERVED, f"act {entry.id} is refused for what it reserved: {entry.refusal}")
        if entry.outcome is Outcome.APPLIED and entry.act is not None:
            books.places[entry.id] = row.position
            self._in_order(entry.act)
            self._fold(entry.act, By(entry.actor, entry.id.device, entry.effective_at))

    def _in_order(self, act: Act) -> None:
        if act.draft.refusal is not None:
            return
        for thing in things_of(act):
            if self.books.order.get((*act.id[:2], thing), 0) > act.id.seq:
                raise Broken(ORDER, f"act {act.id} applies after a later one about {thing}")
            self.books.order[*act.id[:2], thing] = act.id.seq

    def _fold(self, act: Act, by: By) -> None:
        books = self.books
        for event in act.draft.events:
            unit, document = unit_of(event), document_of(event)
            if isinstance(event, UnitRegistered) and event.unit in books.units:
                raise Broken(BORN, f"act {act.id} registers {event.born.serial}, which is on record")
            if isinstance(event, UnitRegistered) or (unit is not None and changes_unit(event)):
                books.units[unit or ""] = fold_unit(books.units.get(unit or ""), event, by)
            if document in books.documents:
                books.documents[document] = fold_pick_list(books.documents[document], event, by)

    def imports(self, pick_list: PickList) -> None:
        """The desk is about to bring a list, or a changed one: its rows come whole, not by events."""
        self.books.documents[pick_list.number] = pick_list

    def takes_back(self, number: str, before: PickList | None) -> None:
        """The desk's list was not committed after all."""
        self.books.documents.pop(number, None)
        if before is not None:
            self.books.documents[number] = before

    def _row(self, kind: RowKind, thing: str) -> None:
        value = self.server.value(kind, thing)
        if kind is RowKind.UNIT:
            if value != self.books.units.get(thing):
                raise Broken(FOLD, f"unit {thing} is {value}, the log says {self.books.units.get(thing)}")
            self._holder(value)
        elif kind is RowKind.DOCUMENT:
            if value != self.books.documents.get(thing):
                raise Broken(FOLD, f"list {thing} is {value}, the log says {self.books.documents.get(thing)}")
            if holds_too_much(value):
                raise Broken(RESERVED, f"list {thing} reserves more than is wanted: {value}")
            for each in value.picked:
                self._holder(self.server.value(RowKind.UNIT, each.unit))
                if self.server.value(RowKind.UNIT, each.unit).document != thing:
                    raise Broken(HOLDER, f"{each.serial} is picked on {thing} and on another list")

    def _holder(self, unit: Unit) -> None:
        on = self.books.documents.get(unit.document or "")
        listed = on is not None and on.picked_unit(unit.id) is not None
        if (unit.status is Status.PICKED) != listed:
            raise Broken(HOLDER, f"{unit.serial} is {unit.status.value} and {'' if listed else 'not '}on a list")

    def restored(self, books: Books) -> None:
        """The server goes on from a backup."""
        self.books = books


class DeviceWatch:
    """Looks at one device whenever it has recorded or taken something, and whenever it starts."""

    def __init__(self, server: ServerWatch) -> None:
        self._server = server
        self.promised: list[tuple[Act, str]] = []
        """Every act that was said to be recorded, or was found after a start, in order of seq from 1 on."""
        self._acknowledged = 0
        """Acts up to this seq have been seen to be acknowledged."""
        self._cursor: dict[str, int] = {}
        self._server_epoch = ""

    def promise(self, acts: Iterable[Act]) -> None:
        """The store said that these are recorded: whatever happens now, they must be found again."""
        for act in acts:
            self._next(act, act_hash(encode_act(act)))

    def _next(self, act: Act, link: str) -> None:
        head = self.promised[-1][1] if self.promised else ""
        if act.id.seq != len(self.promised) + 1 or act.previous != head:
            raise Broken(CHAIN, f"act {act.id} is recorded after act {len(self.promised)}")
        self.promised.append((act, link))

    def started(self, store: WatchedStore) -> None:
        """A process has opened the store after another one ended."""
        self._in_journal(store)
        for act, link, _state in store.acts_from(len(self.promised) + 1):
            self._next(act, link)
        self._cursor = dict(store.cursor())
        self._server_epoch = store.server_epoch

    def _in_journal(self, store: WatchedStore) -> None:
        kept = {act.id.seq: link for act, link, _state in store.acts_from(1)}
        for act, link in self.promised:
            if kept.get(act.id.seq, link if act.id in self._server.ever else "") != link:
                raise Broken(LOST, f"act {act.id} was accepted and is not in the journal after a start")

    def exchanged(self, store: WatchedStore) -> None:
        """A step of an exchange is done."""
        self._acknowledgements(store)
        self._followed(store)

    def _acknowledgements(self, store: WatchedStore) -> None:
        waiting: list[Act] = []
        over: list[Act] = []
        for act, link, state in store.acts_from(self._acknowledged + 1):
            if state is ActState.PENDING:
                break
            self._acknowledged = act.id.seq
            if self._server.ever.get(act.id) != link:
                raise Broken(LOST, f"act {act.id} is acknowledged and never came to the log")
            if state is not ActState.APPLIED:
                (waiting if state is ActState.WAITING else over).append(act)
        if waiting or over:
            self._in_attention(waiting, store.waiting)
            self._in_attention(over, store.attention)

    def _in_attention(self, acts: Iterable[Act], told: Callable[[], Iterable[AttentionItem]]) -> None:
        """These acts, which did not apply, are among what a person is told, or was settled."""
        with_events = [act for act in acts if act.draft.events]
        items = told() if with_events else ()
        for act in with_events:
            if not _is_covered(act, items, self.promised):
                raise Broken(ATTENTION, f"act {act.id} did not apply and nobody is told")

    def _followed(self, store: WatchedStore) -> None:
        cursor = store.cursor()
        if store.server_epoch != self._server_epoch or cursor != self._cursor:
            acts = store.acts_from(1)
            waiting = [act for act, _link, state in acts if state is ActState.WAITING]
            self._got_rows(store, cursor)
            self._nothing_hidden(store, acts, waiting)
            self._nothing_doubled(store, waiting)
            self._cursor, self._server_epoch = dict(cursor), store.server_epoch
        self._acknowledged = min(self._acknowledged, self._first_pending(store) - 1)

    def _first_pending(self, store: WatchedStore) -> int:
        if not store.count_pending():
            return 2**60
        pending = (act.id.seq for act, _link, state in store.acts_from(1) if state is ActState.PENDING)
        return next(pending, 2**60)

    def _is_of_now(self, store: WatchedStore) -> bool:
        """Whether a device's rows are of the server's present history, and not of one that a restore has ended."""
        server = self._server.server
        return store.server_epoch == server.epoch and server.has(store.heads())

    def _got_rows(self, store: WatchedStore, cursor: Mapping[str, int]) -> None:
        server = self._server.server
        if not cursor or not self._is_of_now(store):
            return
        before = self._cursor if store.server_epoch == self._server_epoch else {}
        for kind, thing, position in server.changed_between(before, cursor):
            if store.row_position(kind, thing) < position:
                raise Broken(CURSOR, f"{kind.value} {thing} of position {position} is passed over")

    def _nothing_hidden(
        self, store: WatchedStore, acts: Iterable[tuple[Act, str, ActState]], waiting: Sequence[Act]
    ) -> None:
        if not store.count_pending() and not waiting:
            return
        first = min([self._acknowledged + 1, *(act.id.seq for act in waiting)])
        last: dict[str, tuple[Any, ActState]] = {}
        for act, _link, state in acts:
            for event in act.draft.events if act.id.seq >= first and state.counts else ():
                if isinstance(event, (UnitRegistered, UnitPicked, PickUndone, UnitQuarantined)):
                    last[event.unit] = event, state
        for unit, (event, state) in last.items():
            if state is ActState.APPLIED:
                continue
            found = store.unit(unit)
            if found is None and isinstance(event, UnitRegistered):
                raise Broken(HIDDEN, f"{event.born.serial} is not shown, although {event} is not judged")
            if found is not None and (found.status, found.place) != _after(event):
                raise Broken(HIDDEN, f"{found.serial} is shown as {found.status.value}, although {event} is not judged")

    def _nothing_doubled(self, store: WatchedStore, waiting: Sequence[Act]) -> None:
        """A row that contains an act must not come before the word that the act is judged."""
        if not waiting or not self._is_of_now(store):
            return
        for act in waiting:
            place = self._server.books.places.get(act.id)
            for kind, thing in sorted(things_of(act)) if place else ():
                if store.row_position(RowKind(kind), thing) > (place or 0):
                    raise Broken(DOUBLED, f"{kind} {thing} has act {act.id} in it, which still counts as waiting")

    def quiet(self, store: WatchedStore) -> None:
        """Everything is sent and received: nothing may be open."""
        books = self._server.books
        if store.count_pending():
            raise Broken(REST, f"{store.device} still has {store.count_pending()} acts to send")
        if books.waiting:
            raise Broken(STUCK, f"acts {[str(act) for act in books.waiting]} still wait")
        self._verdicts_agree(store)
        self._rows_agree(store)

    def _verdicts_agree(self, store: WatchedStore) -> None:
        books = self._server.books
        states = {act.id: state for act, _link, state in store.acts_from(1)}
        over: list[Act] = []
        for act, link in self.promised:
            if books.logged.get(act.id) != link:
                raise Broken(LOST, f"act {act.id} is not in the log after quiet")
            logged, outcome = books.outcomes[act.id]
            if states.get(act.id, ActState(outcome.value)) is not ActState(outcome.value):
                raise Broken(AGREE, f"act {act.id} is {states[act.id].value} on its device, and {outcome.value}")
            if logged is not None and outcome is not Outcome.APPLIED and not act.draft.refusal:
                over.append(act)
        self._in_attention(over, store.attention)

    def _rows_agree(self, store: WatchedStore) -> None:
        books = self._server.books
        for unit in books.units.values():
            if store.unit(unit.id) != unit:
                raise Broken(AGREE, f"{store.device} has {store.unit(unit.id)}, the server {unit}")
        for number, pick_list in books.documents.items():
            if store.pick_list(number) != pick_list:
                raise Broken(AGREE, f"{store.device} has {store.pick_list(number)}, the server {pick_list}")


def _after(event: UnitRegistered | UnitPicked | PickUndone | UnitQuarantined) -> tuple[Status, PlaceId]:
    """A unit's status and place after an event that was the last about it."""
    match event:
        case UnitRegistered(born=born):
            return born.status, born.place
        case UnitPicked(to_place=place):
            return Status.PICKED, place
        case PickUndone(to_status=status, to_place=place):
            return status, place
        case UnitQuarantined(to_place=place):
            return Status.QUARANTINE, place


def _previous_in(exact: bytes) -> str:
    """The hash of the act before, as an act's bytes say it."""
    previous: str = json.loads(exact).get("previous", "")
    return previous


def _is_covered(act: Act, items: Iterable[AttentionItem], promised: Iterable[tuple[Act, str]]) -> bool:
    """Whether a person is, or was, told of this act: by an item about the same things, not newer than it."""
    about = (act.draft.document, units_in(act))
    for item in items:
        if (item.document, frozenset(item.units)) == about and item.act.seq <= act.id.seq:
            return True
    acts = [each for each, _link in promised]
    for settling in acts[act.id.seq :]:
        for event in settling.draft.events:
            if isinstance(event, AttentionSettled):
                settled = acts[event.seq - 1]
                if (settled.draft.document, units_in(settled)) == about:
                    return True
    return False
