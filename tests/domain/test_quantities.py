"""Goods that are counted: movements between two places, and their sum (R13, QL1, QL2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import KINDS, RowKind, document, quantity
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.sight import By
from scantrail.domain.acts.world import World
from scantrail.domain.facts import things_of, told
from scantrail.domain.facts.placing.events import QuantityMoved
from scantrail.domain.facts.placing.refusals import PlacingCode
from scantrail.domain.judge import absorb, judge, needs_of
from scantrail.domain.people.worker import Worker
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.product import Product, Tracking
from scantrail.domain.things.quantity import Quantity, quantity_id
from scantrail.words import say
from tests.support.worlds import CABLE, CLERK, JENNIFER, MODULE, NOW, SAM, SARAH, TODAY, world

BIN, OTHER_BIN, SUPPLIER, UNKNOWN = "MAIN/A-15-03", "MAIN/A-15-04", "MAIN/SUPPLIERS", "MAIN/UNKNOWN"
CUSTOMER = "MAIN/CUSTOMERS"
PASTE = Product("PASTE-1", "PASTE-1", "Solder paste", tracking=Tracking.LOT)
OUTSIDE = {
    SUPPLIER: PlaceKind.SUPPLIER,
    UNKNOWN: PlaceKind.UNKNOWN,
    CUSTOMER: PlaceKind.CUSTOMER,
    "EAST/E-01": PlaceKind.BIN,
}
FIVE = QuantityMoved(CABLE.id, "", 5, BIN, OTHER_BIN)


def seen() -> World:
    found = world()
    found.products[PASTE.id] = PASTE
    found.workers[SAM.id] = SAM
    found.places.update({each: Place(each, each[:4], each[5:], kind) for each, kind in OUTSIDE.items()})
    return found


def code(event: Event, worker: Worker = SARAH, within: World | None = None) -> Code | None:
    within = within or seen()
    judgement = judge(Draft((event,)), By(worker.id, "Scanner-05", NOW), None, within, TODAY)
    absorb(within, judgement)
    return judgement.refusal.code if judgement.refusal else None


def count(within: World, place: str, lot: str = "", product: str = CABLE.id) -> int:
    found: Quantity = within.row(quantity(place, product, lot))
    return found.count


def test_what_is_less_in_one_place_is_more_in_the_other() -> None:
    within = seen()
    assert code(replace(FIVE, from_place=SUPPLIER, to_place=BIN), CLERK, within) is None
    assert code(replace(FIVE, count=2), SARAH, within) is None
    assert [count(within, each) for each in (SUPPLIER, BIN, OTHER_BIN)] == [-5, 3, 2]


def test_fewer_on_record_than_are_taken_is_no_reason_to_refuse() -> None:
    within = seen()
    assert code(FIVE, within=within) is None
    assert within.row(quantity(BIN, CABLE.id, "")) == Quantity(BIN, CABLE.id, "", -5)


def test_every_lot_is_counted_by_itself() -> None:
    within = seen()
    for lot in ("L1", "L2"):
        assert code(QuantityMoved(PASTE.id, lot, 1, BIN, OTHER_BIN), within=within) is None
    assert [count(within, OTHER_BIN, lot, PASTE.id) for lot in ("L1", "L2")] == [1, 1]


@given(
    st.lists(
        st.builds(
            QuantityMoved,
            st.just(PASTE.id),
            st.sampled_from(("L1", "L2", "", "a|b")),
            st.integers(-2, 9),
            st.sampled_from((BIN, OTHER_BIN, SUPPLIER, UNKNOWN, CUSTOMER, "EAST/E-01", "MAIN/NOWHERE")),
            st.sampled_from((BIN, OTHER_BIN, SUPPLIER, UNKNOWN, CUSTOMER, "EAST/E-01", "MAIN/NOWHERE")),
        ),
        max_size=12,
    )
)
def test_whatever_is_moved_the_counts_of_a_lot_are_zero_over_all_places_together(moves: list[QuantityMoved]) -> None:
    within = seen()
    for move in moves:
        code(move, SAM, within)
    for lot in ("L1", "L2", "", "a|b"):
        assert sum(each.count for each in within.rows[RowKind.QUANTITY].values() if each.lot == lot) == 0
    for name, each in within.rows[RowKind.QUANTITY].items():
        assert name == each.id


@pytest.mark.parametrize(
    ("event", "refused"),
    [
        (replace(FIVE, count=0), PlacingCode.NO_PIECES),
        (replace(FIVE, count=-5), PlacingCode.NO_PIECES),
        (replace(FIVE, to_place=BIN), PlacingCode.SAME_PLACE),
        (replace(FIVE, product="NOTHING"), ScanCode.UNKNOWN_PRODUCT),
        (replace(FIVE, product=MODULE.id), PlacingCode.SERIAL_NEEDED),
        (replace(FIVE, product=PASTE.id), PlacingCode.LOT_NEEDED),
        (replace(FIVE, to_place="MAIN/NOWHERE"), SiteCode.UNKNOWN_PLACE),
        (replace(FIVE, from_place="EAST/E-01"), SiteCode.UNKNOWN_PLACE),
    ],
)
def test_a_movement_that_makes_no_sense_is_refused_with_the_reason(event: Event, refused: Code) -> None:
    assert code(event) is refused


@pytest.mark.parametrize(
    ("place", "may"),
    [(SUPPLIER, (CLERK, SAM)), (UNKNOWN, (SAM,)), (CUSTOMER, ()), (OTHER_BIN, (SARAH, CLERK, JENNIFER, SAM))],
)
def test_what_comes_from_outside_or_goes_there_takes_the_right_of_that_job(place: str, may: tuple[Worker, ...]) -> None:
    for event in (replace(FIVE, from_place=place, to_place=BIN), replace(FIVE, to_place=place)):
        allowed = [worker for worker in (SARAH, CLERK, JENNIFER, SAM) if code(event, worker) is None]
        assert set(allowed) == set(may)


def test_a_quantity_of_another_site_is_not_changed_here() -> None:
    within = seen()
    far = Quantity("EAST/E-01", CABLE.id, "", 9)
    within.rows[RowKind.QUANTITY][far.id] = far
    assert code(replace(FIVE, from_place="EAST/E-01"), within=within) == SiteCode.UNKNOWN_PLACE


def test_a_movement_is_about_both_places_and_stands_in_the_history_of_its_document() -> None:
    event = replace(FIVE, document="PL-1", line="3")
    both = (quantity(BIN, CABLE.id, ""), quantity(OTHER_BIN, CABLE.id, ""))
    assert things_of(event) == (*both, document("PL-1"))
    assert things_of(FIVE) == both
    assert say(told(FIVE)) == "5 of CBL-M12-5 moved from A-15-03 (MAIN) to A-15-04 (MAIN)"


def test_judging_a_movement_loads_its_product_and_both_places() -> None:
    needs = needs_of([Draft((FIVE,))], [SARAH.id])
    assert needs.of(RowKind.PLACE) == {BIN, OTHER_BIN}
    assert needs.of(RowKind.PRODUCT) == {CABLE.id}
    leads = rows(*KINDS[RowKind.QUANTITY].leads_to([Quantity(BIN, CABLE.id)]))
    assert leads.of(RowKind.PLACE) == {BIN}


def test_a_refusal_names_the_product_that_is_followed_by_serial() -> None:
    judgement = judge(Draft((replace(FIVE, product=MODULE.id),)), By(SARAH.id, "d", NOW), None, seen(), TODAY)
    assert judgement.refusal == refuse(PlacingCode.SERIAL_NEEDED, product="Control Module CM-500")


@given(st.lists(st.text("a|%7C", max_size=3), min_size=6, max_size=6))
def test_no_two_quantities_share_a_name(parts: list[str]) -> None:
    one, other = parts[:3], parts[3:]
    assert (quantity_id(*one) == quantity_id(*other)) == (one == other)
