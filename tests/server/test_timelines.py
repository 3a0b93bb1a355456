"""A unit's life as the server tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked
from scantrail.domain.facts.placing.events import ContainerMoved, UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.things.container import ContainerKind
from scantrail.domain.things.unit import Condition
from scantrail.server.database.schema import log
from scantrail.server.history.timelines import TimelineEntry, timeline_of
from scantrail.server.ledger.log import verify_chain
from scantrail.server.records.master import put_workers
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import JENNIFER, NOW, SARAH, module

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
