"""Folding one event into one row."""

from __future__ import annotations

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import document, listed, unit
from scantrail.domain.acts.sight import By
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.fold import fold
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.domain.things.unit import Unit


def fold_unit(found: Unit, event: Event, by: By) -> Unit:
    """A unit after an event that touches it."""
    after: Unit = fold(found, event, unit(found.id), by)
    return after


def fold_list(pick_list: PickList, event: Event, by: By) -> PickList:
    """A pick list after an event that touches it."""
    after: PickList = fold(pick_list, event, document(pick_list.number), by)
    return after


def fold_listed(
    found: Listed | None, event: Event, by: By, name: UnitId, number: DocumentId = "PL-2025-0091"
) -> Listed:
    """A unit's row on a list after an event that touches it."""
    after: Listed = fold(found, event, listed(number, name), by)
    return after
