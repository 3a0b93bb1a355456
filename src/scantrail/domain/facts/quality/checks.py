"""Why somebody may not say this of a unit's condition, or of its label."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.acts.world import World
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.quality.damage import (
    back_in_bin_refusal,
    before_damage,
    damage_undo_refusal,
    put_aside_refusal,
)
from scantrail.domain.facts.quality.events import (
    ConditionStated,
    LabelUnreadable,
    QuarantineUndone,
    UnitPutAside,
    UnitQuarantined,
)
from scantrail.domain.names.identifiers import PlaceId, ProductId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.handling import at_hand_refusal, transition_refusal
from scantrail.domain.rules.records import has_reason, has_right, may_go_on, not_picked
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.status import Status, Trigger, may_change


def stated(sight: Sight, event: ConditionStated) -> Refusal | None:
    """A unit that the person has picked; with no document, one at hand, and a right."""
    if event.document is None:
        return has_right(sight, Right.QUARANTINE) or at_hand_refusal(sight.world, sight.unit(event.unit))
    listed = sight.listed(event.document, event.unit)
    if listed is None or listed.picked is None:
        return not_picked(sight, event.unit, event.document)
    return may_go_on(sight, event.document)


def quarantined(sight: Sight, event: UnitQuarantined) -> Refusal | None:
    """A unit of this site that is where and what the record says, and that no other document holds (R21)."""
    world, unit = sight.world, sight.unit(event.unit)
    told_truth = (event.from_status, event.from_place) == (unit.status, unit.place)
    may_be = told_truth and unit.site == world.site.id
    if not may_be or not may_change(unit.status, Status.QUARANTINE, Trigger.QUALITY_ISSUE):
        return transition_refusal(unit)
    if unit.document not in (None, event.document):
        return refuse(GoodsCode.ANOTHER_LIST, document=unit.document, wanted="–")
    refusal = place_refusal(world, event.to_place)
    if refusal is not None:
        return refusal
    listed = sight.listed(event.document, unit.id)
    if listed is not None and listed.picked is not None and listed.line != event.line:
        return not_picked(sight, unit.id, event.document or "")
    may = may_go_on(sight, event.document) if event.document else has_right(sight, Right.QUARANTINE)
    return has_reason(sight) or may


def quarantine_undone(sight: Sight, event: QuarantineUndone) -> Refusal | None:
    """The person who reported the damage, while nobody else has dealt with the unit; it goes back as it was (R20)."""
    world, pick_list, unit = sight.world, sight.pick_list(event.document), sight.unit(event.unit)
    listed = sight.listed(event.document, event.unit)
    refusal = damage_undo_refusal(world, pick_list, unit, listed, sight.by.device, sight.by.actor)
    refusal = refusal or back_in_bin_refusal(world, event.to_place)
    if refusal is not None or listed is None:
        return refusal or transition_refusal(unit)
    told = (event.from_place, event.to_status, event.to_document, event.to_order)
    return None if told == (unit.place, *before_damage(pick_list, listed)) else transition_refusal(unit)


def put_aside(sight: Sight, event: UnitPutAside) -> Refusal | None:
    """A damaged unit, and a place for such."""
    unit, listed = sight.unit(event.unit), sight.listed(event.document, event.unit)
    pick_list = sight.pick_list(event.document)
    refusal = put_aside_refusal(sight.world, pick_list, unit, listed, event.to_place, sight.by.actor)
    return refusal or (None if event.from_place == unit.place else transition_refusal(unit))


def unreadable(sight: Sight, event: LabelUnreadable) -> Refusal | None:
    """On a line that asks for the product, in a place of this site."""
    refusal = has_reason(sight) or may_go_on(sight, event.document)
    pick_list = sight.pick_list(event.document)
    return refusal or _label_refusal(sight.world, pick_list, event.line, event.product, event.place)


def _label_refusal(
    world: World, pick_list: PickList, line_id: str, product: ProductId, place: PlaceId
) -> Refusal | None:
    """Why a label cannot have been found unreadable on a line; one that is full by now could have it once."""
    line = pick_list.line(line_id)
    if line is None or line.product != product:
        return refuse(PickCode.LINE_CHANGED, line=line_id, document=pick_list.number)
    return place_refusal(world, place)
