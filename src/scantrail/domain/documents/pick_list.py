"""The pick list, with all its progress (domain §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scantrail.domain.documents.document import DOCUMENT_STATUSES, DocumentStatus, LineKind, Requirement, Taken
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, SiteId, UnitId, WorkerId
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.words import N_, M, Message


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
    line: str
    """The line it was picked for, or that names it; empty for a unit of an any-serial line that was not picked yet."""
    status: Status
    """Its status before it was taken; where the damage was a mistake it has that again."""
    from_place: PlaceId
    """The bin it was in; where the damage was a mistake it goes back there."""
    place: PlaceId
    """Where the person who reported it has put it: cart, bin, or place for damaged units."""
    by: WorkerId
    at: datetime


@dataclass(frozen=True, slots=True)
class PickLine:
    """A line of a pick list and what has been picked on it."""

    id: str
    product: ProductId
    kind: LineKind
    quantity: int
    units: tuple[UnitId, ...] = ()
    """The units an exact line names."""
    serials: tuple[str, ...] = ()
    """Their canonical serials, in the same order."""
    picked: tuple[PickedUnit, ...] = ()
    short: int = 0
    """How many will not be picked, each with a recorded reason."""
    missing: tuple[UnitId, ...] = ()
    """The named units of an exact line that were given up."""
    cancelled: bool = False
    reserved: tuple[UnitId, ...] = ()
    """On an any-serial line, the units that its picker is on the way to; others are right as well."""

    @property
    def remaining(self) -> int:
        """How many are still to pick."""
        return 0 if self.cancelled else max(0, self.quantity - self.short - len(self.picked))

    @property
    def remaining_units(self) -> tuple[UnitId, ...]:
        """The named units of an exact line that are still to pick."""
        if self.cancelled:
            return ()
        gone = {each.unit for each in self.picked} | set(self.missing)
        return tuple(unit for unit in self.units if unit not in gone)


@dataclass(frozen=True, slots=True)
class PickList:
    """A pick list with all its progress: enough to resume at the same step anywhere."""

    number: DocumentId
    site: SiteId
    order: DocumentId
    lines: tuple[PickLine, ...]
    customer: str = ""
    customer_class: str = ""
    priority: int = 5
    """1 is the most urgent."""
    required_by: date | None = None
    instructions: tuple[str, ...] = ()
    """Special instructions, shown during the pick and confirmed at its end."""
    requirement: Requirement = Requirement()
    status: DocumentStatus = DocumentStatus.OPEN
    taken: Taken | None = None
    at_place: PlaceId | None = None
    """The bin last confirmed by a scan."""
    at_product: ProductId | None = None
    """The product last confirmed by a scan, in that bin."""
    empty_bins: tuple[PlaceId, ...] = ()
    """Bins found empty in this task."""
    checks: tuple[str, ...] = ()
    """Checklist items confirmed so far."""
    unmet: tuple[str, ...] = ()
    """Checklist items that are not so, each with a recorded reason."""
    set_aside: tuple[SetAside, ...] = ()
    """Units found damaged on this list, oldest first."""

    @property
    def picked(self) -> tuple[PickedUnit, ...]:
        """Every unit picked, oldest first."""
        return tuple(sorted((each for line in self.lines for each in line.picked), key=lambda each: each.at))

    @property
    def wanted(self) -> int:
        """How many units the list asks for, cancelled lines left out."""
        return sum(line.quantity for line in self.lines if not line.cancelled)

    @property
    def remaining(self) -> int:
        """How many units are still to pick."""
        return sum(line.remaining for line in self.lines)

    @property
    def unstated(self) -> PickedUnit | None:
        """The picked unit whose condition the picker still has to state."""
        return next((each for each in self.picked if each.condition is None), None)

    def line_of(self, unit: UnitId) -> PickLine | None:
        """The line that a unit is picked on."""
        return next((line for line in self.lines if any(each.unit == unit for each in line.picked)), None)

    def names(self, unit: UnitId) -> bool:
        """Whether an exact line that is not cancelled names a unit."""
        return any(unit in line.units for line in self.lines if not line.cancelled)

    def line_naming(self, unit: UnitId) -> PickLine | None:
        """The exact line, not cancelled, that names a unit."""
        return next((line for line in self.lines if unit in line.units and not line.cancelled), None)

    def line(self, line_id: str) -> PickLine | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def handled(self) -> frozenset[UnitId]:
        """The units that were picked or set aside for it."""
        return frozenset({each.unit for each in self.picked} | {each.unit for each in self.set_aside})

    def unit_set_aside(self, unit: UnitId) -> SetAside | None:
        """The record of a unit found damaged on this list."""
        return next((each for each in self.set_aside if each.unit == unit), None)

    def picked_unit(self, unit: UnitId) -> PickedUnit | None:
        """The record of a unit picked on this list."""
        return next((each for line in self.lines for each in line.picked if each.unit == unit), None)


def line_for(pick_list: PickList, unit: Unit) -> PickLine | None:
    """The line a unit counts on: the exact line that names it, else a line of its product, open ones first."""
    of_product = [line for line in pick_list.lines if line.product == unit.product and not line.cancelled]
    named = [line for line in of_product if unit.id in line.units]
    open_any = [line for line in of_product if line.kind is LineKind.ANY and line.remaining]
    any_kind = [line for line in of_product if line.kind is LineKind.ANY]
    return next(iter([*named, *open_any, *any_kind, *of_product]), None)


def pick_list_urgency(pick_list: PickList) -> tuple[int, str, str]:
    """By priority, then by the day it is required, then by its number."""
    by_when = pick_list.required_by.isoformat() if pick_list.required_by else "9999"
    return pick_list.priority, by_when, pick_list.number


def pick_list_summary(pick_list: PickList) -> tuple[str, ...]:
    """Picked of wanted, class, the device that works on it, priority, and the day it is required."""
    required = pick_list.required_by.strftime("%m-%d") if pick_list.required_by else ""
    where = pick_list.taken.device if pick_list.taken else ""
    progress = f"{len(pick_list.picked)}/{pick_list.wanted}"
    return progress, pick_list.customer_class, where, f"P{pick_list.priority}", required


def pick_list_facts(pick_list: PickList) -> tuple[tuple[str, Message | str], ...]:
    """What there is to know of a pick list: labels, untranslated, and values."""
    taken = pick_list.taken
    return (
        (N_("Status"), M(DOCUMENT_STATUSES[pick_list.status])),
        (N_("Order"), pick_list.order),
        (N_("Customer"), " ".join(filter(None, (pick_list.customer, pick_list.customer_class)))),
        (N_("Picked"), M("{done} of {total}", done=len(pick_list.picked), total=pick_list.wanted)),
        (N_("Required by"), str(pick_list.required_by or "")),
        (N_("Worked on by"), f"{taken.worker}, {taken.device}" if taken else ""),
        (N_("Instructions"), "; ".join(pick_list.instructions)),
    )
