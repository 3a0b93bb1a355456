"""Goods that are counted and not told apart go from one place to another (QL1, QL2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, SYSTEM, Change, Fact
from scantrail.domain.acts.kinds import RowKind, Thing, document, place, product, quantity
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts.placing.events import QuantityMoved
from scantrail.domain.facts.placing.places import same_place_refusal
from scantrail.domain.facts.placing.refusals import PlacingCode
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.records import has_right, not_allowed
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.place import PlaceKind
from scantrail.domain.things.product import Tracking
from scantrail.domain.things.quantity import Quantity
from scantrail.words import M, Message

RIGHTS: dict[PlaceKind, Right | None] = {
    PlaceKind.SUPPLIER: Right.RECEIVE,
    PlaceKind.UNKNOWN: Right.DECIDE_COUNT,
    PlaceKind.CUSTOMER: None,
    PlaceKind.IN_TRANSIT: None,
    PlaceKind.SERVICE_CENTRE: None,
}
"""The right that it takes to record that goods come from such a place or go there; None where nobody may yet.

Anywhere else takes the right to move goods.
"""


def _check(sight: Sight, event: QuantityMoved) -> Refusal | None:
    """Pieces of a product that is counted, between two places of this site.

    Fewer on record than are taken is no reason to refuse: the goods are in the hand, and the place is counted later.
    """
    return (
        _right_refusal(sight, event)
        or _goods_refusal(sight, event)
        or place_refusal(sight.world, event.from_place)
        or place_refusal(sight.world, event.to_place)
        or same_place_refusal(event.from_place, event.to_place)
    )


def _right_refusal(sight: Sight, event: QuantityMoved) -> Refusal | None:
    ends = (sight.world.places.get(each) for each in (event.from_place, event.to_place))
    wanted = {RIGHTS[end.kind] for end in ends if end is not None and end.kind in RIGHTS} or {Right.MOVE}
    refusals = (not_allowed(sight) if right is None else has_right(sight, right) for right in wanted)
    return next((refusal for refusal in refusals if refusal is not None), None)


def _goods_refusal(sight: Sight, event: QuantityMoved) -> Refusal | None:
    found = sight.world.products.get(event.product)
    if found is None:
        return refuse(ScanCode.UNKNOWN_PRODUCT)
    if found.tracking in (Tracking.SERIAL, Tracking.SERIAL_IN_LOT):
        return refuse(PlacingCode.SERIAL_NEEDED, product=found.name)
    if found.tracking is Tracking.LOT and not event.lot:
        return refuse(PlacingCode.LOT_NEEDED, product=found.name)
    return None if event.count > 0 else refuse(PlacingCode.NO_PIECES, count=event.count)


def _touches(event: QuantityMoved) -> Iterable[Thing]:
    return (
        quantity(event.from_place, event.product, event.lot),
        quantity(event.to_place, event.product, event.lot),
    )


def _fold(found: Quantity | None, event: QuantityMoved, change: Change) -> Quantity:
    """Less in the one place, more in the other."""
    origin, destination = _touches(event)
    before = found or Quantity(event.from_place if change.thing == origin else event.to_place, event.product, event.lot)
    more = event.count if change.thing == destination else 0
    less = event.count if change.thing == origin else 0
    return replace(before, count=before.count + more - less)


def _told(event: QuantityMoved) -> Message:
    return M(
        "{count} of {product} moved from {origin} to {place}",
        count=event.count,
        product=f"{event.product} {event.lot}".strip(),
        origin=place_words(event.from_place),
        place=place_words(event.to_place),
    )


FACT: Fact[Any] = Fact(
    QuantityMoved,
    Family.LOCATION,
    by=HANDHELD | SYSTEM,
    touches=_touches,
    creates=frozenset({RowKind.QUANTITY}),
    reads=lambda event: rows(product(event.product), place(event.from_place), place(event.to_place)),
    check=_check,
    folds={RowKind.QUANTITY: _fold},
    told=_told,
    concerns=lambda event: (document(event.document),) if event.document else (),
    where=lambda event: event.from_place,
)
"""Pieces are moved."""
