"""What a device says of how far it is, and what it makes of a server that is behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from scantrail.protocol.exchange import Ask, OutOfStep, Send, exchange, is_put_back, next_step
from scantrail.protocol.messages import Changes, PushAnswer, Seen
from scantrail.protocol.outbox import Entry
from tests.support.devices import FakeClock

ACTS: tuple[Entry, ...] = ((4, b"four"), (5, b"five"))


@dataclass(slots=True)
class Records:
    """What a device has, and from where on it was told to send again."""

    acts: tuple[Entry, ...] = ()
    followed: dict[str, int] = field(default_factory=lambda: {"MAIN": 7})
    kept_from: int = 3
    device: str = "Scanner-05"
    epoch: str = "e1"
    server_epoch: str = "s1"
    complete: bool = True
    resent: list[int] = field(default_factory=list)

    def pending(self, limit: int) -> tuple[Entry, ...]:
        return self.acts[:limit]

    def cursor(self) -> dict[str, int]:
        return self.followed

    def heads(self) -> dict[str, str]:
        return {"MAIN": "7:abc"}

    def acknowledged(self) -> int:
        return 3

    def apply_answer(self, answer: PushAnswer) -> bool:
        raise NotImplementedError

    def apply_changes(self, changes: Changes) -> bool:
        return True

    def keeps(self, seq: int) -> bool:
        return seq >= self.kept_from

    def resend_from(self, seq: int) -> None:
        self.resent.append(seq)
        self.acts = ()


class NotTaken(Exception):
    """The server's refusal."""


def changes(epoch: str = "s1", position: int = 7) -> Changes:
    return Changes(epoch, {"MAIN": position}, (), more=False)


def test_a_device_says_all_by_which_a_server_knows_whether_it_was_put_back() -> None:
    seen = Seen({"MAIN": 7}, {"MAIN": "7:abc"}, "Scanner-05", "e1", 3)
    asked = next(exchange(Records(), FakeClock().now, lambda _data: ""))
    assert asked == Ask(seen)
    sent = next(exchange(Records(ACTS), FakeClock().now, lambda _data: ""))
    assert isinstance(sent, Send)
    assert sent.push.seen == seen


def test_a_device_without_rows_begins_anyway_and_claims_nothing_acknowledged() -> None:
    asked = next(exchange(Records(followed={}), FakeClock().now, lambda _data: ""))
    assert isinstance(asked, Ask)
    assert asked.seen.acknowledged == 0


@pytest.mark.parametrize(("expected", "resent"), [(3, [3]), (2, []), (4, []), (9, [])])
def test_a_device_goes_back_to_an_earlier_act_that_it_still_keeps_and_else_tells_the_refusal(
    expected: int, resent: list[int]
) -> None:
    records = Records(ACTS)
    talk = exchange(records, FakeClock().now, lambda _data: "")
    next(talk)
    reply = OutOfStep(expected, NotTaken())
    if resent:
        assert isinstance(next_step(talk, reply), Ask)
    else:
        with pytest.raises(NotTaken):
            next_step(talk, reply)
    assert records.resent == resent


@pytest.mark.parametrize(
    ("answer", "put_back", "resent"),
    [
        (changes(), False, []),
        (changes(position=8), False, []),
        (changes(position=6), True, [0]),
        (replace(changes(), cursor={}), True, [0]),
        (changes("s2"), True, []),
        (changes("s2", position=6), True, []),
    ],
)
def test_a_server_behind_what_it_told_begins_anew_and_one_that_says_it_is_another_is_taken_at_its_word(
    answer: Changes, put_back: bool, resent: list[int]
) -> None:
    records = Records()
    talk = exchange(records, FakeClock().now, lambda _data: "")
    step = next(talk)
    assert is_put_back(records, step, answer) == put_back
    next_step(talk, answer)
    assert records.resent == resent
