"""Taking another unit of the product than the one a line names: a reason, and somebody who allows it (R24)."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.act import Draft, Grant
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.documents.listed import Listed, is_to_pick, line_naming
from scantrail.domain.facts.picking.events import AllocationReleased, UnitPicked, UnitSubstituted
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.rules.pick import pick_refusal
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import M, say
from scantrail.workflows.base import Outcome, Scan, Tone, Verdict
from scantrail.workflows.pick.modes import (
    WORKING,
    AwaitingGrant,
    ChoosingReason,
    ChoosingReplaced,
    ExceptionKind,
    Mode,
    ScanningSubstitute,
    Step,
)
from scantrail.workflows.pick.outcomes import case_of, refused, scanned_unit
from scantrail.workflows.pick.route import Barred
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.wanted import another, wanted


def substitute_chosen(pick: Pick) -> Outcome[Mode]:
    """Asks which named unit is not taken; where only one is left there is nothing to ask."""
    left = pick.replaceable
    return Outcome(ScanningSubstitute(left[0][0]) if len(left) == 1 else ChoosingReplaced())


def replaced_chosen(pick: Pick, at: int) -> Outcome[Mode]:
    """The unit that is not taken is known; the one in its place is scanned next."""
    return Outcome(ScanningSubstitute(pick.replaceable[at][0]))


def substitute_scanned(pick: Pick, scan: Scan, instead_of: UnitId) -> Outcome[Mode]:
    """The unit must be one that the list could have named; then the reason is asked."""
    unit = scanned_unit(scan, pick.pick_list.at_product)
    refusal = _refusal(pick, scan, unit, instead_of)
    if refusal is not None or unit is None:
        return refused(pick, scan, refusal or refuse(ScanCode.UNKNOWN_SERIAL, wanted=wanted(pick)))
    verdict = Verdict(Tone.NOTED, M("ANOTHER UNIT"), unit.serial, todo=M("Choose why the named one is not taken."))
    return Outcome(ChoosingReason(ExceptionKind.SUBSTITUTE, unit.id, scan, instead_of=instead_of), verdict)


def substitute_for_barred(pick: Pick, scan: Scan, barred: Barred) -> Outcome[Mode]:
    """What bars the named unit is the reason: somebody with the right only has to allow the other one."""
    unit = scanned_unit(scan, barred.product)
    refusal = _refusal(pick, scan, unit, barred.unit)
    if refusal is not None or unit is None:
        return refused(pick, scan, refusal or refuse(ScanCode.UNKNOWN_SERIAL, wanted=wanted(pick)), WORKING)
    verdict = Verdict(Tone.NOTED, M("ANOTHER UNIT"), unit.serial, todo=M("A supervisor allows it."))
    return Outcome(AwaitingGrant(barred.unit, unit.id, scan, say(explain(barred.refusal).title)), verdict)


def substitute_reason_chosen(pick: Pick, mode: ChoosingReason, reason: str) -> Outcome[Mode]:
    """Somebody with the right has to allow it now."""
    if mode.unit is None or mode.scan is None or mode.instead_of is None:
        return Outcome(WORKING)
    return Outcome(AwaitingGrant(mode.instead_of, mode.unit, mode.scan, reason))


def granted(pick: Pick, mode: AwaitingGrant, grant: Grant) -> Outcome[Mode]:
    """Everything in one act: the substitution, the release of the named unit, and the pick."""
    unit, line = pick.unit(mode.unit), pick.line_naming(mode.instead_of)
    refusal = _refusal(pick, mode.scan, unit, mode.instead_of)
    person = pick.world.workers.get(pick.worker)
    if refusal is not None or unit is None or line is None or person is None or person.cart is None:
        return refused(pick, mode.scan, refusal or _not_named(pick, mode.instead_of), WORKING)
    number, order = pick.pick_list.number, pick.pick_list.order
    picked = UnitPicked(
        unit.id, unit.serial, number, line.id, order, unit.place, person.cart, from_status=Status.ALLOCATED
    )
    events: tuple[Event, ...] = (
        UnitSubstituted(unit.id, unit.serial, number, line.id, order, mode.instead_of),
        *_release(pick, mode.instead_of),
        picked,
    )
    draft = Draft(events, number, mode.scan.reading, reason=mode.reason, grant=grant)
    return Outcome(WORKING, Verdict(Tone.ACCEPTED, M("PICKED INSTEAD"), unit.serial), draft)


def _release(pick: Pick, unit_id: UnitId) -> tuple[Event, ...]:
    """The named unit is free again, where it was still promised to this list."""
    unit = pick.unit(unit_id)
    promised = unit is not None and unit.status is Status.ALLOCATED and unit.document == pick.pick_list.number
    return (AllocationReleased(unit_id, pick.pick_list.order),) if promised else ()


def _refusal(pick: Pick, scan: Scan, unit: Unit | None, instead_of: UnitId) -> Refusal | None:
    """Why a unit may not be taken: judged as if the line named it in place of the other one."""
    line, row = pick.line_naming(instead_of), pick.listing.get(unit.id) if unit is not None else None
    if line is None or not is_to_pick(pick.pick_list, pick.listing.get(instead_of)):
        return _not_named(pick, instead_of)
    is_picked = row is not None and row.picked is not None
    if unit is not None and line_naming(pick.pick_list, row) is not None and not is_picked:
        return _named_itself(pick, unit, instead_of)
    case = case_of(pick, scan, unit, line.product)
    if unit is not None and unit.product == line.product and not is_picked:
        as_named = replace(row or Listed(pick.pick_list.number, unit.id), line=line.id, named=True)
        case = replace(case, listed=as_named)
    return pick_refusal(replace(case, wanted=another(pick, line.product), bins=frozenset()))


def _named_itself(pick: Pick, unit: Unit, instead_of: UnitId) -> Refusal:
    """A unit that the list names stands for no other one."""
    barred, stop = pick.barred.get(unit.id), pick.stop
    line = pick.line_naming(instead_of)
    scan_now = another(pick, line.product if line else None)
    if barred is not None:
        return replace(barred.refusal, facts={**barred.refusal.facts, "wanted": scan_now})
    if unit.id == instead_of:
        return refuse(PickCode.REPLACED, unit=unit.serial, wanted=scan_now)
    is_next = pick.step is Step.SERIAL and stop is not None and pick.way.leads_to(unit, stop)
    code = PickCode.NAMED_HERE if is_next else PickCode.NAMED_ELSEWHERE
    return refuse(code, document=pick.pick_list.number, unit=unit.serial, wanted=scan_now)


def _not_named(pick: Pick, instead_of: UnitId) -> Refusal:
    unit = pick.unit(instead_of)
    return refuse(PickCode.NOT_NAMED, document=pick.pick_list.number, unit=unit.serial if unit else instead_of)
