"""Books of what one device was promised: whatever it forgets, receives or shows must agree with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from scantrail.device.store import AttentionItem
from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.needs import Needs, rows
from scantrail.domain.acts.world import World
from scantrail.domain.attention import topic_of
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import things_in, touched
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.packing.events import UnitPacked, UnitUnpacked
from scantrail.domain.facts.picking.events import PickUndone, UnitHandedOver, UnitPicked, UnitsReserved
from scantrail.domain.facts.placing.events import ContainerMoved
from scantrail.domain.facts.quality.events import QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.work.events import CheckConfirmed, PlaceConfirmed, ProductConfirmed, TaskReleased, TaskTaken
from scantrail.domain.names.identifiers import PlaceId
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import Outcome
from scantrail.protocol.outbox import ActState
from scantrail.proving.simulator.goods_watch import look_at_goods
from scantrail.proving.simulator.invariants import (
    AGREE,
    ATTENTION,
    CHAIN,
    DOUBLED,
    HIDDEN,
    LOST,
    REST,
    STUCK,
    Broken,
)
from scantrail.proving.simulator.row_watch import RowStore, RowWatch
from scantrail.proving.simulator.server_watch import ServerWatch

ON_THE_WAY = (TaskTaken, TaskReleased, UnitsReserved, PlaceConfirmed, ProductConfirmed, CheckConfirmed)
"""What does nothing with goods and finds nothing out."""

LIST_IS_OVER = (TaskCode.LIST_TAKEN_OVER, TaskCode.LIST_CANCELLED, TaskCode.LIST_COMPLETED)
"""Why such an act may fail without anybody being told: the list itself says so."""


class WatchedStore(RowStore, Protocol):
    """What the watch looks at on a device."""

    @property
    def device(self) -> str: ...

    @property
    def epoch(self) -> str: ...

    @property
    def server_epoch(self) -> str: ...

    def acts_from(self, seq: int) -> list[tuple[Act, str, ActState]]: ...

    def count_pending(self) -> int: ...

    def cursor(self) -> dict[str, int]: ...

    def heads(self) -> dict[str, str]: ...

    def unit(self, unit: str) -> Unit | None: ...

    def pick_list(self, number: str) -> PickList | None: ...

    def listing(self, number: str) -> Iterable[Listed]: ...

    def load(self, needs: Needs) -> World: ...

    def holds(self) -> Holds: ...

    def attention(self) -> tuple[AttentionItem, ...]: ...

    def waiting(self) -> tuple[AttentionItem, ...]: ...


class DeviceWatch:
    """Looks at one device whenever it has recorded or taken something, and whenever it starts."""

    def __init__(self, server: ServerWatch) -> None:
        self._server = server
        self._rows = RowWatch()
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
        self._rows.recorded(act)

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
            self._told(waiting, store.waiting)
            self._in_attention(over, store.attention)

    def _told(self, acts: Iterable[Act], told: Callable[[], Iterable[AttentionItem]]) -> None:
        """These acts are among what a person is told, or were settled."""
        with_events = [act for act in acts if act.draft.events]
        items = told() if with_events else ()
        for act in with_events:
            if not _is_covered(act, items, self.promised):
                raise Broken(ATTENTION, f"act {act.id} did not apply and nobody is told")

    def _in_attention(self, acts: Sequence[Act], told: Callable[[], Iterable[AttentionItem]]) -> None:
        """These acts did not apply: each is told as trouble, but for those of which the list itself says all."""
        said = {act.id for act in acts if self._says_the_list(act)}
        self._told([act for act in acts if act.id not in said], told)
        in_vain = [item.act for item in told() if item.act in said] if said else []
        if in_vain:
            raise Broken(ATTENTION, f"act {in_vain[0]} is told as trouble, although its list says all that there is")

    def _says_the_list(self, act: Act) -> bool:
        """Whether somebody was only on the way to goods, for a list that is over or that another has since."""
        refusal = self._server.refusals.get(act.id)
        is_on_the_way = all(isinstance(event, ON_THE_WAY) for event in act.draft.events)
        return is_on_the_way and refusal is not None and refusal.code in LIST_IS_OVER

    def _followed(self, store: WatchedStore) -> None:
        cursor = store.cursor()
        if store.server_epoch != self._server_epoch or cursor != self._cursor:
            acts = store.acts_from(1)
            waiting = [act for act, _link, state in acts if state is ActState.WAITING]
            self._got_rows(store, cursor, {act.id: state for act, _link, state in acts})
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

    def _got_rows(self, store: WatchedStore, cursor: Mapping[str, int], states: Mapping[ActId, ActState]) -> None:
        server = self._server.server
        if not cursor or not self._is_of_now(store):
            return
        before = self._cursor if store.server_epoch == self._server_epoch else {}
        self._rows.look(store, server.changed_between(before, cursor), states, self._server.books)

    def _nothing_hidden(
        self, store: WatchedStore, acts: Iterable[tuple[Act, str, ActState]], waiting: Sequence[Act]
    ) -> None:
        if not store.count_pending() and not waiting:
            return
        first = min([self._acknowledged + 1, *(act.id.seq for act in waiting)])
        last: dict[str, tuple[Any, ActState]] = {}
        for act, _link, state in acts:
            for event in act.draft.events if act.id.seq >= first and state.counts else ():
                if isinstance(event, _PLACING):
                    last |= dict.fromkeys(
                        (name for kind, name in touched(event) if kind == RowKind.UNIT), (event, state)
                    )
        for unit, (event, state) in last.items():
            if state is ActState.APPLIED:
                continue
            found = store.unit(unit)
            if found is None and isinstance(event, UnitRegistered):
                raise Broken(HIDDEN, f"{event.born.serial} is not shown, although {event} is not judged")
            status, place = _after(event)
            if found is not None and (found.place != place or status not in (None, found.status)):
                raise Broken(HIDDEN, f"{found.serial} is shown as {found.status.value}, although {event} is not judged")

    def _nothing_doubled(self, store: WatchedStore, waiting: Sequence[Act]) -> None:
        """A row that contains an act must not come before the word that the act is judged."""
        if not waiting or not self._is_of_now(store):
            return
        for act in waiting:
            place = self._server.books.places.get(act.id)
            for kind, thing in sorted(things_in(act.draft)) if place else ():
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
            listed = {row.id: row for row in store.listing(number)}
            if listed != books.listed.get(number, {}):
                raise Broken(AGREE, f"{store.device} has {listed}, the server {books.listed.get(number)}")
        self._goods_agree(store)

    def _goods_agree(self, store: WatchedStore) -> None:
        """Containers and quantities are those of the server, and hold together on the device too."""
        goods = self._server.books.goods
        seen = store.load(rows(*goods)) if goods else None
        found = {thing: value for thing in goods if seen and (value := seen.row(thing)) is not None}
        for thing, value in goods.items():
            if found.get(thing) != value:
                raise Broken(AGREE, f"{store.device} has {found.get(thing)}, the server {value}")
        units = (store.unit(each) for each in self._server.books.units)
        look_at_goods(store.device, found, (unit for unit in units if unit is not None))


_PLACING = (
    UnitRegistered,
    UnitPicked,
    PickUndone,
    UnitHandedOver,
    UnitQuarantined,
    QuarantineUndone,
    UnitPutAside,
    UnitPacked,
    UnitUnpacked,
    ContainerMoved,
)
"""Facts that say where a unit is, and in which status."""


def _after(
    event: (
        UnitRegistered
        | UnitPicked
        | PickUndone
        | UnitHandedOver
        | UnitQuarantined
        | QuarantineUndone
        | UnitPutAside
        | UnitPacked
        | UnitUnpacked
        | ContainerMoved
    ),
) -> tuple[Status | None, PlaceId]:
    """A unit's status and place after an event that was the last about it.

    None where the event says nothing of the status: a restored server may not know yet what a colleague picked.
    """
    match event:
        case UnitRegistered(born=born):
            return born.status, born.place
        case UnitPicked(to_place=place):
            return Status.PICKED, place
        case (
            UnitHandedOver(to_place=place)
            | UnitPacked(to_place=place)
            | UnitUnpacked(to_place=place)
            | ContainerMoved(to_place=place)
        ):
            return None, place
        case PickUndone(to_status=status, to_place=place) | QuarantineUndone(to_status=status, to_place=place):
            return status, place
        case UnitQuarantined(to_place=place) | UnitPutAside(to_place=place):
            return Status.QUARANTINE, place


def _is_covered(act: Act, items: Iterable[AttentionItem], promised: Iterable[tuple[Act, str]]) -> bool:
    """Whether a person is, or was, told of this act: by an item about the same things, not newer than it."""
    about, acts = topic_of(act), [each for each, _link in promised]
    for item in items:
        if topic_of(acts[item.act.seq - 1]) == about and item.act.seq <= act.id.seq:
            return True
    for settling in acts[act.id.seq :]:
        for event in settling.draft.events:
            if isinstance(event, AttentionSettled):
                settled = acts[event.seq - 1]
                if topic_of(settled) == about:
                    return True
    return False
