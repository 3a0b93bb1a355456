"""Why goods may not be promised or picked as somebody recorded it."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.kinds import document
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed, is_to_pick, line_naming
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    BinFoundEmpty,
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitAllocated,
    UnitHandedOver,
    UnitPicked,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.domain.rules.handling import transition_refusal
from scantrail.domain.rules.pick import PickCase, before_pick, pick_refusal, unlisted_pick_refusal
from scantrail.domain.rules.records import has_reason, may_go_on, not_allowed, not_picked
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.rights import grant_refusal
from scantrail.domain.rules.scan import typed_refusal
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.rules.task import cart_of, handover_refusal, product_refusal, undo_refusal
from scantrail.domain.scans.reading import Candidates
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit


def allocated(sight: Sight, event: UnitAllocated) -> Refusal | None:
    """A free unit; the import has judged all else by the rules of goods, with the row of its file at hand."""
    unit = sight.unit(event.unit)
    return None if unit.status is Status.AVAILABLE else transition_refusal(unit)


def released(sight: Sight, event: AllocationReleased) -> Refusal | None:
    """A device releases a unit only by substituting another for it, in the same act."""
    unit = sight.unit(event.unit)
    if sight.is_system:
        return None if (unit.status, unit.order) == (Status.ALLOCATED, event.order) else transition_refusal(unit)
    instead = [each for each in sight.draft.events if isinstance(each, UnitSubstituted)]
    replaced = next((each for each in instead if each.instead_of == event.unit), None)
    if replaced is None:
        return not_allowed(sight)
    is_promised = (unit.status, unit.document, unit.order) == (Status.ALLOCATED, replaced.document, event.order)
    return None if is_promised else transition_refusal(unit)


def substituted(sight: Sight, event: UnitSubstituted) -> Refusal | None:
    """A free unit of the line's product in place of one still to pick; the pick itself is judged after it."""
    refusal = may_go_on(sight, event.document) or grant_refusal(sight.world, sight.draft.grant) or has_reason(sight)
    if refusal is not None:
        return refusal
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    line, listed = pick_list.line(event.line), sight.listed(event.document, event.unit)
    replaced_row = sight.listed(event.document, event.instead_of)
    is_replaceable = is_to_pick(pick_list, replaced_row) and line_naming(pick_list, replaced_row) == line
    if line is None or not is_replaceable or line_naming(pick_list, listed) is not None:
        replaced = sight.find_unit(event.instead_of)
        called = replaced.serial if replaced else event.instead_of
        return refuse(PickCode.NOT_NAMED, document=event.document, unit=called)
    if unit.product != line.product:
        return refuse(ScanCode.WRONG_PRODUCT, product=unit.product, wanted="–")
    told_truth = (event.serial, event.order) == (unit.serial, pick_list.order)
    named = replace(listed or Listed(event.document, unit.id), line=line.id, named=True)
    return _pick(sight, pick_list, unit, line.id, named) or (None if told_truth else transition_refusal(unit))


def picked(sight: Sight, event: UnitPicked) -> Refusal | None:
    """The scan may be picked for the line, and the record tells of the unit what is so."""
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    refusal = _pick(sight, pick_list, unit, event.line, sight.listed(event.document, event.unit))
    told = (event.serial, event.from_place, event.from_status, event.order)
    told_truth = told == (unit.serial, unit.place, unit.status, pick_list.order)
    return refusal or (None if told_truth else transition_refusal(unit))


def pick_forbidden(sight: Sight, event: UnitPicked) -> Refusal | None:
    """What the unit itself says against it where its list is not on record; the list, where the unit is not.

    A restored server may know less than its devices.
    """
    unit = sight.find_unit(event.unit)
    if unit is not None:
        return unlisted_pick_refusal(sight.world, unit)
    is_listed = isinstance(sight.row(document(event.document)), PickList)
    return may_go_on(sight, event.document) if is_listed else None


def _pick(sight: Sight, pick_list: PickList, unit: Unit, line: str, listed: Listed | None) -> Refusal | None:
    """Why the draft's scan may not pick a unit on a line of a list."""
    return pick_refusal(
        PickCase(
            world=sight.world,
            pick_list=pick_list,
            device=sight.by.device,
            worker=sight.by.actor,
            today=sight.today,
            reading=sight.draft.reading,
            found=Candidates(sight.said, (unit,)) if sight.said else None,
            unit=unit,
            listed=listed,
            expected_product=pick_list.at_product,
            at_place=pick_list.at_place,
            counted_on=line,
        )
    )


def undone(sight: Sight, event: PickUndone) -> Refusal | None:
    """A unit that is picked on the line, put back with the status it had before (R20)."""
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    listed = sight.listed(event.document, event.unit)
    if listed is None or listed.picked is None or listed.line != event.line:
        return not_picked(sight, event.unit, event.document)
    refusal = undo_refusal(sight.world, pick_list, sight.by.actor)
    if refusal is not None:
        return refusal
    told = (event.from_place, event.to_status, event.to_document)
    told_truth = told == (unit.place, *before_pick(pick_list, listed))
    return None if unit.status is Status.PICKED and told_truth else transition_refusal(unit)


def handed_over(sight: Sight, event: UnitHandedOver) -> Refusal | None:
    """The person who works on the list scans the unit that a colleague has picked for it."""
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    world, by, product = sight.world, sight.by, sight.world.products.get(unit.product)
    listed = sight.listed(event.document, event.unit)
    picked = listed.picked if listed is not None else None
    refusal = handover_refusal(world, pick_list, unit, picked, by.device, by.actor)
    refusal = refusal or typed_refusal(world.settings.scans, sight.draft.reading)
    if refusal is not None:
        return refusal
    if sight.said is None or product is None or not sight.said.is_serial_of(unit.serial, product):
        return refuse(ScanCode.SCAN_MISMATCH)
    told_truth = (event.from_place, event.to_place) == (unit.place, cart_of(world, by.actor))
    is_another_cart = event.from_place != event.to_place
    return None if unit.status is Status.PICKED and told_truth and is_another_cart else transition_refusal(unit)


def reserved(sight: Sight, event: UnitsReserved) -> Refusal | None:
    """Refuses only mistakes of the device itself: a unit named twice, or a unit of another product.

    A line that the desk has changed since is no reason to refuse; the fold lets go of what no longer fits. A restored
    server may not know a unit that a device does.
    """
    refusal = may_go_on(sight, event.document)
    if refusal is not None:
        return refusal
    lines = sight.pick_list(event.document).lines
    elsewhere = {unit for line in lines if line.id != event.line for unit in line.reserved}
    if len(set(event.units)) < len(event.units) or elsewhere.intersection(event.units):
        return _line_changed(event)
    known = (sight.find_unit(unit) for unit in event.units)
    is_told_truly = all(unit.product == event.product for unit in known if unit is not None)
    return None if is_told_truly else refuse(ScanCode.WRONG_PRODUCT, product=event.product, wanted="–")


def shorted(sight: Sight, event: LineShorted) -> Refusal | None:
    """No more than the line still asks for, and on an exact line each unit that is given up by its name."""
    refusal = has_reason(sight) or may_go_on(sight, event.document)
    pick_list = sight.pick_list(event.document)
    line = pick_list.line(event.line)
    if refusal is not None or line is None:
        return refusal or _line_changed(event)
    still_open = line.quantity - line.short - line.done
    fits = event.quantity <= still_open and all(_is_left_on(sight, line, event.document, each) for each in event.units)
    return None if fits and _counts_its_units(line, event) else _line_changed(event)


def _is_left_on(sight: Sight, line: PickLine, document: DocumentId, unit: UnitId) -> bool:
    """Whether a line, which may be cancelled by now, names a unit that is neither picked nor given up."""
    listed = sight.listed(document, unit)
    is_named = listed is not None and listed.named and listed.line == line.id and listed.picked is None
    return is_named and unit not in line.missing


def short_undone(sight: Sight, event: ShortUndone) -> Refusal | None:
    """No more than was given up."""
    refusal = may_go_on(sight, event.document)
    line = sight.pick_list(event.document).line(event.line)
    if refusal is not None or line is None:
        return refusal or _line_changed(event)
    fits = event.quantity <= line.short and set(line.missing).issuperset(event.units)
    return None if fits and _counts_its_units(line, event) else _line_changed(event)


def found_empty(sight: Sight, event: BinFoundEmpty) -> Refusal | None:
    """A bin of this site, and a product that the list asks for."""
    refusal = has_reason(sight) or may_go_on(sight, event.document) or place_refusal(sight.world, event.place)
    return refusal or product_refusal(sight.world, sight.pick_list(event.document), event.product)


def _counts_its_units(line: PickLine, event: LineShorted | ShortUndone) -> bool:
    """Whether it names as many units as it says: each once on an exact line, none on another."""
    named = event.quantity if line.kind is LineKind.EXACT else 0
    return event.quantity > 0 and len(event.units) == len(set(event.units)) == named


def _line_changed(event: LineShorted | ShortUndone | UnitsReserved) -> Refusal:
    return refuse(PickCode.LINE_CHANGED, line=event.line, document=event.document)
