"""The device's side of a push: which acts go, what the verdicts make of them, and when to try again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

from scantrail.domain.acts.act import Times
from scantrail.domain.wordings import explain
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import MAX_BATCH, ActVerdict, Changes, Outcome, Push, PushAnswer, Seen, signed_bytes

MAX_BYTES = 1_000_000
"""Acts' bytes in one push at the most; a single larger act goes alone."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
LONGEST_ASKED_PAUSE_S = 300.0
"""A server may ask for a longer pause than ours, but not stop a device for good."""

SHORTEST_PAUSE_S = 0.1

IDLE_PAUSES_S = (5.0, 10.0, 20.0, 30.0)
"""Between two exchanges of a device that has nothing to send: the first after something has happened, then the next
each time that nothing has, and the last from then on."""

PAGE = 500
"""Rows a device writes at once: it must not stop a scan for long."""

Entry = tuple[int, bytes]
"""An act's seq and exact bytes."""


class ActState(Enum):
    """How far an act of this device is."""

    PENDING = "pending"
    """Not acknowledged: it is sent until it is."""
    APPLIED = "applied"
    REFUSED = "refused"
    CONTESTED = "contested"
    WAITING = "waiting"
    """The server keeps it until an earlier step arrives; it is acknowledged, and still counts here."""

    @property
    def counts(self) -> bool:
        """Whether this device still takes the act for true."""
        return self in (ActState.PENDING, ActState.WAITING, ActState.APPLIED)


class WrongAnswer(ValueError):
    """The answer does not belong to what was pushed."""


def batch_of(entries: Sequence[Entry], *, max_acts: int = MAX_BATCH, max_bytes: int = MAX_BYTES) -> tuple[Entry, ...]:
    """The longest beginning of `entries` that one push may hold; at least one act, if there is any."""
    batch: list[Entry] = []
    size = 0
    for seq, exact in entries[:max_acts]:
        size += len(exact)
        if batch and size > max_bytes:
            break
        batch.append((seq, exact))
    return tuple(batch)


def build_push(
    *,
    device: str,
    epoch: str,
    batch: Sequence[Entry],
    now: Times,
    seen: Seen,
    sign: Callable[[bytes], str],
) -> Push:
    """A signed push of consecutive acts.

    Raises:
        ValueError: the batch is empty or has a gap.
    """
    seqs = [seq for seq, _ in batch]
    if not seqs or seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise ValueError(f"Failed to build a push: expected consecutive acts, got {seqs}.")
    head = act_hash(batch[-1][1])
    return Push(
        device=device,
        epoch=epoch,
        first_seq=seqs[0],
        acts=tuple(exact.decode("utf-8", "surrogatepass") for _, exact in batch),
        head=head,
        signature=sign(signed_bytes(device, epoch, seqs[0], seqs[-1], head)),
        now=now,
        seen=seen,
    )


def state_of(verdict: ActVerdict) -> ActState:
    """What a verdict makes of an act. A duplicate is what it was the first time."""
    if verdict.outcome is Outcome.DUPLICATE:
        if verdict.refusal is None:
            return ActState.APPLIED
        if not verdict.position:
            return ActState.WAITING
        return ActState.CONTESTED if explain(verdict.refusal).contests else ActState.REFUSED
    return _STATES[verdict.outcome]


_STATES = {
    Outcome.APPLIED: ActState.APPLIED,
    Outcome.REFUSED: ActState.REFUSED,
    Outcome.CONTESTED: ActState.CONTESTED,
    Outcome.WAITING: ActState.WAITING,
    Outcome.RETRY: ActState.PENDING,
}


def check_answer(push: Push, answer: PushAnswer) -> None:
    """Make sure an answer fits its push before anything of it is believed.

    Raises:
        WrongAnswer: it speaks of acts that were not sent, leaves one out, or applies one without a position.
    """
    sent = list(range(push.first_seq, push.first_seq + len(push.acts)))
    answered = sorted(verdict.seq for verdict in answer.verdicts)
    if answered != sent:
        raise WrongAnswer(f"Expected verdicts on acts {sent[0]} to {sent[-1]}, got {answered[:5]}.")
    for verdict in answer.verdicts:
        if state_of(verdict) is ActState.APPLIED and verdict.position < 1:
            raise WrongAnswer(f"Act {verdict.seq} is said to be applied, but at no position of the log.")


def pause_before(attempt: int, chance: float, asked: float | None = None) -> float:
    """Seconds to wait before trying again: full jitter, doubling with each attempt, 60 at the most.

    `attempt` counts failures from 1; `chance` is random in [0, 1); `asked` is the server's Retry-After in seconds,
    which is kept and stretched by up to as much again: devices that were refused together do not come back together.
    """
    ceiling: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt - 1, 10))
    least = min(asked or 0.0, LONGEST_ASKED_PAUSE_S)
    return max(SHORTEST_PAUSE_S, chance * ceiling, least * (1 + chance))


def idle_pause(quiet: int, chance: float, asked: int = 0) -> float:
    """Seconds until a device that has nothing to send asks for news again.

    `quiet` counts the exchanges in a row that have brought nothing; `chance` is random in [0, 1) and stretches or
    shortens the pause by a fifth at the most; `asked` is the least that the server wants, in seconds.
    """
    usual = IDLE_PAUSES_S[min(quiet, len(IDLE_PAUSES_S) - 1)]
    return max(usual, min(asked, LONGEST_ASKED_PAUSE_S)) * (0.8 + 0.4 * chance)


def pages_of(changes: Changes, cursor: dict[str, int]) -> tuple[Changes, ...]:
    """Changes in pages of at most 500 rows; only the last moves the cursor on from where it stands."""
    ends = range(PAGE, len(changes.rows), PAGE)
    begun = replace(changes, cursor=dict(cursor), more=True, unread=())
    early = [replace(begun, rows=changes.rows[end - PAGE : end]) for end in ends]
    return (*early, replace(changes, rows=changes.rows[len(early) * PAGE :]))
