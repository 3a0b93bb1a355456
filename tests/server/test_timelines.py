"""A unit's life as the server tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from scantrail.domain.acts.act import Draft
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked
from scantrail.domain.facts.placing.events import ContainerMoved, UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped
from scantrail.domain.people.party import Party, PartyKind
from scantrail.domain.people.person import Person
from scantrail.domain.things.container import ContainerKind
from scantrail.domain.things.unit import Condition, Owner, OwnerType
from scantrail.reports.unit import unit_reports
from scantrail.server.database.flights import fly
from scantrail.server.database.schema import log
from scantrail.server.history.timelines import TimelineEntry, timeline_of
from scantrail.server.ledger.log import Dated, verify_chain
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.records.master import put_parties, put_people, put_workers
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import JENNIFER, NOW, PREMIUM, SARAH, module

UNIT = module(49).id


def told(served: ServedSite) -> tuple[TimelineEntry, ...]:
    with served.database.reading() as connection:
        return timeline_of(connection, UNIT)


def test_it_says_who_did_what_where_when_and_why(served: ServedSite) -> None:
    device = served.device()
    device.record(
        UnitMoved(UNIT, "MAIN/A-15-03", "MAIN/A-15-04"), reading="CM500-2025-0049", reason="too full", note="top shelf"
    )
    device.push()
    entry = told(served)[-1]
    assert (entry.site, entry.type, entry.family, entry.actor, entry.device) == (
        "MAIN",
        "UnitMoved",
        "location",
        SARAH.id,
        "Scanner-05",
    )
    assert (entry.reason, entry.note, entry.scanned, entry.carrier) == (
        "too full",
        "top shelf",
        "CM500-2025-0049",
        "wedge",
    )
    assert (entry.effective_at, entry.recorded_at) == (NOW, served.now)


def test_the_move_of_a_carton_stands_in_the_history_of_every_unit_in_it(served: ServedSite) -> None:
    device, others = served.device(worker=JENNIFER.id), [module(number).id for number in (49, 50)]
    dock, sscc = "MAIN/DOCK-01", "095212340000000419"
    with served.database.writing() as connection:
        put_workers(connection, [JENNIFER], {JENNIFER.id: "-"})
    device.record(ContainerMade(sscc, ContainerKind.CARTON, dock))
    for each in others:
        device.record(UnitPacked(each, sscc, module(49).place, dock))
    device.record(ContainerMoved(sscc, tuple(others), dock, "MAIN/B-02-01"))
    assert [verdict.refusal for verdict in device.push().verdicts] == [None] * 4
    with served.database.reading() as connection:
        histories = [timeline_of(connection, each) for each in others]
    for history in histories:
        assert [entry.type for entry in history][-2:] == ["UnitPacked", "ContainerMoved"]
        assert history[-1].story == f"{sscc} moved from DOCK-01 (MAIN) to B-02-01 (MAIN)"


def push_after(device: TestDevice, age: timedelta) -> None:
    """Push what was recorded so long ago, by the device's monotonic clock."""
    push = device.batch()
    now = replace(push.now, mono_ms=int(age.total_seconds() * 1000))
    assert device.post(replace(push, now=now)).status_code == 200


def test_what_was_done_offline_stands_where_it_happened_not_where_it_arrived(served: ServedSite) -> None:
    offline, online = served.device(), served.device("Scanner-02")
    wrong_clock = NOW + timedelta(days=400)
    offline.record(ConditionStated(UNIT, Condition.DAMAGED), at=wrong_clock)
    online.record(ConditionStated(UNIT, Condition.GOOD), at=NOW)
    served.now = NOW + timedelta(hours=3)
    push_after(online, timedelta(hours=1))
    push_after(offline, timedelta(hours=2))
    damaged, good = told(served)[-2:]
    assert (damaged.device, damaged.effective_at) == ("Scanner-05", NOW + timedelta(hours=1))
    assert (good.device, good.effective_at) == ("Scanner-02", NOW + timedelta(hours=2))
    assert damaged.position > good.position


def test_a_purge_of_the_exact_bytes_leaves_timeline_and_chain(served: ServedSite) -> None:
    device = served.device()
    device.record(ConditionStated(UNIT, Condition.GOOD), reading="CM500-2025-0049", reason="seen")
    device.push()
    before = told(served)
    with served.database.writing() as connection:
        connection.execute(update(log).values(payload=None))
    assert told(served) == before
    with served.database.reading() as connection:
        assert verify_chain(connection, "MAIN") is None


def test_partners_and_who_signed_are_told_by_the_names_they_have_now(served: ServedSite) -> None:
    carrier = Party("0c7a9a52-3f0b-4f0e-9f6e-1d1f5d7d8a01", PartyKind.CARRIER, "UPS")
    smith = Person("5b1f7f0e-6a38-4a53-8b0a-7f7a1c0c2e02", "J. Smith", PREMIUM.id)
    place, found = module(49).place, Owner(OwnerType.CUSTOMER, PREMIUM.id)
    shipped = UnitShipped(UNIT, "SH-1", "SO-1", place, "PREMIUM/DOCK", carrier.id, "Ground", "1Z9")
    arrived = UnitDelivered(UNIT, "SH-1", "PREMIUM/DOCK", "PREMIUM/DOCK", found, smith.id)
    with served.database.writing() as connection:
        put_parties(connection, [carrier])
        put_people(connection, [smith])
        records = SqlRecords.of(connection, "MAIN", NOW)
        records.record(Dated(Draft(events=(each,)), NOW) for each in (shipped, arrived))
        fly(connection, *records.finish())
    assert [entry.story for entry in told(served)[-2:]] == [
        "Shipped with SH-1 for SO-1: UPS Ground 1Z9",
        "Delivered to Premium Manufacturing, signed by J. Smith",
    ]
    assert (told(served)[-2].event["carrier"], told(served)[-1].event["signed_by"]) == (carrier.id, smith.id)
    with served.database.writing() as connection:
        put_parties(connection, [replace(PREMIUM, name="Premium Mfg")])
        put_people(connection, [replace(smith, name="Jane Smith")])
    assert told(served)[-1].story == "Delivered to Premium Mfg, signed by Jane Smith"
    assert [line for report in unit_reports(served.database, "CM500-2025-0049") for line in report.lines()][-1].count(
        "Delivered to Premium Mfg, signed by Jane Smith"
    )
