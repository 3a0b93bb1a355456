"""Whether a unit may be moved, its condition stated, or set apart, with no document that asks for it (R20, R21)."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.events import UnitMoved, UnitQuarantined
from scantrail.domain.names.identifiers import PlaceId, code_of
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.task import right_refusal
from scantrail.domain.things.status import STATUS_NAMES, Status, Trigger, may_change, may_move
from scantrail.domain.things.unit import Unit
from scantrail.words import M


def move_refusal(world: World, worker: str, unit: Unit, event: UnitMoved) -> Refusal | None:
    """Why a worker may not have moved this unit."""
    refusal = right_refusal(world, worker, Right.MOVE) or _not_at_hand(world, unit)
    if refusal is not None:
        return refusal
    if unit.place != event.from_place:
        return transition_refusal(unit)
    return place_refusal(world, event.to_place)


def condition_refusal(world: World, worker: str, unit: Unit) -> Refusal | None:
    """Why a worker may not state the condition of a unit that no document has given them."""
    return right_refusal(world, worker, Right.QUARANTINE) or _not_at_hand(world, unit)


def quarantine_refusal(world: World, unit: Unit, event: UnitQuarantined) -> Refusal | None:
    """Why this unit may not be set apart; who may do it is judged by its caller."""
    if unit.site != world.site.id:
        return transition_refusal(unit)
    told_truth = (event.from_status, event.from_place) == (unit.status, unit.place)
    if not told_truth or not may_change(unit.status, Status.QUARANTINE, Trigger.QUALITY_ISSUE):
        return transition_refusal(unit)
    if unit.document not in (None, event.document):
        return refuse(Code.ANOTHER_LIST, document=unit.document, wanted="–")
    return place_refusal(world, event.to_place)


def place_refusal(world: World, place: PlaceId) -> Refusal | None:
    """Whether a unit can be put there: a place on record, of the site that judges."""
    found = world.places.get(place)
    is_here = found is not None and found.site == world.site.id
    return None if is_here else refuse(Code.UNKNOWN_PLACE, place=place)


def transition_refusal(unit: Unit) -> Refusal:
    """The unit is not what the record says, or its status does not allow it."""
    return refuse(Code.TRANSITION, unit=unit.serial, status=M(STATUS_NAMES[unit.status]))


def _not_at_hand(world: World, unit: Unit) -> Refusal | None:
    """A unit at another site, or gone, is in nobody's hand here; what is found all the same takes a correction."""
    if unit.site != world.site.id:
        return refuse(Code.ANOTHER_SITE, site=unit.site, place=code_of(unit.place), wanted="–")
    return None if may_move(unit.status) else transition_refusal(unit)
