"""What a device keeps, for how long, and its clock."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scantrail.device.clock import DeviceClock
from scantrail.device.store import DeviceStore
from scantrail.device.store.keeping import HISTORIES
from scantrail.domain.acts.act import ActId
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer
from tests.device.events import LIST, picked
from tests.support.devices import SERVER_EPOCH, Hand, new_store
from tests.support.worlds import NOW, exact_line, named_on, pick_list, promised

UNIT, OTHER = promised(46), promised(47)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    listed = pick_list(exact_line(UNIT, OTHER))
    with new_store(tmp_path, UNIT, OTHER, listed, *named_on(listed, UNIT, OTHER)) as opened:
        yield opened


def acknowledged(store: DeviceStore, upto: int, day: int, *contested: int) -> None:
    """The server has every act up to one, so many days after the beginning by its own clock."""
    why = refuse(GoodsCode.ALREADY_PICKED)
    verdicts = tuple(
        ActVerdict(
            seq, Outcome.CONTESTED if seq in contested else Outcome.APPLIED, seq, why if seq in contested else None
        )
        for seq, _ in store.pending(500)
        if seq <= upto
    )
    nothing = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    store.apply_answer(PushAnswer(upto, verdicts, nothing, NOW + timedelta(days=day)))


def kept(store: DeviceStore) -> list[int]:
    store.forget_old()
    return [number for number in range(1, 20) if store.act_state(ActId("Scanner-05", "e1", number)) is not None]


def test_acts_are_kept_thirty_days_by_the_server_s_clock_whatever_the_device_s_says(store: DeviceStore) -> None:
    sarah = Hand(store)
    for _act in range(4):
        sarah.clock.move(40 * 24 * 3600)
        sarah.does()
    assert kept(store) == [1, 2, 3, 4], "the clock of 2099 makes nothing old"
    acknowledged(store, 3, day=0)
    acknowledged(store, 4, day=29)
    assert kept(store) == [1, 2, 3, 4]
    sarah.does()
    acknowledged(store, 5, day=30)
    assert kept(store) == [4, 5]
    assert sarah.does().id.seq == 6


def test_what_is_kept_has_no_gaps_so_that_it_can_be_sent_again(store: DeviceStore) -> None:
    sarah = Hand(store)
    trouble = sarah.does(picked(UNIT), document=LIST)
    sarah.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    sarah.does()
    sarah.does(AttentionSettled(*trouble.id, UNIT.id), document=LIST)
    sarah.does()
    acknowledged(store, 1, 0, 1)
    acknowledged(store, 5, 31, 2)
    assert kept(store) == [2, 3, 4, 5]
    assert store.attention() == (), "what followed on the settled trouble is no trouble of its own"


def test_an_unsettled_trouble_stays_with_all_that_came_after_it(store: DeviceStore) -> None:
    sarah = Hand(store)
    sarah.does()
    sarah.does(picked(UNIT), document=LIST)
    for _act in range(3):
        sarah.does()
    acknowledged(store, 5, 0, 2)
    sarah.does()
    acknowledged(store, 6, 100)
    assert kept(store) == [2, 3, 4, 5, 6]


def test_after_a_restored_server_asked_again_the_days_count_anew(store: DeviceStore) -> None:
    sarah = Hand(store)
    for _act in range(3):
        sarah.does()
    acknowledged(store, 3, 0)
    store.resend_from(1)
    acknowledged(store, 3, 40)
    assert kept(store) == [1, 2, 3]


def test_a_looked_up_history_is_there_without_network_and_the_oldest_make_room(store: DeviceStore) -> None:
    assert store.keeping.history("u") is None
    store.keeping.put_history("u", {"timeline": ["\ud800 [b]"]}, NOW)
    found = store.keeping.history("u")
    assert found is not None
    assert (found.body, found.fetched) == ({"timeline": ["\ud800 [b]"]}, NOW)
    for number in range(HISTORIES):
        store.keeping.put_history(f"u{number}", {}, NOW + timedelta(seconds=number + 1))
    assert store.keeping.history("u") is None
    assert store.keeping.history("u0") is not None


def test_the_clock_gives_wall_time_with_its_offset_and_a_monotonic_one_within_a_named_boot() -> None:
    clock = DeviceClock()
    first, second = clock.now(), clock.now()
    assert first.wall.utcoffset() is not None
    assert first.boot == second.boot == DeviceClock().now().boot
    assert first.mono_ms <= second.mono_ms
