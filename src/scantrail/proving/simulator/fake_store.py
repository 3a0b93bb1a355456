"""A device's store in memory: the same promises as the real one, kept in plain values so that it is fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from scantrail.device.store import AttentionItem
from scantrail.device.store.attention import Trouble, open_troubles, todo_of
from scantrail.device.store.things import effects_of
from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.needs import Label, Needs
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import made_by
from scantrail.domain.acts.world import Labels, Rows, Wanted, World, load
from scantrail.domain.attention import needs_a_person, units_in
from scantrail.domain.documents.document import DocumentKind, DocumentStatus, LineKind
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.facts import fact_of, touched
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.fold import fold, folded
from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import DocumentId, PlaceId, UnitId, unit_id
from scantrail.domain.rules.goods import may_be_used
from scantrail.domain.rules.pick import use_for
from scantrail.domain.scans.reading import Candidates, Said, understood
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.photo import Photo, photo_of
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.acts import act_hash, decode_act, encode_act
from scantrail.protocol.messages import ActVerdict, Changes, LateVerdict, PushAnswer
from scantrail.protocol.outbox import ActState, Entry, state_of
from scantrail.proving.simulator.fake_kept import Kept, Record
from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.warehouse import Masters

OPEN = (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
SHOWN = frozenset({RowKind.UNIT, RowKind.DOCUMENT, RowKind.LISTED, RowKind.CONTAINER, RowKind.QUANTITY})
"""The kinds of rows that own acts change."""


class FakePhotos:
    """Names photos as the real store does."""

    def keep(self, content: bytes, stem: str) -> Photo:
        """Name a photo."""
        return photo_of(content, stem)


class FakeStore:
    """What is durable, and what is worked out from it and lost with the process."""

    def __init__(
        self,
        device: str,
        epoch: str,
        masters: Masters,
        fate: Fate,
        on_record: Callable[[tuple[Act, ...]], None],
        kept: Kept | None = None,
    ) -> None:
        """`on_record` is told of the acts that are said to be recorded."""
        self.device = device
        self.epoch = epoch
        self.site = masters.site.id
        self.kept = kept or Kept()
        self._masters = masters
        self._master_rows = masters.rows()
        self._fate = fate
        self._on_record = on_record
        self._first_pending = 0
        self._of_thing: dict[Thing, list[Record]] = {}
        for record in self.kept.journal:
            self._list(record)
        self._refused = {record.act.id.seq: record for record in self.kept.journal if record.refusal is not None}
        """The acts that the server did not apply, or lets wait."""
        self._shown: Rows = defaultdict(dict)
        """The server's rows with the own acts that they do not contain."""
        self._listings: dict[DocumentId, Listing] = {}
        """The rows of units on documents among them."""
        self._stock: dict[DocumentId, tuple[PickList, date, tuple[Unit, ...]]] = {}
        """The stock for each list, as long as no unit and no hold changes."""
        self._look_at_everything()
        self._look_for_pending(self.kept.first_seq)

    @property
    def ready(self) -> bool:
        """Whether everything has arrived, so that work may go on."""
        return self.kept.complete

    @property
    def photos(self) -> FakePhotos:
        """Photos; their journey is proved elsewhere."""
        return FakePhotos()

    def reopened(self) -> FakeStore:
        """The store as the next process opens it."""
        return FakeStore(self.device, self.epoch, self._masters, self._fate, self._on_record, self.kept)

    def upgraded(self) -> FakeStore:
        """The store as a newer version opens it: every act is read from its bytes."""
        for record in self.kept.journal:
            record.act = decode_act(record.exact)
        return self.reopened()

    def close(self) -> None:
        """Let the next process open it."""

    # Recording

    def record(
        self,
        drafts: Sequence[Draft],
        *,
        actor: str,
        site: str,
        now: Times,
        versions: Mapping[str, int] | None = None,
    ) -> tuple[Act, ...]:
        """Make drafts acts and write them down, all or none."""
        records: list[Record] = []
        seq, head = self._end()
        for draft in drafts:
            seq += 1
            act = Act(ActId(self.device, self.epoch, seq), head, site, actor, now, draft, dict(versions or {}))
            exact = encode_act(act)
            head = act_hash(exact)
            records.append(Record(act, exact, head))
        self._commit("a record", lambda: self._add(records))
        for record in records:
            self._list(record)
            self._show(record.act)
        if not self._first_pending and records:
            self._first_pending = records[0].act.id.seq
        acts = tuple(record.act for record in records)
        self._on_record(acts)
        return acts

    def _end(self) -> tuple[int, str]:
        if not self.kept.journal:
            return 0, ""
        last = self.kept.journal[-1]
        return last.act.id.seq, last.hash

    def _commit(self, what: str, change: Callable[[], None]) -> None:
        durable = self._fate.commits(what)
        change()
        durable()

    def _add(self, records: Iterable[Record]) -> None:
        for record in records:
            self.kept.journal.append(record)
            for event in record.act.draft.events:
                if isinstance(event, AttentionSettled) and (event.device, event.epoch) == (self.device, self.epoch):
                    settled = self.kept.record(event.seq)
                    if settled is not None and settled.settled_by is None:
                        settled.settled_by = record.act.id.seq

    def _list(self, record: Record) -> None:
        for thing in effects_of(record.act):
            self._of_thing.setdefault(thing, []).append(record)

    def _show(self, act: Act) -> None:
        """Bring what was worked out up to a new act."""
        for event in act.draft.events:
            for thing in touched(event):
                kind, name = thing
                before = self._shown[kind].get(name)
                if before is not None or kind in fact_of(event).creates:
                    self._put(thing, fold(before, event, thing, made_by(act)))

    def _put(self, thing: Thing, value: Any) -> None:
        """Show a row in its new state; None where there is none any more."""
        kind, name = thing
        before = self._shown[kind].get(name)
        if value is not None:
            self._shown[kind][name] = value
        else:
            self._shown[kind].pop(name, None)
        if kind == RowKind.UNIT:
            self._stock.clear()
        if kind != RowKind.LISTED or value == before:
            return
        if value is not None:
            self._listings.setdefault(value.document, Listing()).put(value)
        elif before is not None:
            others = [each for each in self._listings[before.document] if each.unit != before.unit]
            self._listings[before.document] = Listing(others)

    @property
    def _units(self) -> dict[UnitId, Unit]:
        return self._shown[RowKind.UNIT]

    @property
    def _lists(self) -> dict[DocumentId, PickList]:
        return self._shown[RowKind.DOCUMENT]

    # What there is

    def _look_at_everything(self) -> None:
        self._shown.clear()
        self._listings.clear()
        self._stock.clear()
        self._look_again((*self.kept.rows, *self._of_thing))

    def _look_again(self, things: Iterable[Thing]) -> None:
        """Work out again what is to be seen of these, after the server's rows or its word on own acts have changed."""
        for thing in dict.fromkeys(things):
            if thing[0] in SHOWN:
                row = self.kept.rows.get(thing)
                unseen = self.unseen(thing, row.position if row else 0)
                # What was begun here, such as a unit that was received, is not known to the server yet.
                self._put(thing, folded(row.body["value"] if row else None, thing, [each.act for each in unseen]))

    def unseen(self, thing: Thing, position: int) -> list[Record]:
        """The acts that count and that a row of this position does not contain, oldest first."""
        return [
            record
            for record in self._of_thing.get(thing, ())
            if record.state.counts and (record.state is not ActState.APPLIED or record.position > position)
        ]

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit."""
        return self._units.get(unit)

    def pick_list(self, number: DocumentId) -> PickList | None:
        """A pick list."""
        return self._lists.get(number)

    def pick_lists(self) -> tuple[PickList, ...]:
        """The lists that are open or in progress, by number."""
        if not self.kept.complete:
            return ()
        lists = (each for each in self._lists.values() if each.status in OPEN)
        return tuple(sorted(lists, key=lambda each: each.number))

    def to_put_back(self) -> tuple[PickList, ...]:
        """Cancelled lists for which units are still picked, by number."""
        lists = (each for each in self._lists.values() if each.status is DocumentStatus.CANCELLED and each.done)
        return tuple(sorted(lists, key=lambda each: each.number))

    def holds(self) -> Holds:
        """The open holds."""
        return Holds(self.kept.holds.values())

    @property
    def code_prefixes(self) -> tuple[CodePrefix, ...]:
        """What the site's labels put before the codes of things."""
        return self._masters.site.code_prefixes

    def candidates(self, said: Said) -> Candidates:
        """Everything known here that a code may mean."""
        return understood(said, self._called)

    def _called(self, said: Said) -> Candidates:
        products, text = self._masters.products, said.text.upper()
        serials = {product.canonical(each) for product in products.values() for each in said.numbers}
        units = [unit for unit in self._units.values() if unit.serial in serials]
        return Candidates(
            said,
            units=tuple(unit for unit in units if said.is_serial_of(unit.serial, products[unit.product])),
            products=tuple(each for each in products.values() if said.may_be(CodeKind.PRODUCT) and each.sku == text),
            places=tuple(each for each in self._masters.places.values() if each.code == text),
            documents=(text,) if (RowKind.DOCUMENT, text) in self.kept.rows else (),
        )

    def all_places(self) -> Mapping[PlaceId, Place]:
        """Every place there is."""
        return self._masters.places

    def document(self, number: DocumentId) -> PickList | None:
        """A document that somebody works on."""
        return self.pick_list(number)

    def open_documents(self, kind: DocumentKind) -> tuple[PickList, ...]:
        """The documents to choose from; all are pick lists here."""
        return self.pick_lists() if kind == DocumentKind.PICK_LIST else ()

    def load(self, needs: Needs) -> World:
        """The rows that something is judged by."""
        return load(self, needs, self._masters.site.id)

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[dict[RowKind, dict[str, Any]], Labels]:
        """Rows by kind and id, and the units that labels name; nobody here changes a serial."""
        rows = {kind: self._of(kind, ids) for kind, ids in wanted.items()}
        named = self._of(RowKind.UNIT, [unit_id(*name) for name in labels])
        rows[RowKind.UNIT] = {**rows.get(RowKind.UNIT, {}), **named}
        return rows, {(unit.product, unit.serial): unit.id for unit in named.values()}

    def _of(self, kind: RowKind, ids: Iterable[str]) -> dict[str, Any]:
        known = self._master_rows.get(kind) or self._shown[kind]
        return {each: known[each] for each in ids if each in known}

    def in_hand(self, numbers: Collection[DocumentId]) -> list[str]:
        """The ids of the rows of all units on these documents."""
        return [each.id for number in numbers for each in self.listing(number)]

    def listing(self, number: DocumentId) -> Listing:
        """The units on a document."""
        return self._listings.get(number) or Listing()

    def book(self, document: PickList) -> FakeBook:
        """What is known around a list."""
        return FakeBook(self, document)

    def stock_for(self, pick_list: PickList, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take."""
        last = self._stock.get(pick_list.number)
        if last is None or last[0] is not pick_list or last[1] != today:
            last = self._stock[pick_list.number] = pick_list, today, self._stock_now(pick_list, today)
        return last[2]

    def _stock_now(self, pick_list: PickList, today: date) -> tuple[Unit, ...]:
        wanted = {line.product for line in pick_list.lines if line.kind is LineKind.ANY and line.remaining}
        if not wanted:
            return ()
        use = use_for(pick_list, self.holds(), self._masters.places, today)
        found = [
            unit
            for unit in self._units.values()
            if unit.status is Status.AVAILABLE
            and unit.product in wanted
            and unit.place not in pick_list.empty_bins
            and may_be_used(unit, use)
        ]
        return tuple(sorted(found, key=lambda unit: (self._masters.places[unit.place].route, unit.serial)))

    def reserved_elsewhere(self, number: DocumentId, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open lists."""
        wanted = {unit.id for unit in units}
        others = (each for each in self.pick_lists() if each.number != number) if wanted else ()
        return frozenset(unit for each in others for unit in reserved_on(each) if unit in wanted)

    def versions(self, number: DocumentId) -> dict[str, int]:
        """The row versions that acts on a pick list are judged by."""
        row = self.kept.rows.get((RowKind.DOCUMENT, number))
        return {f"pick_list:{number}": row.position} if row else {}

    def attention(self) -> tuple[AttentionItem, ...]:
        """What did not apply and nobody has settled."""
        return self._items(ActState.REFUSED, ActState.CONTESTED)

    def waiting(self) -> tuple[AttentionItem, ...]:
        """What the server keeps for want of an earlier step."""
        return self._items(ActState.WAITING)

    def _items(self, *states: ActState) -> tuple[AttentionItem, ...]:
        troubles = [
            Trouble(record.act, record.refusal, None if record.state.counts else _settled_by(record, record.refusal))
            for _seq, record in sorted(self._refused.items())
            if record.state in states and record.refusal is not None and record.act.draft.events
        ]
        return tuple(
            AttentionItem(
                act=trouble.act.id,
                units=tuple(sorted(units_in(trouble.act))),
                serials=(),
                scanned="",
                by=trouble.act.actor,
                when=trouble.act.times.wall,
                document=trouble.act.draft.document,
                refusal=trouble.refusal,
                todo=todo_of(trouble.act, trouble.refusal),
            )
            for trouble in open_troubles(troubles)
        )

    # What the watch looks at

    def acts_from(self, seq: int) -> list[tuple[Act, str, ActState]]:
        """The acts kept from this one on, with their hashes and how far they are."""
        return [(each.act, each.hash, each.state) for each in self.kept.from_seq(seq)]

    def row_position(self, kind: RowKind, thing: str) -> int:
        """Where a row that this device has stands in its stream; 0 when it has none."""
        if kind == RowKind.HOLD:
            return self.kept.hold_positions.get(thing, 0)
        row = self.kept.rows.get((kind, thing))
        return row.position if row else 0

    def mirrored(self, things: Collection[Thing]) -> dict[Thing, tuple[int, Any]]:
        """The server's rows as they came: position and value."""
        rows = self.kept.rows
        return {thing: (row.position, row.body["value"]) for thing in things if (row := rows.get(thing)) is not None}

    def shown(self, things: Collection[Thing]) -> dict[Thing, Any]:
        """The server's rows with the own acts that they do not contain."""
        return {thing: self._shown[thing[0]][thing[1]] for thing in things if thing[1] in self._shown[thing[0]]}

    # The exchange with the server

    @property
    def server_epoch(self) -> str:
        """Which server's rows these are."""
        return self.kept.server_epoch

    @property
    def complete(self) -> bool:
        """Whether everything there was at the first contact has arrived."""
        return self.kept.complete

    def pending(self, limit: int) -> tuple[Entry, ...]:
        """Consecutive acts from the first that is not acknowledged."""
        if not self._first_pending:
            return ()
        records = islice(self.kept.from_seq(self._first_pending), limit)
        return tuple((record.act.id.seq, record.exact) for record in records)

    def _look_for_pending(self, seq: int) -> None:
        waiting = (each.act.id.seq for each in self.kept.from_seq(seq) if each.state is ActState.PENDING)
        self._first_pending = next(waiting, 0)

    def count_pending(self) -> int:
        """How many acts the server has not acknowledged."""
        if not self._first_pending:
            return 0
        return sum(each.state is ActState.PENDING for each in self.kept.from_seq(self._first_pending))

    def cursor(self) -> dict[str, int]:
        """How far the device has followed each stream of changes."""
        return self.kept.cursor

    def heads(self) -> dict[str, str]:
        """The entries of the server's log that the server told with the changes."""
        return self.kept.heads

    def acknowledged(self) -> int:
        """The newest act up to which the server has acknowledged all."""
        end = self.kept.journal[-1].act.id.seq if self.kept.journal else 0
        return self._first_pending - 1 if self._first_pending else end

    def apply_answer(self, answer: PushAnswer) -> bool:
        """Take verdicts and changes, all or nothing."""
        if self._begin_again(answer.changes.server_epoch):
            return True

        def change() -> None:
            self._judged(answer.verdicts)
            self._take(answer.changes)

        self._commit("an answer", change)
        judged = (self.kept.record(verdict.seq) for verdict in answer.verdicts)
        self._look_again([*self._things_of(judged), *self._things_in(answer.changes)])
        self._look_for_pending(self.kept.first_seq if not self._first_pending else self._first_pending)
        return bool(answer.changes.rows or answer.verdicts)

    def _judged(self, verdicts: Iterable[ActVerdict]) -> None:
        for verdict in verdicts:
            record = self.kept.record(verdict.seq)
            if record is not None:
                self._mark(record, state_of(verdict), verdict.position, verdict.refusal)

    def _mark(self, record: Record, state: ActState, position: int, refusal: Refusal | None) -> None:
        """The server's word on an act, or that there is none any more."""
        record.state, record.position, record.refusal = state, position, refusal
        if refusal is not None:
            self._refused[record.act.id.seq] = record
        else:
            self._refused.pop(record.act.id.seq, None)

    def apply_changes(self, changes: Changes) -> bool:
        """Take a page of changes with its cursor, all or nothing."""
        if self._begin_again(changes.server_epoch):
            return True
        kept = self.kept
        is_there = (kept.cursor, kept.heads) == (changes.cursor, kept.heads | changes.heads)
        if not changes.rows and is_there and (changes.more or kept.complete):
            return False
        self._commit("a page of changes", lambda: self._take(changes))
        self._look_again(self._things_in(changes))
        return bool(changes.rows)

    def _take(self, changes: Changes) -> None:
        kept = self.kept
        for row in changes.rows:
            if row.kind == RowKind.VERDICT:
                self._judged_late(row.body["value"])
                continue
            if row.kind == RowKind.HOLD:
                kept.holds[row.id] = row.body["value"]
                kept.hold_positions[row.id] = row.position
                self._stock.clear()
                continue
            thing = (row.kind, row.id)
            old = kept.rows.get(thing)
            if old is None or row.position >= old.position:
                kept.rows[thing] = row
        kept.server_epoch = changes.server_epoch
        kept.cursor = dict(changes.cursor)
        kept.heads |= changes.heads
        kept.complete = kept.complete or not changes.more

    def _judged_late(self, verdict: LateVerdict) -> None:
        """The final word on an act that waited."""
        record = self._late_record(verdict)
        if record is not None and record.hash == verdict.hash:
            self._mark(record, ActState(verdict.outcome.value), verdict.position, verdict.refusal)

    def _late_record(self, verdict: LateVerdict) -> Record | None:
        is_mine = (verdict.device, verdict.epoch) == (self.device, self.epoch)
        return self.kept.record(verdict.seq) if is_mine else None

    def _things_in(self, changes: Changes) -> list[Thing]:
        judged = (self._late_record(row.body["value"]) for row in changes.rows if row.kind == RowKind.VERDICT)
        rows = [(row.kind, row.id) for row in changes.rows if row.kind in SHOWN]
        return [*rows, *self._things_of(judged)]

    def _things_of(self, records: Iterable[Record | None]) -> list[Thing]:
        return [thing for record in records if record is not None for thing in effects_of(record.act)]

    def keeps(self, seq: int) -> bool:
        """Whether an act is still in the journal."""
        return self.kept.record(seq) is not None

    def resend_from(self, seq: int) -> None:
        """The server has lost acts from here on, and rows with them."""

        def change() -> None:
            self._drop(self.kept.server_epoch)
            self._unacknowledge(seq)

        self._commit("the return to an act", change)
        self._look_at_everything()
        self._look_for_pending(self.kept.first_seq)

    def _begin_again(self, server_epoch: str) -> bool:
        known = self.kept.server_epoch
        if known == server_epoch:
            return False

        def change() -> None:
            self._drop(server_epoch)
            if known:
                self._unacknowledge(0)

        self._commit("a new beginning", change)
        self._look_at_everything()
        self._look_for_pending(self.kept.first_seq)
        return bool(known)

    def _drop(self, server_epoch: str) -> None:
        kept = self.kept
        kept.rows, kept.holds, kept.hold_positions, kept.cursor, kept.heads = {}, {}, {}, {}, {}
        kept.server_epoch, kept.complete = server_epoch, False

    def _unacknowledge(self, seq: int) -> None:
        for record in self.kept.from_seq(seq):
            self._mark(record, ActState.PENDING, 0, None)

    def forget_old(self) -> None:
        """A simulated day is shorter than acts are kept."""


def _settled_by(record: Record, refusal: Refusal) -> int | None:
    return record.settled_by if needs_a_person(record.act, refusal) else record.act.id.seq


class FakeBook:
    """Look-ups for one pick list."""

    def __init__(self, store: FakeStore, pick_list: PickList) -> None:
        self._store = store
        self._pick_list = pick_list
        self.kept: Any = None
        """What the workflow has worked out."""

    @property
    def listing(self) -> Listing:
        """The units on the list."""
        return self._store.listing(self._pick_list.number)

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit, as it is on record here."""
        return self._store.unit(unit)

    def changed(self) -> None:
        """Any unit may be other than before: nobody keeps count here."""

    def stock(self, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take."""
        return self._store.stock_for(self._pick_list, today)

    def reserved_elsewhere(self, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open lists."""
        return self._store.reserved_elsewhere(self._pick_list.number, units)

    def places(self) -> Mapping[PlaceId, Place]:
        """Every place there is."""
        return self._store.all_places()
