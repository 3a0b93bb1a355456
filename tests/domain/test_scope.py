"""A site works on its own goods and documents, on the device as on the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.kinds import document, unit
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.scope import scope_refusal
from scantrail.domain.rules.task import task_refusal, undo_refusal
from scantrail.domain.things.place import PARTNER_KINDS, Place, PlaceKind
from tests.support.worlds import SARAH, exact_line, module, pick_list, world

FAR_BIN = Place("EAST/E-01-01", "EAST", "E-01-01", PlaceKind.BIN, True)
UNIT = module(46)
OURS = pick_list(exact_line(UNIT))
FAR_LIST = pick_list(exact_line(UNIT), number="PL-EAST", site="EAST")
FAR_LIST_REFUSED = refuse(SiteCode.ANOTHER_SITES_LIST, document="PL-EAST", site="EAST", here="MAIN")


def refusal_of(before: str, after: str) -> Refusal | None:
    seen = world(replace(UNIT, place=before))
    seen.places[FAR_BIN.id] = FAR_BIN
    return scope_refusal(seen, {unit(UNIT.id): replace(UNIT, place=after), document(OURS.number): OURS})


def test_a_unit_and_a_list_of_this_site_may_be_changed() -> None:
    assert refusal_of("MAIN/A-15-03", "MAIN/A-15-04") is None


def test_a_unit_that_was_at_another_site_is_refused_with_its_place() -> None:
    assert refusal_of("EAST/E-01-01", "MAIN/A-15-03") == refuse(
        SiteCode.ANOTHER_SITE, site="EAST", place="E-01-01", wanted="–"
    )


def test_a_unit_goes_to_no_place_of_another_site_or_that_nobody_knows() -> None:
    for place in ("EAST/E-01-01", "MAIN/NOWHERE", ""):
        assert refusal_of("MAIN/A-15-03", place) == refuse(SiteCode.UNKNOWN_PLACE, place=place)


@pytest.mark.parametrize("kind", [kind for kind in PlaceKind if kind in PARTNER_KINDS])
def test_a_unit_is_put_into_no_partners_place_although_it_is_this_sites(kind: PlaceKind) -> None:
    seen = world(UNIT)
    away = Place("MAIN/AWAY", "MAIN", "AWAY", kind)
    seen.places[away.id] = away
    changed = {unit(UNIT.id): replace(UNIT, place=away.id)}
    assert scope_refusal(seen, changed) == refuse(SiteCode.PARTNERS_PLACE, place="AWAY")


def test_a_new_unit_needs_no_place_before() -> None:
    assert scope_refusal(world(), {unit(UNIT.id): UNIT}) is None


def test_another_sites_list_is_refused_before_anything_else_of_it_is_looked_at() -> None:
    seen = world(UNIT, lists=(FAR_LIST,))
    assert task_refusal(seen, FAR_LIST, "Scanner-05", SARAH.id) == FAR_LIST_REFUSED
    assert undo_refusal(seen, FAR_LIST, SARAH.id) == FAR_LIST_REFUSED
    assert scope_refusal(seen, {document(each.number): each for each in (OURS, FAR_LIST)}) == FAR_LIST_REFUSED
