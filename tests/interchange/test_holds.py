"""Holds are opened and closed by files; what they lie on never changes."""

from typing import Any

import pytest

from scantrail.server.records.master import all_holds, open_holds
from tests.interchange.desk import Desk, done, serial, the_problem, unit_row

RECALL = {"id": "RC-1", "kind": "recall", "reason": "Capacitor", "supplier_lot": "VP-77"}


def test_a_hold_is_opened_once_and_closed_once(either_desk: Desk) -> None:
    done(either_desk.with_basics().bring(holds=[RECALL]))
    before = either_desk.traces()
    done(either_desk.bring(holds=[RECALL]))
    assert either_desk.traces() == before
    done(either_desk.bring(holds=[{**RECALL, "open": False}]))
    with either_desk.reading() as connection:
        assert open_holds(connection) == ()
        assert set(all_holds(connection)) == {"RC-1"}


def test_a_hold_may_name_serials_that_are_not_on_record_yet(desk: Desk) -> None:
    row = {"id": "ST-1", "kind": "stolen", "reason": "police", "product": "CM-500-STD", "serials": [serial(46)]}
    done(desk.with_basics().bring(holds=[row]))
    done(desk.bring(units=[unit_row(46), unit_row(47)]))
    with desk.reading() as connection:
        (hold,) = open_holds(connection)
    matched = [number for number in (46, 47) if (unit := desk.unit(number)) is not None and hold.matches(unit)]
    assert matched == [46]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"supplier_lot": ""}, "at least one criterion"),
        ({"open": False}, "a hold begins open"),
        ({"serial_from": serial(1)}, "expected the product of these serials"),
        ({"product": "NONE"}, "expected a SKU that is on record"),
        ({"product": "CM-500-STD", "serial_from": serial(9), "serial_to": serial(1)}, "at or after CM500-2025-0009"),
        ({"product": "CM-500-STD", "serials": [serial(1)]}, "not both"),
    ],
)
def test_a_hold_that_cannot_be_is_refused(desk: Desk, cells: dict[str, Any], sentence: str) -> None:
    assert sentence in the_problem(desk.with_basics().bring(holds=[{**RECALL, **cells}]))


def test_a_hold_on_record_lies_on_what_it_lies_on(desk: Desk) -> None:
    done(desk.with_basics().bring(holds=[RECALL]))
    assert "close this hold and open another" in the_problem(desk.bring(holds=[{**RECALL, "supplier_lot": "VP-78"}]))
