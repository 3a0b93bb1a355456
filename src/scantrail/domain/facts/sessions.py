"""People sign in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import HANDHELD, Fact, no_rows
from scantrail.domain.acts.kinds import worker
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.acts.world import World
from scantrail.domain.names.identifiers import WorkerId
from scantrail.domain.rules.records import not_allowed
from scantrail.domain.rules.refusals.rights import RightCode
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


def stranger_refusal(act: Act, signed_in: WorkerId | None, world: World) -> Refusal | None:
    """Why a record may not be this person's: somebody else is signed in on the device, or nobody is.

    `signed_in` is who is, empty for nobody, None where that is not known; see `Head`.
    """
    begins = any(isinstance(event, WorkerSignedIn) for event in act.draft.events)
    if begins or signed_in is None or act.actor == signed_in:
        return None
    return refuse(RightCode.NOT_SIGNED_IN, worker=world.worker_name(act.actor), device=act.id.device)


def signed_in_after(act: Act, signed_in: WorkerId | None, *, is_applied: bool) -> WorkerId | None:
    """Who is signed in after a record. One that did not apply signs nobody in."""
    for event in act.draft.events:
        if isinstance(event, WorkerSignedIn):
            signed_in = event.worker if is_applied else ""
        elif isinstance(event, WorkerSignedOut) and is_applied:
            signed_in = ""
    return signed_in


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
