"""Books of what the server's log says, kept apart from the server: whatever it commits must agree with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, Thing, unit
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import By
from scantrail.domain.attention import registered_in
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import things_in, touched
from scantrail.domain.facts.packing.events import UnitPacked
from scantrail.domain.facts.picking.events import PickUndone, UnitHandedOver, UnitPicked
from scantrail.domain.facts.placing.events import ContainerMoved, QuantityMoved
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.work.events import TaskReleased
from scantrail.domain.fold import fold
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import Outcome
from scantrail.proving.simulator.fake_server import LogRow
from scantrail.proving.simulator.goods_watch import GOODS, look_at_goods
from scantrail.proving.simulator.invariants import (
    ALARM,
    BORN,
    CHAIN,
    FOLD,
    HOLDER,
    LOST,
    ORDER,
    RESERVED,
    TWICE,
    Broken,
)
from scantrail.proving.simulator.list_watch import look_at_list
from scantrail.proving.simulator.reserved import holds_too_much, stood_in_the_way

FOLDED = frozenset({RowKind.UNIT, RowKind.DOCUMENT, RowKind.LISTED, *GOODS})
"""The kinds of rows that the acts of devices change."""


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
        """A row's present value; None where it is not on record."""

    def listed(self, number: DocumentId) -> Mapping[str, Listed]:
        """The rows of the units on a document, by id."""

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
    documents: dict[DocumentId, PickList] = field(default_factory=dict)
    listed: dict[DocumentId, dict[str, Listed]] = field(default_factory=dict)
    """The rows of the units on each document, by id."""
    goods: dict[Thing, Any] = field(default_factory=dict)
    """Containers and quantities."""
    rows: int = 0
    """Rows of the log seen."""
    positions: dict[str, int] = field(default_factory=dict)
    alarms: int = 0
    waiting: dict[ActId, bytes] = field(default_factory=dict)
    """Every act that waits, in its exact bytes."""
    order: dict[tuple[str, str, Thing], int] = field(default_factory=dict)
    """The seq of the newest act that applied, by store and what it is about."""

    def value(self, thing: Thing) -> Any:
        """What a row must be; None where it is not on record."""
        kind, name = thing
        if kind == RowKind.UNIT:
            return self.units.get(name)
        if kind == RowKind.DOCUMENT:
            return self.documents.get(name)
        if kind == RowKind.LISTED:
            return self.listed.get(_document_in(thing), {}).get(name)
        return self.goods.get(thing)

    def copy(self) -> Books:
        """As they stand now."""
        return Books(
            dict(self.logged),
            dict(self.outcomes),
            dict(self.places),
            dict(self.last),
            dict(self.units),
            dict(self.documents),
            {number: dict(rows) for number, rows in self.listed.items()},
            dict(self.goods),
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
        self.refusals: dict[ActId, Refusal] = {}
        """Why an act did not apply when it was last logged, whatever was restored since."""
        self.came_up = Counter[str]()
        """How often goods or lists went from hand to hand."""

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
        changed = server.changed_between(books.positions, now)
        for kind, thing, _position in changed:
            self._row(kind, thing)
        for number in dict.fromkeys(filter(None, (_document_in((kind, thing)) for kind, thing, _position in changed))):
            self._list(number)
        if books.goods and any(kind in (RowKind.UNIT, *GOODS) for kind, _, _ in changed):
            look_at_goods("the server", books.goods, books.units.values())
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
        if entry.refusal is not None:
            self.refusals[entry.id] = entry.refusal
        if entry.outcome is Outcome.APPLIED and entry.act is not None:
            self.came_up.update(filter(None, map(self._from_hand_to_hand, entry.act.draft.events)))
            books.places[entry.id] = row.position
            self._in_order(entry.act)
            self._fold(entry.act, By(entry.actor, entry.id.device, entry.effective_at))

    def _from_hand_to_hand(self, event: Event) -> str:
        """What it is called that goods or a list go on to somebody or somewhere; empty for any other event."""
        match event:
            case UnitHandedOver():
                return "handed over"
            case TaskReleased():
                return "given back"
            case UnitPacked():
                return "packed"
            case ContainerMoved(units=units) if units:
                return "full carton moved"
            case QuantityMoved():
                return "quantity moved"
            case PickUndone(document=number):
                listed = self.books.documents.get(number)
                return "put back" if listed and listed.status is DocumentStatus.CANCELLED else ""
            case _:
                return ""

    def _in_order(self, act: Act) -> None:
        if act.draft.refusal is not None:
            return
        # What registers a unit may be the very step that an earlier act about it waited for.
        for thing in things_in(act.draft).difference(map(unit, registered_in(act))):
            if self.books.order.get((*act.id[:2], thing), 0) > act.id.seq:
                raise Broken(ORDER, f"act {act.id} applies after a later one about {thing}")
            self.books.order[*act.id[:2], thing] = act.id.seq

    def _fold(self, act: Act, by: By) -> None:
        books = self.books
        for event in act.draft.events:
            if isinstance(event, UnitRegistered) and event.unit in books.units:
                raise Broken(BORN, f"act {act.id} registers {event.born.serial}, which is on record")
            for thing in touched(event):
                kind, name = thing
                if kind == RowKind.UNIT:
                    books.units[name] = fold(books.units.get(name), event, thing, by)
                elif kind in GOODS:
                    books.goods[thing] = fold(books.goods.get(thing), event, thing, by)
                elif kind == RowKind.LISTED:
                    rows = books.listed.setdefault(_document_in(thing), {})
                    rows[name] = fold(rows.get(name), event, thing, by)
                elif name in books.documents:
                    books.documents[name] = fold(books.documents[name], event, thing, by)
                    self._reserved_no_more(books.documents[name], event)

    def _reserved_no_more(self, pick_list: PickList, event: Event) -> None:
        """Who picks a unit is no longer on the way to it. Who does not know of that may set out all the same."""
        if isinstance(event, UnitPicked) and holds_too_much(pick_list, picked=(event.unit,)):
            raise Broken(RESERVED, f"after {event} list {pick_list.number} reserves more than is wanted: {pick_list}")

    def imports(self, pick_list: PickList, named: Iterable[Listed]) -> Callable[[], None]:
        """The desk is about to bring a list with the units that it names, or a changed one: its rows come whole.

        Gives what to call if they are not committed after all.
        """
        books, number = self.books, pick_list.number
        before, listed = books.documents.get(number), books.listed.get(number, {})
        books.documents[number] = pick_list
        books.listed[number] = {**listed, **{each.id: each for each in named}}

        def takes_back() -> None:
            books.documents.pop(number)
            if before is not None:
                books.documents[number] = before
            books.listed[number] = listed

        return takes_back

    def _row(self, kind: RowKind, thing: str) -> None:
        if kind not in FOLDED:
            return
        value, said = self.server.value(kind, thing), self.books.value((kind, thing))
        if value != said:
            raise Broken(FOLD, f"{kind} {thing} is {value}, the log says {said}")
        if kind == RowKind.UNIT:
            self._holder(value)

    def _list(self, number: DocumentId) -> None:
        """A list that has changed, or a unit on it, agrees with its units row by row."""
        pick_list, rows = self.server.value(RowKind.DOCUMENT, number), self.server.listed(number)
        if pick_list is None:
            raise Broken(FOLD, f"{number} is not on record, and units of it are: {rows}")
        if rows != self.books.listed.get(number, {}):
            raise Broken(FOLD, f"{number} has {rows}, the log says {self.books.listed.get(number)}")
        look_at_list(pick_list, rows.values())
        if holds_too_much(pick_list):
            raise Broken(RESERVED, f"list {number} reserves more than is wanted: {pick_list}")
        for row in rows.values():
            if row.picked is None:
                continue
            unit = self.server.value(RowKind.UNIT, row.unit)
            self._holder(unit)
            if unit.document != number:
                raise Broken(HOLDER, f"{unit.serial} is picked on {number} and is {unit.status.value} elsewhere")

    def _holder(self, unit: Unit) -> None:
        row = self.books.listed.get(unit.document or "", {}).get(listed_id(unit.document or "", unit.id))
        is_listed = row is not None and row.picked is not None
        if (unit.status is Status.PICKED) != is_listed:
            raise Broken(HOLDER, f"{unit.serial} is {unit.status.value} and {'' if is_listed else 'not '}on a list")

    def restored(self, books: Books) -> None:
        """The server goes on from a backup."""
        self.books = books


def _previous_in(exact: bytes) -> str:
    """The hash of the act before, as an act's bytes say it."""
    previous: str = json.loads(exact).get("previous", "")
    return previous


def _document_in(thing: Thing) -> DocumentId:
    """The document that a row belongs to; empty where it belongs to none."""
    kind, name = thing
    if kind == RowKind.LISTED:
        return name.rpartition("|")[0]
    return name if kind == RowKind.DOCUMENT else ""
