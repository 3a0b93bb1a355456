"""Whether a unit that arrives may be registered (R1, R4, R5).

A serial is registered once. Two docks without a network may both receive it; the first that reaches the server has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.receiving.refusals import ReceivingCode
from scantrail.domain.names.identifiers import code_of, unit_id
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.rights import right_refusal
from scantrail.domain.rules.scan import format_refusal, typed_refusal
from scantrail.domain.scans.reading import Reading, Said
from scantrail.domain.things.place import PlaceKind
from scantrail.domain.things.status import STATUS_NAMES, Status
from scantrail.domain.things.unit import Unit
from scantrail.words import M

FRESH = (Status.AVAILABLE, Status.QUARANTINE)
"""What a unit that has just arrived can be (R5, R21)."""

ARRIVAL = (PlaceKind.DOCK, PlaceKind.STAGING, PlaceKind.BIN)
"""Where it can be."""


@dataclass(frozen=True, slots=True)
class ReceiptCase:
    """A unit that somebody registers, and what was scanned for it."""

    world: World
    worker: str
    reading: Reading | None
    said: Said | None
    event: UnitRegistered
    on_record: Unit | None
    """The unit that has this id, or has ever had this serial."""


def receipt_refusal(case: ReceiptCase) -> Refusal | None:
    """Why this unit may not be registered; None when it may."""
    return next((refusal for rule in RECEIPT_RULES if (refusal := rule(case)) is not None), None)


def _no_right(case: ReceiptCase) -> Refusal | None:
    if case.event.how is not Creation.RECEIVING:
        return refuse(RightCode.NO_RIGHT, worker=case.world.worker_name(case.worker))
    return right_refusal(case.world, case.worker, Right.RECEIVE)


def _typed(case: ReceiptCase) -> Refusal | None:
    return typed_refusal(case.world.settings.scans, case.reading)


def _unknown_product(case: ReceiptCase) -> Refusal | None:
    return None if case.event.born.product in case.world.products else refuse(ScanCode.UNKNOWN_PRODUCT)


def _bad_code(case: ReceiptCase) -> Refusal | None:
    return refuse(ScanCode.BAD_CODE, fault=M(case.said.fault)) if case.said is not None and case.said.fault else None


def _format(case: ReceiptCase) -> Refusal | None:
    product = case.world.products[case.event.born.product]
    fault = product.serial_fault(case.event.born.serial)
    return None if fault is None else format_refusal(product, fault)


def _named_wrongly(case: ReceiptCase) -> Refusal | None:
    """The scan says the serial, and product and serial make the id, so that every dock names the unit alike (R1)."""
    event, said, product = case.event, case.said, case.world.products[case.event.born.product]
    is_right = said is not None and said.is_serial_of(event.born.serial, product)
    is_named = event.unit == event.born.id == unit_id(product.id, product.canonical(event.born.serial))
    return None if is_right and is_named else refuse(ScanCode.SCAN_MISMATCH)


def _already_received(case: ReceiptCase) -> Refusal | None:
    known = case.on_record
    if known is None:
        return None
    place = code_of(known.place) if known.site == case.world.site.id else known.place
    return refuse(ReceivingCode.ALREADY_RECEIVED, unit=known.serial, status=M(STATUS_NAMES[known.status]), place=place)


def _misplaced(case: ReceiptCase) -> Refusal | None:
    place = case.world.places.get(case.event.born.place)
    is_here = place is not None and place.site == case.world.site.id and place.kind in ARRIVAL
    return None if is_here else refuse(SiteCode.UNKNOWN_PLACE, place=case.event.born.place)


def _no_beginning(case: ReceiptCase) -> Refusal | None:
    """A unit that arrives has no past here: no list, no order, no other serial, no container that counts it."""
    born = case.event.born
    has_past = born.document or born.order or born.container or born.former_serials or born.changed_at or born.left_at
    if born.status in FRESH and not has_past:
        return None
    return refuse(GoodsCode.TRANSITION, unit=born.serial, status=M(STATUS_NAMES[born.status]))


RECEIPT_RULES = (
    _no_right,
    _typed,
    _unknown_product,
    _bad_code,
    _format,
    _named_wrongly,
    _already_received,
    _misplaced,
    _no_beginning,
)
"""In this order; the first that refuses speaks."""
