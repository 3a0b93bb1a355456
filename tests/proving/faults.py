"""Faults planted in the product, one at a time: the simulator must find each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain import facts
from scantrail.domain import judge as judging
from scantrail.domain.acts.act import ActId
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.attention import is_on_the_way
from scantrail.domain.documents import changes
from scantrail.domain.facts.packing.events import UnitPacked
from scantrail.domain.facts.picking.events import UnitPicked, UnitsReserved
from scantrail.domain.facts.placing import containers as moving_containers
from scantrail.domain.facts.placing.events import ContainerMoved, QuantityMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.receiving import checks as receiving
from scantrail.domain.judge import Judgement, absorb
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.records import has_right
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.protocol import intake, taking
from scantrail.protocol.acts import decode_act
from scantrail.protocol.intake import Kind, Received
from scantrail.protocol.outbox import ActState
from scantrail.protocol.waiting import Queue
from scantrail.proving.simulator import fake_server, fake_store
from scantrail.proving.simulator.fake_server import FakeServer, Transaction
from scantrail.proving.simulator.fake_store import FakeStore


def verdict_before_commit(plant: pytest.MonkeyPatch) -> None:
    """A record is shown before it is durable: power cuts take the last one."""
    reopened = FakeStore.reopened

    def forgetful(store: FakeStore) -> FakeStore:
        journal = store.kept.journal
        if journal and journal[-1].state is ActState.PENDING:
            journal.pop()
        return reopened(store)

    plant.setattr(FakeStore, "reopened", forgetful)


def no_dedupe(plant: pytest.MonkeyPatch) -> None:
    """An act that arrives again is taken for a new one."""

    def fresh(identity: ActId, exact: bytes, link: str, _known: str | None) -> Received:
        return Received(identity, exact, link, Kind.FRESH, decode_act(exact))

    plant.setattr(intake, "_repeated", fresh)


def no_site_lock(plant: pytest.MonkeyPatch) -> None:
    """A push is judged by the world before the push that was committed just now."""
    world, push = Transaction.world, FakeServer.push
    stale: dict[int, Any] = {}

    def late(server: FakeServer, message: Any, now: Any) -> Any:
        before = server.kept.copy()
        answer = push(server, message, now)
        stale[id(server)] = before
        return answer

    def seen(transaction: Transaction, acts: Any) -> Any:
        true, before = transaction._kept, stale.get(id(transaction._server))
        if before is not None and before.epoch == true.epoch:
            transaction._kept = before
        try:
            return world(transaction, acts)
        finally:
            transaction._kept = true

    plant.setattr(FakeServer, "push", late)
    plant.setattr(Transaction, "world", seen)


def refused_act_dropped(plant: pytest.MonkeyPatch) -> None:
    """What the server did not apply is shown to nobody."""
    plant.setattr(fake_store, "open_troubles", lambda _troubles: ())


def confirmation_told_to_nobody(plant: pytest.MonkeyPatch) -> None:
    """A list that could not be taken, or a label that could not be confirmed, is no trouble whatever the reason."""
    plant.setattr(fake_store, "needs_a_person", lambda act, _refusal: not is_on_the_way(act))


def trouble_without_need(plant: pytest.MonkeyPatch) -> None:
    """Who was only on the way to a list that is over must settle it all the same."""
    plant.setattr(fake_store, "needs_a_person", lambda act, _refusal: bool(act.draft.events))


def pending_work_hidden(plant: pytest.MonkeyPatch) -> None:
    """A row from the server is shown without the own acts that it does not contain."""
    plant.setattr(FakeStore, "unseen", lambda _store, _thing, _position: [])


def seq_used_again(plant: pytest.MonkeyPatch) -> None:
    """After a start the last number is given once more."""
    end, reopened = FakeStore._end, FakeStore.reopened
    again: set[int] = set()

    def marked(store: FakeStore) -> FakeStore:
        found = reopened(store)
        again.add(id(found))
        return found

    def reused(store: FakeStore) -> tuple[int, str]:
        seq, head = end(store)
        if id(store) in again and seq:
            again.discard(id(store))
            return seq - 1, head
        return seq, head

    plant.setattr(FakeStore, "reopened", marked)
    plant.setattr(FakeStore, "_end", reused)


def act_half_applied(plant: pytest.MonkeyPatch) -> None:
    """A list changes and its units do not."""

    def half(world: Any, judgement: Judgement) -> None:
        is_old_unit = {thing for thing in judgement.changed if thing[0] == RowKind.UNIT and world.row(thing)}
        rest = {thing: row for thing, row in judgement.changed.items() if thing not in is_old_unit}
        absorb(world, Judgement(judgement.refusal, rest))

    plant.setattr(taking, "absorb", half)


def no_resend_after_restore(plant: pytest.MonkeyPatch) -> None:
    """The acts that a restored server has lost stay acknowledged."""
    plant.setattr(FakeStore, "_unacknowledge", lambda _store, _seq: None)


def any_history_is_ours(plant: pytest.MonkeyPatch) -> None:
    """A server that was put back without a word goes on from wherever a device has come to."""
    changes = FakeServer.changes
    plant.setattr(FakeServer, "changes", lambda server, seen, *rest: changes(server, replace(seen, heads={}), *rest))


def reservation_outlives_its_list(plant: pytest.MonkeyPatch) -> None:
    """What is picked, full, or over goes on reserving units."""
    plant.setattr(changes, "without_stale_reservations", lambda pick_list: pick_list)


def reservation_must_fit(plant: pytest.MonkeyPatch) -> None:
    """A list cannot be taken by somebody who knew less than the server of what is still to pick."""

    def strict(sight: Any, event: UnitsReserved) -> Any:
        listed = sight.pick_list(event.document)
        line = listed.line(event.line) if listed else None
        fits = line is not None and len(event.units) <= line.remaining
        return None if fits else refuse(PickCode.LINE_CHANGED, line=event.line, document=event.document)

    plant.setitem(facts.FACTS, UnitsReserved, replace(facts.FACTS[UnitsReserved], check=strict))


def serial_registered_twice(plant: pytest.MonkeyPatch) -> None:
    """What another dock has received already is taken for a new unit."""
    plant.setattr(
        receiving, "RECEIPT_RULES", [each for each in receiving.RECEIPT_RULES if each.__name__ != "_already_received"]
    )


def waiting_act_lost(plant: pytest.MonkeyPatch) -> None:
    """An act that lacks an earlier step is acknowledged and not kept."""
    plant.setattr(Transaction, "keep_waiting", lambda _transaction, _waiting: None)


def waiting_act_never_judged_again(plant: pytest.MonkeyPatch) -> None:
    """The missing step comes, and nobody looks at what waited for it."""
    plant.setattr(taking._Bench, "judge_again", lambda _bench, _changed=(), chosen=(): None)


def late_verdict_not_told(plant: pytest.MonkeyPatch) -> None:
    """An act that waited is judged, and its device never hears of it."""
    plant.setattr(FakeStore, "_judged_late", lambda _store, _verdict: None)


def later_act_overtakes(plant: pytest.MonkeyPatch) -> None:
    """An act is judged although an earlier one about the same list waits."""
    plant.setattr(Queue, "is_behind", lambda _queue, _act, _things: False)


def late_verdict_after_its_rows(plant: pytest.MonkeyPatch) -> None:
    """A device gets the rows that a late act changed before it hears that the act has applied."""
    plant.setattr(fake_server, "_comes_first", lambda thing: (thing[0] == RowKind.VERDICT, *thing))


def carton_moves_without_its_units(plant: pytest.MonkeyPatch) -> None:
    """A carton stands elsewhere, and what is in it stays where it was."""
    moved = facts.FACTS[ContainerMoved]
    plant.setitem(facts.FACTS, ContainerMoved, replace(moved, folds={**moved.folds, RowKind.UNIT: _unchanged}))


def _unchanged(row: Any, _event: Any, _change: Any) -> Any:
    return row


def unit_leaves_its_carton_unseen(plant: pytest.MonkeyPatch) -> None:
    """Whoever picks a unit, or puts it elsewhere, need not take it out of its carton first."""
    plant.setattr(judging, "apart_refusal", lambda _world, _changed: None)


def carton_moves_with_some_of_its_units(plant: pytest.MonkeyPatch) -> None:
    """Nobody asks whether a carton is moved with all that is in it."""
    plant.setattr(moving_containers, "_contents_refusal", lambda _sight, _found, _event: None)


def unit_packed_twice(plant: pytest.MonkeyPatch) -> None:
    """A unit that is in a carton already is put into another one."""
    packed = facts.FACTS[UnitPacked]
    plant.setitem(facts.FACTS, UnitPacked, replace(packed, check=lambda sight, _event: has_right(sight, Right.PACK)))


def pieces_appear(plant: pytest.MonkeyPatch) -> None:
    """What is counted comes to a place and goes from none."""
    moved = facts.FACTS[QuantityMoved]
    plant.setitem(facts.FACTS, QuantityMoved, replace(moved, touches=lambda event: tuple(moved.touches(event))[1:]))


def pick_not_counted(plant: pytest.MonkeyPatch) -> None:
    """A unit is picked, and its list does not count it."""
    picked = facts.FACTS[UnitPicked]

    def forgetful(pick_list: Any, event: Any, change: Any) -> Any:
        after = picked.folds[RowKind.DOCUMENT](pick_list, event, change)
        both = zip(after.lines, pick_list.lines, strict=True)
        return replace(after, lines=tuple(replace(line, done=before.done) for line, before in both))

    plant.setitem(facts.FACTS, UnitPicked, replace(picked, folds={**picked.folds, RowKind.DOCUMENT: forgetful}))


def condition_not_written_down(plant: pytest.MonkeyPatch) -> None:
    """The condition of a picked unit is stated, and its row on the list does not say it."""
    stated = facts.FACTS[ConditionStated]
    plant.setitem(facts.FACTS, ConditionStated, replace(stated, folds={**stated.folds, RowKind.LISTED: _unchanged}))


def picked_unit_not_on_its_list(plant: pytest.MonkeyPatch) -> None:
    """A unit's row on its list does not say that it is picked; the list counts it, and the unit is in the cart."""
    picked = facts.FACTS[UnitPicked]

    def forgetful(listed: Any, event: Any, change: Any) -> Any:
        return replace(picked.folds[RowKind.LISTED](listed, event, change), picked=None)

    plant.setitem(facts.FACTS, UnitPicked, replace(picked, folds={**picked.folds, RowKind.LISTED: forgetful}))


def listed_unit_not_in_the_feed(plant: pytest.MonkeyPatch) -> None:
    """A unit's row on a list changes, and no device hears of it."""
    write = Transaction.write

    def silent(transaction: Transaction) -> None:
        kept, stood_at = transaction._kept, len(transaction._kept.feed[transaction._stream])
        write(transaction)
        fresh = kept.feed[transaction._stream][stood_at:]
        kept.feed[transaction._stream][stood_at:] = [entry for entry in fresh if entry[1] != RowKind.LISTED]

    plant.setattr(Transaction, "write", silent)


def own_pick_not_shown_on_its_list(plant: pytest.MonkeyPatch) -> None:
    """A device does not see its own unsent acts in the rows of units on lists."""
    unseen = FakeStore.unseen
    plant.setattr(
        FakeStore,
        "unseen",
        lambda store, thing, position: [] if thing[0] == RowKind.LISTED else unseen(store, thing, position),
    )


def pick_leaves_its_reservation(plant: pytest.MonkeyPatch) -> None:
    """Somebody is still said to be on the way to a unit that is in the cart."""
    picked = facts.FACTS[UnitPicked]

    def kept(pick_list: Any, event: Any, change: Any) -> Any:
        after = picked.folds[RowKind.DOCUMENT](pick_list, event, change)
        both = zip(after.lines, pick_list.lines, strict=True)
        return replace(after, lines=tuple(replace(line, reserved=before.reserved) for line, before in both))

    plant.setitem(facts.FACTS, UnitPicked, replace(picked, folds={**picked.folds, RowKind.DOCUMENT: kept}))


FAULTS = (
    pick_not_counted,
    condition_not_written_down,
    picked_unit_not_on_its_list,
    listed_unit_not_in_the_feed,
    own_pick_not_shown_on_its_list,
    pick_leaves_its_reservation,
    carton_moves_without_its_units,
    unit_leaves_its_carton_unseen,
    carton_moves_with_some_of_its_units,
    unit_packed_twice,
    pieces_appear,
    verdict_before_commit,
    no_dedupe,
    no_site_lock,
    refused_act_dropped,
    confirmation_told_to_nobody,
    trouble_without_need,
    pending_work_hidden,
    seq_used_again,
    act_half_applied,
    no_resend_after_restore,
    any_history_is_ours,
    reservation_outlives_its_list,
    reservation_must_fit,
    serial_registered_twice,
    waiting_act_lost,
    waiting_act_never_judged_again,
    late_verdict_not_told,
    later_act_overtakes,
    late_verdict_after_its_rows,
)
