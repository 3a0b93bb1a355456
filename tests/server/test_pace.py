"""A server with very many devices spreads those that nobody works with."""

from __future__ import annotations

from scantrail.server.http.pace import COUNTED_S, POLLS_A_SECOND, Pace
from tests.support.clocks import Stopwatch


def pauses(pace: Pace, count: int) -> list[int]:
    return [pace.pause_s(f"Scanner-{number}") for number in range(count)]


def test_as_many_as_are_answered_in_five_seconds_are_asked_for_nothing() -> None:
    assert set(pauses(Pace(Stopwatch()), 5 * POLLS_A_SECOND)) == {0}


def test_more_are_spread_so_that_a_second_brings_no_more_than_one_process_answers() -> None:
    clock = Stopwatch()
    pace = Pace(clock)
    assert pauses(pace, 20 * POLLS_A_SECOND)[-1] == 20
    clock.now += COUNTED_S
    assert pauses(pace, 1) == [20], "those of the minute before count until this one has shown how many there are"
    clock.now += COUNTED_S
    assert pauses(pace, 1) == [0]


def test_a_device_that_asks_often_counts_once() -> None:
    pace = Pace(Stopwatch())
    assert {pace.pause_s("Scanner-05") for _poll in range(6 * POLLS_A_SECOND)} == {0}
