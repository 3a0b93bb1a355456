"""Event classes: the facts that an act records (R23, R24). One class a fact; none is ever edited or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId, WorkerId
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, Unit


class Family(Enum):
    """What an event is about (R23); `work` is the progress of a task."""

    STATUS = "status"
    LOCATION = "location"
    OWNERSHIP = "ownership"
    SERVICE = "service"
    QUALITY = "quality"
    TRANSACTION = "transaction"
    WORK = "work"


class Creation(Enum):
    """How a unit comes to be registered (R4), and `migration` for units taken over from another system."""

    RECEIVING = "receiving"
    MANUFACTURING = "manufacturing"
    SERVICE_RETURN = "service_return"
    TRANSFER = "transfer"
    FOUND = "found"
    MIGRATION = "migration"


@dataclass(frozen=True, slots=True)
class UnitRegistered:
    """A unit enters our records, with everything known of it then (R5)."""

    unit: UnitId
    how: Creation
    born: Unit
    """The unit's first state."""


@dataclass(frozen=True, slots=True)
class UnitMoved:
    """A unit goes from one place to another and keeps its status."""

    unit: UnitId
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class UnitAllocated:
    """A unit is promised to an order (R14)."""

    unit: UnitId
    order: DocumentId
    document: DocumentId | None = None
    """The pick list that names it."""


@dataclass(frozen=True, slots=True)
class UnitSubstituted:
    """A unit takes the place of one that a line of a pick list names, and is promised to its order; needs a grant."""

    unit: UnitId
    serial: str
    document: DocumentId
    line: str
    order: DocumentId
    instead_of: UnitId


@dataclass(frozen=True, slots=True)
class AllocationReleased:
    """A unit is no longer promised to an order."""

    unit: UnitId
    order: DocumentId


@dataclass(frozen=True, slots=True)
class UnitPicked:
    """A unit is taken from its place into the worker's cart for a line of a pick list (R15)."""

    unit: UnitId
    serial: str
    document: DocumentId
    line: str
    order: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    from_status: Status
    """Allocated, or Available: then it is Allocated and Picked in one act (R20)."""


@dataclass(frozen=True, slots=True)
class PickUndone:
    """A picked unit goes back to a bin; its status is again what it was before the pick (R20)."""

    unit: UnitId
    document: DocumentId
    line: str
    from_place: PlaceId
    to_place: PlaceId
    to_status: Status
    to_document: DocumentId | None = None
    """The pick list that it stays promised to: the one that names it. Other units stay promised to the order alone."""


@dataclass(frozen=True, slots=True)
class UnitHandedOver:
    """A picked unit goes from the cart it was picked into to the cart of the person who works on the list now."""

    unit: UnitId
    document: DocumentId
    from_place: PlaceId
    to_place: PlaceId


class StatedBy(Enum):
    """How a person has stated a unit's condition."""

    CONFIRMED = "confirmed"
    """With Enter, or in words."""
    NEXT_SCAN = "next_scan"
    """By going on with the work."""
    NO_EXCEPTION = "no_exception"
    """By reporting nothing, where the site takes that for good."""


@dataclass(frozen=True, slots=True)
class ConditionStated:
    """What the person holding a unit says of its condition (R15)."""

    unit: UnitId
    condition: Condition
    document: DocumentId | None = None
    how: StatedBy = StatedBy.CONFIRMED


@dataclass(frozen=True, slots=True)
class UnitQuarantined:
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
class QuarantineUndone:
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
class UnitPutAside:
    """A damaged unit is put into a place for damaged units, proved by that place's label."""

    unit: UnitId
    document: DocumentId
    from_place: PlaceId
    to_place: PlaceId


@dataclass(frozen=True, slots=True)
class UnitShipped:
    """A unit leaves for a customer (R16)."""

    unit: UnitId
    shipment: DocumentId
    order: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    carrier: str = ""
    service: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class UnitDelivered:
    """A unit has reached the customer (R17)."""

    unit: UnitId
    shipment: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    owner: Owner
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class HoldOpened:
    """Units are held from now on; the next delivery of the same batch too."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldClosed:
    """A hold ends."""

    hold: str


@dataclass(frozen=True, slots=True)
class PickListTaken:
    """A worker starts, or resumes, a pick list on a device."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class PickListReleased:
    """A worker gives a pick list back: nobody works on it, and anybody may take it without a reason."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class UnitsReserved:
    """Whoever takes a pick list goes to these units for an any-serial line; they stay free to be picked by anybody."""

    document: DocumentId
    line: str
    product: ProductId
    units: tuple[UnitId, ...]
    """In the order they are come to."""


@dataclass(frozen=True, slots=True)
class BinConfirmed:
    """The picker stands at a bin, proved by its label; None when the picker leaves it."""

    document: DocumentId
    place: PlaceId | None


@dataclass(frozen=True, slots=True)
class ProductConfirmed:
    """The picker has the right product at hand, proved by its label."""

    document: DocumentId
    product: ProductId


@dataclass(frozen=True, slots=True)
class LineShorted:
    """Some of a line will not be picked; the act carries the reason."""

    document: DocumentId
    line: str
    quantity: int
    units: tuple[UnitId, ...] = ()
    """On an exact line, the units that are given up."""


@dataclass(frozen=True, slots=True)
class ShortUndone:
    """A short pick is taken back: the line asks for its units again."""

    document: DocumentId
    line: str
    quantity: int
    units: tuple[UnitId, ...] = ()


@dataclass(frozen=True, slots=True)
class BinFoundEmpty:
    """A bin that should hold units of a product holds none."""

    document: DocumentId
    place: PlaceId
    product: ProductId


@dataclass(frozen=True, slots=True)
class LabelUnreadable:
    """A unit's label cannot be read, so it is not known which unit it is (R43); the act carries reason and photos."""

    document: DocumentId
    line: str
    """The line that it would have been picked for."""
    product: ProductId
    place: PlaceId


@dataclass(frozen=True, slots=True)
class CheckConfirmed:
    """One item of the completion checklist is confirmed (R15)."""

    document: DocumentId
    item: str


@dataclass(frozen=True, slots=True)
class CheckNotMet:
    """One item of the completion checklist is not so; the act carries the reason why the list may end all the same."""

    document: DocumentId
    item: str


@dataclass(frozen=True, slots=True)
class PickListCompleted:
    """A pick list is done: every line picked or short, every checklist item confirmed."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class PickListCancelled:
    """A pick list is withdrawn."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class WorkerSignedIn:
    """A worker starts work on a device."""

    worker: WorkerId
    offline: bool
    """Whether the device verified the PIN by itself."""


@dataclass(frozen=True, slots=True)
class WorkerSignedOut:
    """A worker ends work on a device."""

    worker: WorkerId


@dataclass(frozen=True, slots=True)
class UnitCorrected:
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


@dataclass(frozen=True, slots=True)
class AttentionSettled:
    """A person has dealt with the goods of an act that did not apply; one event for each of its units."""

    device: str
    epoch: str
    seq: int
    unit: UnitId | None = None
    """One of the units it was about, so that it stands in that unit's timeline."""
    hash: str = ""
    """Of a record that bears another's number (misuse): the hash of its bytes, which tells the two apart."""

    @property
    def record(self) -> tuple[str, str, int, str]:
        """What is settled."""
        return self.device, self.epoch, self.seq, self.hash


@dataclass(frozen=True, slots=True)
class RowsImported:
    """A file of one kind was imported."""

    kind: str
    file: str
    sha256: str
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class DocumentImported:
    """A document was added or changed by an import."""

    kind: DocumentKind
    document: DocumentId


UnitEvent = (
    UnitRegistered
    | UnitMoved
    | UnitAllocated
    | UnitSubstituted
    | AllocationReleased
    | UnitPicked
    | PickUndone
    | UnitHandedOver
    | ConditionStated
    | UnitQuarantined
    | QuarantineUndone
    | UnitPutAside
    | UnitShipped
    | UnitDelivered
    | UnitCorrected
)
WorkEvent = (
    PickListTaken
    | PickListReleased
    | UnitsReserved
    | BinConfirmed
    | ProductConfirmed
    | LineShorted
    | ShortUndone
    | BinFoundEmpty
    | CheckConfirmed
    | CheckNotMet
    | PickListCompleted
    | PickListCancelled
)
Event = (
    UnitEvent
    | WorkEvent
    | HoldOpened
    | HoldClosed
    | WorkerSignedIn
    | WorkerSignedOut
    | LabelUnreadable
    | AttentionSettled
    | RowsImported
    | DocumentImported
)

FAMILIES: dict[type[Event], Family] = {
    UnitRegistered: Family.STATUS,
    UnitMoved: Family.LOCATION,
    UnitAllocated: Family.STATUS,
    UnitSubstituted: Family.STATUS,
    AllocationReleased: Family.STATUS,
    UnitPicked: Family.STATUS,
    PickUndone: Family.STATUS,
    UnitHandedOver: Family.LOCATION,
    ConditionStated: Family.QUALITY,
    UnitQuarantined: Family.QUALITY,
    QuarantineUndone: Family.QUALITY,
    UnitPutAside: Family.LOCATION,
    UnitShipped: Family.STATUS,
    UnitDelivered: Family.OWNERSHIP,
    UnitCorrected: Family.STATUS,
    HoldOpened: Family.QUALITY,
    HoldClosed: Family.QUALITY,
    PickListTaken: Family.WORK,
    PickListReleased: Family.WORK,
    UnitsReserved: Family.WORK,
    BinConfirmed: Family.WORK,
    ProductConfirmed: Family.WORK,
    LineShorted: Family.WORK,
    ShortUndone: Family.WORK,
    BinFoundEmpty: Family.WORK,
    LabelUnreadable: Family.QUALITY,
    CheckConfirmed: Family.WORK,
    CheckNotMet: Family.WORK,
    PickListCompleted: Family.WORK,
    PickListCancelled: Family.WORK,
    WorkerSignedIn: Family.WORK,
    WorkerSignedOut: Family.WORK,
    AttentionSettled: Family.WORK,
    RowsImported: Family.WORK,
    DocumentImported: Family.WORK,
}
"""Every event class with its family; a class missing here cannot be read or written."""

EVENT_TYPES: dict[str, type[Event]] = {cls.__name__: cls for cls in FAMILIES}


class UnknownEvent(ValueError):
    """An event of a type this version does not know."""


def event_to_plain(event: Event) -> dict[str, Any]:
    """JSON data with the class's name under `type`."""
    return {"type": type(event).__name__, **to_plain(event)}


def event_from_plain(data: Any) -> Event:
    """The event that `event_to_plain` wrote.

    Raises:
        UnknownEvent: its type is not known to this version.
        PlainError: its fields are not of the type's shape.
    """
    name = data.get("type") if isinstance(data, dict) else None
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownEvent(f"Failed to read an event: unknown type {name!r}.")
    return from_plain(kind, data)


def unit_of(event: Event) -> UnitId | None:
    """The unit an event is about."""
    return getattr(event, "unit", None)


def document_of(event: Event) -> DocumentId | None:
    """The document an event is about."""
    return getattr(event, "document", None)
