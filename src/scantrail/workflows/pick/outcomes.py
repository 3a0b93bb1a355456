"""The outcomes that every step of the pick has in common: refused, accepted, the wrong kind of code."""

from __future__ import annotations

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.names.identifiers import ProductId
from scantrail.domain.rules.pick import PickCase
from scantrail.domain.rules.scan import no_such_thing_refusal
from scantrail.domain.things.photo import Photo
from scantrail.domain.things.unit import Unit
from scantrail.words import Message
from scantrail.workflows.base import Outcome, Scan, Tone, Verdict
from scantrail.workflows.pick.modes import WORKING, Mode
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.wanted import wanted


def refused(pick: Pick, scan: Scan, refusal: Refusal, mode: Mode | None = None) -> Outcome[Mode]:
    """A refused scan is recorded too, with its refusal (R24)."""
    return Outcome(
        pick.mode if mode is None else mode,
        Verdict.of_refusal(refusal, scan.candidates.text),
        Draft(document=pick.pick_list.number, reading=scan.reading, refusal=refusal),
    )


def accepted(
    pick: Pick,
    events: tuple[Event, ...],
    title: Message,
    scan: Scan | None = None,
    *,
    scanned: str = "",
    note: Message | None = None,
    reason: str = "",
    photos: tuple[Photo, ...] = (),
) -> Outcome[Mode]:
    """Events to record, and the verdict to show once they are durable."""
    return Outcome(
        WORKING,
        Verdict(
            Tone.ACCEPTED if note is None else Tone.NOTED,
            title,
            scanned or (scan.candidates.text if scan else ""),
            todo=note,
        ),
        Draft(
            events=events,
            document=pick.pick_list.number,
            reading=scan.reading if scan else None,
            reason=reason,
            photos=photos,
        ),
    )


def wrong_kind(pick: Pick, scan: Scan) -> Outcome[Mode]:
    """Says what was scanned instead of the place, product or document that the step asks for."""
    return refused(pick, scan, no_such_thing_refusal(scan.candidates, pick.world.site, wanted(pick)))


def case_of(pick: Pick, scan: Scan, unit: Unit | None, product: ProductId | None) -> PickCase:
    """The case by which the rules judge a scan that picks a unit of a product."""
    return PickCase(
        world=pick.world,
        pick_list=pick.pick_list,
        device=pick.device,
        worker=pick.worker,
        today=pick.today,
        reading=scan.reading,
        found=scan.candidates,
        unit=unit,
        listed=pick.listing.get(unit.id) if unit is not None else None,
        expected_product=product,
        at_place=pick.pick_list.at_place,
        wanted=wanted(pick),
        bins=pick.way.bins,
    )


def scanned_unit(scan: Scan, product: ProductId | None) -> Unit | None:
    """Of several units with this serial, the one of the product at hand."""
    units = scan.candidates.units
    of_product = [unit for unit in units if unit.product == product]
    return next(iter([*of_product, *units]), None)
