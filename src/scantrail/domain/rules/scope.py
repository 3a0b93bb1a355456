"""Whether what an act changes belongs to its site: each site works on its own goods and documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import Work
from scantrail.domain.names.identifiers import PlaceId, code_of
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.container import Container
from scantrail.domain.things.place import PARTNER_KINDS
from scantrail.domain.things.quantity import Quantity
from scantrail.domain.things.unit import Unit


def document_scope_refusal(world: World, document: Work) -> Refusal | None:
    """Why a document may not be worked on here: it is another site's."""
    here = world.site.id
    if document.site == here:
        return None
    return refuse(SiteCode.ANOTHER_SITES_LIST, document=document.number, site=document.site, here=here)


def scope_refusal(world: World, changed: Mapping[Thing, Any], found: Collection[Thing] = ()) -> Refusal | None:
    """Why rows may not be changed here. `changed` has their new state; `world` their state before.

    Goods must have been at this site, or be new, and must now stand in a place of this site; units and containers in
    one that is no partner's (R20). What a correction has
    `found` here may have been on record elsewhere (R24).
    """
    before = replace(world, rows={**world.rows, **_without(world, found)}) if found else world
    judged = ((_SCOPES[kind], thing, value) for kind in _SCOPES for thing, value in changed.items() if thing[0] == kind)
    refusals = (scope(before, thing, value) for scope, thing, value in judged)
    return next((refusal for refusal in refusals if refusal is not None), None)


def _without(world: World, found: Collection[Thing]) -> dict[RowKind, dict[str, Any]]:
    """The rows of units without those that were found."""
    gone = {name for kind, name in found if kind == RowKind.UNIT}
    return {RowKind.UNIT: {name: unit for name, unit in world.units.items() if name not in gone}}


def _of_document(world: World, _thing: Thing, after: Work) -> Refusal | None:
    return document_scope_refusal(world, after)


def _of_goods(world: World, thing: Thing, after: Unit | Container | Quantity) -> Refusal | None:
    before = world.row(thing)
    if before is not None and before.site != world.site.id:
        return refuse(SiteCode.ANOTHER_SITE, site=before.site, place=code_of(before.place), wanted="–")
    return place_refusal(world, after.place)


def _of_things(world: World, thing: Thing, after: Unit | Container) -> Refusal | None:
    refusal = _of_goods(world, thing, after)
    is_partners = refusal is None and world.places[after.place].kind in PARTNER_KINDS
    return refuse(SiteCode.PARTNERS_PLACE, place=code_of(after.place)) if is_partners else refusal


_SCOPES: Mapping[RowKind, Callable[[World, Thing, Any], Refusal | None]] = {
    RowKind.DOCUMENT: _of_document,
    RowKind.UNIT: _of_things,
    RowKind.CONTAINER: _of_things,
    RowKind.QUANTITY: _of_goods,
}
"""How rows of a kind belong to a site; rows of all other kinds belong to none. The first that refuses speaks."""


def place_refusal(world: World, place: PlaceId) -> Refusal | None:
    """Whether goods can be put there: a place on record, of the site that judges."""
    found = world.places.get(place)
    is_here = found is not None and found.site == world.site.id
    return None if is_here else refuse(SiteCode.UNKNOWN_PLACE, place=place)
