"""What people find of the condition of goods and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition


class StatedBy(Enum):
    """How a person has stated a unit's condition."""

    CONFIRMED = "confirmed"
    """With Enter, or in words."""
    NEXT_SCAN = "next_scan"
    """By going on with the work."""
    NO_EXCEPTION = "no_exception"
    """By reporting nothing, where the site takes that for good."""


@dataclass(frozen=True, slots=True)
class ConditionStated(Event):
    """What the person holding a unit says of its condition (R15)."""

    unit: UnitId
    condition: Condition
    document: DocumentId | None = None
    how: StatedBy = StatedBy.CONFIRMED


@dataclass(frozen=True, slots=True)
class UnitQuarantined(Event):
    """A unit is set apart because of a quality issue; it leaves the document that held it."""

    unit: UnitId
    from_status: Status
    from_place: PlaceId
    to_place: PlaceId
    condition: Condition = Condition.DAMAGED
    document: DocumentId | None = None
    """The pick list it was found on."""
    line: str = ""


@dataclass(frozen=True, slots=True)
class QuarantineUndone(Event):
    """A unit was reported damaged by mistake: it goes back to a bin, good, with the status it had before (R20)."""

    unit: UnitId
    document: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    to_status: Status
    to_order: DocumentId | None = None
    """The order that it is promised to again."""
    to_document: DocumentId | None = None
    """The pick list that it is promised to again."""


@dataclass(frozen=True, slots=True)
class UnitPutAside(Event):
    """A damaged unit is put into a place for damaged units, proved by that place's label."""

    unit: UnitId
    document: DocumentId
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class LabelUnreadable(Event):
    """A unit's label cannot be read, so it is not known which unit it is (R43); the act carries reason and photos."""

    document: DocumentId
    line: str
    """The line that it would have been picked for."""
    product: ProductId
    place: PlaceId
