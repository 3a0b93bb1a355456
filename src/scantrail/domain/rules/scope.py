"""Whether what an act changes belongs to its site: each site works on its own goods and documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.kinds import Document
from scantrail.domain.names.identifiers import PlaceId, code_of
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.unit import Unit


def document_scope_refusal(world: World, document: Document) -> Refusal | None:
    """Why a document may not be worked on here: it is another site's."""
    here = world.site.id
    if document.site == here:
        return None
    return refuse(SiteCode.ANOTHER_SITES_LIST, document=document.number, site=document.site, here=here)


def scope_refusal(world: World, changed: Mapping[Thing, Any]) -> Refusal | None:
    """Why rows may not be changed here. `changed` has their new state; `world` their state before.

    A unit must have been at this site, or be new, and must now stand in a place of this site.
    """
    documents = [value for (kind, _), value in changed.items() if kind == RowKind.DOCUMENT]
    units = [value for (kind, _), value in changed.items() if kind == RowKind.UNIT]
    refusals = (
        *(document_scope_refusal(world, document) for document in documents),
        *(_unit_scope_refusal(world, unit) for unit in units),
    )
    return next((refusal for refusal in refusals if refusal is not None), None)


def _unit_scope_refusal(world: World, after: Unit) -> Refusal | None:
    before = world.units.get(after.id)
    if before is not None and before.site != world.site.id:
        return refuse(SiteCode.ANOTHER_SITE, site=before.site, place=code_of(before.place), wanted="–")
    place = world.places.get(after.place)
    if place is None or place.site != world.site.id:
        return refuse(SiteCode.UNKNOWN_PLACE, place=after.place)
    return None


def place_refusal(world: World, place: PlaceId) -> Refusal | None:
    """Whether a unit can be put there: a place on record, of the site that judges."""
    found = world.places.get(place)
    is_here = found is not None and found.site == world.site.id
    return None if is_here else refuse(SiteCode.UNKNOWN_PLACE, place=place)
