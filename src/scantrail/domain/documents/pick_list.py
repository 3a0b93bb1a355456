"""The pick list: what it asks for, line by line, and how far the work is (domain §2).

The units that its lines name, and those that were picked for it, are rows of their own: see `listed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scantrail.domain.documents.document import DOCUMENT_STATUSES, DocumentStatus, LineKind, Requirement, Taken
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, SiteId, UnitId
from scantrail.words import N_, M, Message


@dataclass(frozen=True, slots=True)
class PickLine:
    """A line of a pick list: how many units of a product it asks for, and how many of them are done."""

    id: str
    product: ProductId
    kind: LineKind
    quantity: int
    done: int = 0
    """How many are picked."""
    short: int = 0
    """How many will not be picked, each with a recorded reason."""
    missing: tuple[UnitId, ...] = ()
    """Those of them that the line names. They stand here, since the line must know which of them turns up again."""
    cancelled: bool = False
    reserved: tuple[UnitId, ...] = ()
    """On an any-serial line, the units that its picker is on the way to; others are right as well."""

    @property
    def remaining(self) -> int:
        """How many are still to pick."""
        return 0 if self.cancelled else max(0, self.quantity - self.short - self.done)


@dataclass(frozen=True, slots=True)
class PickList:
    """A pick list, with how far the work on it is: together with its units, enough to resume at the same step."""

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
    unstated: tuple[UnitId, ...] = ()
    """Picked units whose condition the picker still has to state, oldest first."""

    @property
    def done(self) -> int:
        """How many units are picked."""
        return sum(line.done for line in self.lines)

    @property
    def wanted(self) -> int:
        """How many units the list asks for, cancelled lines left out."""
        return sum(line.quantity for line in self.lines if not line.cancelled)

    @property
    def remaining(self) -> int:
        """How many units are still to pick."""
        return sum(line.remaining for line in self.lines)

    def line(self, line_id: str) -> PickLine | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)


def pick_list_urgency(pick_list: PickList) -> tuple[int, str, str]:
    """By priority, then by the day it is required, then by its number."""
    by_when = pick_list.required_by.isoformat() if pick_list.required_by else "9999"
    return pick_list.priority, by_when, pick_list.number


def pick_list_summary(pick_list: PickList) -> tuple[str, ...]:
    """Picked of wanted, class, the device that works on it, priority, and the day it is required."""
    required = pick_list.required_by.strftime("%m-%d") if pick_list.required_by else ""
    where = pick_list.taken.device if pick_list.taken else ""
    progress = f"{pick_list.done}/{pick_list.wanted}"
    return progress, pick_list.customer_class, where, f"P{pick_list.priority}", required


def pick_list_facts(pick_list: PickList) -> tuple[tuple[str, Message | str], ...]:
    """What there is to know of a pick list: labels, untranslated, and values."""
    taken = pick_list.taken
    return (
        (N_("Status"), M(DOCUMENT_STATUSES[pick_list.status])),
        (N_("Order"), pick_list.order),
        (N_("Customer"), " ".join(filter(None, (pick_list.customer, pick_list.customer_class)))),
        (N_("Picked"), M("{done} of {total}", done=pick_list.done, total=pick_list.wanted)),
        (N_("Required by"), str(pick_list.required_by or "")),
        (N_("Worked on by"), f"{taken.worker}, {taken.device}" if taken else ""),
        (N_("Instructions"), "; ".join(pick_list.instructions)),
    )
