"""What is asked of a record in every job: a reason, a task that its worker may go on with."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.rights import right_refusal
from scantrail.domain.rules.task import task_refusal


def may_go_on(sight: Sight, number: DocumentId) -> Refusal | None:
    """Why the person may not go on with a document that somebody works on."""
    return task_refusal(sight.world, sight.work(number), sight.by.device, sight.by.actor)


def has_right(sight: Sight, right: Right) -> Refusal | None:
    """Why the person may not do this, whatever it is about."""
    return right_refusal(sight.world, sight.by.actor, right)


def has_reason(sight: Sight) -> Refusal | None:
    """Why a record that must say its reason may not be made."""
    return None if sight.draft.reason else refuse(RightCode.NO_REASON)


def not_allowed(sight: Sight) -> Refusal:
    """The person may not record this at all."""
    return refuse(RightCode.NO_RIGHT, worker=sight.world.worker_name(sight.by.actor))


def not_picked(sight: Sight, name: UnitId, number: DocumentId) -> Refusal:
    """The unit is not among those picked on the document."""
    unit = sight.find_unit(name)
    return refuse(TaskCode.NOT_PICKED_HERE, unit=unit.serial if unit else name, document=number)
