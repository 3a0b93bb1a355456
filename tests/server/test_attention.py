"""What did not apply is seen at the desk, with what to do, until somebody with the right has settled it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.facts.work.events import CheckConfirmed, PlaceConfirmed
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType
from scantrail.protocol.acts import decode_act
from scantrail.protocol.messages import Outcome, Seen
from scantrail.server.attention.items import AttentionItem, item_called, open_items
from scantrail.server.attention.settling import Found, NotSettled, Resolved, _named, resolve
from scantrail.server.attention.waiting_items import waiting_items
from scantrail.server.database.schema import attention, log
from scantrail.server.history.timelines import timeline_of
from scantrail.server.ledger.attention_rows import AttentionKind, rebuild_attention
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.log import verify_chain
from scantrail.server.records.master import put_workers
from scantrail.server.records.units import put_units
from scantrail.words import say
from tests.server.site import PIN, VERIFIER, ServedSite, TestDevice
from tests.support.worlds import MIKE, MODULE, NOW, PREMIUM, SARAH, any_line, module, pick_list

BOSS = Worker("ana", "Ana Lopez", "WKR-2001", "MAIN", (Role.SUPERVISOR,))
FAR = Worker("eve", "Eve East", "WKR-2002", "EAST", (Role.SUPERVISOR,))
LIST = "PL-2025-0091"


@pytest.fixture
def contested(served: ServedSite) -> TestDevice:
    """A device whose pick of 0046, and the condition it then stated, were not applied: the unit is in quarantine."""
    with served.database.writing() as connection:
        put_workers(connection, [BOSS, FAR], {each.id: VERIFIER for each in (BOSS, FAR)})
    served.change(replace(served.unit(46), status=Status.QUARANTINE, place="MAIN/QC-01"))
    device = served.device()
    device.pick(46)
    device.record(ConditionStated(module(46).id, Condition.GOOD, LIST), document=LIST)
    assert device.outcomes() == [Outcome.APPLIED, Outcome.APPLIED, Outcome.CONTESTED, Outcome.CONTESTED]
    return device


def items(served: ServedSite, site: str | None = "MAIN") -> tuple[AttentionItem, ...]:
    with served.database.reading() as connection:
        return open_items(connection, site)


def called(served: ServedSite, name: str) -> AttentionItem:
    with served.database.reading() as connection:
        found = item_called(connection, name)
    assert found is not None
    return found


def settle(served: ServedSite, name: str, worker: Worker = BOSS, **how: Any) -> Resolved:
    return resolve(served.database, name, worker=worker.id, **{"reason": "Put back", "now": served.now, **how})


def table(served: ServedSite) -> Sequence[Any]:
    with served.database.reading() as connection:
        return connection.execute(select(attention).order_by(attention.c.id)).all()


def test_an_item_says_what_was_scanned_by_whom_when_and_where_why_not_and_what_to_do(
    served: ServedSite, contested: TestDevice
) -> None:
    (item,) = items(served)
    assert (item.kind, item.code, item.title) == (AttentionKind.CONTESTED, GoodsCode.STATUS, "MAY NOT BE PICKED")
    assert (item.scanned, item.carrier, item.document) == ("CM500-2025-0046", "wedge", LIST)
    assert (item.actor_name, item.device, item.seq, item.place) == ("Sarah Johnson", "Scanner-05", 3, "MAIN/A-15-03")
    assert (item.effective_at, item.received_at) == (NOW, NOW)
    assert item.because == "Its status is Quarantine."
    assert item.todo.startswith("CM500-2025-0046 was changed meanwhile.")
    assert [(each.serial, each.status, each.place) for each in item.goods] == [
        ("CM500-2025-0046", Status.QUARANTINE, "MAIN/QC-01")
    ]
    assert item.following == 1, "the condition follows from the pick and is no item of its own"
    assert items(served, "EAST") == ()


def test_refused_scans_and_applied_acts_need_nobody(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    assert device.outcomes() == [Outcome.APPLIED] * 3
    assert items(served) == ()


def test_settling_is_an_act_in_the_log_and_stands_in_the_units_timeline(
    served: ServedSite, contested: TestDevice
) -> None:
    (item,) = items(served)
    done = settle(served, item.id, note="label was fine")
    assert done.is_new
    assert done.item.settled is not None
    assert (done.item.settled.name, done.item.settled.reason) == ("Ana Lopez", "Put back")
    assert items(served) == ()
    with served.database.reading() as connection:
        last = timeline_of(connection, module(46).id)[-1]
        assert verify_chain(connection, "MAIN") is None
    assert (last.type, last.actor_name, last.device) == ("AttentionSettled", "Ana Lopez", "server")
    assert (last.reason, last.note) == ("Put back", "label was fine")


def test_where_the_goods_were_found_is_recorded_in_the_same_act(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    done = settle(served, item.id, reason="It was never damaged", found=Found("A-15-04", Status.AVAILABLE))
    assert [(each.status, each.place) for each in done.item.goods] == [(Status.AVAILABLE, "MAIN/A-15-04")]
    unit = served.unit(46)
    assert (unit.status, unit.place, unit.changed_by) == (Status.AVAILABLE, "MAIN/A-15-04", BOSS.id)
    assert items(served) == ()
    with served.database.reading() as connection:
        corrected, settled = timeline_of(connection, module(46).id)[-2:]
        (act,) = connection.execute(select(log.c.payload).order_by(log.c.position.desc()).limit(1)).scalars()
        rows = changes_after(connection, Seen(contested.cursor, contested.heads), "MAIN").rows
        assert verify_chain(connection, "MAIN") is None
    assert (corrected.type, settled.type) == ("UnitCorrected", "AttentionSettled")
    assert corrected.reason == "It was never damaged"
    assert decode_act(act).draft.corrects == (item.device, item.epoch, item.seq)
    assert {row.kind for row in rows} == {RowKind.ATTENTION, RowKind.UNIT}


def picked_for_another_list(served: ServedSite, status: DocumentStatus) -> None:
    """Put 0046 on record as picked for PL-9."""
    unit = module(46)
    line = replace(any_line(MODULE, 1), done=1)
    taken = PickedUnit(unit.id, unit.serial, "MAIN/A-15-03", was_allocated=False, by=MIKE.id, at=NOW)
    served.change(
        pick_list(line, number="PL-9", status=status), Listed("PL-9", unit.id, unit.serial, "1", picked=taken)
    )


def test_a_unit_that_another_list_had_picked_is_taken_off_it(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    picked_for_another_list(served, DocumentStatus.OPEN)
    served.change(replace(served.unit(46), status=Status.PICKED, document="PL-9", place="MAIN/CART-06"))
    settle(served, item.id, found=Found("QC-01", Status.QUARANTINE))
    assert served.unit(46).status is Status.QUARANTINE
    assert (served.pick_list("PL-9").done, list(served.listing("PL-9").picked)) == (0, [])


def test_what_waited_for_a_correction_is_judged_again(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    waits = served.device("Scanner-11", MIKE.id)
    waits.record(
        ConditionStated("unknown-unit", Condition.GOOD), UnitMoved(module(46).id, "MAIN/A-15-04", "MAIN/A-15-03")
    )
    assert waits.outcomes() == [Outcome.WAITING]
    with served.database.writing() as connection:
        put_units(connection, [replace(module(99), id="unknown-unit")], ())
    settle(served, item.id, found=Found("A-15-04", Status.AVAILABLE))
    assert served.unit(46).place == "MAIN/A-15-03"


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (Found("NOWHERE", Status.AVAILABLE), 422, "MAIN has no place NOWHERE."),
        (Found("A-15-04", Status.SHIPPED), 409, "Expected what CM500-2025-0046 is found as: available,"),
    ],
)
def test_what_cannot_be_found_settles_nothing(
    served: ServedSite, contested: TestDevice, found: Found, status: int, said: str
) -> None:
    (item,) = items(served)
    with pytest.raises(NotSettled) as refused:
        settle(served, item.id, found=found)
    assert refused.value.status == status
    assert say(refused.value.reason).startswith(said)
    assert (items(served), served.unit(46).place) == ((item,), "MAIN/QC-01")


def test_what_is_somebody_elses_is_not_found_available_and_its_owner_is_named(
    served: ServedSite, contested: TestDevice
) -> None:
    served.change(replace(served.unit(46), owner=Owner(OwnerType.CUSTOMER, PREMIUM.id)))
    (item,) = items(served)
    with pytest.raises(NotSettled) as refused:
        settle(served, item.id, found=Found("A-15-04", Status.AVAILABLE))
    assert say(refused.value.reason).startswith("CM500-2025-0046 belongs to Premium Manufacturing: expected quarantine")


def test_of_an_items_units_only_the_one_that_was_found_is_corrected(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    both = replace(item, goods=(*item.goods, replace(item.goods[0], unit=module(49).id, serial="CM500-2025-0049")))
    with pytest.raises(NotSettled) as refused:
        _named(both, Found("A-15-04", Status.AVAILABLE))
    assert say(refused.value.reason).endswith("is about CM500-2025-0046, CM500-2025-0049. Say which was found.")
    assert _named(both, Found("A-15-04", Status.AVAILABLE, "CM500-2025-0049")).unit == module(49).id


def test_a_completed_list_that_lacks_a_unit_now_is_named(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    picked_for_another_list(served, DocumentStatus.COMPLETED)
    served.change(replace(served.unit(46), status=Status.PICKED, document="PL-9", place="MAIN/CART-06"))
    assert settle(served, item.id, found=Found("a-15-04", Status.AVAILABLE)).short == ("PL-9",)


def test_a_place_that_there_is_not_ends_no_wait(served: ServedSite, contested: TestDevice) -> None:
    waits = served.device("Scanner-11", MIKE.id)
    waits.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), UnitMoved(module(50).id, "MAIN/A-15-03", "MAIN/A-15-04"))
    assert waits.outcomes() == [Outcome.WAITING]
    with served.database.reading() as connection:
        (item,) = waiting_items(connection, "MAIN")
    with pytest.raises(NotSettled, match="MAIN has no place NOPE"):
        settle(served, item.id, found=Found("NOPE", Status.AVAILABLE))
    with served.database.reading() as connection:
        assert waiting_items(connection, "MAIN") == (item,)


def test_what_was_found_is_never_dropped_because_somebody_settled_before(
    served: ServedSite, contested: TestDevice
) -> None:
    (item,) = items(served)
    settle(served, item.id, found=Found("A-15-04", Status.AVAILABLE))
    assert not settle(served, item.id, found=Found("A-15-04", Status.AVAILABLE)).is_new
    with pytest.raises(NotSettled, match="is settled already: where it was found was not recorded"):
        settle(served, item.id, found=Found("QC-01", Status.QUARANTINE))


def test_a_promised_unit_where_it_was_found_is_not_taken_for_one_in_quarantine(
    served: ServedSite, contested: TestDevice
) -> None:
    (item,) = items(served)
    settle(served, item.id)
    served.change(replace(served.unit(46), status=Status.ALLOCATED, place="MAIN/A-15-03"))
    assert not settle(served, item.id, found=Found("A-15-03", Status.AVAILABLE)).is_new
    with pytest.raises(NotSettled, match="where it was found was not recorded"):
        settle(served, item.id, found=Found("A-15-03", Status.QUARANTINE))


def test_who_settles_twice_is_told_who_did_and_when(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    settle(served, item.id)
    before = table(served)
    again = settle(served, item.id, reason="Thrown away")
    assert not again.is_new
    assert again.item.settled == called(served, item.id).settled
    assert again.item.settled is not None
    assert (again.item.settled.by, again.item.settled.at, again.item.settled.reason) == ("ana", NOW, "Put back")
    assert table(served) == before


@pytest.mark.parametrize(
    ("worker", "how", "status", "said"),
    [
        (SARAH, {}, 403, "Sarah Johnson may not settle this. A supervisor may."),
        (FAR, {}, 403, "Eve East works at EAST, not at MAIN."),
        (replace(BOSS, id="nobody"), {}, 403, "No worker nobody is on record."),
        (BOSS, {"reason": " "}, 422, "Say why: what was done with the goods."),
        (BOSS, {"note": "a\nb"}, 422, "Expected printable text of at most 200 characters."),
        (BOSS, {"site": "EAST"}, 404, "Nothing that needs attention is called MAIN-"),
    ],
)
def test_settling_takes_the_right_and_a_reason(
    served: ServedSite, contested: TestDevice, worker: Worker, how: dict[str, Any], status: int, said: str
) -> None:
    (item,) = items(served)
    before = table(served)
    with pytest.raises(NotSettled) as refused:
        settle(served, item.id, worker, **how)
    assert refused.value.status == status
    assert str(refused.value.reason).startswith(said)
    assert table(served) == before


def test_what_is_settled_on_the_device_is_settled_at_the_desk(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    contested.record(
        AttentionSettled(contested.name, contested.epoch, 3, module(46).id), document=LIST, reason="Put back"
    )
    assert contested.outcomes(5) == [Outcome.APPLIED]
    assert items(served) == ()
    settled = called(served, item.id).settled
    assert settled is not None
    assert (settled.name, settled.device, settled.reason) == ("Sarah Johnson", "Scanner-05", "Put back")


def test_a_new_trouble_with_settled_goods_is_a_new_item(served: ServedSite, contested: TestDevice) -> None:
    settle(served, items(served)[0].id)
    contested.record(ConditionStated(module(46).id, Condition.GOOD, LIST), document=LIST)
    assert contested.outcomes(5) == [Outcome.CONTESTED]
    (again,) = items(served)
    assert (again.seq, again.following) == (5, 0)


def test_a_picker_settles_nothing_of_another_device_and_a_supervisor_does(
    served: ServedSite, contested: TestDevice
) -> None:
    other = served.device("Scanner-06", MIKE.id)
    settled = AttentionSettled(contested.name, contested.epoch, 3)
    other.record(settled, reason="Put back")
    other.worker = BOSS.id
    other.record(WorkerSignedIn(BOSS.id, offline=True))
    other.record(settled, reason="Put back")
    first, _signed_in, second = other.push().verdicts
    assert (first.outcome, first.refusal.code if first.refusal else None) == (Outcome.REFUSED, RightCode.NO_RIGHT)
    assert second.outcome is Outcome.APPLIED
    assert [item.device for item in items(served)] == ["Scanner-06"], "what was refused is an item itself"


def test_the_feed_tells_of_items_that_others_settled(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    settle(served, item.id)
    with served.database.reading() as connection:
        rows = [row for row in changes_after(connection, Seen(), "MAIN").rows if row.kind == RowKind.ATTENTION]
    assert [row.body["seq"] for row in rows] == [3, 4]


def test_a_copied_and_an_unreadable_record_are_items_until_settled(served: ServedSite, contested: TestDevice) -> None:
    settle(served, items(served)[0].id)
    copy = contested.exacts
    contested.exacts = [*copy[:3], copy[3].replace(b"good", b"damaged")]
    for _twice in range(2):
        assert contested.outcomes(4) == [Outcome.REFUSED]
    contested.exacts = [*copy, b"no act"]
    assert contested.outcomes(5) == [Outcome.REFUSED]
    misuse, letter = items(served)
    assert (misuse.kind, misuse.code, misuse.seq) == (AttentionKind.MISUSE, ActCode.MISUSE, 4)
    assert misuse.todo.startswith("Take Scanner-05 out of use")
    assert (letter.kind, letter.code, letter.actor_name) == (AttentionKind.DEAD_LETTER, ActCode.UNREADABLE, "")
    assert letter.todo.startswith("Ask Scanner-05")
    settle(served, misuse.id)
    assert [item.id for item in items(served)] == [letter.id]
    settle(served, letter.id)
    assert items(served) == ()


def test_the_table_made_anew_from_the_log_is_the_same(served: ServedSite, contested: TestDevice) -> None:
    settle(served, items(served)[0].id)
    copy = contested.exacts
    contested.exacts = [*copy[:3], copy[3].replace(b"good", b"damaged")]
    contested.push(4)
    contested.exacts = [*copy, b"no act"]
    contested.push(5)
    served.change(replace(served.pick_list(), status=DocumentStatus.CANCELLED))
    other = served.device("Scanner-06", MIKE.id)
    other.pick(47)
    other.record(CheckConfirmed(LIST, "Cables"), document=LIST)
    other.record(AttentionSettled(other.name, other.epoch, 3), document=LIST, reason="Other")
    other.record(WorkerSignedIn(MIKE.id, offline=True))
    other.push()
    before = table(served)
    assert {row.kind for row in before} == {each.value for each in AttentionKind} - {"refused", "waiting"}
    assert len({row.settled_position for row in before}) == 3
    with served.database.writing() as connection:
        rebuild_attention(connection)
    assert table(served) == before


def test_over_http_a_site_sees_its_items_and_settles_with_badge_and_pin(
    served: ServedSite, contested: TestDevice
) -> None:
    http, headers = served.http, contested.headers
    assert http.get("/v1/attention").status_code == 401
    (item,) = http.get("/v1/attention", headers=headers).json()["items"]
    assert item["goods"][0]["serial"] == "CM500-2025-0046"
    at = f"/v1/attention/{item['id']}"
    assert http.get(at, headers=headers).json() == item
    wrong = {"badge": BOSS.badge, "pin": "0000", "reason": "Put back"}
    assert http.post(f"{at}/resolve", json=wrong, headers=headers).json()["code"] == "wrong_pin"
    picker = {"badge": SARAH.badge, "pin": PIN, "reason": "Put back"}
    assert http.post(f"{at}/resolve", json=picker, headers=headers).status_code == 403
    boss = {"badge": BOSS.badge, "pin": PIN, "reason": "Put back"}
    done = http.post(f"{at}/resolve", json=boss, headers=headers).json()
    assert (done["is_new"], done["item"]["settled"]["name"]) == (True, "Ana Lopez")
    assert http.get("/v1/attention", headers=headers).json()["items"] == []
    assert http.get("/v1/attention/MAIN-999", headers=headers).json()["code"] == "unknown_item"


def test_another_sites_device_sees_nothing_of_it(served: ServedSite, contested: TestDevice) -> None:
    (item,) = items(served)
    with served.database.reading() as connection:
        assert item_called(connection, item.id, "EAST") is None
