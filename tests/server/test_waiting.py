"""An act that lacks no more than an earlier step waits: kept, seen, judged again in its turn, and given up in time."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from scantrail.domain.acts.act import Times
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.listed import listed_id
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import PickUndone, UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import PlaceConfirmed, TaskCompleted, TaskTaken
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.interchange.importing import import_files
from scantrail.protocol import taking
from scantrail.protocol.card import write_card
from scantrail.protocol.messages import Outcome, PushAnswer, Row, Seen
from scantrail.reports.attention import item_lines, list_lines
from scantrail.server.administration import restored
from scantrail.server.attention.items import AttentionItem, open_items
from scantrail.server.attention.settling import NotSettled, resolve
from scantrail.server.attention.waiting_items import anything_called, waiting_items
from scantrail.server.database.flights import fly
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import documents, feed, labels, log, units, waiting
from scantrail.server.database.schema import listed as on_lists
from scantrail.server.devices.cards import import_card
from scantrail.server.http.app import create_app
from scantrail.server.ledger import judging, timer
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.judging import judge_over
from scantrail.server.ledger.log import verify_chain
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.records.documents import put_documents
from scantrail.server.records.listed import listed_on, put_listed
from scantrail.server.records.master import put_settings, put_workers
from scantrail.server.records.units import put_units, units_by_id
from tests.server.site import VERIFIER, ServedSite, TestDevice
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SETTINGS,
    any_line,
    module,
    named_on,
    pick_list,
    promised,
    promised_on,
    wanting,
)

LIST = "PL-2025-0091"
BOSS = Worker("ana", "Ana Lopez", "WKR-2001", "MAIN", (Role.SUPERVISOR,))
PICK = [Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED]
"""Of the bin, the product, and the unit."""
WAITS = [Outcome.WAITING] * 3


def lose(served: ServedSite, *rows: PickList | Unit) -> None:
    """A restored server does not know these."""
    with served.database.writing() as connection:
        gone = {row.id for row in listed_on(connection, [_key(row) for row in rows])}
        connection.execute(delete(on_lists).where(on_lists.c.id.in_(gone)))
        connection.execute(delete(feed).where(feed.c.id.in_(gone)))
        connection.execute(delete(documents).where(documents.c.id.in_([_key(row) for row in rows])))
        connection.execute(delete(labels).where(labels.c.unit.in_([_key(row) for row in rows])))
        connection.execute(delete(units).where(units.c.id.in_([_key(row) for row in rows])))
        connection.execute(delete(feed).where(feed.c.id.in_([_key(row) for row in rows])))


def bring(served: ServedSite, *rows: PickList | Unit) -> None:
    """They are imported again; a list that comes back names the units that are promised to it."""
    lists = [row for row in rows if isinstance(row, PickList)]
    found = [row for row in rows if isinstance(row, Unit)]
    changed = [(RowKind.DOCUMENT, row.number) for row in lists] + [(RowKind.UNIT, row.id) for row in found]
    with served.database.writing() as connection:
        served.database.lock(connection, ["MAIN"])
        put_documents(connection, lists)
        known = {row.id for row in connection.execute(select(units.c.id))}
        has = {row.id for row in listed_on(connection, [each.number for each in lists])}
        all_units = {**units_by_id(connection, known), **{each.id: each for each in found}}.values()
        new = [row for each in lists for row in promised_on(each, all_units) if row.id not in has]
        put_listed(connection, new)
        changed += [(RowKind.LISTED, row.id) for row in new]
        put_units(connection, found, {row.id for row in found} - known)
        records = SqlRecords.of(connection, "MAIN", served.now)
        records.changed(changed)
        fly(connection, *records.finish())


def _key(row: PickList | Unit) -> str:
    return row.number if isinstance(row, PickList) else row.id


def picked(unit: Unit, number: str) -> UnitPicked:
    """A pick of a unit, as it stands, on the first line of a list."""
    order = unit.order or ""
    return UnitPicked(unit.id, unit.serial, number, "1", order, unit.place, "MAIN/CART-05", unit.status)


def in_log(served: ServedSite, device: TestDevice) -> list[tuple[int, str]]:
    query = select(log.c.seq, log.c.outcome).where(log.c.device == device.name).order_by(log.c.position)
    with served.database.reading() as connection:
        assert verify_chain(connection, "MAIN") is None
        return [(row.seq, row.outcome) for row in connection.execute(query)]


def happened(served: ServedSite, device: TestDevice) -> set[str]:
    with served.database.reading() as connection:
        return set(connection.scalars(select(log.c.effective_at).where(log.c.device == device.name)))


def waits(served: ServedSite) -> tuple[AttentionItem, ...]:
    with served.database.reading() as connection:
        return waiting_items(connection, "MAIN")


def to_settle(served: ServedSite) -> tuple[AttentionItem, ...]:
    with served.database.reading() as connection:
        return open_items(connection, "MAIN")


def rows_after(served: ServedSite, device: TestDevice) -> Sequence[Row]:
    with served.database.reading() as connection:
        return changes_after(connection, Seen(device.cursor), "MAIN").rows


def outcomes(answer: PushAnswer) -> list[Outcome]:
    return [verdict.outcome for verdict in answer.verdicts]


@pytest.fixture
def listed(served: ServedSite) -> PickList:
    """The list that the server has lost."""
    found = served.pick_list()
    lose(served, found)
    return found


def test_what_is_about_a_list_not_here_yet_waits_and_applies_in_its_order_when_it_comes(
    served: ServedSite, listed: PickList
) -> None:
    device = served.device()
    device.pick(46)
    answer = device.push()
    assert outcomes(answer) == WAITS
    assert answer.acknowledged == 3
    assert [(each.position, each.refusal) for each in answer.verdicts] == [
        (0, refuse(ActCode.UNKNOWN_DOCUMENT, document=LIST)),
        (0, refuse(ActCode.EARLIER_WAITS)),
        (0, refuse(ActCode.EARLIER_WAITS)),
    ]
    assert in_log(served, device) == []
    assert to_settle(served) == ()
    served.now += timedelta(hours=3)
    bring(served, listed)
    assert in_log(served, device) == [(1, "applied"), (2, "applied"), (3, "applied")]
    assert (served.unit(46).status, served.unit(46).document) == (Status.PICKED, LIST)
    assert served.unit(46).changed_at == NOW, "it happened when it was told to have happened, not when the list came"
    assert happened(served, device) == {instant_text(NOW)}, "and the log says so as well"
    assert waits(served) == ()


def test_its_device_hears_of_the_verdict_before_the_rows_it_changed_and_once(
    served: ServedSite, listed: PickList
) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    bring(served, listed)
    rows = rows_after(served, device)
    brought, rows = rows[:2], rows[2:]
    assert {row.id for row in brought} == {listed_id(LIST, module(number).id) for number in (47, 48)}
    assert [row.kind for row in rows] == [RowKind.VERDICT] * 3 + [RowKind.DOCUMENT, RowKind.LISTED, RowKind.UNIT]
    assert [(row.body["seq"], row.body["outcome"]) for row in rows[:3]] == [(seq, "applied") for seq in (1, 2, 3)]
    assert all(row.body["position"] < rows[0].position for row in rows[:3])
    other = served.device("Scanner-12", MIKE.id)
    other.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    other.push()
    assert sum(row.kind == RowKind.VERDICT for row in rows_after(served, device)) == 3, "kept until it has read them"
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    answer = device.push(4)
    assert sum(row.kind == RowKind.VERDICT for row in answer.changes.rows) == 3, "it says by this push that it has not"
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    device.push(5)
    with served.database.reading() as connection:
        assert connection.execute(select(waiting)).all() == []
        assert RowKind.VERDICT not in {row.kind for row in changes_after(connection, Seen(), "MAIN").rows}


@pytest.mark.parametrize(("cursor", "head"), [(None, "7:another"), (None, ""), (10**6, None)])
def test_what_a_device_has_read_of_another_history_is_kept_for_it(
    served: ServedSite, listed: PickList, cursor: int | None, head: str | None
) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    bring(served, listed)
    with served.database.reading() as connection:
        here = changes_after(connection, Seen(), "MAIN")
    device.cursor = here.cursor if cursor is None else {"MAIN": cursor}
    device.heads = here.heads if head is None else {"MAIN": head}
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    device.push(4)
    with served.database.reading() as connection:
        rows = changes_after(connection, Seen(), "MAIN").rows
    assert sum(row.kind == RowKind.VERDICT for row in rows) == 3


def test_sent_again_it_is_a_duplicate_that_waits_then_has_its_verdict_and_other_bytes_are_misuse(
    served: ServedSite, listed: PickList
) -> None:
    device = served.device()
    device.pick(46)
    first = device.push().verdicts
    again = device.push().verdicts
    assert [(each.outcome, each.position) for each in again] == [(Outcome.DUPLICATE, 0)] * 3
    assert [each.refusal for each in again] == [each.refusal for each in first]
    twin = served.device("Scanner-05")
    twin.record(PlaceConfirmed(LIST, "MAIN/B-02-01"), document=LIST)
    (copied,) = twin.push().verdicts
    assert copied.refusal is not None
    assert (copied.outcome, copied.refusal.code) == (Outcome.REFUSED, ActCode.MISUSE)
    device.token = twin.token
    device.key = twin.key
    bring(served, listed)
    final = device.push().verdicts
    assert [(each.outcome, each.refusal) for each in final] == [(Outcome.DUPLICATE, None)] * 3
    assert all(each.position for each in final)
    assert len(in_log(served, device)) == 3


def test_what_is_about_other_goods_does_not_wait_behind_it(served: ServedSite) -> None:
    other = pick_list(any_line(MODULE, 1), number="PL-2025-0092", order="SO-9")
    served.change(other)
    lost = served.unit(46)
    lose(served, lost)
    device = served.device()
    device.pick(46)
    device.record(PlaceConfirmed(other.number, "MAIN/A-15-03"), document=other.number)
    device.record(ConditionStated(lost.id, Condition.GOOD, LIST), document=LIST)
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-04"), document=LIST)
    applied, waiting_ = Outcome.APPLIED, Outcome.WAITING
    assert outcomes(device.push()) == [applied, applied, waiting_, applied, waiting_, waiting_]
    bring(served, lost)
    assert in_log(served, device)[3:] == [(3, "applied"), (5, "applied"), (6, "applied")]
    assert served.pick_list().at_place == "MAIN/A-15-04", "the pick in the first bin came before the second bin"


def test_a_refused_scan_is_only_a_note_and_is_logged_at_once(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    device.record(reading="X", document=LIST, refusal=refuse(ScanCode.UNKNOWN_SERIAL, wanted="–"))
    assert outcomes(device.push()) == [*WAITS, Outcome.APPLIED]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": Status.QUARANTINE}, GoodsCode.STATUS),
        ({"status": Status.SHIPPED}, GoodsCode.SHIPPED),
        ({"status": Status.PICKED, "document": "PL-1"}, GoodsCode.ALREADY_PICKED),
    ],
)
def test_goods_in_conflict_never_wait_whatever_the_list_and_what_is_before_them(
    served: ServedSite, listed: PickList, facts: dict[str, Any], code: Code
) -> None:
    device, late = served.device(), served.device("Scanner-11")
    device.pick(46)
    late.pick(47)
    late.push()
    served.change(replace(served.unit(46), **facts))
    verdicts = device.push().verdicts
    assert [each.outcome for each in verdicts] == [*WAITS[:2], Outcome.CONTESTED]
    assert verdicts[2].refusal is not None
    assert verdicts[2].refusal.code == code
    bring(served, replace(served.unit(47), **facts))
    assert in_log(served, late) == [(3, "contested")], "what waits is looked at again when its goods change"


def test_what_waited_is_judged_by_its_scan_as_well(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    unit = served.unit(46)
    device.record(picked(unit, LIST), reading="CM500-2025-0047", document=LIST)
    assert outcomes(device.push()) == [Outcome.WAITING]
    bring(served, replace(listed, at_place=unit.place))
    assert in_log(served, device) == [(1, "refused")]
    (item,) = to_settle(served)
    assert item.code == ScanCode.SCAN_MISMATCH


def test_goods_that_are_not_free_until_an_earlier_record_of_them_is_judged_are_in_no_conflict(
    served: ServedSite,
) -> None:
    other = replace(served.pick_list(), number="PL-2025-0092")
    device = served.device()
    device.pick(46)
    assert outcomes(device.push()) == PICK
    unit, listed = served.unit(46), served.pick_list()
    lose(served, listed)
    served.change(other)
    back = PickUndone(unit.id, LIST, "1", unit.place, "MAIN/A-15-03", Status.ALLOCATED, LIST)
    device.record(back, document=LIST)
    free = promised(46, other.number)
    device.record(picked(free, other.number), reading=unit.serial, document=other.number)
    assert outcomes(device.push(4)) == [Outcome.WAITING] * 2
    assert [each.code for each in waits(served)] == [ActCode.UNKNOWN_DOCUMENT, ActCode.EARLIER_WAITS]


def test_a_unit_not_here_yet_is_no_excuse_on_a_list_that_has_ended(served: ServedSite) -> None:
    lost, listed = served.unit(46), served.pick_list()
    lose(served, lost)
    device = served.device()
    device.pick(46)
    assert outcomes(device.push()) == [*PICK[:2], Outcome.WAITING]
    bring(served, replace(listed, status=listed.status.CANCELLED))
    assert in_log(served, device)[-1] == (3, "contested")
    (item,) = to_settle(served)
    assert item.code == TaskCode.LIST_CANCELLED


def test_of_two_that_wait_for_one_unit_the_first_to_apply_has_it_and_the_other_is_told_at_once(
    served: ServedSite, listed: PickList
) -> None:
    first, second = served.device(), served.device("Scanner-11")
    first.pick(46)
    first.push()
    lost = served.unit(46)
    other = replace(listed, number="PL-2025-0092")
    second.record(picked(lost, other.number), reading=lost.serial, document=other.number)
    assert outcomes(second.push()) == [Outcome.WAITING]
    served.change(replace(lost, document=None), *named_on(other, lost))
    bring(served, other)
    assert in_log(served, second) == [(1, "applied")]
    assert in_log(served, first) == [(3, "contested")], "although it arrived before"
    assert (served.unit(46).status, served.unit(46).document) == (Status.PICKED, other.number)


def test_what_a_push_changes_is_looked_at_in_all_that_waits_for_it(served: ServedSite, listed: PickList) -> None:
    away, here = served.device(), served.device("Scanner-11")
    away.pick(46)
    away.push()
    other = replace(listed, number="PL-2025-0092")
    served.change(other, *named_on(other, served.unit(46)), replace(served.unit(46), document=other.number))
    here.record(picked(served.unit(46), other.number), reading=served.unit(46).serial, document=other.number)
    assert outcomes(here.push()) == [Outcome.APPLIED]
    assert in_log(served, away) == [(3, "contested")]


def test_what_waits_on_a_list_that_somebody_takes_meanwhile_is_told_at_once(served: ServedSite) -> None:
    lose(served, served.unit(46))
    device, other = served.device(), served.device("Scanner-11", MIKE.id)
    device.pick(46)
    assert outcomes(device.push()) == [*PICK[:2], Outcome.WAITING]
    other.record(TaskTaken(LIST), document=LIST)
    assert outcomes(other.push()) == [Outcome.APPLIED]
    assert in_log(served, device)[-1] == (3, "contested")
    (item,) = to_settle(served)
    assert item.code == TaskCode.LIST_TAKEN_OVER


def test_another_device_waits_for_a_pick_that_waits(served: ServedSite) -> None:
    lost, listed = served.unit(46), replace(served.pick_list(), taken=None)
    lose(served, lost)
    device = served.device()
    device.pick(46)
    assert outcomes(device.push()) == [*PICK[:2], Outcome.WAITING]
    ended = served.device("Scanner-11", MIKE.id)
    served.change(replace(listed, lines=(replace(listed.lines[0], short=0),), taken=None))
    ended.record(TaskCompleted(LIST), document=LIST)
    (verdict,) = ended.push().verdicts
    assert verdict.refusal is not None
    assert (verdict.outcome, verdict.refusal.code) == (Outcome.WAITING, WorkCode.LINES_OPEN)
    bring(served, lost)
    assert in_log(served, ended) == [(1, "contested")], "two more are to be picked, and nobody brings them"


def test_after_the_sites_hours_it_is_a_trouble_like_any_other(served: ServedSite, listed: PickList) -> None:
    with served.database.writing() as connection:
        put_settings(connection, [wanting(waiting_hours=2)])
    device = served.device()
    device.pick(46)
    device.push()
    served.now += timedelta(hours=2) - timedelta(seconds=1)
    judge_over(served.database, served.now)
    assert in_log(served, device) == []
    served.now += timedelta(seconds=1)
    judge_over(served.database, served.now)
    answered = served.http.get("/v1/attention", headers=device.headers).json()
    assert (answered["waiting"], len(answered["items"])) == ([], 2)
    assert in_log(served, device) == [(seq, "refused") for seq in (1, 2, 3)]
    assert {each.code for each in to_settle(served)} == {ActCode.UNKNOWN_DOCUMENT}
    assert [row.body["outcome"] for row in rows_after(served, device)] == ["refused"] * 3


def test_a_running_server_ends_a_wait_by_itself_also_after_its_database_was_away(
    served: ServedSite, listed: PickList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timer, "GRACE_S", 0)
    monkeypatch.setattr(timer, "PAUSE_S", 0)
    device = served.device()
    device.pick(46)
    device.push()
    served.now += timedelta(hours=SETTINGS.waiting.hours)
    failing = served.lose_at("Scanner")
    ended, looks = threading.Event(), 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        failing[0] = looks < 3
        if in_log(served, device):
            ended.set()
        return served.now

    with TestClient(create_app(served.database, clock)):
        assert ended.wait(20)
    assert len(to_settle(served)) == 2


def test_a_server_that_was_off_for_days_first_waits_for_its_devices(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    served.now += timedelta(days=3)
    with TestClient(create_app(served.database, lambda: served.now)):
        other = served.device("Scanner-11", MIKE.id)
        other.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), document="PL-9")
        assert outcomes(other.push()) == [Outcome.WAITING]
        bring(served, listed)
    assert in_log(served, device) == [(1, "applied"), (2, "applied"), (3, "applied")]


class Pauses(threading.Event):
    """Lets no time pass, and stops after three looks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout)
        return len(self.asked) > 3


def test_devices_are_given_time_after_a_start_and_after_an_outage(
    served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([OperationalError("", {}, Exception("server closed the connection")), None, None])

    def judge(_database: Any, _now: datetime) -> None:
        outage = next(looks)
        if outage is not None:
            raise outage

    monkeypatch.setattr(timer, "judge_over", judge)
    pauses = Pauses()
    timer._look(served.database, lambda: served.now, pauses)
    assert pauses.asked == [timer.GRACE_S, timer.GRACE_S, timer.PAUSE_S, timer.PAUSE_S]


def test_a_site_that_cannot_be_judged_keeps_no_other_from_it(
    served: ServedSite, listed: PickList, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    with served.database.writing() as connection:
        row = connection.execute(select(waiting).limit(1)).one()._asdict()
        connection.execute(insert(waiting).values({**row, "id": "EAST-w1", "site": "EAST", "device": "Scanner-40"}))
    judged: list[str] = []

    def fail(records: Any, rules: Any, now: datetime) -> None:
        judged.append(records.site)
        if records.site == "EAST":
            raise ValueError("broken")
        taking.end_waits(records, rules, now)

    monkeypatch.setattr(judging, "end_waits", fail)
    judge_over(served.database, served.now + timedelta(hours=SETTINGS.waiting.hours))
    assert sorted(judged) == ["EAST", "MAIN"]
    assert len(in_log(served, device)) == 3


def test_the_hours_count_from_when_it_arrived_however_long_ago_it_happened(
    served: ServedSite, listed: PickList
) -> None:
    device = served.device()
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    days_later = Times(served.now, "boot", mono_ms=3 * 24 * 3_600_000)
    answered = device.post(replace(device.batch(), now=days_later)).json()
    assert [each["outcome"] for each in answered["verdicts"]] == ["waiting"]
    judge_over(served.database, served.now + timedelta(hours=SETTINGS.waiting.hours) - timedelta(seconds=1))
    assert in_log(served, device) == []


def test_what_came_later_puts_off_nothing_that_has_waited_long_enough(served: ServedSite, listed: PickList) -> None:
    first, later = served.device(), served.device("Scanner-11", MIKE.id)
    for device in (first, later):
        device.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), document="PL-9")
        device.push()
        served.now += timedelta(hours=SETTINGS.waiting.hours - 1)
    served.now -= timedelta(hours=SETTINGS.waiting.hours - 2)
    judge_over(served.database, served.now)
    assert (in_log(served, first), in_log(served, later)) == ([(1, "refused")], [])


def test_what_waits_at_another_site_is_left_to_it(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    with served.database.writing() as connection:
        connection.execute(update(waiting).values(site="EAST"))
    with served.database.reading() as connection:
        walk, _pick = waiting_items(connection)
    assert waits(served) == ()
    assert served.http.get("/v1/attention", headers=device.headers).json() == {"items": [], "waiting": []}
    assert served.http.get(f"/v1/attention/{walk.id}", headers=device.headers).status_code == 404
    with pytest.raises(NotSettled, match="Nothing that needs attention is called"):
        resolve(served.database, walk.id, worker="sarah", reason="Put back", now=served.now, site="MAIN")
    other = served.device("Scanner-11", MIKE.id)
    other.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), document="PL-9")
    assert outcomes(other.push()) == [Outcome.WAITING]
    bring(served, listed)
    assert in_log(served, device) == []


def test_the_desk_sees_who_waits_for_what_and_may_settle_it_with_a_reason(served: ServedSite, listed: PickList) -> None:
    with served.database.writing() as connection:
        put_workers(connection, [BOSS], {BOSS.id: VERIFIER})
    device = served.device()
    device.pick(46)
    device.push()
    walk, pick = waits(served)
    assert (walk.title, walk.because, walk.following) == ("WAITS", f"Waits until {LIST} is on record at the server.", 1)
    assert [each.serial for each in pick.goods] == ["CM500-2025-0046"]
    told = list_lines((walk, pick))
    assert told[0] == "Waiting for an earlier step; these go on by themselves:"
    assert "WAITS  CM500-2025-0046  [Sarah Johnson, Scanner-05]" in told[3]
    assert "1 more records that wait with it" in "\n".join(item_lines(walk))

    def settle(name: str, worker: str = "ana") -> Any:
        return resolve(served.database, name, worker=worker, reason="Put back", now=served.now)

    with pytest.raises(NotSettled, match="Settle that first"):
        settle(pick.id)
    with pytest.raises(NotSettled, match="may not settle this"):
        settle(walk.id, "sarah")
    assert in_log(served, device) == []
    assert settle(walk.id).is_new
    assert in_log(served, device) == [(1, "refused"), (2, "refused")], "the walk is given up, the pick still waits"
    assert [each.id for each in waits(served)] == [pick.id]
    assert settle(pick.id).item.code == ActCode.UNKNOWN_DOCUMENT
    assert (waits(served), to_settle(served)) == ((), ())
    with served.database.reading() as connection:
        settled = anything_called(connection, pick.id)
    assert settled is not None
    assert settled.settled is not None
    assert not settle(pick.id).is_new


def test_what_waited_behind_one_that_is_given_up_goes_on(served: ServedSite) -> None:
    with served.database.writing() as connection:
        put_workers(connection, [BOSS], {BOSS.id: VERIFIER})
    lose(served, served.unit(46))
    device = served.device()
    device.pick(46)
    device.record(PlaceConfirmed(LIST, "MAIN/A-15-04"), document=LIST)
    assert outcomes(device.push()) == [*PICK[:2], Outcome.WAITING, Outcome.WAITING]
    pick = next(each for each in waits(served) if each.code == ScanCode.UNKNOWN_SERIAL)
    resolve(served.database, pick.id, worker=BOSS.id, reason="Put back", now=served.now)
    assert in_log(served, device)[2:] == [(3, "refused"), (4, "applied")]
    assert served.pick_list().at_place == "MAIN/A-15-04"
    assert RowKind.DOCUMENT in {row.kind for row in rows_after(served, device)}


def test_what_has_applied_meanwhile_cannot_be_settled_any_more(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    walk, _pick = waits(served)
    bring(served, listed)
    with pytest.raises(NotSettled, match=f"{walk.id} waits no more: it has applied"):
        resolve(served.database, walk.id, worker="ana", reason="Put back", now=served.now)


def test_two_devices_that_wait_for_one_list_are_told_apart(served: ServedSite, listed: PickList) -> None:
    devices = served.device(), served.device("Scanner-11", MIKE.id)
    for device in devices:
        device.record(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
        device.push()
    assert [(each.device, each.following) for each in waits(served)] == [("Scanner-05", 0), ("Scanner-11", 0)]


def test_a_restored_servers_devices_send_it_again_and_it_waits_once(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    restored(served.database, served.now)
    device.cursor = {}
    assert outcomes(device.push()) == [Outcome.DUPLICATE] * 3
    bring(served, listed)
    assert outcomes(device.push()) == [Outcome.DUPLICATE] * 3
    assert in_log(served, device) == [(1, "applied"), (2, "applied"), (3, "applied")]


def test_one_that_cannot_be_judged_any_more_stops_nobody(
    served: ServedSite, listed: PickList, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, other = served.device(), served.device("Scanner-11", MIKE.id)
    device.pick(46)
    device.push()
    true = taking._Bench._judged

    def fails(bench: Any, act: Any, *rest: Any) -> Any:
        if act.id.device == device.name:
            raise ZeroDivisionError
        return true(bench, act, *rest)

    monkeypatch.setattr(taking._Bench, "_judged", fails)
    served.now += timedelta(hours=3)
    bring(served, listed)
    other.pick(47)
    assert outcomes(other.push()) == PICK
    assert {each.code for each in to_settle(served)} == {ActCode.UNREADABLE}
    assert happened(served, device) == {instant_text(NOW)}


def test_one_whose_bytes_are_no_act_any_more_is_set_apart_and_what_is_behind_it_goes_on(
    served: ServedSite, listed: PickList
) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    with served.database.writing() as connection:
        connection.execute(update(waiting).where(waiting.c.seq == 1).values(payload=b"{}"))
    bring(served, replace(listed, at_place="MAIN/A-15-03"))
    assert in_log(served, device) == [(1, "refused"), (2, "applied"), (3, "applied")]
    assert {each.code for each in to_settle(served)} == {ActCode.UNREADABLE}


def test_a_memory_cards_records_wait_too(served: ServedSite, listed: PickList) -> None:
    device = served.device()
    device.pick(46)
    card = write_card(
        device=device.name,
        epoch=device.epoch,
        site="MAIN",
        entries=list(enumerate(device.exacts, 1)),
        written=device.batch().now,
        sign=lambda data: device.key.sign(data).hex(),
    )
    assert import_card(served.database, card, served.now).outcomes == {"waiting": 3}
    again = import_card(served.database, card, served.now)
    assert (again.outcomes, again.is_news) == ({"duplicate": 3}, False)
    bring(served, listed)
    assert len(in_log(served, device)) == 3


def test_the_importer_brings_what_it_waited_for(served: ServedSite, listed: PickList, tmp_path: Path) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    line = {"line": "1", "product": MODULE.id, "kind": "exact", "serials": ["CM500-2025-0046"]}
    ordered = {"line": "1", "product": MODULE.id, "quantity": 1}
    order = {"number": listed.order, "site": "MAIN", "customer": "Premium", "lines": [ordered]}
    file = tmp_path / "day.json"
    listing = {"number": LIST, "site": "MAIN", "order": listed.order, "lines": [line]}
    file.write_text(json.dumps({"sales_orders": [order], "pick_lists": [listing]}))
    done = import_files([file], served.database, served.now, lambda *_progress: None)
    assert done.problems == ()
    assert in_log(served, device) == [(1, "applied"), (2, "applied"), (3, "applied")]
    assert (served.unit(46).status, waits(served)) == (Status.PICKED, ())
