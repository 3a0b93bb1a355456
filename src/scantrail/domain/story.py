"""What happened, in one sentence an event: the same on the handheld, at the desk and in reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scantrail.domain.events import (
    AllocationReleased,
    AttentionSettled,
    BinConfirmed,
    BinFoundEmpty,
    CheckConfirmed,
    CheckNotMet,
    ConditionStated,
    Creation,
    DocumentImported,
    Event,
    HoldClosed,
    HoldOpened,
    LabelUnreadable,
    LineShorted,
    PickListCancelled,
    PickListCompleted,
    PickListReleased,
    PickListTaken,
    PickUndone,
    ProductConfirmed,
    QuarantineUndone,
    RowsImported,
    ShortUndone,
    StatedBy,
    UnitAllocated,
    UnitCorrected,
    UnitDelivered,
    UnitHandedOver,
    UnitMoved,
    UnitPicked,
    UnitPutAside,
    UnitQuarantined,
    UnitRegistered,
    UnitShipped,
    UnitsReserved,
    UnitSubstituted,
    WorkerSignedIn,
    WorkerSignedOut,
)
from scantrail.domain.names.identifiers import code_of, site_of
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.domain.things.unit import Condition
from scantrail.words import M, Message


def told(event: Event) -> Message:
    """The sentence of an event."""
    return _SENTENCES[type(event)](event)


def place_words(place: str) -> str:
    """A place for a reader who may be at another site: `A-15-03 (MAIN)`."""
    return f"{code_of(place)} ({site_of(place)})"


_CREATIONS: dict[Creation, Message] = {
    Creation.RECEIVING: M("Received and registered at {place}"),
    Creation.MANUFACTURING: M("Made and registered at {place}"),
    Creation.SERVICE_RETURN: M("Came back from service, registered at {place}"),
    Creation.TRANSFER: M("Transferred in, registered at {place}"),
    Creation.FOUND: M("Found and registered at {place}"),
    Creation.MIGRATION: M("Taken over from another system, at {place}"),
}
_CONDITIONS: dict[Condition, Message] = {
    Condition.GOOD: M("Condition: good"),
    Condition.DAMAGED: M("Condition: damaged"),
}

_GOOD_BY: dict[StatedBy, Message] = {
    StatedBy.CONFIRMED: _CONDITIONS[Condition.GOOD],
    StatedBy.NEXT_SCAN: M("Condition: good, since the work went on"),
    StatedBy.NO_EXCEPTION: M("Condition: good, since nothing was reported"),
}


def _registered(event: UnitRegistered) -> Message:
    return Message(_CREATIONS[event.how].template, {"place": place_words(event.born.place)})


def _moved(event: UnitMoved) -> Message:
    return M("Moved from {origin} to {place}", origin=place_words(event.from_place), place=place_words(event.to_place))


def _allocated(event: UnitAllocated) -> Message:
    if event.document:
        return M("Allocated to {order}, on {document}", order=event.order, document=event.document)
    return M("Allocated to {order}", order=event.order)


def _substituted(event: UnitSubstituted) -> Message:
    return M("Takes the place of another unit on {document}, for {order}", document=event.document, order=event.order)


def _picked(event: UnitPicked) -> Message:
    return M(
        "Picked from {origin} to {place} for {document}, {order}",
        origin=code_of(event.from_place),
        place=code_of(event.to_place),
        document=event.document,
        order=event.order,
    )


def _handed_over(event: UnitHandedOver) -> Message:
    return M(
        "Handed over from {origin} to {place}, on {document}",
        origin=code_of(event.from_place),
        place=code_of(event.to_place),
        document=event.document,
    )


def _undone(event: PickUndone) -> Message:
    return M("Pick on {document} undone, put into {place}", document=event.document, place=code_of(event.to_place))


def _quarantined(event: UnitQuarantined) -> Message:
    if event.from_place == event.to_place:
        return M("Set apart as damaged, in {place}", place=code_of(event.to_place))
    return M("Set apart as damaged, put into {place}", place=code_of(event.to_place))


def _condition(event: ConditionStated) -> Message:
    is_good = event.condition is Condition.GOOD
    return _GOOD_BY[event.how] if is_good else _CONDITIONS[event.condition]


def _quarantine_undone(event: QuarantineUndone) -> Message:
    return M("Reported damaged by mistake, put back into {place}, good", place=code_of(event.to_place))


def _shipped(event: UnitShipped) -> Message:
    carrier = " ".join(filter(None, (event.carrier, event.service, event.tracking)))
    return M(
        "Shipped with {shipment} for {order}: {carrier}",
        shipment=event.shipment,
        order=event.order,
        carrier=carrier or "–",
    )


def _delivered(event: UnitDelivered) -> Message:
    if event.signed_by:
        return M("Delivered to {owner}, signed by {name}", owner=event.owner.name, name=event.signed_by)
    return M("Delivered to {owner}", owner=event.owner.name)


def _corrected(event: UnitCorrected) -> Message:
    return M(
        "Corrected: found in {place}, {status}; on record were {from_place} and {from_status}",
        place=place_words(event.to_place),
        status=M(STATUS_NAMES[event.to_status]),
        from_place=place_words(event.from_place),
        from_status=M(STATUS_NAMES[event.from_status]),
    )


def _bin(event: BinConfirmed) -> Message:
    if event.place is None:
        return M("Left the bin, on {document}", document=event.document)
    return M("At bin {place}, for {document}", place=code_of(event.place), document=event.document)


def _reserved(event: UnitsReserved) -> Message:
    return M(
        "{count} × {product} reserved for {document}, line {line}",
        count=len(event.units),
        product=event.product,
        document=event.document,
        line=event.line,
    )


def _unreadable(event: LabelUnreadable) -> Message:
    return M(
        "A label of {product} in {place} cannot be read, on {document}",
        product=event.product,
        place=code_of(event.place),
        document=event.document,
    )


def _shorted(event: LineShorted) -> Message:
    return M(
        "Short by {count} on {document}, line {line}", count=event.quantity, document=event.document, line=event.line
    )


def _short_undone(event: ShortUndone) -> Message:
    return M("Short pick on {document}, line {line}, taken back", document=event.document, line=event.line)


def _rows(event: RowsImported) -> Message:
    return M(
        "Imported {file} ({kind}): {added} added, {changed} changed",
        file=event.file,
        kind=event.kind,
        added=event.added,
        changed=event.changed,
    )


def _signed_in(event: WorkerSignedIn) -> Message:
    if event.offline:
        return M("{worker} signed in, offline", worker=event.worker)
    return M("{worker} signed in", worker=event.worker)


_SENTENCES: dict[type[Event], Callable[[Any], Message]] = {
    UnitRegistered: _registered,
    UnitMoved: _moved,
    UnitAllocated: _allocated,
    AllocationReleased: lambda event: M("No longer promised to {order}", order=event.order),
    UnitSubstituted: _substituted,
    UnitPicked: _picked,
    PickUndone: _undone,
    UnitHandedOver: _handed_over,
    ConditionStated: _condition,
    UnitQuarantined: _quarantined,
    QuarantineUndone: _quarantine_undone,
    UnitPutAside: lambda event: M("Damaged unit put into {place}", place=code_of(event.to_place)),
    UnitShipped: _shipped,
    UnitDelivered: _delivered,
    UnitCorrected: _corrected,
    HoldOpened: lambda event: M("Hold opened: {reason}", reason=event.hold.reason),
    HoldClosed: lambda event: M("Hold {hold} closed", hold=event.hold),
    PickListTaken: lambda event: M("{document} taken", document=event.document),
    PickListReleased: lambda event: M("{document} given back", document=event.document),
    UnitsReserved: _reserved,
    BinConfirmed: _bin,
    ProductConfirmed: lambda event: M(
        "Product {product} confirmed, for {document}", product=event.product, document=event.document
    ),
    LineShorted: _shorted,
    ShortUndone: _short_undone,
    BinFoundEmpty: lambda event: M("Bin {place} found empty", place=code_of(event.place)),
    LabelUnreadable: _unreadable,
    CheckNotMet: lambda event: M("Not so: {item}", item=event.item),
    CheckConfirmed: lambda event: M("Checked: {item}", item=event.item),
    PickListCompleted: lambda event: M("{document} complete", document=event.document),
    PickListCancelled: lambda event: M("{document} cancelled", document=event.document),
    WorkerSignedIn: _signed_in,
    WorkerSignedOut: lambda event: M("{worker} signed out", worker=event.worker),
    AttentionSettled: lambda event: M("Record {seq} of {device} dealt with", seq=event.seq, device=event.device),
    RowsImported: _rows,
    DocumentImported: lambda event: M("{document} imported", document=event.document),
}
"""One sentence for every class of event."""
