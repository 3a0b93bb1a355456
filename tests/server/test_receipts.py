"""The same serial received on two docks: the first that reaches the server has it, the other is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.receiving.refusals import ReceivingCode
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Outcome
from scantrail.server.attention.items import open_items
from scantrail.server.database.schema import labels
from scantrail.server.ledger.log import verify_chain
from scantrail.server.records.master import put_places, put_workers
from scantrail.server.records.units import units_called
from tests.server.site import VERIFIER, ServedSite, TestDevice
from tests.support.worlds import CLERK, PLACES, SARAH, module

DOCK, OTHER_DOCK = "MAIN/DOCK-01", "MAIN/A-15-04"
EAST = replace(PLACES[0], id="EAST/DOCK-01", site="EAST")
LENA = replace(CLERK, id="lena", name="Lena Berg", badge="WKR-3001", site="EAST")


def receive(device: TestDevice, unit: Unit) -> Outcome:
    """Record that a unit has arrived, and send it."""
    device.record(UnitRegistered(unit.id, Creation.RECEIVING, unit), reading=unit.serial)
    return device.push(first=len(device.exacts)).verdicts[-1].outcome


def test_what_a_dock_receives_can_be_found_by_its_serial_and_picked(served: ServedSite) -> None:
    dock, unit = served.device(worker=CLERK.id), module(99, place=DOCK)
    assert receive(dock, unit) is Outcome.APPLIED
    with served.database.reading() as connection:
        (found,) = units_called(connection, [unit.serial])
    assert (found.id, found.place, found.changed_by) == (unit.id, DOCK, CLERK.id)
    assert dock.push().verdicts[-1].outcome is Outcome.DUPLICATE


def test_the_second_dock_is_told_and_the_desk_hears_who_has_which(served: ServedSite) -> None:
    one, other = served.device("Scanner-05", CLERK.id), served.device("Scanner-06", CLERK.id)
    assert receive(one, module(99, place=DOCK)) is Outcome.APPLIED
    assert receive(other, module(99, place=OTHER_DOCK)) is Outcome.CONTESTED
    assert served.unit(99).place == DOCK
    with served.database.reading() as connection:
        (item,) = open_items(connection, "MAIN")
    assert (item.code, item.device, item.scanned) == (ReceivingCode.ALREADY_RECEIVED, "Scanner-06", "CM500-2025-0099")
    assert (item.title, item.because) == ("ALREADY RECEIVED", "CM500-2025-0099 is on record: Available, in DOCK-01.")
    assert item.todo.endswith("Is that another unit than Clara Diaz has? Then keep both apart.")
    assert item.place == OTHER_DOCK


def test_a_picker_may_not_receive(served: ServedSite) -> None:
    assert receive(served.device(worker=SARAH.id), module(99, place=DOCK)) is Outcome.REFUSED


def test_a_serial_that_names_another_unit_is_told_too(served: ServedSite) -> None:
    with served.database.writing() as connection:
        connection.execute(update(labels).where(labels.c.unit == module(49).id).values(serial="CM500-2025-0099"))
    assert receive(served.device(worker=CLERK.id), module(99, place=DOCK)) is Outcome.CONTESTED


def test_another_sites_receipt_that_comes_in_between_makes_no_dead_letter(served: ServedSite) -> None:
    device, unit = served.device(worker=CLERK.id), module(99, place=DOCK)
    met: list[str] = []

    def collide(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("INSERT INTO labels") and len(met) < 2:
            met.append(repr(parameters))
            raise IntegrityError(statement, parameters, Exception("labels belong to one unit"))

    event.listen(served.database.engine, "before_cursor_execute", collide)
    assert receive(device, unit) is Outcome.APPLIED
    assert len(met) == 2


def test_a_receipt_is_the_step_that_an_earlier_record_of_its_unit_lacks(served: ServedSite) -> None:
    dock, unit = served.device(worker=CLERK.id), module(99, place=DOCK)
    dock.record(UnitMoved(unit.id, DOCK, OTHER_DOCK))
    assert dock.push().verdicts[0].outcome is Outcome.WAITING
    assert receive(dock, unit) is Outcome.APPLIED
    assert served.unit(99).place == OTHER_DOCK


def test_docks_of_two_sites_that_push_at_once_register_every_unit_once(served: ServedSite) -> None:
    with served.database.writing() as connection:
        put_places(connection, [EAST])
        put_workers(connection, [LENA], {LENA.id: VERIFIER})
    docks = [served.device("Scanner-05", CLERK.id), served.device("Scanner-40", LENA.id, site="EAST")]
    numbers = range(100, 140)
    for dock, place in zip(docks, (DOCK, EAST.id), strict=True):
        for number in numbers:
            unit = module(number, place=place)
            dock.record(UnitRegistered(unit.id, Creation.RECEIVING, unit), reading=unit.serial)
    start = threading.Barrier(len(docks))

    def push(dock: TestDevice) -> list[Outcome]:
        start.wait()
        return [verdict.outcome for verdict in dock.push().verdicts]

    with ThreadPoolExecutor(len(docks)) as pool:
        both = list(pool.map(push, docks))
    for pair in zip(*both, strict=True):
        assert set(pair) == {Outcome.APPLIED, Outcome.CONTESTED}
    with served.database.reading() as connection:
        found = connection.execute(select(labels.c.unit).where(labels.c.serial > "CM500-2025-0099")).scalars().all()
        assert sorted(found) == sorted(module(number).id for number in numbers)
        assert [verify_chain(connection, each) for each in ("MAIN", "EAST")] == [None, None]
