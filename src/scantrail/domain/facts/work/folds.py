"""What the progress of the work does to the document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar, cast

from scantrail.domain.acts.fact import Change
from scantrail.domain.documents.changes import with_new
from scantrail.domain.documents.document import DocumentStatus, Taken, Work
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import without_reservations
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

W = TypeVar("W", bound=Work)


def taken(document: W, event: TaskTaken, change: Change) -> W:
    """A document that is over stays over: an own act that is not yet sent must not revive it on the device.

    Who takes it makes their own way: what was reserved for the person who had it before is free again.
    """
    if document.status not in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS):
        return document
    return _changed(document, status=DocumentStatus.IN_PROGRESS, taken=Taken(change.device, change.actor))


def released(document: W, event: TaskReleased, change: Change) -> W:
    """The next person confirms a bin first; a document that another device has taken since stays taken."""
    if document.taken is None or document.taken.device != change.device:
        return document
    is_over = document.status is not DocumentStatus.IN_PROGRESS
    is_begun = type_of(document).in_hand(document) > 0
    status = document.status if is_over or is_begun else DocumentStatus.OPEN
    return _changed(document, status=status, taken=None, **_nowhere(document))


def _nowhere(document: Work) -> dict[str, Any]:
    """Nobody stands at a bin of it, or has a product at hand."""
    return {"at_place": None, "at_product": None} if isinstance(document, PickList) else {}


def completed(document: W, event: TaskCompleted, change: Change) -> W:
    """The work is done."""
    return _changed(document, status=DocumentStatus.COMPLETED)


def cancelled(document: W, event: TaskCancelled, change: Change) -> W:
    """Nobody works on it any more."""
    return _changed(document, status=DocumentStatus.CANCELLED)


def _changed(document: W, **changes: Any) -> W:
    """The document with these fields; on a pick list, what was reserved is free again."""
    after: Any = replace(document, **changes)  # type: ignore[type-var] # reason: documents are dataclasses
    return cast("W", without_reservations(after) if isinstance(after, PickList) else after)


def at_place(pick_list: PickList, event: PlaceConfirmed, change: Change) -> PickList:
    """At another place another product is at hand."""
    return replace(pick_list, at_place=event.place, at_product=None)


def at_product(pick_list: PickList, event: ProductConfirmed, change: Change) -> PickList:
    """The product at hand."""
    return replace(pick_list, at_product=event.product)


def confirmed(pick_list: PickList, event: CheckConfirmed, change: Change) -> PickList:
    """An item that is so after all is no longer among those that are not."""
    unmet = tuple(item for item in pick_list.unmet if item != event.item)
    return replace(pick_list, checks=with_new(pick_list.checks, event.item), unmet=unmet)


def not_met(pick_list: PickList, event: CheckNotMet, change: Change) -> PickList:
    """An item that is not so is no longer among those confirmed."""
    checks = tuple(item for item in pick_list.checks if item != event.item)
    return replace(pick_list, checks=checks, unmet=with_new(pick_list.unmet, event.item))
