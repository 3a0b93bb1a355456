"""Answering the pick's steps: bin, product, serial, condition, and the checklist (R14, R15)."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import (
    CheckConfirmed,
    CheckNotMet,
    PlaceConfirmed,
    ProductConfirmed,
    TaskCompleted,
)
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.names.codes import CodeKind
from scantrail.domain.names.identifiers import ProductId
from scantrail.domain.rules.pick import pick_refusal
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.task import task_refusal
from scantrail.domain.scans.reading import Carrier
from scantrail.domain.things.unit import Condition, Unit
from scantrail.words import M, Message
from scantrail.workflows.base import (
    Answer,
    AskException,
    AskUndo,
    AttachPhoto,
    Back,
    Choose,
    Confirm,
    Granted,
    Outcome,
    Scan,
    Tone,
    Verdict,
)
from scantrail.workflows.pick.conditions import with_conditions
from scantrail.workflows.pick.damage import damaged_scanned, put_aside_scanned
from scantrail.workflows.pick.exceptions import (
    exception_chosen,
    exceptions_asked,
    photo_attached,
    reason_chosen,
    short_of,
    undo_asked,
    undo_bin_scanned,
    undo_chosen,
)
from scantrail.workflows.pick.handing import handed_over_scanned, put_back_scanned
from scantrail.workflows.pick.modes import (
    CLOSED_STEPS,
    WORKING,
    AwaitingGrant,
    ChoosingCheckReason,
    ChoosingException,
    ChoosingReason,
    ChoosingReplaced,
    ChoosingUndo,
    ExceptionKind,
    Mode,
    PuttingAside,
    Receiving,
    ScanningDamaged,
    ScanningSubstitute,
    ScanningUndoBin,
    Step,
)
from scantrail.workflows.pick.outcomes import accepted, case_of, refused, scanned_unit, wrong_kind
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.substitute import granted, replaced_chosen, substitute_for_barred, substitute_scanned
from scantrail.workflows.pick.wanted import codes, wanted


def answer(pick: Pick, given: Answer) -> Outcome[Mode]:
    """What an answer leads to. The pick is not changed: record the draft, then look at the document again."""
    pick = pick.as_asked
    match given:
        case Scan():
            return with_conditions(pick, _scanned(pick, given))
        case Confirm():
            return with_conditions(pick, _confirmed(pick))
        case Choose(key):
            return _chosen(pick, key)
        case AskException():
            return exceptions_asked(pick)
        case AskUndo():
            return undo_asked(pick)
        case Granted(grant):
            if not isinstance(pick.mode, AwaitingGrant):
                return Outcome(pick.mode)
            return with_conditions(pick, granted(pick, pick.mode, grant))
        case AttachPhoto(photo):
            return photo_attached(pick, photo)
        case Back():
            return Outcome(WORKING)


def _scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    if isinstance(pick.mode, ScanningUndoBin):
        return undo_bin_scanned(pick, scan, pick.mode.unit)
    put_aside = put_aside_scanned(pick, scan)
    if put_aside is not None:
        return put_aside
    if isinstance(pick.mode, PuttingAside):
        pick = replace(pick, mode=WORKING)
    if pick.step is Step.PUT_BACK:
        return put_back_scanned(pick, scan)
    refusal = task_refusal(pick.world, pick.pick_list, pick.device, pick.worker)
    if refusal is not None:
        return refused(pick, scan, refusal, WORKING)
    handed_over = handed_over_scanned(pick, scan)
    if handed_over is not None:
        return handed_over
    match pick.mode:
        case ScanningDamaged():
            return damaged_scanned(pick, scan)
        case ScanningSubstitute(instead_of):
            return substitute_scanned(pick, scan, instead_of)
        case _:
            return _step_scanned(pick, scan)


def _step_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    match pick.step:
        case Step.BIN:
            return _bin_scanned(pick, scan)
        case Step.PRODUCT:
            return _reserved_elsewhere_scanned(pick, scan) or _product_scanned(pick, scan)
        case Step.SERIAL:
            return _unit_scanned(pick, scan, pick.pick_list.at_product)
        case Step.CONDITION:
            unstated = pick.unstated
            unit = unstated.serial if unstated else ""
            return refused(pick, scan, refuse(WorkCode.CONDITION_FIRST, unit=unit), WORKING)
        case Step.CHECK | Step.DONE | Step.PUT_BACK | Step.CANCELLED | Step.TAKEN_OVER:
            return refused(pick, scan, refuse(PickCode.CONFIRM_FIRST), WORKING)
        case Step.REPLACE:
            return _replacement_scanned(pick, scan)
        case Step.STUCK:
            return refused(pick, scan, refuse(PickCode.NO_STOCK), WORKING)


def _bin_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    places = [place for place in scan.candidates.places if place.site == pick.pick_list.site]
    if not places:
        return _reserved_elsewhere_scanned(pick, scan) or wrong_kind(pick, scan)
    place = places[0]
    if not place.pickable:
        return refused(pick, scan, refuse(PickCode.BIN_NOT_PICKABLE, bin=place.code, wanted=wanted(pick)), WORKING)
    if place.id not in pick.way.bins:
        return refused(pick, scan, refuse(PickCode.GO_TO_BIN, bin=place.code, wanted=wanted(pick)), WORKING)
    return accepted(pick, (PlaceConfirmed(pick.pick_list.number, place.id),), M("RIGHT BIN"), scan)


def _reserved_elsewhere_scanned(pick: Pick, scan: Scan) -> Outcome[Mode] | None:
    """Who takes in the bin at hand what others have reserved, although led elsewhere, is right all the same."""
    others, product = pick.way.others_here, pick.pick_list.at_product
    unit = scanned_unit(scan, product)
    if unit is not None and unit.product == product and unit.id in {each.id for each in others}:
        return _unit_scanned(pick, scan, product)
    is_product = {each.product for each in others}.intersection(each.id for each in scan.candidates.products)
    return _product_scanned(pick, scan) if is_product else None


def _replacement_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    """Another unit for one that may not be picked; a unit that the list names here is picked as itself."""
    stop, barred = pick.stop, pick.to_replace
    unit = scanned_unit(scan, barred.product if barred else None)
    is_at_bin = stop is not None and stop.place == pick.pick_list.at_place
    if barred is None or (unit is not None and stop is not None and is_at_bin and pick.way.leads_to(unit, stop)):
        return _unit_scanned(pick, scan, unit.product if unit else None)
    return substitute_for_barred(pick, scan, barred)


def _product_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    here = {stop.product for stop in pick.way.stops_at(pick.pick_list.at_place)}
    products, said = scan.candidates.products, scan.candidates.said
    if not products and said.kind is CodeKind.SERIAL and said.gtin:
        return refused(pick, scan, refuse(ScanCode.UNKNOWN_GTIN, gtin=said.gtin, wanted=wanted(pick)), WORKING)
    if not products:
        return wrong_kind(pick, scan)
    here |= {unit.product for unit in pick.way.others_here}
    product = next((each for each in products if each.id in here), None)
    if product is None:
        refusal = refuse(ScanCode.WRONG_PRODUCT, product=products[0].name, wanted=wanted(pick))
        return refused(pick, scan, refusal, WORKING)
    event = ProductConfirmed(pick.pick_list.number, product.id)
    has_serial = said.kind is CodeKind.SERIAL or (not said.is_whole and bool(said.serial_for(product)))
    if has_serial and not scan.candidates.is_of_case:
        return _unit_scanned(pick, scan, product.id, event)
    return accepted(pick, (event,), M("RIGHT PRODUCT"), scan)


def _unit_scanned(pick: Pick, scan: Scan, product: ProductId | None, *before: Event) -> Outcome[Mode]:
    """Picks a unit of a product. A code of GTIN and serial answers the question before as well, in the same act."""
    unit = scanned_unit(scan, product)
    case = case_of(pick, scan, unit, product)
    refusal = pick_refusal(case)
    whole = _typed_end_of(pick, scan)
    if refusal is not None and refusal.code in _NO_SERIAL and whole:
        return refused(pick, scan, refuse(ScanCode.TYPE_WHOLE, text=scan.candidates.text, unit=whole), WORKING)
    if refusal is not None or unit is None or case.line is None or case.cart is None:
        return refused(pick, scan, refusal or refuse(ScanCode.UNKNOWN_SERIAL, wanted=case.wanted), WORKING)
    event = UnitPicked(
        unit=unit.id,
        serial=unit.serial,
        document=pick.pick_list.number,
        line=case.line.id,
        order=pick.pick_list.order,
        from_place=unit.place,
        to_place=case.cart,
        from_status=unit.status,
    )
    return accepted(pick, (*before, event), M("PICKED"), scan, scanned=unit.serial, note=_other_lot(scan, unit))


_NO_SERIAL = (ScanCode.MALFORMED, ScanCode.CUT_SHORT, ScanCode.UNKNOWN_SERIAL)


def _typed_end_of(pick: Pick, scan: Scan) -> str:
    """The serial asked for whose end alone was typed, as the glass shows further ones; empty where it is none."""
    text = scan.candidates.text
    if scan.reading.carrier is not Carrier.TYPED or not text:
        return ""
    return next((code for code in codes(pick) if code.endswith(text) and code != text), "")


def _other_lot(scan: Scan, unit: Unit) -> Message | None:
    """A label may name a lot that the record does not: worth a look, no reason to stop."""
    label, recorded = scan.candidates.said.lot, {unit.lot, unit.supplier_lot} - {""}
    if not label or not recorded or label in recorded:
        return None
    return M("Its label says lot {label}; on record is {recorded}.", label=label, recorded=" / ".join(sorted(recorded)))


def _confirmed(pick: Pick) -> Outcome[Mode]:
    if isinstance(pick.mode, (Receiving, PuttingAside)):
        return Outcome(WORKING)
    if pick.mode != WORKING:
        return Outcome(pick.mode)
    number = pick.pick_list.number
    unstated = pick.unstated
    if pick.step is Step.CHECK:
        return _checks_confirmed(pick)
    if unstated is not None and pick.step not in CLOSED_STEPS:
        event = ConditionStated(unstated.unit, Condition.GOOD, number)
        return accepted(pick, (event,), M("CONDITION GOOD"), scanned=unstated.serial)
    if pick.step is Step.REPLACE and pick.to_replace is not None:
        return short_of(pick, pick.to_replace)
    return Outcome(WORKING)


def _checks_confirmed(pick: Pick) -> Outcome[Mode]:
    number, short = pick.pick_list.number, sum(line.short for line in pick.pick_list.lines)
    answered = (*pick.pick_list.checks, *pick.pick_list.unmet)
    left = (item for item in pick.checklist if item not in answered)
    events: tuple[Event, ...] = (*(CheckConfirmed(number, item) for item in left), TaskCompleted(number))
    return accepted(pick, events, M("LIST ENDED SHORT") if short else M("LIST COMPLETE"), scanned=number)


def _not_so(item: str) -> Outcome[Mode]:
    verdict = Verdict(Tone.NOTED, M("NOT SO"), item, todo=M("Choose why the list may end all the same."))
    return Outcome(ChoosingCheckReason(item), verdict)


def check_numbers(pick: Pick) -> dict[str, str]:
    """The number that says of an item of the checklist that it is not so."""
    return {str(number): item for number, item in enumerate(pick.checklist, 1)}


def _chosen(pick: Pick, key: str) -> Outcome[Mode]:
    if pick.mode == WORKING and pick.step is Step.CHECK and key in check_numbers(pick):
        return _not_so(check_numbers(pick)[key])
    if key not in {choice.key for choice in pick.choices}:
        return Outcome(pick.mode)
    at = int(key) - 1
    match pick.mode:
        case ChoosingException():
            return exception_chosen(pick, list(ExceptionKind)[at])
        case ChoosingCheckReason(item):
            event = CheckNotMet(pick.pick_list.number, item)
            reason = pick.world.settings.picking.check_reasons[at]
            return accepted(pick, (event,), M("NOT SO, RECORDED"), scanned=item, reason=reason)
        case ChoosingReason() as mode:
            return reason_chosen(pick, mode, pick.reasons[at])
        case ChoosingReplaced():
            return replaced_chosen(pick, at)
        case ChoosingUndo():
            return undo_chosen(pick, pick.undoable[at])
        case _:
            return Outcome(pick.mode)
