"""Cartons and pallets: made, moved with what is in them, units put in and taken out (N13)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import KINDS, RowKind, container, unit
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.acts.world import World
from scantrail.domain.facts import things_of, told, touched
from scantrail.domain.facts.correcting.corrections import correction
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked, UnitUnpacked
from scantrail.domain.facts.packing.refusals import PackingCode
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.placing.events import ContainerMoved, UnitMoved
from scantrail.domain.facts.placing.refusals import PlacingCode
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.judge import absorb, judge
from scantrail.domain.names.identifiers import check_digit, is_sscc
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.rules.refusals.containers import ContainerCode
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.container import Container, ContainerKind
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.status import GONE, Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import say
from tests.support.worlds import (
    JENNIFER,
    NOW,
    SAM,
    SARAH,
    TODAY,
    exact_line,
    module,
    pick_list,
    promised,
    said_in,
    scanned,
    world,
)

SSCC, OTHER = "095212340000000419", "095212340000000426"
BENCH, LANE, BIN = "MAIN/DOCK-01", "MAIN/B-02-01", "MAIN/A-15-03"
CARTON = Container(SSCC, ContainerKind.CARTON, BENCH, units=2)
IN_IT = tuple(module(number, place=BENCH, container=SSCC) for number in (46, 47))
LOOSE = module(48)


def seen_with(*containers: Container, units: tuple[Unit, ...] = (*IN_IT, LOOSE), holds: tuple[Hold, ...] = ()) -> World:
    seen = world(*units, holds=holds)
    seen.rows[RowKind.CONTAINER] = {each.id: each for each in containers}
    return seen


def records(seen: World, *events: Event, worker: Worker = JENNIFER) -> Refusal | None:
    """Judge, and go on from there when it may be."""
    judgement = judge(Draft(events), By(worker.id, "Scanner-05", NOW), None, seen, TODAY)
    absorb(seen, judgement)
    return judgement.refusal


def code(seen: World, *events: Event, worker: Worker = JENNIFER) -> Code | None:
    refusal = records(seen, *events, worker=worker)
    return refusal.code if refusal else None


MOVED = ContainerMoved(SSCC, tuple(each.id for each in IN_IT), BENCH, LANE)


def test_a_carton_is_made_where_its_label_was_scanned_and_is_empty() -> None:
    seen = seen_with()
    assert records(seen, ContainerMade(SSCC, ContainerKind.CARTON, BENCH, "C2", "SH-2025-0234")) is None
    assert seen.row(container(SSCC)) == Container(SSCC, ContainerKind.CARTON, BENCH, "C2", "SH-2025-0234")


def test_a_number_that_is_used_is_refused_with_the_place_of_its_container() -> None:
    refusal = records(seen_with(CARTON), ContainerMade(SSCC, ContainerKind.PALLET, LANE))
    assert refusal == refuse(PackingCode.SSCC_USED, sscc=SSCC, place="DOCK-01")
    assert explain(refusal).contests


@pytest.mark.parametrize("number", ["", "CARTON-1", SSCC[:-1], SSCC[:-1] + "8", "0" + SSCC, "٠٩٥٢١٢٣٤٠٠٠٠٠٠٠٤١٩"])
def test_what_is_no_sscc_names_no_container(number: str) -> None:
    assert code(seen_with(), ContainerMade(number, ContainerKind.CARTON, BENCH)) == ScanCode.BAD_CODE


@given(st.from_regex("[0-9]{17}", fullmatch=True))
def test_every_number_with_its_check_digit_is_an_sscc_and_with_no_other(digits: str) -> None:
    right = check_digit(digits)
    assert [digit for digit in range(10) if is_sscc(f"{digits}{digit}")] == [right]


def test_a_unit_that_is_packed_stands_where_its_carton_stands() -> None:
    seen = seen_with(CARTON)
    assert records(seen, UnitPacked(LOOSE.id, SSCC, BIN, BENCH)) is None
    assert seen.units[LOOSE.id] == replace(LOOSE, place=BENCH, container=SSCC)
    assert seen.row(container(SSCC)).units == 3


def test_a_unit_is_in_one_container_at_most() -> None:
    seen = seen_with(CARTON, replace(CARTON, id=OTHER, units=0))
    refusal = records(seen, UnitPacked(IN_IT[0].id, OTHER, BENCH, BENCH))
    assert refusal == refuse(PackingCode.ALREADY_PACKED, sscc=SSCC)
    taken = UnitUnpacked(IN_IT[0].id, SSCC, BENCH, BENCH)
    assert records(seen, taken, UnitPacked(IN_IT[0].id, OTHER, BENCH, BENCH)) is None
    assert [seen.row(container(each)).units for each in (SSCC, OTHER)] == [1, 1]


def test_a_unit_under_a_hold_is_not_packed() -> None:
    held = Hold("H-1", HoldKind.QUALITY, "capacitor may fail", units=(LOOSE.id,))
    assert code(seen_with(CARTON, holds=(held,)), UnitPacked(LOOSE.id, SSCC, BIN, BENCH)) == GoodsCode.HOLD


@pytest.mark.parametrize("status", GONE)
def test_a_unit_that_is_gone_is_not_packed(status: Status) -> None:
    seen = seen_with(CARTON, units=(*IN_IT, replace(LOOSE, status=status)))
    assert code(seen, UnitPacked(LOOSE.id, SSCC, BIN, BENCH)) == GoodsCode.TRANSITION


def test_a_record_says_from_where_to_where_a_unit_was_packed() -> None:
    assert code(seen_with(CARTON), UnitPacked(LOOSE.id, SSCC, LANE, BENCH)) == GoodsCode.TRANSITION
    assert code(seen_with(CARTON), UnitPacked(LOOSE.id, SSCC, BIN, LANE)) == ContainerCode.CONTAINER_ELSEWHERE


def test_a_unit_that_is_taken_out_stands_where_it_was_put() -> None:
    seen = seen_with(CARTON)
    assert records(seen, UnitUnpacked(IN_IT[0].id, SSCC, BENCH, BIN)) is None
    assert seen.units[IN_IT[0].id] == replace(IN_IT[0], place=BIN, container=None)
    assert seen.row(container(SSCC)).units == 1
    assert code(seen, UnitUnpacked(IN_IT[0].id, SSCC, BENCH, BIN)) == PackingCode.NOT_IN_CONTAINER


def test_a_carton_moves_with_all_that_is_in_it() -> None:
    seen = seen_with(CARTON)
    assert records(seen, MOVED) is None
    assert seen.row(container(SSCC)).place == LANE
    assert {seen.units[each.id].place for each in IN_IT} == {LANE}
    assert seen.units[LOOSE.id] == LOOSE


def test_the_move_of_a_carton_stands_in_the_history_of_each_unit_in_it() -> None:
    assert things_of(MOVED) == touched(MOVED) == (container(SSCC), *(unit(each.id) for each in IN_IT))
    assert say(told(MOVED)) == f"{SSCC} moved from DOCK-01 (MAIN) to B-02-01 (MAIN)"


@pytest.mark.parametrize(
    "units",
    [(), (IN_IT[0].id,), (IN_IT[0].id, IN_IT[0].id), (IN_IT[0].id, LOOSE.id), (IN_IT[0].id, IN_IT[1].id, LOOSE.id)],
    ids=["none", "one too few", "one twice", "one that is not in it", "one too many"],
)
def test_a_carton_does_not_move_with_other_units_than_are_in_it(units: tuple[str, ...]) -> None:
    seen = seen_with(CARTON)
    assert code(seen, replace(MOVED, units=units)) == PlacingCode.CONTENTS_DIFFER
    assert seen.row(container(SSCC)) == CARTON


def test_a_carton_moves_only_from_where_it_stands_to_another_place_of_the_site() -> None:
    assert code(seen_with(CARTON), replace(MOVED, from_place=LANE, to_place=BIN)) == ContainerCode.CONTAINER_ELSEWHERE
    assert code(seen_with(CARTON), replace(MOVED, to_place=BENCH)) == PlacingCode.SAME_PLACE
    assert code(seen_with(CARTON), replace(MOVED, to_place="EAST/E-01")) == SiteCode.UNKNOWN_PLACE


def test_a_carton_that_nobody_knows_may_still_come_on_record() -> None:
    refusal = records(seen_with(), replace(MOVED, units=()))
    assert refusal == refuse(ContainerCode.CONTAINER_UNKNOWN, sscc=SSCC)
    assert explain(refusal).may_wait


def test_a_carton_of_another_site_is_not_moved_here() -> None:
    far = replace(CARTON, place="EAST/E-01", units=0)
    assert code(seen_with(far), ContainerMoved(SSCC, (), "EAST/E-01", LANE)) == SiteCode.ANOTHER_SITE


def test_a_unit_in_a_carton_goes_nowhere_by_itself() -> None:
    seen = seen_with(CARTON)
    assert records(seen, UnitMoved(IN_IT[0].id, BENCH, BIN), worker=SARAH) == refuse(
        ContainerCode.IN_CONTAINER, sscc=SSCC
    )
    assert seen.units[IN_IT[0].id] == IN_IT[0]


@pytest.mark.parametrize("to_place", ["MAIN/CART-05", BIN], ids=["into the cart", "and left in its bin"])
def test_a_unit_in_a_carton_is_not_picked_from_its_bin(to_place: str) -> None:
    inside = promised(46, container=SSCC)
    seen = world(inside, lists=(pick_list(exact_line(inside)),))
    seen.rows[RowKind.CONTAINER] = {SSCC: replace(CARTON, place=BIN, units=1)}
    picked = UnitPicked(inside.id, inside.serial, "PL-2025-0091", "1", "SO-2025-1289", BIN, to_place, Status.ALLOCATED)
    draft = Draft((picked,), "PL-2025-0091", scanned(inside.serial))
    judgement = judge(draft, By(SARAH.id, "d", NOW), said_in(seen, inside.serial), seen, TODAY)
    assert judgement.refusal == refuse(ContainerCode.IN_CONTAINER, sscc=SSCC)


def test_a_unit_that_arrives_is_in_no_carton_until_it_is_packed() -> None:
    """It would be in one that does not count it, and the carton would move without it."""
    born = module(48, place=BENCH, container=SSCC)
    seen = seen_with(units=())
    seen.workers[SAM.id] = SAM
    draft = Draft(
        (ContainerMade(SSCC, ContainerKind.CARTON, BENCH), UnitRegistered(born.id, Creation.RECEIVING, born)),
        reading=scanned(born.serial),
    )
    judgement = judge(draft, By(SAM.id, "d", NOW), said_in(seen, born.serial), seen, TODAY)
    assert judgement.refusal is not None
    assert judgement.refusal.code == GoodsCode.TRANSITION


def test_a_unit_is_taken_out_and_moved_in_one_act() -> None:
    seen = seen_with(CARTON)
    taken = UnitUnpacked(IN_IT[0].id, SSCC, BENCH, BENCH)
    assert records(seen, taken, UnitMoved(IN_IT[0].id, BENCH, BIN)) is None
    assert seen.units[IN_IT[0].id].place == BIN


def test_a_unit_of_a_carton_that_is_found_elsewhere_is_in_it_no_more() -> None:
    seen = seen_with(CARTON)
    seen.workers[SAM.id] = SAM
    event = correction(IN_IT[0], BIN, Status.AVAILABLE, None, None)
    by = By(SAM.id, "desk", NOW, Recorder.DESK)
    judgement = judge(Draft((event,), reason="found"), by, None, seen, TODAY)
    absorb(seen, judgement)
    assert judgement.refusal is None
    assert (seen.units[IN_IT[0].id].place, seen.units[IN_IT[0].id].container) == (BIN, None)
    assert seen.row(container(SSCC)).units == 1


def test_a_unit_leads_to_its_container_and_a_container_to_its_place() -> None:
    assert container(SSCC) in KINDS[RowKind.UNIT].leads_to([IN_IT[0]])
    assert all(thing[0] != RowKind.CONTAINER for thing in KINDS[RowKind.UNIT].leads_to([LOOSE]))
    assert rows(*KINDS[RowKind.CONTAINER].leads_to([CARTON])).of(RowKind.PLACE) == {BENCH}


def test_a_unit_that_is_in_no_container_is_stored_as_before() -> None:
    assert "container" not in to_plain(LOOSE)
    assert from_plain(Unit, to_plain(IN_IT[0])) == IN_IT[0]


@pytest.mark.parametrize("kind", ["carton", "pallet"])
def test_a_carton_that_an_older_version_kept_as_a_place_is_read_as_something_goods_are_carried_in(kind: str) -> None:
    stored = {"id": "MAIN/C-1", "site": "MAIN", "code": "C-1", "kind": kind}
    assert from_plain(Place, stored) == Place("MAIN/C-1", "MAIN", "C-1", PlaceKind.CART)


PLACES = (BENCH, LANE, BIN)
UNITS = tuple(module(number) for number in range(46, 50))
EVENTS = st.one_of(
    st.builds(ContainerMade, st.sampled_from((SSCC, OTHER)), st.sampled_from(ContainerKind), st.sampled_from(PLACES)),
    st.tuples(st.just("pack"), st.sampled_from(UNITS), st.sampled_from((SSCC, OTHER))),
    st.tuples(st.just("take out"), st.sampled_from(UNITS), st.sampled_from(PLACES)),
    st.tuples(st.just("move"), st.sampled_from((SSCC, OTHER)), st.sampled_from(PLACES)),
    st.tuples(st.just("move a unit"), st.sampled_from(UNITS), st.sampled_from(PLACES)),
)


def _event(seen: World, step: object) -> Event | None:
    """The step as somebody records it who sees this world."""
    match step:
        case ("pack", Unit(id=name), str(sscc)) if (into := seen.row(container(sscc))) is not None:
            return UnitPacked(name, sscc, seen.units[name].place, into.place)
        case ("take out", Unit(id=name), str(place)) if seen.units[name].container:
            return UnitUnpacked(name, seen.units[name].container or "", seen.units[name].place, place)
        case ("move", str(sscc), str(place)) if (found := seen.row(container(sscc))) is not None:
            inside = tuple(each.id for each in seen.units.values() if each.container == sscc)
            return ContainerMoved(sscc, inside, found.place, place)
        case ("move a unit", Unit(id=name), str(place)):
            return UnitMoved(name, seen.units[name].place, place)
        case Event():
            return step
    return None


@given(st.lists(EVENTS, max_size=20))
def test_whatever_is_recorded_a_unit_stands_where_its_container_stands(steps: list[object]) -> None:
    seen = seen_with(units=UNITS)
    for step in steps:
        event = _event(seen, step)
        if event is not None:
            records(seen, event)
        for each in seen.rows[RowKind.CONTAINER].values():
            inside = [found for found in seen.units.values() if found.container == each.id]
            assert len(inside) == each.units
            assert all(found.place == each.place for found in inside)
