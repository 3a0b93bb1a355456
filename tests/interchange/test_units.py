"""Units are registered once; what is on record is compared, never moved or changed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType
from scantrail.server.history.timelines import timeline_of
from scantrail.server.records.units import put_units
from tests.interchange.desk import Desk, done, serial, the_problem, told, unit_row


def test_a_unit_is_registered_as_its_row_says(either_desk: Desk) -> None:
    facts = {"firmware": "2.1.4", "supplier_lot": "PC-1", "manufactured": "2025-01-20", "notes": "n"}
    done(either_desk.with_basics().bring(units=[unit_row(46, serial="cm500-2025-0046", **facts)]))
    unit = either_desk.unit(46)
    assert unit is not None
    assert (unit.serial, unit.raw_serial, unit.place) == ("CM500-2025-0046", "cm500-2025-0046", "MAIN/A-15-03")
    assert (unit.status, unit.firmware, unit.manufactured) == (Status.AVAILABLE, "2.1.4", date(2025, 1, 20))
    with either_desk.reading() as connection:
        (entry,) = timeline_of(connection, unit.id)
    assert (entry.type, entry.actor, entry.effective_at) == ("UnitRegistered", "System", either_desk.now)


def test_many_units_are_registered_at_once(either_desk: Desk) -> None:
    rows = [unit_row(number) for number in range(1, 2_501)]
    done(either_desk.with_basics().bring(units=rows))
    before = either_desk.traces()
    assert either_desk.unit(2_500) is not None
    done(either_desk.bring(units=rows))
    assert either_desk.traces() == before


@pytest.mark.parametrize("status", ["quarantine", "returned", "under_service", "damaged", "recalled", "retired"])
def test_a_unit_may_come_in_set_apart(desk: Desk, status: str) -> None:
    done(desk.with_basics().bring(units=[unit_row(1, status=status)]))
    unit = desk.unit(1)
    assert unit is not None
    assert unit.status is Status(status)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"product": "NONE"}, "expected a SKU that is on record"),
        ({"product": "CABLE"}, "tracked by quantity"),
        ({"serial": "CM500-2025-004"}, "the end of this one is missing"),
        ({"serial": "XX"}, "expected a serial of CM-500-STD, like CM500-YYYY-NNNN"),
        ({"product": "PS-1", "serial": "4711"}, "expected 00004711: its leading zeros are lost"),
        ({"place": "MAIN/Z"}, "expected a place that is on record"),
        ({"place": "METRO/DELIVERED"}, "expected a place of a site of ours"),
        ({"status": "allocated"}, "expected a status that needs no history"),
        ({"status": "shipped"}, "expected a status that needs no history"),
        ({"owner_type": "customer"}, "expected the owner's id or exact name"),
        ({"owner": "Premium"}, "expected no owner beside owned"),
        ({"supplier": "Nobody"}, "exact name of a supplier that is on record"),
        ({"manufactured": "2025-02-01", "received": "2025-01-01"}, "on or after the day it was made"),
        ({"purchase_order": "PO-9"}, "expected a purchase order that is on record"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(desk: Desk, cells: dict[str, Any], sentence: str) -> None:
    assert sentence in the_problem(desk.with_basics().bring(units=[unit_row(46, **cells)]))


def test_void_comes_from_a_correction_only(desk: Desk) -> None:
    assert any(
        "void comes from a correction" in each
        for each in told(desk.with_basics().bring(units=[unit_row(1, status="void")]))
    )


def test_a_serial_that_stands_twice_is_refused_even_when_written_differently(desk: Desk) -> None:
    outcome = desk.with_basics().bring(units=[unit_row(46), unit_row(46, serial="cm500-2025-0046")])
    assert "it is also in rows.json, units[0]" in the_problem(outcome)


def test_another_fact_for_a_unit_on_record_is_refused_with_where_it_is(desk: Desk) -> None:
    done(desk.with_basics().bring(units=[unit_row(46, firmware="2.1.4")]))
    sentence = the_problem(desk.bring(units=[unit_row(46, firmware="2.1.5")]))
    assert sentence == (
        'rows.json, units[0], firmware: "2.1.5" – expected 2.1.4 as on record (Available, in A-15-03 (MAIN)): '
        "a unit is registered once and no import changes it"
    )


def test_an_import_moves_no_unit_and_says_how_many_stand_otherwise(desk: Desk) -> None:
    done(desk.with_basics().bring(units=[unit_row(46), unit_row(47)]))
    before = desk.traces()
    outcome = done(desk.bring(units=[unit_row(46, place="MAIN/QC-01", status="quarantine"), unit_row(47)]))
    assert outcome.moved_on == 1
    assert desk.traces() == before
    unit = desk.unit(46)
    assert unit is not None
    assert (unit.status, unit.place) == (Status.AVAILABLE, "MAIN/A-15-03")


def test_the_same_file_changes_nothing_after_a_unit_has_moved_on(desk: Desk) -> None:
    rows = [unit_row(46, firmware="2.1.4")]
    done(desk.with_basics().bring(units=rows))
    unit = desk.unit(46)
    assert unit is not None
    sold = replace(
        unit,
        status=Status.DELIVERED,
        place="METRO/DELIVERED",
        owner=Owner(OwnerType.CUSTOMER, "Metro"),
        condition=Condition.DAMAGED,
        firmware="3.0",
    )
    with desk.database.writing() as connection:
        put_units(connection, [sold], [])
    outcome = done(desk.bring(units=rows))
    assert outcome.moved_on == 0
    assert desk.unit(46) == sold


def test_a_serial_that_another_unit_once_bore_is_refused(desk: Desk) -> None:
    done(desk.with_basics().bring(units=[unit_row(46)]))
    unit = desk.unit(46)
    assert unit is not None
    relabelled = replace(unit, serial=serial(900), former_serials=(serial(46),))
    with desk.database.writing() as connection:
        put_units(connection, [relabelled], [unit.id])
    assert "expected a serial that was never used" in the_problem(desk.bring(units=[unit_row(900)]))


def purchase_order(**cells: Any) -> dict[str, Any]:
    line = {"line": "1", "product": "CM-500-STD", "serials": [serial(46)]}
    return {"number": "PO-1", "site": "MAIN", "supplier": "Precision Components LLC", "lines": [line], **cells}


def test_a_unit_that_its_packing_list_does_not_name_needs_a_reason(desk: Desk) -> None:
    desk.with_basics()
    rows = [unit_row(46, purchase_order="PO-1"), unit_row(45, purchase_order="PO-1")]
    sentence = the_problem(desk.bring(purchase_orders=[purchase_order()], units=rows))
    assert sentence == 'rows.json, units[1], reason: "" – expected a reason: PO-1 does not list this unit'
    rows[1]["reason"] = "26th of 25, accepted"
    done(desk.bring(purchase_orders=[purchase_order()], units=rows))
    unit = desk.unit(45)
    assert unit is not None
    with desk.reading() as connection:
        assert [entry.reason for entry in timeline_of(connection, unit.id)] == ["26th of 25, accepted"]


def test_the_supplier_of_a_unit_is_its_purchase_orders(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(places=[{"place": "V/R", "kind": "supplier", "pickable": False, "name": "Volta"}]))
    row = unit_row(46, purchase_order="PO-1", supplier="Volta")
    assert "expected Precision Components LLC" in the_problem(
        desk.bring(purchase_orders=[purchase_order()], units=[row])
    )
