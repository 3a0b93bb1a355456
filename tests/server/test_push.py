"""A push: judged, logged, answered; once, whatever happens on the way."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from scantrail.domain.acts.kinds import document, listed, unit
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.facts.work.events import PlaceConfirmed, TaskReleased, TaskTaken
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import Outcome
from scantrail.server.database.schema import alarms, log
from scantrail.server.ledger.log import verify_chain
from tests.server.site import ServedSite
from tests.support.worlds import MIKE, SARAH, module

PICKED = [Outcome.APPLIED] * 3


def test_a_pick_is_applied_and_changes_unit_and_list(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    assert device.outcomes() == PICKED
    unit = served.unit(46)
    assert (unit.status, unit.place, unit.changed_by) == (Status.PICKED, "MAIN/CART-05", SARAH.id)
    assert [each.serial for each in served.listing().picked] == ["CM500-2025-0046"]


def test_the_answer_brings_the_changed_rows_after_the_acts_they_contain(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    device.pick(47)
    answer = device.push(first=4)
    rows = {(row.kind, row.id): row for row in answer.changes.rows}
    about = (document("PL-2025-0091"), unit(module(47).id), listed("PL-2025-0091", module(47).id))
    assert set(rows) == set(about), "one row of the list's units, however many they are"
    assert min(row.position for row in rows.values()) > max(verdict.position for verdict in answer.verdicts)
    assert answer.acknowledged == 6


def test_the_same_batch_again_changes_nothing_and_gets_the_first_verdicts(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    first = device.push()
    again = device.push()
    assert [verdict.outcome for verdict in again.verdicts] == [Outcome.DUPLICATE] * 3
    assert [verdict.position for verdict in again.verdicts] == [verdict.position for verdict in first.verdicts]
    assert len(served.listing().picked) == 1


def test_a_batch_that_repeats_some_acts_takes_the_new_ones(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    device.pick(47)
    assert device.outcomes() == [Outcome.DUPLICATE] * 3 + PICKED


def test_a_duplicate_of_a_contested_act_says_again_why(served: ServedSite) -> None:
    served.change(replace(served.unit(46), status=Status.QUARANTINE))
    device = served.device()
    device.pick(46)
    device.push()
    refusal = device.push().verdicts[2].refusal
    assert refusal is not None
    assert refusal.code == GoodsCode.STATUS


def test_the_same_id_with_other_bytes_is_misuse_and_raises_an_alarm(served: ServedSite) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.push()
    device.exacts.clear()
    device.record(WorkerSignedIn(MIKE.id, offline=False))
    assert device.outcomes() == [Outcome.REFUSED]
    with served.database.reading() as connection:
        assert connection.execute(select(alarms.c.kind)).scalars().all() == ["misuse"]
        assert len(connection.execute(select(log).where(log.c.device == device.name)).all()) == 1


def test_a_gap_is_answered_with_the_act_expected_next(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    answered = device.post(device.batch(first=2))
    assert answered.status_code == 409
    assert answered.json()["expected_seq"] == 1


def test_an_act_taken_out_of_the_chain_is_noticed(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.push(last=1)
    del device.exacts[1]
    assert device.post(device.batch(first=2)).status_code == 409


def test_a_batch_that_was_changed_on_the_way_is_refused(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    batch = device.batch()
    lies = [
        replace(batch, signature="00" * 64),
        replace(batch, signature="zz"),
        replace(batch, head="00" * 32),
        replace(batch, device="Scanner-99"),
        replace(batch, epoch="e2"),
        replace(batch, first_seq=2),
    ]
    assert [device.post(lie).status_code for lie in lies] == [403] * len(lies)
    assert served.unit(46).status is Status.ALLOCATED


def test_an_act_that_cannot_be_read_becomes_a_dead_letter_and_stops_nobody(served: ServedSite) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.exacts[0] = device.exacts[0].replace(b"WorkerSignedIn", b"WorkerTeleported")
    device.pick(46)
    assert device.outcomes() == [Outcome.REFUSED, *PICKED]
    with served.database.reading() as connection:
        assert connection.execute(select(alarms.c.kind)).scalars().all() == ["dead_letter"]


def test_two_devices_one_serial_the_first_applied_wins_and_the_other_is_contested(served: ServedSite) -> None:
    first, second = served.device(), served.device("Scanner-02", MIKE.id)
    first.pick(46)
    second.pick(46)
    first.push()
    verdict = second.push().verdicts[-1]
    assert verdict.outcome is Outcome.CONTESTED
    assert verdict.refusal is not None
    assert verdict.refusal.code == PickCode.IN_TASK or verdict.refusal.facts["worker"] == "Sarah Johnson"
    assert served.unit(46).place == "MAIN/CART-05"


def test_what_follows_on_a_contested_act_is_contested_too(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.record(ConditionStated(module(46).id, Condition.GOOD, "PL-2025-0091"), document="PL-2025-0091")
    served.change(replace(served.unit(46), status=Status.QUARANTINE))
    assert device.outcomes()[2:] == [Outcome.CONTESTED, Outcome.CONTESTED]


def test_a_list_cancelled_meanwhile_contests_the_pick(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    served.change(replace(served.pick_list(), status=DocumentStatus.CANCELLED))
    verdict = device.push().verdicts[-1]
    assert (verdict.outcome, verdict.refusal and verdict.refusal.code) == (Outcome.CONTESTED, TaskCode.LIST_CANCELLED)


def test_a_hold_opened_meanwhile_contests_the_pick(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    served.change(Hold("H-1", HoldKind.RECALL, "bad capacitors", product="CM-500-STD"))
    verdict = device.push().verdicts[-1]
    assert verdict.refusal is not None
    assert (verdict.outcome, verdict.refusal.code) == (Outcome.CONTESTED, GoodsCode.HOLD)


def test_a_list_taken_over_contests_the_first_devices_picks(served: ServedSite) -> None:
    first, second = served.device(), served.device("Scanner-02", MIKE.id)
    first.record(TaskTaken("PL-2025-0091"), document="PL-2025-0091")
    first.push()
    second.record(TaskTaken("PL-2025-0091"), document="PL-2025-0091", reason="shift ended")
    assert second.outcomes() == [Outcome.APPLIED]
    first.pick(46)
    verdict = first.push(first=2).verdicts[-1]
    assert verdict.refusal is not None
    assert verdict.refusal.code == TaskCode.LIST_TAKEN_OVER


def test_a_refused_scan_is_in_the_log(served: ServedSite) -> None:
    device = served.device()
    refusal = refuse(ScanCode.UNKNOWN_SERIAL, wanted="CM500-2025-0046")
    device.record(reading="CM500-2025-9999", document="PL-2025-0091", refusal=refusal)
    assert device.outcomes() == [Outcome.APPLIED]


def test_an_unwilling_device_cannot_write_for_another_site(served: ServedSite) -> None:
    device = served.device()
    device.record(PlaceConfirmed("PL-2025-0091", "MAIN/A-15-03"))
    device.exacts[0] = device.exacts[0].replace(b'"site":"MAIN"', b'"site":"EAST"')
    assert device.outcomes() == [Outcome.REFUSED]


def test_the_log_is_one_chain_that_shows_a_changed_row(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    with served.database.reading() as connection:
        assert verify_chain(connection, "MAIN") is None
    with served.database.writing() as connection:
        third = connection.execute(select(log.c.position).order_by(log.c.position).offset(2).limit(1)).scalar_one()
        connection.execute(log.update().where(log.c.position == third).values(actor="mallory"))
    with served.database.reading() as connection:
        assert verify_chain(connection, "MAIN") == third


@pytest.mark.parametrize("hostile", ["a\x00b", "[/b]\x1b[2J", "\ud800", "x" * 5000, "\u202e"])
def test_a_hostile_scan_is_kept_byte_for_byte(served: ServedSite, hostile: str) -> None:
    device = served.device()
    device.record(reading=hostile, refusal=refuse(ScanCode.UNKNOWN_CODE, wanted="?"))
    assert device.outcomes() == [Outcome.APPLIED]
    with served.database.reading() as connection:
        kept = connection.execute(select(log.c.payload).where(log.c.device == device.name)).scalar_one()
    assert bytes(kept) == device.exacts[0]


def test_devices_that_push_the_same_unit_at_once_are_judged_one_after_the_other(served: ServedSite) -> None:
    devices = [served.device(f"Scanner-{at:02d}", worker) for at, worker in ((1, SARAH.id), (2, MIKE.id))]
    for device in devices:
        device.pick(46)
    start, outcomes = threading.Barrier(len(devices)), []

    def push(at: int) -> None:
        start.wait()
        outcomes.append(devices[at].outcomes()[-1])

    threads = [threading.Thread(target=push, args=(at,)) for at in range(len(devices))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.value for outcome in outcomes) == ["applied", "contested"]
    assert len(served.listing().picked) == 1


def test_a_list_is_not_given_back_while_units_of_it_are_in_the_cart(served: ServedSite) -> None:
    device = served.device()
    device.record(TaskTaken("PL-2025-0091"), document="PL-2025-0091")
    device.pick(46)
    device.record(TaskReleased("PL-2025-0091"), document="PL-2025-0091")
    refusal = device.push().verdicts[-1].refusal
    assert refusal is not None
    assert (refusal.code, refusal.facts["units"]) == (TaskCode.UNITS_IN_CART, "CM500-2025-0046")
    served.change(replace(served.unit(46), place="MAIN/A-15-03"))
    device.record(TaskReleased("PL-2025-0091"), document="PL-2025-0091")
    assert device.outcomes(first=6) == [Outcome.APPLIED]
    assert served.pick_list().taken is None
