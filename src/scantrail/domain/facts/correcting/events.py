"""A person records where a unit really is."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import ContainerId, DocumentId, PlaceId, UnitId
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition


@dataclass(frozen=True, slots=True)
class UnitCorrected(Event):
    """A person records where a unit really is and as what, whatever the table of statuses allows (R24)."""

    unit: UnitId
    from_place: PlaceId
    to_place: PlaceId
    from_status: Status
    to_status: Status
    condition: Condition
    document: DocumentId | None = None
    """The pick list that had it as picked, and has it no more."""
    to_document: DocumentId | None = None
    """The pick list that it is promised to, as before."""
    to_order: DocumentId | None = None
    """The order that it is promised to, as before."""
    container: ContainerId | None = None
    """The container that had it, and has it no more."""
    line: str = ""
    """The line of that pick list on which it was picked."""
