"""A unit found damaged on a pick list: where it is put, and taking the report back where it was a mistake."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed, SetAside, line_naming
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.quality.refusals import QualityCode
from scantrail.domain.names.identifiers import DocumentId, PlaceId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.handling import transition_refusal
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.rights import right_refusal
from scantrail.domain.rules.scope import document_scope_refusal, place_refusal
from scantrail.domain.rules.task import task_refusal
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit


def as_set_aside(listed: Listed | None, unit: Unit) -> SetAside | None:
    """The report of a damaged unit; None where somebody has dealt with the unit since."""
    aside = listed.set_aside if listed is not None else None
    if aside is None:
        return None
    left = (Status.QUARANTINE, Condition.DAMAGED, aside.place, aside.by, aside.at)
    return aside if (unit.status, unit.condition, unit.place, unit.changed_by, unit.changed_at) == left else None


def before_damage(pick_list: PickList, listed: Listed) -> tuple[Status, DocumentId | None, DocumentId | None]:
    """Status, list and order that taking a report of damage back restores: those from before the pick (R20).

    A unit that another one has replaced on its line meanwhile is free.
    """
    status = listed.set_aside.status if listed.set_aside is not None else Status.AVAILABLE
    if status is not Status.ALLOCATED:
        return status, None, None
    if line_naming(pick_list, listed) is not None:
        return Status.ALLOCATED, pick_list.number, pick_list.order
    line = pick_list.line(listed.line)
    is_replaced = line is not None and line.kind is LineKind.EXACT
    return (Status.AVAILABLE, None, None) if is_replaced else (Status.ALLOCATED, None, pick_list.order)


def damage_undo_refusal(
    world: World, pick_list: PickList, unit: Unit, listed: Listed | None, device: str, worker: str
) -> Refusal | None:
    """Why a report of damage may not be taken back.

    Only the person who made it may do so, while the list is open and nobody else has dealt with the unit.
    """
    refusal = task_refusal(world, pick_list, device, worker)
    if refusal is not None:
        return refusal
    aside = as_set_aside(listed, unit)
    if aside is None:
        return transition_refusal(unit)
    return None if aside.by == worker else refuse(RightCode.NO_RIGHT, worker=world.worker_name(worker))


def back_in_bin_refusal(world: World, place: PlaceId, wanted: str = "–") -> Refusal | None:
    """Why a unit that is good after all may not be put there: it belongs in a bin for picking."""
    found = world.places.get(place)
    if found is None or found.pickable:
        return place_refusal(world, place)
    return refuse(PickCode.BIN_NOT_PICKABLE, bin=found.code, wanted=wanted)


def put_aside_refusal(
    world: World,
    pick_list: PickList,
    unit: Unit,
    listed: Listed | None,
    place: PlaceId,
    worker: str,
    wanted: str = "–",
) -> Refusal | None:
    """Why a damaged unit may not be put there. The list may be over by then: the goods must go somewhere."""
    refusal = document_scope_refusal(world, pick_list) or right_refusal(world, worker, Right.PICK)
    if refusal is not None:
        return refusal
    if as_set_aside(listed, unit) is None:
        return transition_refusal(unit)
    found = world.places.get(place)
    if found is None or is_for_damaged(world, found):
        return place_refusal(world, place)
    return refuse(QualityCode.NOT_FOR_DAMAGED, place=found.code, wanted=wanted)


_STANDING = (PlaceKind.BIN, PlaceKind.DOCK, PlaceKind.STAGING)


def is_for_damaged(world: World, place: Place) -> bool:
    """Whether damaged units may be put there: the site's own place for them, or another that nobody picks from."""
    return place.id == world.site.quarantine_place or (place.kind in _STANDING and not place.pickable)
