"""A person has dealt with what an act that did not apply was about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import DESK, HANDHELD, Fact, no_rows
from scantrail.domain.acts.kinds import unit
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.records import has_reason, has_right, not_allowed
from scantrail.words import M


@dataclass(frozen=True, slots=True)
class AttentionSettled(Event):
    """A person has dealt with the goods of an act that did not apply; one event for each of its units."""

    device: str
    epoch: str
    seq: int
    unit: UnitId | None = None
    """One of the units it was about, so that it stands in that unit's timeline."""
    hash: str = ""
    """Of a record that bears another's number (misuse): the hash of its bytes, which tells the two apart."""

    @property
    def record(self) -> tuple[str, str, int, str]:
        """What is settled."""
        return self.device, self.epoch, self.seq, self.hash


def _check(sight: Sight, event: AttentionSettled) -> Refusal | None:
    """Who recorded something deals with it there, afterwards; what another device recorded takes the right to."""
    by = sight.by
    if by.actor not in sight.world.workers:
        return not_allowed(sight)
    if by.record is not None and (event.device, event.epoch) == (by.record.device, by.record.epoch):
        return has_reason(sight) if event.seq < by.record.seq else not_allowed(sight)
    return has_reason(sight) or has_right(sight, Right.SETTLE)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        AttentionSettled,
        Family.WORK,
        by=HANDHELD | DESK,
        touches=no_rows,
        concerns=lambda event: (unit(event.unit),) if event.unit else (),
        check=_check,
        folds={},
        told=lambda event: M("Record {seq} of {device} dealt with", seq=event.seq, device=event.device),
    ),
)
"""The facts of this family."""
