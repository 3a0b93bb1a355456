"""A unit's past comes in with the unit: step by step, at its own times, by the table of statuses."""

from typing import Any

import pytest

from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import OwnerType
from scantrail.server.history.timelines import timeline_of
from scantrail.server.ledger.log import verify_chain
from scantrail.server.records.master import parties_called
from tests.interchange.desk import Desk, done, list_row, order_row, serial, the_problem, told, unit_row


def step(day: int, event: str, place: str | None = None, number: int = 45, **cells: Any) -> dict[str, Any]:
    row = {
        "product": "CM-500-STD",
        "serial": serial(number),
        "at": f"2025-01-{day:02d}T09:00:00-05:00",
        "event": event,
        "place": place,
    }
    return {**row, **cells}


REGISTERED = step(20, "registered", "MAIN/DOCK-01", by="clara", how="receiving")
MOVED = step(21, "moved", "MAIN/A-15-03", by="clara")
LIFE = [
    REGISTERED,
    MOVED,
    step(22, "allocated", order="SO-9"),
    step(23, "picked", "MAIN/CART-05", document="PL-9", by="sarah"),
    step(24, "shipped", "TRANSIT/FEDEX", document="SH-9", carrier="FedEx", tracking="789"),
    step(25, "delivered", "METRO/DELIVERED", signed_by="J. Alvarez"),
]
DELIVERED = unit_row(
    45, place="METRO/DELIVERED", status="delivered", owner_type="customer", owner="Metro Manufacturing"
)


def test_a_whole_life_comes_in(either_desk: Desk) -> None:
    done(either_desk.with_basics().bring(units=[DELIVERED], history=list(reversed(LIFE))))
    unit = either_desk.unit(45)
    assert unit is not None
    assert (unit.status, unit.place, unit.order, unit.document) == (Status.DELIVERED, "METRO/DELIVERED", "SO-9", "SH-9")
    with either_desk.reading() as connection:
        assert parties_called(connection, ["Metro Manufacturing"]).keys() == {unit.owner.party}
        entries = timeline_of(connection, unit.id)
        assert verify_chain(connection, "MAIN") is None
    assert [(each.type, each.actor, each.effective_at.day) for each in entries] == [
        ("UnitRegistered", "clara", 20),
        ("UnitMoved", "clara", 21),
        ("UnitAllocated", "System", 22),
        ("UnitPicked", "sarah", 23),
        ("UnitShipped", "System", 24),
        ("UnitDelivered", "System", 25),
    ]
    assert unit.owner.type is OwnerType.CUSTOMER
    assert [each.story for each in entries[-2:]] == [
        "Shipped with SH-9 for SO-9: FedEx 789",
        "Delivered to Metro Manufacturing, signed by J. Alvarez",
    ]
    assert {each.recorded_at for each in entries} == {either_desk.now}
    assert list(either_desk.listing("PL-9")) == [], "a list of the past is not on record, and so is no unit on it"


def test_the_same_history_again_changes_nothing_with_or_without_its_units(either_desk: Desk) -> None:
    done(either_desk.with_basics().bring(units=[DELIVERED], history=LIFE))
    before = either_desk.traces()
    done(either_desk.bring(units=[DELIVERED], history=LIFE))
    done(either_desk.bring(history=LIFE))
    assert either_desk.traces() == before


def test_the_past_of_a_unit_on_record_takes_no_more_steps(desk: Desk) -> None:
    done(desk.with_basics().bring(units=[unit_row(45)], history=[REGISTERED, MOVED]))
    later = step(22, "moved", "MAIN/QC-01")
    assert "its past takes no more steps" in the_problem(
        desk.bring(units=[unit_row(45)], history=[REGISTERED, MOVED, later])
    )


def test_a_unit_that_is_set_apart_or_released_on_its_way(desk: Desk) -> None:
    past = [
        REGISTERED,
        MOVED,
        step(22, "allocated", order="SO-9"),
        step(23, "released"),
        step(24, "quarantined", "MAIN/QC-01", reason="housing", condition="damaged"),
    ]
    done(
        desk.with_basics().bring(
            units=[unit_row(45, place="MAIN/QC-01", status="quarantine", condition="damaged")], history=past
        )
    )
    unit = desk.unit(45)
    assert unit is not None
    assert (unit.status, unit.order) == (Status.QUARANTINE, None)


def test_a_unit_may_go_to_another_site_whose_log_then_tells_its_past(desk: Desk) -> None:
    done(
        desk.with_basics().bring(
            units=[unit_row(45, place="EAST/E-01-01")], history=[REGISTERED, step(22, "moved", "EAST/E-01-01")]
        )
    )
    unit = desk.unit(45)
    assert unit is not None
    with desk.reading() as connection:
        assert {entry.site for entry in timeline_of(connection, unit.id)} == {"EAST"}


@pytest.mark.parametrize(
    ("past", "sentence"),
    [
        ([MOVED], "expected registered as the first event"),
        ([REGISTERED, step(21, "registered", "MAIN/DOCK-01")], "expected registered once"),
        ([step(20, "registered", "METRO/DELIVERED")], "expected a place of a site of ours"),
        ([REGISTERED, step(21, "moved", "MAIN/Z")], "expected a place that is on record"),
        ([REGISTERED, step(29, "moved", "MAIN/A-15-03")], "expected a time that has passed"),
        ([REGISTERED, step(21, "allocated")], "expected a value: this event needs it"),
        ([REGISTERED, step(21, "released")], "expected a step that Available allows"),
        ([REGISTERED, step(21, "shipped", "TRANSIT/FEDEX", document="SH-1")], "expected a step that Available allows"),
        ([REGISTERED, step(21, "delivered", "METRO/DELIVERED")], "expected a step that Available allows"),
        ([REGISTERED, step(21, "picked", "MAIN/CART-05", document="PL-9")], "expected the sales order"),
        ([*LIFE[:3], step(23, "picked", "MAIN/CART-05", document="PL-9", order="SO-8")], "expected the sales order"),
        ([*LIFE[:4], step(24, "shipped", "MAIN/DOCK-01", document="SH-9")], "in transit or of a partner"),
        ([*LIFE[:5], step(25, "delivered", "TRANSIT/FEDEX")], "a place of kind customer"),
        ([REGISTERED, step(21, "quarantined", "MAIN/QC-01")], "expected a value: this event needs it"),
        ([*LIFE[:4], step(24, "allocated", order="SO-1")], "expected a step that Picked allows"),
    ],
)
def test_a_step_that_cannot_be_is_refused(desk: Desk, past: list[dict[str, Any]], sentence: str) -> None:
    assert sentence in the_problem(desk.with_basics().bring(units=[unit_row(45)], history=past))


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"place": "MAIN/QC-01"}, "expected what its history ends with: Available, in A-15-03 (MAIN)"),
        ({"status": "allocated"}, "expected what its history ends with"),
    ],
)
def test_history_must_end_where_the_unit_stands(desk: Desk, cells: dict[str, Any], sentence: str) -> None:
    assert sentence in the_problem(desk.with_basics().bring(units=[unit_row(45, **cells)], history=[REGISTERED, MOVED]))


def test_the_owner_is_whom_it_was_delivered_to(desk: Desk) -> None:
    row = unit_row(45, place="METRO/DELIVERED", status="delivered")
    assert "expected customer Metro Manufacturing" in the_problem(desk.with_basics().bring(units=[row], history=LIFE))


def test_a_unit_that_ends_promised_needs_its_order(desk: Desk) -> None:
    desk.with_basics()
    past = [*LIFE[:2], step(22, "allocated", order="SO-1")]
    row = unit_row(45, status="allocated")
    assert "sales order on record" in the_problem(desk.bring(units=[row], history=past))
    done(desk.bring(units=[row], history=past, sales_orders=[order_row()]))


def test_history_without_its_unit_is_refused(desk: Desk) -> None:
    assert len(told(desk.with_basics().bring(history=[REGISTERED, MOVED]))) == 2


def test_a_pick_list_that_is_worked_on_here_has_no_history(desk: Desk) -> None:
    lists = [list_row({"line": "1", "product": "CM-500-STD", "quantity": "1"}, number="PL-9")]
    outcome = desk.with_basics().bring(
        units=[unit_row(45, place="MAIN/CART-05", status="picked")],
        history=LIFE[:4],
        sales_orders=[order_row()],
        pick_lists=lists,
    )
    assert "expected a pick list of the past" in the_problem(outcome)
