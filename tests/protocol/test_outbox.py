"""The device's side of a push."""

from __future__ import annotations

import pytest

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, Push, PushAnswer, Row, Seen, signed_bytes
from scantrail.protocol.outbox import (
    ActState,
    WrongAnswer,
    batch_of,
    build_push,
    check_answer,
    idle_pause,
    pages_of,
    pause_before,
    state_of,
)
from tests.support.devices import FakeClock

NOTHING = Changes("s1", {}, (), more=False)


def push_of(*batch: tuple[int, bytes]) -> Push:
    return build_push(
        device="d",
        epoch="e",
        batch=batch,
        now=FakeClock().now(),
        seen=Seen({"MAIN": 3}),
        sign=lambda data: f"signed:{data.decode()}",
    )


def test_a_push_is_signed_over_the_hash_of_its_last_act_and_keeps_the_exact_bytes() -> None:
    last = "zwei \ud800".encode("utf-8", "surrogatepass")
    push = push_of((4, b"one"), (5, last))
    assert push.head == act_hash(last)
    assert push.signature == "signed:" + signed_bytes("d", "e", 4, 5, push.head).decode()
    assert [text.encode("utf-8", "surrogatepass") for text in push.acts] == [b"one", last]
    assert (push.first_seq, push.seen) == (4, Seen({"MAIN": 3}))


@pytest.mark.parametrize("seqs", [(), (1, 3), (2, 1), (1, 1)])
def test_acts_that_do_not_follow_one_another_make_no_push(seqs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="consecutive"):
        push_of(*((seq, b"x") for seq in seqs))


def test_a_batch_ends_at_its_number_of_acts_or_their_size_and_is_never_empty() -> None:
    entries = tuple((seq, b"x" * 10) for seq in range(1, 11))
    assert len(batch_of(entries, max_acts=3, max_bytes=1000)) == 3
    assert len(batch_of(entries, max_acts=100, max_bytes=45)) == 4
    assert len(batch_of(entries, max_acts=100, max_bytes=1)) == 1
    assert batch_of(()) == ()


@pytest.mark.parametrize(
    ("outcome", "refusal", "state"),
    [
        (Outcome.APPLIED, None, ActState.APPLIED),
        (Outcome.REFUSED, refuse(RightCode.NO_RIGHT), ActState.REFUSED),
        (Outcome.CONTESTED, refuse(GoodsCode.ALREADY_PICKED), ActState.CONTESTED),
        (Outcome.WAITING, None, ActState.WAITING),
        (Outcome.RETRY, None, ActState.PENDING),
        (Outcome.DUPLICATE, None, ActState.APPLIED),
        (Outcome.DUPLICATE, refuse(RightCode.NO_RIGHT), ActState.REFUSED),
        (Outcome.DUPLICATE, refuse(GoodsCode.ALREADY_PICKED), ActState.CONTESTED),
    ],
)
def test_what_a_verdict_makes_of_an_act(outcome: Outcome, refusal: Refusal | None, state: ActState) -> None:
    assert state_of(ActVerdict(1, outcome, 1, refusal)) is state


def test_a_duplicate_without_a_place_in_the_log_still_waits() -> None:
    verdict = ActVerdict(1, Outcome.DUPLICATE, 0, refuse(ActCode.UNKNOWN_DOCUMENT, document="PL-1"))
    assert state_of(verdict) is ActState.WAITING


@pytest.mark.parametrize(
    "verdicts",
    [
        (),
        (ActVerdict(4, Outcome.APPLIED, 1),),
        (ActVerdict(4, Outcome.APPLIED, 1), ActVerdict(4, Outcome.APPLIED, 1)),
        (ActVerdict(4, Outcome.APPLIED, 1), ActVerdict(5, Outcome.APPLIED, 2), ActVerdict(6, Outcome.APPLIED, 3)),
        (ActVerdict(4, Outcome.APPLIED, 1), ActVerdict(5, Outcome.APPLIED, 0)),
        (ActVerdict(4, Outcome.APPLIED, 1), ActVerdict(5, Outcome.DUPLICATE, 0)),
    ],
)
def test_an_answer_that_does_not_fit_its_push_is_not_believed(verdicts: tuple[ActVerdict, ...]) -> None:
    push = push_of((4, b"a"), (5, b"b"))
    with pytest.raises(WrongAnswer):
        check_answer(push, PushAnswer(5, verdicts, NOTHING))
    right = (ActVerdict(5, Outcome.WAITING), ActVerdict(4, Outcome.APPLIED, 1))
    check_answer(push, PushAnswer(5, right, NOTHING))


def test_the_pauses_double_with_full_jitter_up_to_a_minute() -> None:
    almost_one = 0.999999
    assert [round(pause_before(attempt, almost_one)) for attempt in (1, 2, 3, 6, 7, 8, 10_000)] == [
        1, 2, 4, 32, 60, 60, 60,
    ]  # fmt: skip
    assert pause_before(7, 0.5) == 30
    assert pause_before(7, 0.0) == 0.1, "never a busy loop"


def test_a_server_may_ask_for_a_longer_pause_but_not_for_ever() -> None:
    assert pause_before(1, 0.0, asked=120) == 120
    assert pause_before(1, 0.0, asked=10**8) == 300


def test_devices_that_a_server_sends_away_together_come_back_at_different_times() -> None:
    assert [pause_before(1, chance, asked=2) for chance in (0.0, 0.25, 0.5)] == [2, 2.5, 3]


def test_a_device_that_nothing_happens_to_asks_less_and_less_often_down_to_twice_a_minute() -> None:
    assert [idle_pause(quiet, 0.5) for quiet in (0, 1, 2, 3, 4, 10_000)] == [5, 10, 20, 30, 30, 30]
    assert (idle_pause(0, 0.0), round(idle_pause(0, 0.999999), 3)) == (4, 6), "give or take a fifth"


@pytest.mark.parametrize(("asked", "pause"), [(0, 10), (7, 10), (40, 40), (10**9, 300), (-5, 10)])
def test_a_server_with_many_devices_may_ask_them_to_come_less_often_but_not_hardly_ever(asked: int, pause: int) -> None:
    assert idle_pause(1, 0.5, asked) == pause


def test_only_the_last_page_moves_the_cursor() -> None:
    rows = tuple(Row(RowKind.UNIT, str(n), n, {}) for n in range(1001))
    pages = pages_of(Changes("s1", {"MAIN": 9}, rows, more=False), {"MAIN": 1})
    assert [len(page.rows) for page in pages] == [500, 500, 1]
    assert [page.cursor for page in pages] == [{"MAIN": 1}, {"MAIN": 1}, {"MAIN": 9}]
    assert [page.more for page in pages] == [True, True, False]
    assert tuple(row for page in pages for row in page.rows) == rows
    assert pages_of(NOTHING, {}) == (NOTHING,)
