"""Whether a person may do something at all, or may allow it to another."""

from __future__ import annotations

from scantrail.domain.acts.act import Grant
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.refusals.rights import RightCode


def right_refusal(world: World, worker: str, right: Right) -> Refusal | None:
    """Whether a person on record has a right at this site."""
    person = world.workers.get(worker)
    if person is None or not person.may(right) or person.site != world.site.id:
        return refuse(RightCode.NO_RIGHT, worker=world.worker_name(worker))
    return None


def grant_refusal(world: World, grant: Grant | None) -> Refusal | None:
    """Whether somebody who may has allowed an act on the spot."""
    if grant is None:
        return refuse(RightCode.NO_GRANT, worker="–")
    person = world.workers.get(grant.worker)
    if person is None or not person.may(Right.GRANT) or person.site != world.site.id:
        return refuse(RightCode.NO_GRANT, worker=world.worker_name(grant.worker))
    return None
