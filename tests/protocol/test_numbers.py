"""How a series is shared out."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scantrail.protocol.numbers import BLOCK, Counter, a_day, block_size, days_lost

LASTS = st.integers(4, 13).map(lambda digits: 10**digits - 1)


@given(LASTS, st.data())
def test_blocks_follow_on_each_other_up_to_the_last_number(last: int, data: st.DataObject) -> None:
    counter = Counter(data.draw(st.integers(max(0, last - 5 * BLOCK), last)), last)
    before = counter.given
    while True:
        counter, block = counter.give()
        if block is None:
            break
        assert (block.first, block.last) == (before + 1, counter.given)
        before = block.last
    assert before == last


@given(LASTS, st.data())
def test_a_restore_leaves_out_all_that_may_have_been_given_and_never_goes_back(last: int, data: st.DataObject) -> None:
    backup, hours = data.draw(st.integers(0, last)), data.draw(st.integers(0, 1000))
    most = (hours // 24 + 1) * a_day(last)
    after = Counter(backup, last).after_restore(days_lost(timedelta(hours=hours)))
    assert min(backup + most, last) <= after.given <= last
    assert Counter(backup, last).after_restore(1, highest=last).given == last
    assert days_lost(timedelta(hours=-hours)) == 1, "the clock was set back"


def test_a_short_series_is_given_in_small_blocks_and_lasts_fifty_days() -> None:
    lasts = [10**digits - 1 for digits in (4, 5, 6, 9)]
    assert [block_size(last) for last in lasts] == [20, 200, 1000, 1000]
    assert [a_day(last) for last in lasts] == [200, 2000, 20_000, 1_000_000]
