"""The device's side of the exchange: what to send next and what to make of an answer, one turn after the other.

`exchange` is a generator: it yields what is to be sent, is given the answer, and writes it into the device's records.
Its driver has the clock and the line, and lets it go when an answer does not come.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from scantrail.domain.acts.act import Times
from scantrail.protocol.messages import MAX_BATCH, Changes, Push, PushAnswer, Seen
from scantrail.protocol.outbox import Entry, batch_of, build_push, check_answer, pages_of
from scantrail.words import M, Message

TURNS = 10_000
"""Turns in one exchange at the most: a server that never comes to an end is not believed."""


class DeviceRecords(Protocol):
    """The device's records, as far as the exchange needs them. What is written is durable when the call returns."""

    @property
    def device(self) -> str:
        """The device's id."""

    @property
    def epoch(self) -> str:
        """Random, made with the store."""

    @property
    def server_epoch(self) -> str:
        """Which server's rows these are; empty before the first contact."""

    @property
    def complete(self) -> bool:
        """Whether everything there was at the first contact has arrived."""

    def pending(self, limit: int) -> tuple[Entry, ...]:
        """Consecutive acts from the first that the server has not acknowledged."""

    def cursor(self) -> dict[str, int]:
        """How far the device has followed each stream of changes."""

    def heads(self) -> dict[str, str]:
        """The entries of the server's log that the server told with the changes."""

    def acknowledged(self) -> int:
        """The newest act up to which the server has acknowledged all; 0 before the first."""

    def apply_answer(self, answer: PushAnswer) -> bool:
        """Take verdicts and changes, all or nothing; gives whether anything is different now."""

    def apply_changes(self, changes: Changes) -> bool:
        """Take a page of changes with its cursor, all or nothing; gives whether anything is different now."""

    def keeps(self, seq: int) -> bool:
        """Whether an act is still in the journal."""

    def resend_from(self, seq: int) -> None:
        """The server has lost acts from here on, and rows with them."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send this push; the reply is its answer, or that it is out of step."""

    push: Push


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for the changes after these; the reply is a page of them."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Taken:
    """Something of an answer has been written down; the reply is nothing."""

    is_different: bool
    """Whether the device's view is another one now."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """The server refused a push: it expects this act next."""

    expected_seq: int
    because: Exception
    """The refusal itself, raised where going back to that act does not help."""


class GivenUp(Exception):
    """The exchange cannot go on now; it is begun again later, and nothing is lost."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


Step = Send | Ask | Taken
Reply = PushAnswer | Changes | OutOfStep | None
Talk = Generator[Step, Reply, None]


def exchange(records: DeviceRecords, now: Callable[[], Times], sign: Callable[[bytes], str]) -> Talk:
    """Push until nothing is pending and ask until nothing is left.

    Raises:
        GivenUp: the server's answers lead nowhere now.
        Exception: the refusal in an `OutOfStep` that cannot be put right.
        WrongAnswer, PlainError: the answer cannot be used; nothing of it was written.
    """
    has_all = False
    for _turn in range(TURNS):
        if records.pending(1):
            has_all = (yield from _push(records, now, sign)) and records.complete
        elif not has_all:
            has_all = yield from _pull(records)
        else:
            return
    raise _endless()


def next_step(talk: Talk, reply: Reply) -> Step | None:
    """Give the reply to the last step; gives the next one, or None at the end."""
    try:
        return talk.send(reply)
    except StopIteration:
        return None


def _push(
    records: DeviceRecords, now: Callable[[], Times], sign: Callable[[bytes], str]
) -> Generator[Step, Reply, bool]:
    """Send one batch; gives whether the answer brought all changes."""
    push = build_push(
        device=records.device,
        epoch=records.epoch,
        batch=batch_of(records.pending(MAX_BATCH)),
        now=now(),
        seen=_seen(records),
        sign=sign,
    )
    answer = yield Send(push)
    if isinstance(answer, OutOfStep):
        _send_again(records, push, answer)
        return False
    assert isinstance(answer, PushAnswer)
    check_answer(push, answer)
    if _begins_again(records, answer.changes):
        return False
    epoch = records.server_epoch
    first, *others = pages_of(answer.changes, records.cursor())
    yield Taken(records.apply_answer(replace(answer, changes=first)))
    if epoch not in ("", records.server_epoch):
        return False
    yield from _take(records, others)
    still = records.pending(1)
    if still and still[0][0] == push.first_seq:
        raise GivenUp(M("The server asks to send the records again later."))
    return not answer.changes.more


def _send_again(records: DeviceRecords, push: Push, refused: OutOfStep) -> None:
    """Go back to the act that the server wants, if it is still kept here."""
    if not _lacks_acts(records, push, refused):
        raise refused.because
    records.resend_from(refused.expected_seq)


def _pull(records: DeviceRecords) -> Generator[Step, Reply, bool]:
    """Take one page of changes; gives whether it was the last."""
    before = records.cursor()
    changes = yield Ask(_seen(records))
    assert isinstance(changes, Changes)
    if _begins_again(records, changes):
        return False
    yield from _take(records, pages_of(changes, before))
    if changes.more and records.cursor() == before:
        raise _endless()
    return not changes.more and records.complete


def _seen(records: DeviceRecords) -> Seen:
    """How far the device is; one that has no rows begins anyway, and has nothing to be told."""
    cursor = records.cursor()
    return Seen(cursor, records.heads(), records.device, records.epoch, records.acknowledged() if cursor else 0)


def is_put_back(records: DeviceRecords, step: Step, reply: Reply) -> bool:
    """Whether a reply shows that the server is another one than before, or lacks what it had told."""
    match step, reply:
        case Send(push), OutOfStep() as refused:
            return _lacks_acts(records, push, refused)
        case _, PushAnswer(changes=changes) | (Changes() as changes):
            has_rows = bool(records.cursor())
            return has_rows and (changes.server_epoch != records.server_epoch or _is_behind(records, changes))
        case _:
            return False


def _lacks_acts(records: DeviceRecords, push: Push, refused: OutOfStep) -> bool:
    """Whether the server wants an act from before a push that is still kept here."""
    return refused.expected_seq < push.first_seq and records.keeps(refused.expected_seq)


def _is_behind(records: DeviceRecords, changes: Changes) -> bool:
    return any(changes.cursor.get(stream, 0) < position for stream, position in records.cursor().items())


def _begins_again(records: DeviceRecords, changes: Changes) -> bool:
    """Begin again where the server is behind what it told before and does not say so; gives whether it was."""
    is_behind = changes.server_epoch == records.server_epoch and _is_behind(records, changes)
    if is_behind:
        records.resend_from(0)
    return is_behind


def _take(records: DeviceRecords, pages: Iterable[Changes]) -> Generator[Step, Reply, None]:
    """Take the pages of one answer. Where another server's begin, they are left: the cursor was not its own."""
    epoch = records.server_epoch
    for page in pages:
        yield Taken(records.apply_changes(page))
        if epoch not in ("", records.server_epoch):
            return


def _endless() -> GivenUp:
    return GivenUp(M("The server's answers come to no end."))
