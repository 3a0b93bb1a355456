"""What the server keeps for want of an earlier step still counts here, until the final word comes with the changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.store import DeviceStore
from scantrail.device.sync_command import sync_status
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.plain import to_plain
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import ActVerdict, Changes, LateVerdict, Outcome, PushAnswer, Row
from scantrail.protocol.outbox import ActState
from tests.device.events import LIST, picked
from tests.device.online import Line, assert_list_agrees, cut, online_device, served_site
from tests.server.test_waiting import bring, lose
from tests.support.devices import SERVER_EPOCH, Hand, changes_of, new_store
from tests.support.photos import jpeg
from tests.support.worlds import NOW, exact_line, named_on, pick_list, promised

UNIT = promised(46)
PICKS = pick_list(exact_line(UNIT))
WAITS = refuse(ActCode.UNKNOWN_DOCUMENT, document=LIST)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, UNIT, PICKS, *named_on(PICKS, UNIT)) as opened:
        yield opened


@pytest.fixture
def act(store: DeviceStore) -> Act:
    """A pick that the server has acknowledged, and keeps."""
    done = Hand(store).does(picked(UNIT), document=LIST)
    answered(store, ActVerdict(done.id.seq, Outcome.WAITING, 0, WAITS))
    return done


def answered(store: DeviceStore, verdict: ActVerdict) -> None:
    changes = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    store.apply_answer(PushAnswer(verdict.seq, (verdict,), changes, NOW))


def late(act: Act, outcome: Outcome = Outcome.APPLIED, position: int = 5, **facts: Any) -> Row:
    found = LateVerdict(*act.id, act_hash(encode_act(act)), outcome, position)
    found = replace(found, **facts)
    return Row(RowKind.VERDICT, "MAIN-w4", position + 1, to_plain(found))


def hears(store: DeviceStore, row: Row, *values: object) -> None:
    rows = changes_of(values, row.position + 1)
    store.apply_changes(replace(rows, rows=(row, *rows.rows)))


def status_of(store: DeviceStore) -> Status:
    found = store.unit(UNIT.id)
    assert found is not None
    return found.status


def test_it_counts_here_and_is_seen_as_waiting_and_not_as_something_to_settle(store: DeviceStore, act: Act) -> None:
    assert (store.act_state(act.id), store.count_pending()) == (ActState.WAITING, 0)
    assert status_of(store) is Status.PICKED
    (item,) = store.waiting()
    assert (item.act, item.serials, item.by, item.document) == (act.id, (UNIT.serial,), "sarah", LIST)
    assert item.refusal == WAITS
    assert (store.attention(), store.counts().attention) == ((), 0)


def test_what_waits_is_acknowledged_and_what_is_pending_is_not(store: DeviceStore) -> None:
    assert store.acknowledged() == 0
    first = Hand(store).does(picked(UNIT), document=LIST)
    assert store.acknowledged() == 0
    answered(store, ActVerdict(first.id.seq, Outcome.WAITING, 0, WAITS))
    assert store.acknowledged() == 1
    Hand(store).does(document=LIST)
    assert store.acknowledged() == 1


def test_answered_again_while_it_waits_it_goes_on_waiting(store: DeviceStore, act: Act) -> None:
    answered(store, ActVerdict(act.id.seq, Outcome.DUPLICATE, 0, WAITS))
    assert store.act_state(act.id) is ActState.WAITING


def picked_on(store: DeviceStore) -> list[str]:
    return [each.serial for each in store.listing(LIST).picked]


def test_that_it_applied_comes_before_the_rows_and_it_counts_once(store: DeviceStore, act: Act) -> None:
    hears(store, late(act))
    assert store.act_state(act.id) is ActState.APPLIED
    found, on_it = store.pick_list(LIST), tuple(store.listing(LIST))
    assert found is not None
    assert (found.done, picked_on(store)) == (1, [UNIT.serial]), "the rows that it is in are still on their way"
    store.apply_changes(changes_of((found, *on_it, replace(UNIT, status=Status.PICKED)), 8))
    again = store.pick_list(LIST)
    assert again is not None
    assert (again.done, picked_on(store)) == (1, [UNIT.serial])
    assert store.waiting() == ()


@pytest.mark.parametrize("by_push", [False, True])
def test_that_it_did_not_apply_makes_it_a_trouble_and_takes_its_effect_away(
    store: DeviceStore, act: Act, *, by_push: bool
) -> None:
    assert status_of(store) is Status.PICKED
    row = late(act, Outcome.CONTESTED, refusal=refuse(TaskCode.LIST_CANCELLED, document=LIST))
    if by_push:
        store.apply_answer(PushAnswer(act.id.seq, (), replace(changes_of((), row.position), rows=(row,)), NOW))
    else:
        hears(store, row)
    assert status_of(store) is Status.ALLOCATED
    (item,) = store.attention()
    assert (item.act, item.refusal.code) == (act.id, TaskCode.LIST_CANCELLED)
    assert store.waiting() == ()


@pytest.mark.parametrize("other", [{"device": "Scanner-11"}, {"epoch": "e0"}, {"hash": "0" * 64}])
def test_a_verdict_on_another_act_is_nothing_to_this_device(
    store: DeviceStore, act: Act, other: dict[str, Any]
) -> None:
    hears(store, late(act, **other))
    assert store.act_state(act.id) is ActState.WAITING


def test_it_is_never_too_old_to_keep(store: DeviceStore, act: Act) -> None:
    hand = Hand(store)
    for day in range(100):
        each = hand.does(document=LIST)
        changes = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
        verdict = ActVerdict(each.id.seq, Outcome.APPLIED, 5 + day)
        store.apply_answer(PushAnswer(each.id.seq, (verdict,), changes, NOW + timedelta(days=day)))
    store.forget_old()
    assert store.act_state(act.id) is ActState.WAITING
    hears(store, late(act, position=900))
    store.forget_old()
    assert store.act_state(act.id) is None


def test_a_photo_goes_once_its_act_is_in_the_log(store: DeviceStore) -> None:
    photo = store.photos.keep(jpeg(), "damage")
    done = Hand(store).does(picked(UNIT), document=LIST, photos=(photo,))
    answered(store, ActVerdict(done.id.seq, Outcome.WAITING, 0, WAITS))
    assert store.photos.next_to_send() is None
    hears(store, late(done))
    assert store.photos.next_to_send() == photo


def test_a_device_works_on_while_its_list_is_lost_and_all_of_it_applies_when_the_list_is_back(tmp_path: Path) -> None:
    served = served_site(tmp_path)
    listed = served.pick_list()

    async def day() -> None:
        device = await online_device(tmp_path, served)
        await device.sync.now()
        device.line.fault = cut
        seq = device.picks(promised(46))
        lose(served, listed)
        device.line.fault = None
        await device.sync.now()
        states = {device.store.act_state(each.act) for each in device.store.waiting()}
        assert (states, device.store.count_pending()) == ({ActState.WAITING}, 0)
        told = "\n".join((await sync_status(tmp_path / "Scanner-05", Line(served))).lines())
        assert f"  at server  {seq} records wait there for an earlier one" in told
        bring(served, listed)
        await device.sync.now()
        assert device.store.waiting() == ()
        assert device.store.unit(promised(46).id) == served.unit(46)
        assert_list_agrees(device, served)
        device.store.close()

    asyncio.run(day())
