"""A damaged unit: recorded at its reason, brought to its place by scan, and taken back where it was a mistake."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.listed import Listed
from scantrail.domain.facts.quality.damage import (
    back_in_bin_refusal,
    before_damage,
    damage_undo_refusal,
    put_aside_refusal,
)
from scantrail.domain.facts.quality.events import QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.facts.quality.refusals import QualityCode
from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.domain.rules.pick import pick_refusal
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.words import M, Message
from scantrail.workflows.base import Outcome, Scan, Tone, Verdict
from scantrail.workflows.pick.modes import (
    WORKING,
    ChoosingReason,
    ExceptionKind,
    Mode,
    PuttingAside,
    Receiving,
    ScanningUndoBin,
    Step,
)
from scantrail.workflows.pick.outcomes import accepted, case_of, refused, scanned_unit, wrong_kind
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.wanted import wanted


def damaged_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    """A unit that could be picked, or is picked in this task, may be reported damaged; its reason is asked next."""
    product = pick.pick_list.at_product
    unit = scanned_unit(scan, product)
    in_task = unit is not None and pick.listing.picked_unit(unit.id) is not None
    refusal = None if in_task else pick_refusal(case_of(pick, scan, unit, product))
    if refusal is None and not in_task and unit is not None and pick.step is not Step.SERIAL:
        refusal = refuse(TaskCode.NOT_PICKED_HERE, unit=unit.serial, document=pick.pick_list.number)
    if refusal is not None or unit is None:
        return refused(pick, scan, refusal or refuse(ScanCode.UNKNOWN_SERIAL, wanted=wanted(pick)))
    verdict = Verdict(Tone.NOTED, M("DAMAGED"), unit.serial, todo=M("Choose what is damaged."))
    return Outcome(ChoosingReason(ExceptionKind.DAMAGED, unit.id, scan), verdict)


def damage_recorded(pick: Pick, mode: ChoosingReason, reason: str) -> Outcome[Mode]:
    """The unit is in quarantine where it is now; the scan of the place it is put into comes next."""
    unit = pick.unit(mode.unit)
    if unit is None:
        return Outcome(WORKING)
    row = pick.listing.get(unit.id)
    is_on_line = row is not None and (row.named or row.picked is not None)
    event = UnitQuarantined(
        unit=unit.id,
        from_status=unit.status,
        from_place=unit.place,
        to_place=unit.place,
        document=pick.pick_list.number,
        line=row.line if row is not None and is_on_line else "",
    )
    outcome = accepted(
        pick,
        (event,),
        M("QUARANTINED"),
        mode.scan,
        scanned=unit.serial,
        note=_bring(pick),
        reason=reason,
        photos=mode.photos,
    )
    return replace(outcome, mode=PuttingAside(unit.id))


def _bring(pick: Pick) -> Message:
    place = pick.world.site.quarantine_place
    return M("Put it in {place}.", place=code_of(place)) if place else M("Put it where damaged units go.")


def put_aside_scanned(pick: Pick, scan: Scan) -> Outcome[Mode] | None:
    """A damaged unit, or the place it is put into; None for a scan by which the work goes on."""
    if isinstance(pick.mode, PuttingAside):
        return _place_scanned(pick, scan, pick.mode.unit)
    unit = scanned_unit(scan, pick.pick_list.at_product)
    waiting = {each.unit for each in pick.to_put_aside}
    if unit is None or unit.id not in waiting or pick.mode not in (WORKING, Receiving()):
        return None
    verdict = Verdict(Tone.NOTED, M("DAMAGED"), unit.serial, todo=_bring(pick))
    return Outcome(PuttingAside(unit.id), verdict)


def _place_scanned(pick: Pick, scan: Scan, unit_id: UnitId) -> Outcome[Mode] | None:
    """Something known that is no place is the next step: the damaged unit is brought later."""
    unit, found = pick.unit(unit_id), scan.candidates
    places = [place for place in found.places if place.site == pick.pick_list.site]
    if not places:
        return None if found.units or found.products else wrong_kind(pick, scan)
    if unit is None:
        return refused(pick, scan, refuse(ScanCode.UNKNOWN_SERIAL, wanted="–"), WORKING)
    place, world = places[0], pick.world.with_place(places[0])
    listed = pick.listing.get(unit.id)
    refusal = put_aside_refusal(world, pick.pick_list, unit, listed, place.id, pick.worker, wanted(pick))
    if refusal is not None:
        is_place = refusal.code == QualityCode.NOT_FOR_DAMAGED
        return refused(pick, scan, refusal, pick.mode if is_place else WORKING)
    event = UnitPutAside(unit.id, pick.pick_list.number, unit.place, place.id)
    return accepted(pick, (event,), M("IN QUARANTINE"), scan, scanned=f"{unit.serial}  {place.code}")


def damage_undone_into(pick: Pick, scan: Scan, listed: Listed) -> Outcome[Mode]:
    """The unit is good after all: it goes back to a bin, with the status it had before (R20)."""
    unit = pick.unit(listed.unit)
    if unit is None:
        return refused(pick, scan, refuse(ScanCode.UNKNOWN_SERIAL, wanted="–"), WORKING)
    refusal = damage_undo_refusal(pick.world, pick.pick_list, unit, listed, pick.device, pick.worker)
    if refusal is not None:
        return refused(pick, scan, refusal, WORKING)
    bins = [place for place in scan.candidates.places if place.site == pick.pick_list.site]
    if not bins:
        return wrong_kind(pick, scan)
    world = pick.world.with_place(bins[0])
    refusal = back_in_bin_refusal(world, bins[0].id, wanted(pick))
    if refusal is not None:
        return refused(pick, scan, refusal, ScanningUndoBin(unit.id))
    status, document, order = before_damage(pick.pick_list, listed)
    event = QuarantineUndone(unit.id, pick.pick_list.number, unit.place, bins[0].id, status, order, document)
    note = M("Put it in {place}.", place=bins[0].code)
    return accepted(pick, (event,), M("DAMAGE UNDONE"), scan, scanned=unit.serial, note=note)
