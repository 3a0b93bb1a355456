"""Why the work on a document may not go on as somebody recorded it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.documents.document import DocumentKind, DocumentStatus
from scantrail.domain.documents.kinds import kind_of
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.work.events import (
    CheckConfirmed,
    CheckNotMet,
    PlaceConfirmed,
    ProductConfirmed,
    TaskCancelled,
    TaskCompleted,
    TaskReleased,
    TaskTaken,
)
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.rules.records import has_reason, may_go_on
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.rules.task import product_refusal, release_refusal, task_refusal


def taken(sight: Sight, event: TaskTaken) -> Refusal | None:
    """With a reason, a document is taken over from another device."""
    return task_refusal(
        sight.world, sight.work(event.document), sight.by.device, sight.by.actor, takes_over=bool(sight.draft.reason)
    )


def released(sight: Sight, event: TaskReleased) -> Refusal | None:
    """Nobody gives back what another person has, or goods of which are in their cart."""
    picked = [(each, sight.find_unit(each.unit)) for each in sight.picked_on(event.document)]
    return release_refusal(sight.world, sight.work(event.document), sight.by.device, sight.by.actor, picked)


def at_place(sight: Sight, event: PlaceConfirmed) -> Refusal | None:
    """A place of this site; whether anything is to pick there may have changed since."""
    refusal = may_go_on(sight, event.document)
    if refusal is not None or event.place is None:
        return refusal
    return place_refusal(sight.world, event.place)


def at_product(sight: Sight, event: ProductConfirmed) -> Refusal | None:
    """A product that the document asks for."""
    pick_list = sight.pick_list(event.document)
    return may_go_on(sight, event.document) or product_refusal(sight.world, pick_list, event.product)


def check_answered(sight: Sight, event: CheckConfirmed | CheckNotMet) -> Refusal | None:
    """An item that the site asks for, once the goods are handled; one that is not so needs a reason."""
    refusal = has_reason(sight) if isinstance(event, CheckNotMet) else None
    pick_list = sight.pick_list(event.document)
    return refusal or may_go_on(sight, event.document) or _check_refusal(sight, pick_list, event.item)


def completed(sight: Sight, event: TaskCompleted) -> Refusal | None:
    """Nothing is left to do, and every item of the checklist is answered."""
    document = sight.work(event.document)
    rule = UNFINISHED.get(kind_of(document))
    refusal = may_go_on(sight, event.document)
    return refusal or (rule(sight, document) if rule is not None else None)


def cancelled(sight: Sight, event: TaskCancelled) -> Refusal | None:
    """What is done stays done."""
    is_done = sight.work(event.document).status is DocumentStatus.COMPLETED
    return refuse(TaskCode.LIST_COMPLETED, document=event.document) if is_done else None


def _check_refusal(sight: Sight, pick_list: PickList, item: str) -> Refusal | None:
    """Why an item of the checklist cannot be answered: the pick goes on, or nobody asks for this item.

    Earlier versions asked for the order's instructions as well.
    """
    if item not in (*sight.world.settings.picking.checklist, *pick_list.instructions):
        return refuse(WorkCode.CHECKLIST_CHANGED, document=pick_list.number, item=item)
    return _unfinished_refusal(sight, pick_list)


def _completion_refusal(sight: Sight, pick_list: PickList) -> Refusal | None:
    """Why a list is not complete: units to pick, a condition to state, or an item of the checklist to confirm."""
    asked = sight.world.settings.picking.checklist if pick_list.done else ()
    unchecked = next((item for item in asked if item not in (*pick_list.checks, *pick_list.unmet)), None)
    refusal = _unfinished_refusal(sight, pick_list)
    if refusal is not None or unchecked is None:
        return refusal
    return refuse(WorkCode.NOT_CHECKED, item=unchecked)


def _unfinished_refusal(sight: Sight, pick_list: PickList) -> Refusal | None:
    """What a picker has still to do for a list before its checklist."""
    if pick_list.remaining:
        return refuse(WorkCode.LINES_OPEN, count=pick_list.remaining, document=pick_list.number)
    if pick_list.unstated:
        unit = sight.find_unit(pick_list.unstated[0])
        return refuse(WorkCode.CONDITION_FIRST, unit=unit.serial if unit else pick_list.unstated[0])
    return None


UNFINISHED: dict[DocumentKind, Callable[[Sight, Any], Refusal | None]] = {DocumentKind.PICK_LIST: _completion_refusal}
"""What is still to do before a document of a kind may be called done; nothing where a kind is missing."""
