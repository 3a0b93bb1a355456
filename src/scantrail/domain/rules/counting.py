"""Whether a list counts a unit: asked by the folds that count one more or one less.

A device lays its own acts over a list that the desk, or another device, may have changed since. A unit that was taken
off the list meanwhile is not taken off a second time, and one that is on it is not counted twice.
"""

from __future__ import annotations

from scantrail.domain.acts.fact import NOT_KNOWN, Change
from scantrail.domain.acts.kinds import listed
from scantrail.domain.names.identifiers import DocumentId, UnitId


def is_known_as_picked(change: Change, document: DocumentId, unit: UnitId) -> bool:
    """Whether a unit's row on the list is at hand, and says that it is picked."""
    row = change.before(listed(document, unit))
    return row is not NOT_KNOWN and row is not None and row.picked is not None


def is_known_as_not_picked(change: Change, document: DocumentId, unit: UnitId) -> bool:
    """Whether a unit's row on the list is at hand, and says that it is not picked, or is not on record."""
    row = change.before(listed(document, unit))
    return row is not NOT_KNOWN and (row is None or row.picked is None)
