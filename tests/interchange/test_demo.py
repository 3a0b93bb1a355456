"""The files of the demo carry the day (domain, section 9)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from scantrail.domain.acts.kinds import KINDS, MESSAGES, RowKind
from scantrail.domain.acts.sight import By
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.orders import PurchaseOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import touched
from scantrail.domain.facts.stored import event_from_plain
from scantrail.domain.fold import fold
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Seen
from scantrail.server.database.schema import events, log, units
from scantrail.server.history.timelines import timeline_of
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.log import verify_chain
from scantrail.server.records.master import all_streams, open_holds, parties_called
from scantrail.server.records.units import units_by_id
from tests.interchange.desk import DEMO, Desk, done


@pytest.fixture
def day(either_desk: Desk) -> Desk:
    either_desk.now = datetime(2025, 1, 29, tzinfo=UTC)
    done(either_desk.bring_files(*sorted(DEMO.iterdir())))
    return either_desk


def test_the_delivery_stands_in_its_bin(day: Desk) -> None:
    for number in range(46, 71):
        unit = day.unit(number)
        assert unit is not None
        assert (unit.place, unit.firmware, unit.supplier_lot) == ("MAIN/A-15-03", "2.1.4", "PC-2025-089")
        assert (unit.manufactured, unit.purchase_order) == (date(2025, 1, 20), "PO-2025-0156")
        with day.reading() as connection:
            assert [entry.type for entry in timeline_of(connection, unit.id)][:2] == ["UnitRegistered", "UnitMoved"]
    order = day.document("PO-2025-0156")
    assert isinstance(order, PurchaseOrder)
    with day.reading() as connection:
        supplier = parties_called(connection, [order.supplier])[order.supplier]
    assert (supplier.name, supplier.number, len(order.lines[0].serials)) == ("Precision Components LLC", "S-201", 25)


def test_the_pick_list_of_the_day_names_its_three_units(day: Desk) -> None:
    found = day.document("PL-2025-0091")
    assert isinstance(found, PickList)
    assert (found.customer, found.customer_class, found.required_by) == (
        "Premium Manufacturing",
        "VIP",
        date(2025, 2, 1),
    )
    assert (found.order, found.priority, found.lines[0].kind) == ("SO-2025-1289", 1, LineKind.EXACT)
    assert found.instructions
    for number in (46, 47, 48):
        unit = day.unit(number)
        assert unit is not None
        assert (unit.status, unit.order, unit.document) == (Status.ALLOCATED, "SO-2025-1289", "PL-2025-0091")


def test_the_26th_unit_is_delivered_with_its_whole_life(day: Desk) -> None:
    unit = day.unit(45)
    assert unit is not None
    assert (unit.status, unit.order) == (Status.DELIVERED, "SO-2025-1267")
    with day.reading() as connection:
        life = timeline_of(connection, unit.id)
        assert parties_called(connection, ["Metro Manufacturing"]).keys() == {unit.owner.party}
    assert "Over-receipt accepted" in life[0].reason
    assert [entry.type for entry in life if entry.family != "quality"] == [
        "UnitRegistered",
        "UnitMoved",
        "UnitAllocated",
        "UnitPicked",
        "UnitShipped",
        "UnitDelivered",
    ]
    assert [entry.story for entry in life[-2:]] == [
        "Shipped with SH-2025-0229 for SO-2025-1267: FedEx Ground 789460012345",
        "Delivered to Metro Manufacturing, signed by J. Alvarez",
    ]


def test_there_is_a_unit_for_everything_that_can_be_wrong(day: Desk) -> None:
    found = {number: day.unit(number) for number in range(71, 81)}
    stands = {number: (unit.status.value, unit.place) for number, unit in found.items() if unit is not None}
    assert stands[71] == ("available", "MAIN/DOCK-01")
    assert stands[72] == ("quarantine", "MAIN/QC-01")
    assert stands[73] == ("picked", "MAIN/CART-06")
    assert stands[74] == ("shipped", "TRANSIT/FEDEX")
    assert stands[77] == ("available", "EAST/E-01-01")
    assert stands[80] == ("allocated", "MAIN/A-15-03")
    with day.reading() as connection:
        assert {hold.kind.value for hold in open_holds(connection)} == {"recall", "stolen"}
    cancelled = day.document("PL-2025-0087")
    assert cancelled is not None
    assert cancelled.status is DocumentStatus.CANCELLED


def test_the_files_again_leave_no_trace(day: Desk) -> None:
    before = day.traces()
    outcome = done(day.bring_files(*sorted(DEMO.iterdir())))
    assert day.traces() == before
    assert outcome.moved_on == 0


def test_folding_the_log_gives_every_unit(day: Desk) -> None:
    folded: dict[str, Unit] = {}
    with day.reading() as connection:
        rows = connection.execute(
            select(events.c.body, log.c.actor, log.c.effective_at)
            .join(log, (log.c.stream == events.c.stream) & (log.c.position == events.c.position))
            .order_by(events.c.stream, events.c.position, events.c.at)
        ).all()
        on_record = units_by_id(connection, connection.execute(select(units.c.id)).scalars())
    for row in rows:
        event = event_from_plain(json.loads(row.body))
        by = By(row.actor, "server", _instant(row.effective_at))
        for thing in touched(event):
            if thing[0] == RowKind.UNIT:
                folded[thing[1]] = fold(folded.get(thing[1]), event, thing, by)
    assert {key: _utc(unit) for key, unit in folded.items()} == {key: _utc(unit) for key, unit in on_record.items()}


def test_the_log_is_one_chain_and_the_feed_lists_every_row(day: Desk) -> None:
    with day.reading() as connection:
        assert [verify_chain(connection, stream) for stream in all_streams(connection)] == [None, None, None]
        changes = changes_after(connection, Seen(), "MAIN", 1_000)
    kinds = [row.kind for row in changes.rows]
    assert {kind: kinds.count(kind) for kind in (*KINDS, *MESSAGES)} == {
        RowKind.SITE: 2,
        RowKind.SETTINGS: 2,
        RowKind.PRODUCT: 5,
        RowKind.PLACE: 28,
        RowKind.WORKER: 6,
        RowKind.PARTY: 9,
        RowKind.PERSON: 0,
        RowKind.CONTAINER: 0,
        RowKind.QUANTITY: 0,
        RowKind.HOLD: 2,
        RowKind.DOCUMENT: 17,
        RowKind.LISTED: 5,
        RowKind.UNIT: 54,
        RowKind.ATTENTION: 0,
        RowKind.VERDICT: 0,
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _utc(unit: Unit) -> Unit:
    return replace(unit, changed_at=unit.changed_at.astimezone(UTC)) if unit.changed_at else unit
