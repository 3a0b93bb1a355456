"""Whether what a picker confirms, or reports, fits the list and the site as they are (R14, R15, R43).

An honest device may have an older row of the list or the site: then its act is contested, and the person looks again.
"""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import PlaceId, ProductId
from scantrail.domain.rules.handling import place_refusal


def product_refusal(world: World, pick_list: PickList, product: ProductId) -> Refusal | None:
    """Why a product is none that this list asks for; a line that was cancelled meanwhile did ask for it."""
    if any(line.product == product for line in pick_list.lines):
        return None
    found = world.products.get(product)
    return refuse(Code.NOT_ASKED_FOR, document=pick_list.number, product=found.name if found else product)


def empty_bin_refusal(world: World, pick_list: PickList, place: PlaceId, product: ProductId) -> Refusal | None:
    """Why a bin cannot have been found empty of a product for this list."""
    return place_refusal(world, place) or product_refusal(world, pick_list, product)


def label_refusal(
    world: World, pick_list: PickList, line_id: str, product: ProductId, place: PlaceId
) -> Refusal | None:
    """Why a label cannot have been found unreadable on a line; one that is full by now could have it once."""
    line = pick_list.line(line_id)
    if line is None or line.product != product:
        return refuse(Code.LINE_CHANGED, line=line_id, document=pick_list.number)
    return place_refusal(world, place)


def check_refusal(world: World, pick_list: PickList, item: str) -> Refusal | None:
    """Why an item of the checklist cannot be answered: the pick goes on, or nobody asks for this item.

    Earlier versions asked for the order's instructions as well.
    """
    if item not in (*world.site.pick_checklist, *pick_list.instructions):
        return refuse(Code.CHECKLIST_CHANGED, document=pick_list.number, item=item)
    return unfinished_refusal(pick_list)


def completion_refusal(world: World, pick_list: PickList) -> Refusal | None:
    """Why a list is not complete: units to pick, a condition to state, or an item of the checklist to confirm."""
    asked = world.site.pick_checklist if pick_list.picked else ()
    unchecked = next((item for item in asked if item not in (*pick_list.checks, *pick_list.unmet)), None)
    refusal = unfinished_refusal(pick_list)
    if refusal is not None or unchecked is None:
        return refusal
    return refuse(Code.NOT_CHECKED, item=unchecked)


def unfinished_refusal(pick_list: PickList) -> Refusal | None:
    """What a picker has still to do for a list before its checklist."""
    if pick_list.remaining:
        return refuse(Code.LINES_OPEN, count=pick_list.remaining, document=pick_list.number)
    if pick_list.unstated is not None:
        return refuse(Code.CONDITION_FIRST, unit=pick_list.unstated.serial)
    return None
