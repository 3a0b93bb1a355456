"""Units and lists that go from one person to another: handed over, put back, or given back."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.picking.events import UnitHandedOver
from scantrail.domain.facts.work.events import TaskReleased
from scantrail.domain.names.identifiers import code_of
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.scan import typed_refusal
from scantrail.domain.rules.task import cart_of, handover_refusal, release_refusal
from scantrail.words import M
from scantrail.workflows.base import Outcome, Scan, Tone, Verdict
from scantrail.workflows.pick.modes import WORKING, GivenBack, Mode, Receiving, ScanningUndoBin
from scantrail.workflows.pick.outcomes import accepted, refused
from scantrail.workflows.pick.state import Pick


def opening_mode(pick: Pick) -> Mode:
    """What a list asks for first when it is opened: what colleagues have picked for it and hand over."""
    return Receiving() if pick.to_receive else WORKING


def handed_over_scanned(pick: Pick, scan: Scan) -> Outcome[Mode] | None:
    """A unit that a colleague picked for this list goes into the own cart; None for any other scan."""
    waiting = {each.unit for each in pick.to_receive}
    unit = next((each for each in scan.candidates.units if each.id in waiting), None)
    cart = cart_of(pick.world, pick.worker)
    if unit is None or cart is None:
        return None
    picked = pick.listing.picked_unit(unit.id)
    refusal = handover_refusal(pick.world, pick.pick_list, unit, picked, pick.device, pick.worker)
    refusal = refusal or typed_refusal(pick.world.settings.scans, scan.reading)
    if refusal is not None:
        return refused(pick, scan, refusal)
    event = UnitHandedOver(unit.id, pick.pick_list.number, unit.place, cart)
    note = M("Put it in your cart, {cart}.", cart=code_of(cart))
    outcome = accepted(pick, (event,), M("HANDED OVER"), scan, scanned=unit.serial, note=note)
    is_last = waiting == {unit.id}
    return replace(outcome, mode=WORKING if is_last or not isinstance(pick.mode, Receiving) else pick.mode)


def put_back_scanned(pick: Pick, scan: Scan) -> Outcome[Mode]:
    """A unit of a cancelled list asks for its bin; any other scan is not to be put back for this list."""
    found = (pick.listing.picked_unit(each.id) for each in scan.candidates.units)
    picked = next((each for each in found if each is not None), None)
    if picked is None:
        return refused(pick, scan, refuse(TaskCode.LIST_CANCELLED, document=pick.pick_list.number), WORKING)
    todo = M("Take it to {place} and scan that bin.", place=code_of(picked.place))
    return Outcome(ScanningUndoBin(picked.unit), Verdict(Tone.NOTED, M("GOES BACK"), picked.serial, todo=todo))


def given_back(pick: Pick) -> Outcome[Mode]:
    """The list goes back, unless units of it would stay in this person's cart."""
    number = pick.pick_list.number
    picked = [(each, pick.unit(each.unit)) for each in pick.in_cart]
    refusal = release_refusal(pick.world, pick.pick_list, pick.device, pick.worker, picked)
    if refusal is not None:
        return Outcome(WORKING, Verdict.of_refusal(refusal, number))
    outcome = accepted(pick, (TaskReleased(number),), M("LIST GIVEN BACK"), scanned=number)
    return replace(outcome, mode=GivenBack())
