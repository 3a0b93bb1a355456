"""Records that a device should not have made, and faults that are not the record's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select

from scantrail.domain.acts.event import Event as Fact
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.facts.holding import HoldClosed
from scantrail.domain.facts.picking.events import UnitAllocated
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.facts.shipping import UnitShipped
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import ActVerdict, Outcome
from scantrail.server.database.schema import alarms, log
from scantrail.server.records.documents import put_documents
from scantrail.server.records.master import put_places
from scantrail.server.records.units import put_units
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import MIKE, MODULE, PLACES, SARAH, any_line, module, pick_list

ELSEWHERE = replace(PLACES[1], id="EAST/A-15-03", site="EAST")


def last_verdict(device: TestDevice) -> ActVerdict:
    return device.push(first=len(device.exacts)).verdicts[-1]


def code_of(verdict: ActVerdict) -> Code | None:
    return verdict.refusal.code if verdict.refusal else None


def kinds_of_alarms(served: ServedSite) -> list[str]:
    with served.database.reading() as connection:
        return list(connection.execute(select(alarms.c.kind)).scalars())


@pytest.mark.parametrize(
    "fact",
    [
        UnitShipped(module(49).id, "SH-1", "SO-1", "MAIN/A-15-03", "METRO/DELIVERED"),
        UnitAllocated(module(49).id, "SO-1"),
        UnitRegistered(module(99).id, Creation.FOUND, module(99)),
        UnitShipped("no-such-unit", "SH-1", "SO-1", "MAIN/A-15-03", "METRO/DELIVERED"),
        HoldClosed("H-1"),
    ],
)
def test_facts_that_are_the_servers_own_are_refused_from_a_device(served: ServedSite, fact: Fact) -> None:
    device = served.device()
    device.record(fact)
    verdict = last_verdict(device)
    assert (verdict.outcome, code_of(verdict)) == (Outcome.REFUSED, RightCode.NO_RIGHT)
    assert served.unit(49) == module(49, changed_at=served.unit(49).changed_at)


def test_another_sites_pick_list_is_refused_with_its_site(served: ServedSite) -> None:
    with served.database.writing() as connection:
        put_documents(connection, [pick_list(any_line(MODULE, 1), number="PL-EAST", site="EAST")])
    device = served.device()
    device.record(TaskTaken("PL-EAST"), document="PL-EAST")
    assert last_verdict(device).refusal == refuse(
        SiteCode.ANOTHER_SITES_LIST, document="PL-EAST", site="EAST", here="MAIN"
    )


def test_another_sites_unit_cannot_be_changed_from_here(served: ServedSite) -> None:
    with served.database.writing() as connection:
        put_places(connection, [ELSEWHERE])
        put_units(connection, [module(50, place=ELSEWHERE.id)], ())
    device = served.device()
    device.record(ConditionStated(module(50).id, Condition.DAMAGED))
    assert code_of(last_verdict(device)) == SiteCode.ANOTHER_SITE
    device.record(UnitMoved(module(50).id, ELSEWHERE.id, "MAIN/A-15-04"))
    assert code_of(last_verdict(device)) == SiteCode.ANOTHER_SITE
    assert served.unit(50).place == ELSEWHERE.id


@pytest.mark.parametrize("place", ["MAIN/NOWHERE", ELSEWHERE.id, "A-15-04", ""])
def test_a_unit_moves_only_to_a_place_of_this_site(served: ServedSite, place: str) -> None:
    with served.database.writing() as connection:
        put_places(connection, [ELSEWHERE])
    device = served.device()
    device.record(UnitMoved(module(49).id, "MAIN/A-15-03", place))
    assert code_of(last_verdict(device)) == SiteCode.UNKNOWN_PLACE
    assert served.unit(49).place == "MAIN/A-15-03"


@pytest.mark.parametrize("actor", ["\ud800", "nul\x00"])
def test_a_record_that_cannot_be_written_becomes_a_dead_letter_and_the_others_apply(
    served: ServedSite, actor: str
) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.worker = actor
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.worker = SARAH.id
    device.pick(46)
    answer = device.push()
    outcomes = [verdict.outcome for verdict in answer.verdicts]
    assert answer.acknowledged == 5
    assert outcomes[:1] + outcomes[2:] == [Outcome.APPLIED] * 4
    assert [verdict.outcome for verdict in device.push().verdicts] == [Outcome.DUPLICATE] * 5


def test_a_record_that_the_database_refuses_is_kept_as_a_dead_letter(served: ServedSite) -> None:
    device = served.device()
    device.worker = "lone \ud800"
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    assert code_of(last_verdict(device)) == ActCode.UNREADABLE
    assert kinds_of_alarms(served) == ["dead_letter"]
    with served.database.reading() as connection:
        assert (
            bytes(connection.execute(select(log.c.payload).where(log.c.device == device.name)).scalar_one())
            == (device.exacts[0])
        )


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_outside_the_calendar_costs_no_record(served: ServedSite, year: int) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False), at=datetime(year, 1, 1, tzinfo=UTC))
    push = device.batch()
    sent = replace(push, now=replace(push.now, boot="another", wall=datetime(10000 - year, 6, 1, tzinfo=UTC)))
    answered = device.post(sent).json()
    assert [verdict["outcome"] for verdict in answered["verdicts"]] == ["applied"]


def test_while_the_database_is_away_nothing_is_taken_and_nothing_becomes_a_dead_letter(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    failing = served.lose_at("Scanner")
    answered = device.post(device.batch())
    assert (answered.status_code, answered.headers["retry-after"]) == (503, "2")
    failing[0] = False
    assert device.outcomes() == [Outcome.APPLIED] * 3
    assert kinds_of_alarms(served) == []


def bad_record_among_good_ones(served: ServedSite) -> TestDevice:
    """Five records, of which the first cannot be written, so that they are taken one by one."""
    device = served.device()
    served.refuse_at("poison")
    device.worker = "poison"
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.worker = SARAH.id
    device.pick(46)
    device.worker = MIKE.id
    device.record(WorkerSignedIn(MIKE.id, offline=False))
    return device


def test_what_could_not_be_taken_one_by_one_is_asked_for_again(served: ServedSite) -> None:
    device = bad_record_among_good_ones(served)
    failing = served.lose_at(MIKE.id)
    answer = device.push()
    outcomes = [verdict.outcome for verdict in answer.verdicts]
    assert outcomes == [Outcome.REFUSED, Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED, Outcome.RETRY]
    assert (answer.acknowledged, answer.verdicts[-1].position) == (4, 0)
    failing[0] = False
    assert [verdict.outcome for verdict in device.push(first=5).verdicts] == [Outcome.APPLIED]
    assert kinds_of_alarms(served) == ["dead_letter"]


def test_where_none_could_be_taken_the_whole_push_is_refused(served: ServedSite) -> None:
    device = bad_record_among_good_ones(served)
    failing = served.lose_at("Scanner")
    assert device.post(device.batch()).status_code == 503
    failing[0] = False
    assert device.push().acknowledged == 5


def test_what_a_push_costs_does_not_grow_with_its_acts(served: ServedSite) -> None:
    statements: list[str] = []
    event.listen(served.database.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))

    def count(name: str, acts: int) -> int:
        device = served.device(name)
        for _ in range(acts):
            device.record(ConditionStated(module(49).id, Condition.GOOD))
            device.record(ConditionStated(module(50).id, Condition.GOOD))
        statements.clear()
        device.push()
        return len(statements)

    few = count("Scanner-11", 1)
    assert count("Scanner-12", 200) <= few
    with served.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(log)).scalar_one() > 400
