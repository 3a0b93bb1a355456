"""Goods leave for a customer and reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import SYSTEM, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, party, person, unit
from scantrail.domain.acts.naming import NameOf
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.names.identifiers import DocumentId, PartyId, PersonId, PlaceId, UnitId
from scantrail.domain.rules.handling import transition_refusal
from scantrail.domain.things.status import Status, Trigger
from scantrail.domain.things.unit import Owner, Unit
from scantrail.words import M, Message


@dataclass(frozen=True, slots=True)
class UnitShipped(Event):
    """A unit leaves for a customer (R16)."""

    unit: UnitId
    shipment: DocumentId
    order: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    carrier: PartyId = ""
    """In records of earlier versions the carrier's name."""
    service: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class UnitDelivered(Event):
    """A unit has reached the customer (R17)."""

    unit: UnitId
    shipment: DocumentId
    from_place: PlaceId
    to_place: PlaceId
    owner: Owner
    signed_by: PersonId = ""
    """In records of earlier versions the person's name."""


def _check(sight: Sight, event: UnitShipped | UnitDelivered) -> Refusal | None:
    """It leaves from where it is; whether its status allows that, the table of statuses says."""
    found = sight.unit(event.unit)
    return None if found.place == event.from_place else transition_refusal(found)


def _shipped(found: Unit, event: UnitShipped, change: Change) -> Unit:
    return replace(
        found,
        status=Status.SHIPPED,
        place=event.to_place,
        document=event.shipment,
        order=event.order,
        left_at=change.at,
    )


def _delivered(found: Unit, event: UnitDelivered, change: Change) -> Unit:
    return replace(found, status=Status.DELIVERED, place=event.to_place, owner=event.owner)


def _told_shipped(event: UnitShipped) -> Message:
    carrier = NameOf(party(event.carrier)) if event.carrier else ""
    said = {"carrier": carrier, "service": event.service, "tracking": event.tracking}
    how = {name: value for name, value in said.items() if value}
    return M(
        "Shipped with {shipment} for {order}: {carrier}",
        shipment=event.shipment,
        order=event.order,
        carrier=Message(" ".join(f"{{{name}}}" for name in how), how) if how else "–",
    )


def _told_delivered(event: UnitDelivered) -> Message:
    owner = NameOf(party(event.owner.party))
    if event.signed_by:
        return M("Delivered to {owner}, signed by {name}", owner=owner, name=NameOf(person(event.signed_by)))
    return M("Delivered to {owner}", owner=owner)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        UnitShipped,
        Family.STATUS,
        by=SYSTEM,
        touches=lambda event: (unit(event.unit),),
        check=_check,
        folds={RowKind.UNIT: _shipped},
        told=_told_shipped,
        trigger=Trigger.FULFILMENT,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitDelivered,
        Family.OWNERSHIP,
        by=SYSTEM,
        touches=lambda event: (unit(event.unit),),
        check=_check,
        folds={RowKind.UNIT: _delivered},
        told=_told_delivered,
        trigger=Trigger.CONFIRMATION,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
    ),
)
"""The facts of this family."""
