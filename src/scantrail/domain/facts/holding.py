"""Units are held, and are free again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import SYSTEM, Change, Fact, nothing_against
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.things.hold import Hold
from scantrail.words import M


@dataclass(frozen=True, slots=True)
class HoldOpened(Event):
    """Units are held from now on; the next delivery of the same batch too."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldClosed(Event):
    """A hold ends."""

    hold: str


def _check_opened(sight: Sight, event: HoldOpened) -> Refusal | None:
    """A hold has something to hold by; one with no criterion would hold nothing."""
    return None if event.hold.open and event.hold.has_criterion else refuse(RightCode.NO_REASON)


def _opened(_hold: Hold | None, event: HoldOpened, change: Change) -> Hold:
    return event.hold


def _closed(hold: Hold, event: HoldClosed, change: Change) -> Hold:
    return replace(hold, open=False)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        HoldOpened,
        Family.QUALITY,
        by=SYSTEM,
        touches=lambda event: ((RowKind.HOLD, event.hold.id),),
        creates=frozenset({RowKind.HOLD}),
        check=_check_opened,
        folds={RowKind.HOLD: _opened},
        told=lambda event: M("Hold opened: {reason}", reason=event.hold.reason),
    ),
    Fact(
        HoldClosed,
        Family.QUALITY,
        by=SYSTEM,
        touches=lambda event: ((RowKind.HOLD, event.hold),),
        check=nothing_against,
        folds={RowKind.HOLD: _closed},
        told=lambda event: M("Hold {hold} closed", hold=event.hold),
    ),
)
"""The facts of this family."""
