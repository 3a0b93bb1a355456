"""What a device keeps, for how long, and its clock."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scantrail.device.clock import DeviceClock
from scantrail.device.store import DeviceStore
from scantrail.device.store.keeping import HISTORIES
from scantrail.domain.refusals import Code, refuse
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer
from tests.device.events import LIST, picked
from tests.support.devices import SERVER_EPOCH, Hand, new_store
from tests.support.worlds import NOW, exact_line, pick_list, promised

UNIT, OTHER = promised(46), promised(47)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, UNIT, OTHER, pick_list(exact_line(UNIT, OTHER))) as opened:
        yield opened


def test_acts_that_are_done_with_are_kept_thirty_days_and_the_others_for_ever(store: DeviceStore) -> None:
    sarah = Hand(store)
    for unit in (UNIT, OTHER):
        sarah.does(picked(unit), document=LIST)
    sarah.does(note="not sent yet")
    sarah.does(note="the last")
    nothing = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    contested = ActVerdict(2, Outcome.CONTESTED, 11, refuse(Code.ALREADY_PICKED))
    verdicts = (ActVerdict(1, Outcome.APPLIED, 10), contested, ActVerdict(4, Outcome.APPLIED, 12))
    store.apply_answer(PushAnswer(4, verdicts, nothing))
    sarah.does(note="after them")
    store.forget_old(NOW + timedelta(days=29))
    store.resend_from(0)
    assert [seq for seq, _ in store.pending(10)] == [1, 2, 3, 4, 5]
    store.apply_answer(PushAnswer(4, verdicts, nothing))
    store.forget_old(NOW + timedelta(days=31))
    store.resend_from(0)
    assert [seq for seq, _ in store.pending(10)] == [2, 3, 5], "contested, unsent, and the end of the chain"
    assert sarah.does().id.seq == 6


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
