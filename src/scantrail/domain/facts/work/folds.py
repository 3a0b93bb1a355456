"""What the progress of the work does to the document."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.fact import Change
from scantrail.domain.documents.changes import with_new
from scantrail.domain.documents.document import DocumentStatus, Taken
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


def taken(pick_list: PickList, event: TaskTaken, change: Change) -> PickList:
    """A list that is over stays over: an own act that is not yet sent must not revive it on the device.

    Who takes it makes their own way: what was reserved for the person who had it before is free again.
    """
    if pick_list.status not in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS):
        return pick_list
    now = replace(pick_list, status=DocumentStatus.IN_PROGRESS, taken=Taken(change.device, change.actor))
    return without_reservations(now)


def released(pick_list: PickList, event: TaskReleased, change: Change) -> PickList:
    """Who takes it next begins at a bin of their own; a list that another device has taken since stays taken."""
    if pick_list.taken is None or pick_list.taken.device != change.device:
        return pick_list
    is_over = pick_list.status is not DocumentStatus.IN_PROGRESS
    status = pick_list.status if is_over or pick_list.picked else DocumentStatus.OPEN
    return without_reservations(replace(pick_list, status=status, taken=None, at_place=None, at_product=None))


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


def completed(pick_list: PickList, event: TaskCompleted, change: Change) -> PickList:
    """The work is done."""
    return replace(pick_list, status=DocumentStatus.COMPLETED)


def cancelled(pick_list: PickList, event: TaskCancelled, change: Change) -> PickList:
    """Nobody works on it any more."""
    return replace(pick_list, status=DocumentStatus.CANCELLED)
