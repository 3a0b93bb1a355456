"""People sign in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import HANDHELD, Fact, no_rows
from scantrail.domain.acts.kinds import worker
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.names.identifiers import WorkerId
from scantrail.domain.rules.records import not_allowed
from scantrail.words import M, Message


@dataclass(frozen=True, slots=True)
class WorkerSignedIn(Event):
    """A worker starts work on a device."""

    worker: WorkerId
    offline: bool
    """Whether the device verified the PIN by itself."""


@dataclass(frozen=True, slots=True)
class WorkerSignedOut(Event):
    """A worker ends work on a device."""

    worker: WorkerId


def _check(sight: Sight, event: WorkerSignedIn | WorkerSignedOut) -> Refusal | None:
    """People sign in and out for themselves. Somebody who has left since did so all the same, and may do no more."""
    is_own = event.worker == sight.by.actor and event.worker in sight.world.workers
    return None if is_own else not_allowed(sight)


def _told_in(event: WorkerSignedIn) -> Message:
    if event.offline:
        return M("{worker} signed in, offline", worker=event.worker)
    return M("{worker} signed in", worker=event.worker)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        WorkerSignedIn,
        Family.WORK,
        by=HANDHELD,
        touches=no_rows,
        reads=lambda event: rows(worker(event.worker)),
        check=_check,
        folds={},
        told=_told_in,
    ),
    Fact(
        WorkerSignedOut,
        Family.WORK,
        by=HANDHELD,
        touches=no_rows,
        check=_check,
        folds={},
        told=lambda event: M("{worker} signed out", worker=event.worker),
    ),
)
"""The facts of this family."""
