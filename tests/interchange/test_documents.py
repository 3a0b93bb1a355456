"""Orders, allocations and pick lists: free to change until work on them is recorded."""

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus, LineKind, Taken
from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.things.status import Status
from tests.interchange.desk import (
    NOW,
    Desk,
    any_line,
    done,
    exact_line,
    list_row,
    order_row,
    serial,
    the_problem,
    told,
    unit_row,
)

UNITS = [unit_row(number, firmware="2.1.4") for number in range(46, 52)]


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    done(desk.with_basics().bring(units=UNITS, sales_orders=[order_row(), order_row(number="SO-2")]))
    return desk


def promise(number: int, order: str = "SO-1") -> dict[str, Any]:
    return {"order": order, "product": "CM-500-STD", "serial": serial(number)}


def status_of(desk: Desk, number: int) -> tuple[Status, str | None, str | None]:
    unit = desk.unit(number)
    assert unit is not None
    return unit.status, unit.order, unit.document


def the_list(desk: Desk, number: str = "PL-1") -> PickList:
    found = desk.document(number)
    assert isinstance(found, PickList)
    return found


def test_a_pick_list_takes_over_what_its_order_says(stocked: Desk) -> None:
    order = order_row(
        number="SO-3", customer_class="VIP", required_by="2025-02-01", firmware="2.1.4", instructions=["Certificate"]
    )
    row = list_row(any_line(2), order="SO-3", priority="1", instructions=["Before noon"])
    done(stocked.bring(sales_orders=[order], pick_lists=[row]))
    found = the_list(stocked)
    assert (found.customer, found.customer_class, found.priority) == ("Premium", "VIP", 1)
    assert (found.instructions, found.requirement.firmware) == (("Certificate", "Before noon"), "2.1.4")
    assert (found.lines[0].kind, found.lines[0].quantity) == (LineKind.ANY, 2)


def test_a_pick_list_is_promised_the_units_it_names(either_desk: Desk) -> None:
    kinds: dict[str, Any] = {"units": UNITS, "sales_orders": [order_row()], "allocations": [promise(46)]}
    kinds["pick_lists"] = [list_row(exact_line(46, 47))]
    done(either_desk.with_basics().bring(**kinds))
    assert status_of(either_desk, 46) == (Status.ALLOCATED, "SO-1", "PL-1")
    assert status_of(either_desk, 47) == (Status.ALLOCATED, "SO-1", "PL-1")
    assert status_of(either_desk, 48) == (Status.AVAILABLE, None, None)
    before = either_desk.traces()
    done(either_desk.bring(**kinds))
    assert either_desk.traces() == before


def test_an_allocation_promises_a_unit_to_an_order_once(stocked: Desk) -> None:
    done(stocked.bring(allocations=[promise(46)]))
    assert status_of(stocked, 46) == (Status.ALLOCATED, "SO-1", None)
    before = stocked.traces()
    done(stocked.bring(allocations=[promise(46)]))
    assert stocked.traces() == before


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ({"allocations": [promise(46, "SO-9")]}, "expected a sales order that is on record"),
        ({"allocations": [promise(99)]}, "expected a unit that is on record"),
        ({"allocations": [promise(46), promise(46, "SO-2")]}, "promised to nobody else; this one is to SO-1"),
        (
            {"allocations": [promise(1)], "units": [unit_row(1, status="quarantine")]},
            "this one is Quarantine, in A-15-03 (MAIN)",
        ),
        ({"allocations": [promise(1)], "units": [unit_row(1, place="EAST/E-01-01")]}, "expected a unit at MAIN"),
        (
            {"allocations": [promise(1)], "units": [unit_row(1, owner_type="customer", owner="Metro")]},
            "this one belongs to Metro",
        ),
        (
            {
                "allocations": [promise(46)],
                "holds": [
                    {"id": "H", "kind": "stolen", "reason": "police", "product": "CM-500-STD", "serials": [serial(46)]}
                ],
            },
            "hold H (stolen goods) lies on it: police",
        ),
        (
            {"allocations": [promise(46, "SO-3")], "sales_orders": [order_row(number="SO-3", firmware="3.0")]},
            "expected a unit with firmware 3.0; this one has 2.1.4",
        ),
        (
            {"allocations": [promise(46, "SO-3")], "sales_orders": [order_row(number="SO-3", calibrated=True)]},
            "expected a unit with a valid calibration",
        ),
        (
            {"allocations": [promise(46, "SO-3")], "sales_orders": [order_row(exact_line(47), number="SO-3")]},
            "expected a unit that a line of SO-3 asks for",
        ),
        (
            {"allocations": [promise(46, "SO-3")], "sales_orders": [order_row(number="SO-3", status="cancelled")]},
            "expected an open order; SO-3 is cancelled",
        ),
        ({"pick_lists": [list_row(exact_line(46)), list_row(exact_line(46), number="PL-2")]}, "this one is on PL-1"),
        ({"pick_lists": [list_row(exact_line(99))]}, "expected a unit that is on record"),
        ({"pick_lists": [list_row(any_line(1), order="SO-9")]}, "expected a sales order"),
        ({"pick_lists": [list_row(any_line(1), site="EAST")]}, "expected MAIN, where SO-1 is fulfilled"),
        ({"pick_lists": [list_row(any_line(1), status="completed")]}, "work comes from scans"),
        ({"pick_lists": [list_row(any_line(1, kind="quantity"))]}, "this version guides no picking by quantity"),
        ({"pick_lists": [list_row(any_line(1, product="PS-1"))]}, "expected a product that SO-1 asks for"),
        ({"pick_lists": [list_row()]}, "expected at least one line"),
        ({"pick_lists": [list_row(any_line(1), any_line(2))]}, "each line number once"),
        ({"pick_lists": [list_row(exact_line(46), exact_line(46, line="2"))]}, "each serial once in a document"),
        ({"pick_lists": [list_row(exact_line(46, quantity="2"))]}, "expected 1, one for each serial"),
        ({"pick_lists": [list_row(exact_line(kind="exact"))]}, "expected serials: an exact line names its units"),
        ({"pick_lists": [list_row(exact_line(46, kind="any"))]}, "expected no serials on a line that takes any"),
        ({"pick_lists": [list_row({"line": "1", "product": "CM-500-STD"})]}, "expected how many"),
        ({"pick_lists": [list_row(any_line(1), number="SO-1")]}, "another kind of document has it"),
        ({"sales_orders": [order_row(number="SO-3", status="in_progress")]}, "expected open, completed or cancelled"),
        ({"sales_orders": [order_row(number="SO-3", site="WEST")]}, "expected a site that is on record"),
        ({"sales_orders": [order_row(any_line(1, product="CABLE"), number="SO-3")]}, "tracked by quantity"),
    ],
)
def test_what_does_not_fit_is_refused(stocked: Desk, kinds: dict[str, Any], sentence: str) -> None:
    assert sentence in the_problem(stocked.bring(**kinds))


def test_a_list_of_a_site_that_is_not_on_record_is_refused_for_it_although_it_names_units(stocked: Desk) -> None:
    sentences = told(stocked.bring(pick_lists=[list_row(exact_line(46), site="WEST")]))
    assert any('site: "WEST" – expected a site that is on record' in each for each in sentences), sentences


def test_an_order_may_ask_for_a_quantity(stocked: Desk) -> None:
    line = {"line": "2", "product": "CABLE", "kind": "quantity", "quantity": "3", "lot": "L1"}
    done(stocked.bring(sales_orders=[order_row(any_line(3), line, number="SO-3")]))
    found = stocked.document("SO-3")
    assert isinstance(found, SalesOrder)
    assert (found.lines[1].kind, found.lines[1].lot) == (LineKind.QUANTITY, "L1")


def test_a_list_nobody_has_worked_on_may_change_and_its_promises_with_it(stocked: Desk) -> None:
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47))]))
    outcome = done(stocked.bring(pick_lists=[list_row(exact_line(47, 48), priority="2")]))
    assert {each.field for each in outcome.differences} == {"lines", "priority"}
    (lines,) = (each for each in outcome.differences if each.field == "lines")
    assert f"serials={serial(46)}|{serial(47)}" in lines.old
    assert f"serials={serial(47)}|{serial(48)}" in lines.new
    assert stocked.named() == [serial(47), serial(48)]
    assert status_of(stocked, 46) == (Status.AVAILABLE, None, None)
    assert status_of(stocked, 47) == (Status.ALLOCATED, "SO-1", "PL-1")
    assert status_of(stocked, 48) == (Status.ALLOCATED, "SO-1", "PL-1")


def test_each_unit_that_a_list_names_is_a_row_of_its_own_that_the_devices_of_its_site_are_told_of(
    either_desk: Desk,
) -> None:
    done(either_desk.with_basics().bring(units=UNITS, sales_orders=[order_row()]))
    done(either_desk.bring(pick_lists=[list_row(exact_line(47, 46), exact_line(48, line="2"), any_line(1, line="3"))]))
    ids = {either_desk.named_row(number).id for number in (46, 47, 48)}
    assert [either_desk.named(line) for line in ("1", "2", "3")] == [[serial(46), serial(47)], [serial(48)], []]
    assert (either_desk.told("MAIN", RowKind.LISTED), either_desk.told("*", RowKind.LISTED)) == (ids, set())
    assert [(line.quantity, line.done) for line in the_list(either_desk).lines] == [(2, 0), (1, 0), (1, 0)]


def test_a_unit_that_a_list_names_no_more_keeps_what_was_found_of_it(stocked: Desk) -> None:
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47))]))
    row = stocked.named_row(46)
    aside = SetAside(row.unit, Status.ALLOCATED, "MAIN/A-15-03", "MAIN/QC-01", "sarah", NOW)
    stocked.work_on(the_list(stocked), replace(row, set_aside=aside))
    done(stocked.bring(pick_lists=[list_row(exact_line(47, 48))]))
    assert stocked.named_row(46) == replace(row, set_aside=aside, named=False)
    done(stocked.bring(pick_lists=[list_row(exact_line(47), exact_line(48, line="2"))]))
    assert stocked.named_row(48) == replace(stocked.named_row(48), line="2", named=True)


def test_the_same_units_in_another_order_are_no_change(stocked: Desk) -> None:
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47))]))
    before = stocked.traces()
    done(stocked.bring(pick_lists=[list_row(exact_line(47, 46))]))
    assert stocked.traces() == before


def test_a_cancelled_list_releases_what_it_was_promised(stocked: Desk) -> None:
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47))]))
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47), status="cancelled")]))
    assert the_list(stocked).status is DocumentStatus.CANCELLED
    assert status_of(stocked, 46) == (Status.AVAILABLE, None, None)


def test_a_list_that_comes_in_cancelled_promises_nothing(stocked: Desk) -> None:
    done(stocked.bring(pick_lists=[list_row(exact_line(46), status="cancelled")]))
    assert status_of(stocked, 46) == (Status.AVAILABLE, None, None)


@pytest.fixture
def working(stocked: Desk) -> Desk:
    """A list that somebody has taken."""
    done(stocked.bring(pick_lists=[list_row(exact_line(46, 47))]))
    stocked.work_on(replace(the_list(stocked), status=DocumentStatus.IN_PROGRESS, taken=Taken("Scanner-05", "sarah")))
    return stocked


def test_the_same_file_changes_nothing_while_somebody_works(working: Desk) -> None:
    before, found = working.traces(), the_list(working)
    done(working.bring(pick_lists=[list_row(exact_line(46, 47))]))
    assert (working.traces(), the_list(working)) == (before, found)


def test_the_same_file_changes_nothing_of_what_is_picked_and_what_is_not_so(working: Desk) -> None:
    picked = picked_row(working, 46, "1")
    line = replace(the_list(working).lines[0], done=1)
    working.work_on(
        replace(the_list(working), lines=(line,), unstated=(picked.unit,), checks=("labels",), unmet=("papers",)),
        picked,
    )
    before, found, rows = working.traces(), the_list(working), list(working.listing())
    done(working.bring(pick_lists=[list_row(exact_line(46, 47))]))
    assert (working.traces(), the_list(working), list(working.listing())) == (before, found, rows)


def test_units_that_are_picked_stay_so_where_a_line_is_added_or_cancelled(working: Desk) -> None:
    picked = picked_row(working, 46, "1")
    line = replace(the_list(working).lines[0], done=1, short=1, missing=(working.named_row(47).unit,))
    working.work_on(replace(the_list(working), lines=(line,), unstated=(picked.unit,)), picked)
    done(working.bring(pick_lists=[list_row(exact_line(46, 47, cancelled=True), exact_line(48, line="2"))]))
    assert the_list(working).lines[0] == replace(line, cancelled=True)
    assert (working.named_row(46), the_list(working).unstated) == (picked, (picked.unit,))
    assert working.named("2") == [serial(48)]


def test_a_unit_of_a_cancelled_line_that_was_picked_on_another_is_no_change_of_the_first(working: Desk) -> None:
    lines = (exact_line(46, 47, cancelled=True), any_line(2, line="2"))
    done(working.bring(pick_lists=[list_row(*lines)]))
    picked = replace(picked_row(working, 46, "2"), named=False)
    cancelled, taking = the_list(working).lines
    working.work_on(replace(the_list(working), lines=(cancelled, replace(taking, done=1))), picked)
    before = working.traces()
    done(working.bring(pick_lists=[list_row(*lines)]))
    assert (working.traces(), working.named_row(46)) == (before, picked)
    changed = list_row(exact_line(46, 48, cancelled=True), any_line(2, line="2"))
    assert "expected no change" in told(working.bring(pick_lists=[changed]))[0]


def picked_row(desk: Desk, number: int, line: str) -> Listed:
    """A unit's row as a pick on a line leaves it."""
    row = desk.named_row(number)
    picked = PickedUnit(row.unit, row.serial, "MAIN/A-15-03", was_allocated=True, by="sarah", at=NOW)
    return replace(row, line=line, picked=picked)


def test_lines_may_be_added_while_somebody_works(working: Desk) -> None:
    done(working.bring(pick_lists=[list_row(exact_line(46, 47), exact_line(48, line="2"), any_line(1, line="3"))]))
    found = the_list(working)
    assert [line.id for line in found.lines] == ["1", "2", "3"]
    assert (found.status, found.taken) == (DocumentStatus.IN_PROGRESS, Taken("Scanner-05", "sarah"))
    assert status_of(working, 48) == (Status.ALLOCATED, "SO-1", "PL-1")


def test_lines_may_be_cancelled_while_somebody_works(working: Desk) -> None:
    done(working.bring(pick_lists=[list_row(exact_line(46, 47, cancelled=True))]))
    assert [line.cancelled for line in the_list(working).lines] == [True]
    assert status_of(working, 46) == (Status.AVAILABLE, None, None)
    done(working.bring(pick_lists=[list_row(exact_line(46, 47))]))
    assert [line.cancelled for line in the_list(working).lines] == [True]


def test_a_list_may_be_cancelled_while_somebody_works(working: Desk) -> None:
    done(working.bring(pick_lists=[list_row(exact_line(46, 47), status="cancelled")]))
    assert the_list(working).status is DocumentStatus.CANCELLED
    assert the_list(working).taken == Taken("Scanner-05", "sarah")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (list_row(exact_line(46, 47), priority="1"), "expected no change: work on this document has been recorded"),
        (list_row(exact_line(46, 48)), "Cancel the line and add another"),
        (list_row(any_line(1, line="2")), "expected line 1 too"),
    ],
)
def test_nothing_else_changes_while_somebody_works(working: Desk, row: dict[str, Any], sentence: str) -> None:
    assert sentence in told(working.bring(pick_lists=[row]))[0]


def test_a_complete_list_takes_no_more_lines(working: Desk) -> None:
    working.work_on(replace(the_list(working), status=DocumentStatus.COMPLETED))
    outcome = working.bring(pick_lists=[list_row(exact_line(46, 47), any_line(1, line="2"))])
    assert "PL-1 is completed" in the_problem(outcome)


def test_an_order_that_is_being_picked_takes_only_added_or_cancelled_lines(working: Desk) -> None:
    assert "expected no change" in the_problem(working.bring(sales_orders=[order_row(any_line(5))]))
    done(working.bring(sales_orders=[order_row(any_line(3), any_line(1, line="2"))]))
    found = working.document("SO-1")
    assert isinstance(found, SalesOrder)
    assert [line.quantity for line in found.lines] == [3, 1]


def test_an_order_nobody_has_worked_on_may_change(stocked: Desk) -> None:
    outcome = done(stocked.bring(sales_orders=[order_row(any_line(5))]))
    assert [each.field for each in outcome.differences] == ["lines"]


def test_an_order_ends_but_does_not_open_again(stocked: Desk) -> None:
    done(stocked.bring(sales_orders=[order_row(status="cancelled")]))
    before = stocked.traces()
    done(stocked.bring(sales_orders=[order_row()]))
    assert stocked.traces() == before


def test_a_purchase_order_names_a_supplier_of_ours(stocked: Desk) -> None:
    row = {"number": "PO-1", "site": "MAIN", "supplier": "Nobody", "lines": [exact_line(60)]}
    assert "exact name of a supplier that is on record" in the_problem(stocked.bring(purchase_orders=[row]))


@pytest.fixture
def on_the_way(stocked: Desk) -> Desk:
    """Sarah is on the way to 0046, for any module of PL-1."""
    done(stocked.bring(pick_lists=[list_row(any_line(2))]))
    found = the_list(stocked)
    unit = stocked.unit(46)
    assert unit is not None
    line = replace(found.lines[0], reserved=(unit.id,))
    taken = Taken("Scanner-05", "sarah")
    stocked.work_on(replace(found, lines=(line,), status=DocumentStatus.IN_PROGRESS, taken=taken))
    return stocked


ON_THE_WAY = (
    'rows.json, allocations[0], serial: "CM500-2025-0046" – expected a unit that nobody is on the way to: '
    "Sarah Johnson, on Scanner-05, is about to pick this one for PL-1. "
    "Name another unit, or import this again when PL-1 is done"
)


def test_a_unit_that_a_picker_is_on_the_way_to_is_promised_to_no_other_order(on_the_way: Desk) -> None:
    assert the_problem(on_the_way.bring(allocations=[promise(46, "SO-2")])) == ON_THE_WAY
    done(on_the_way.bring(allocations=[promise(47, "SO-2"), promise(46, "SO-1")]))


def test_of_two_pickers_on_the_way_to_one_unit_the_other_orders_stops_the_desk_as_well(on_the_way: Desk) -> None:
    done(on_the_way.bring(pick_lists=[list_row(any_line(2), number="PL-2", order="SO-2")]))
    also = the_list(on_the_way, "PL-2")
    line = replace(also.lines[0], reserved=the_list(on_the_way).lines[0].reserved)
    taken = Taken("Scanner-06", "mike")
    on_the_way.work_on(replace(also, lines=(line,), status=DocumentStatus.IN_PROGRESS, taken=taken))
    for order in ("SO-1", "SO-2"):
        assert "nobody is on the way to" in the_problem(on_the_way.bring(allocations=[promise(46, order)]))


def test_a_list_that_names_a_unit_that_a_picker_is_on_the_way_to_is_refused(on_the_way: Desk) -> None:
    other = list_row(exact_line(47, 46), number="PL-2")
    problem = the_problem(on_the_way.bring(pick_lists=[other]))
    assert problem.startswith('rows.json, pick_lists[0].lines[0], serials: "CM500-2025-0046" – expected a unit that')
    done(on_the_way.bring(pick_lists=[list_row(any_line(2), exact_line(46, line="2"))]))
    assert the_list(on_the_way).lines[0].reserved == (), "its own list names it now"


def test_a_list_or_line_that_is_cancelled_reserves_nothing_any_more(on_the_way: Desk) -> None:
    cancelled = list_row(any_line(2, cancelled=True), any_line(1, line="2"))
    done(on_the_way.bring(pick_lists=[cancelled, list_row(exact_line(46), number="PL-2")]))
    assert the_list(on_the_way).lines[0].reserved == ()
    assert status_of(on_the_way, 46) == (Status.ALLOCATED, "SO-1", "PL-2")
