"""A unit on a document: named by one of its lines, picked for it, or found damaged while it was worked on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import DocumentId, PlaceId, UnitId, WorkerId
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit


@dataclass(frozen=True, slots=True)
class PickedUnit:
    """A unit picked on a line."""

    unit: UnitId
    serial: str
    place: PlaceId
    """Where it was taken from; undoing brings it back."""
    was_allocated: bool
    """Whether it was allocated before the pick; undoing restores that."""
    by: WorkerId
    at: datetime
    condition: Condition | None = None
    """None until the picker has stated it."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit found damaged while a pick list was worked on."""

    unit: UnitId
    status: Status
    """Its status before it was taken; where the damage was a mistake it has that again."""
    from_place: PlaceId
    """The bin it was in; where the damage was a mistake it goes back there."""
    place: PlaceId
    """Where the person who reported it has put it: cart, bin, or place for damaged units."""
    by: WorkerId
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One unit on one document. It stays when nothing is left to say of it: then it is neither named nor picked."""

    document: DocumentId
    unit: UnitId
    serial: str = ""
    """Its canonical serial; empty where it was neither named nor picked."""
    line: str = ""
    """The line that names it, or that it is or was picked on."""
    named: bool = False
    """Whether that line names it: an exact line asks for its own units and for no others."""
    picked: PickedUnit | None = None
    set_aside: SetAside | None = None

    @property
    def id(self) -> str:
        """What names the row."""
        return listed_id(self.document, self.unit)


def listed_id(document: DocumentId, unit: UnitId) -> str:
    """The id of a unit's row on a document.

    >>> listed_id("PL-2025-0091", "6f1c")
    'PL-2025-0091|6f1c'
    """
    return f"{document}|{unit}"


def line_naming(pick_list: PickList, listed: Listed | None) -> PickLine | None:
    """The line that names a unit; None where none does, or where that line is cancelled."""
    line = pick_list.line(listed.line) if listed is not None and listed.named else None
    return line if line is not None and not line.cancelled else None


def is_to_pick(pick_list: PickList, listed: Listed | None) -> bool:
    """Whether a line names a unit that is still to pick: neither picked nor given up."""
    line = line_naming(pick_list, listed)
    return line is not None and listed is not None and listed.picked is None and listed.unit not in line.missing


def line_for(pick_list: PickList, unit: Unit, listed: Listed | None) -> PickLine | None:
    """The line a unit counts on: the exact line that names it, else a line of its product, open ones first."""
    naming = line_naming(pick_list, listed)
    if naming is not None and naming.product == unit.product:
        return naming
    of_product = [line for line in pick_list.lines if line.product == unit.product and not line.cancelled]
    any_kind = [line for line in of_product if line.kind is LineKind.ANY]
    open_any = [line for line in any_kind if line.remaining]
    return next(iter([*open_any, *any_kind, *of_product]), None)
