"""An act is judged whole, by the same rules wherever it is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scantrail.domain.acts.act import Act, ActId, Draft, Times, effective_at
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import document, listed, place, unit, worker
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import LineShorted, PickUndone, ShortUndone, UnitPicked
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated, LabelUnreadable, UnitQuarantined
from scantrail.domain.facts.work.events import CheckConfirmed, PlaceConfirmed, TaskCompleted, TaskTaken
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.judge import Judgement, absorb, needs_of
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType
from scantrail.domain.wordings import explain
from tests.support.judging import forbidden_goods, judge_act
from tests.support.worlds import (
    MODULE,
    NOW,
    SARAH,
    TODAY,
    any_line,
    exact_line,
    module,
    pick_list,
    promised,
    said_in,
    world,
)

UNIT = promised(46)
PICKED = UnitPicked(
    UNIT.id,
    UNIT.serial,
    "PL-2025-0091",
    "1",
    "SO-2025-1289",
    "MAIN/A-15-03",
    "MAIN/CART-05",
    Status.ALLOCATED,
)


def act(*events: Event, reading: str | None = "CM500-2025-0046", reason: str = "", device: str = "Scanner-05") -> Act:
    scan = Reading(reading, Carrier.WEDGE) if reading else None
    draft = Draft(events=events, document="PL-2025-0091", reading=scan, reason=reason)
    return Act(ActId(device, "e", 1), "", "MAIN", SARAH.id, Times(NOW, "boot", 0), draft)


def at_work(**facts: Any) -> World:
    ours: PickList = pick_list(exact_line(UNIT), at_place="MAIN/A-15-03", at_product="CM-500-STD", **facts)
    return world(UNIT, lists=(ours,))


def judged(given: Act, seen: World) -> Judgement:
    reading = given.draft.reading
    return judge_act(given, said_in(seen, reading.text) if reading else None, seen, NOW, TODAY)


def code(given: Act, seen: World) -> Code | None:
    refusal = judged(given, seen).refusal
    return refusal.code if refusal else None


def test_an_act_that_may_be_gives_the_rows_it_changes() -> None:
    seen = at_work()
    judgement = judged(act(PICKED), seen)
    assert judgement.refusal is None
    assert judgement.changed[unit(UNIT.id)].status is Status.PICKED
    assert judgement.changed[document("PL-2025-0091")].remaining == 0
    assert seen.units[UNIT.id] == UNIT, "judging changes nothing by itself"


def test_the_second_of_two_acts_is_judged_after_the_first() -> None:
    seen = at_work()
    absorb(seen, judged(act(PICKED), seen))
    assert code(act(PICKED, device="Scanner-05"), seen) == PickCode.IN_TASK


def test_an_act_is_refused_whole_when_one_of_its_events_is() -> None:
    seen = at_work()
    judgement = judged(act(PICKED, UnitMoved(UNIT.id, "MAIN/B-02-01", "MAIN/A-15-04")), seen)
    assert judgement.refusal is not None
    assert judgement.changed == {}


def test_a_refused_scan_is_on_record_and_changes_nothing() -> None:
    given = act()
    recorded = replace(given, draft=replace(given.draft, refusal=refuse(GoodsCode.HOLD, kind="recall", reason="x")))
    assert judged(recorded, at_work()) == Judgement()


def test_the_scanned_text_must_be_the_units_serial() -> None:
    assert code(act(PICKED, reading="CM500-2025-0047"), at_work()) == ScanCode.SCAN_MISMATCH


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("]C1010952123454321321CM500-2025-0046", None),
        ("]C1010952123454321321CM500-2025-0047", ScanCode.SCAN_MISMATCH),
        ("]C1010952123454330521CM500-2025-0046", ScanCode.SCAN_MISMATCH),
        ("]C1010952123454321421CM500-2025-0046", ScanCode.SCAN_MISMATCH),
        ("https://id.example/01/09521234543213/21/CM500-2025-0046", None),
    ],
)
def test_what_a_scan_says_is_told_anew_from_its_text(text: str, refusal: Code | None) -> None:
    assert code(act(PICKED, reading=text), at_work()) == refusal


@pytest.mark.parametrize(
    "lie",
    [
        replace(PICKED, serial="CM500-2025-0047"),
        replace(PICKED, from_place="MAIN/A-15-04"),
        replace(PICKED, from_status=Status.AVAILABLE),
    ],
)
def test_a_pick_must_tell_the_unit_as_it_is(lie: UnitPicked) -> None:
    assert code(act(lie), at_work()) == GoodsCode.TRANSITION


def test_a_pick_counts_on_the_line_it_names_only_if_that_line_may_take_the_unit() -> None:
    named, free = exact_line(UNIT), any_line(MODULE, 1, line="2")
    ours = pick_list(named, free, at_place="MAIN/A-15-03", at_product="CM-500-STD")
    for line in ("2", "3"):
        assert code(act(replace(PICKED, line=line)), world(UNIT, lists=(ours,))) == PickCode.NOT_ON_LIST


def test_a_pick_on_a_line_that_was_cancelled_meanwhile_is_contested() -> None:
    other = module(60)
    lines = (replace(any_line(MODULE, 1), cancelled=True), any_line(MODULE, 1, line="2"))
    ours = pick_list(*lines, at_place="MAIN/A-15-03", at_product="CM-500-STD")
    picked = replace(PICKED, unit=other.id, serial=other.serial, from_status=Status.AVAILABLE)
    given = act(picked, reading=other.serial)
    refusal = judged(given, world(other, lists=(ours,))).refusal
    assert refusal is not None
    assert (refusal.code, explain(refusal).contests) == (PickCode.NOT_ON_LIST, True)
    assert code(act(replace(picked, line="2"), reading=other.serial), world(other, lists=(ours,))) is None


def test_a_pick_is_for_the_order_of_its_list() -> None:
    assert code(act(replace(PICKED, order="SO-0001")), at_work()) == GoodsCode.TRANSITION


def test_an_act_about_a_list_that_is_not_on_record_is_refused() -> None:
    assert code(act(PlaceConfirmed("PL-0000", "MAIN/A-15-03")), at_work()) == ActCode.UNKNOWN_DOCUMENT


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"status": Status.PICKED, "document": "PL-1"}, GoodsCode.ALREADY_PICKED),
        ({"status": Status.SHIPPED}, GoodsCode.SHIPPED),
        ({"status": Status.DELIVERED}, GoodsCode.SHIPPED),
        ({"status": Status.QUARANTINE}, GoodsCode.STATUS),
        ({"place": "EAST/E-01-01"}, SiteCode.ANOTHER_SITE),
        ({"owner": Owner(OwnerType.CUSTOMER, "Premium")}, GoodsCode.OWNER),
        ({"lot": "L1"}, GoodsCode.HOLD),
    ],
)
def test_goods_that_may_not_be_picked_at_all_are_refused_also_for_a_list_that_is_not_on_record(
    facts: dict[str, Any], expected: Code | None
) -> None:
    hold = Hold("H-1", HoldKind.RECALL, "Swollen capacitors", lot="L1")
    seen = world(replace(UNIT, **facts), holds=(hold,))
    assert code(act(PICKED), seen) is (expected or ActCode.UNKNOWN_DOCUMENT)
    refusal = forbidden_goods(act(PICKED), seen)
    assert (refusal.code if refusal else None) == expected
    assert forbidden_goods(act(ConditionStated(UNIT.id, Condition.GOOD, "PL-2025-0091")), seen) is None


def test_of_an_act_that_picks_several_units_each_is_looked_at() -> None:
    other = module(47, status=Status.SHIPPED)
    second = replace(PICKED, unit=other.id, serial=other.serial)
    refusal = forbidden_goods(act(PICKED, second), world(UNIT, other))
    assert refusal is not None
    assert refusal.code == GoodsCode.SHIPPED
    assert forbidden_goods(act(PICKED), world()) is None, "nothing is known of it"


def test_a_pick_of_a_unit_that_is_on_no_record_is_refused_for_its_list_first() -> None:
    seen = at_work(status=DocumentStatus.CANCELLED)
    del seen.units[UNIT.id]
    assert code(act(PICKED), seen) == TaskCode.LIST_CANCELLED


def test_a_pick_waits_for_its_list_where_neither_list_nor_unit_is_on_record() -> None:
    assert code(act(PICKED), world()) == ActCode.UNKNOWN_DOCUMENT


@pytest.mark.parametrize("event", [PICKED, ConditionStated(UNIT.id, Condition.GOOD, "PL-2025-0091")])
def test_a_unit_that_is_on_no_record_is_changed_by_no_act(event: Event) -> None:
    seen = at_work()
    del seen.units[UNIT.id]
    assert code(act(event), seen) == ScanCode.UNKNOWN_SERIAL


def test_a_condition_is_stated_only_of_a_unit_picked_on_the_list() -> None:
    stated = ConditionStated(UNIT.id, Condition.GOOD, "PL-2025-0091")
    assert code(act(stated), at_work()) == TaskCode.NOT_PICKED_HERE


def test_an_undo_must_restore_the_status_before_the_pick() -> None:
    seen = at_work()
    absorb(seen, judged(act(PICKED), seen))
    undone = PickUndone(UNIT.id, "PL-2025-0091", "1", "MAIN/CART-05", "MAIN/A-15-03", Status.AVAILABLE)
    assert code(act(undone), seen) == GoodsCode.TRANSITION
    assert code(act(replace(undone, to_status=Status.ALLOCATED, to_document="PL-2025-0091")), seen) is None


def test_a_pick_is_not_undone_on_another_line_nor_once_its_list_is_complete() -> None:
    seen = at_work()
    absorb(seen, judged(act(PICKED), seen))
    undone = PickUndone(UNIT.id, "PL-2025-0091", "1", "MAIN/CART-05", "MAIN/A-15-03", Status.ALLOCATED, "PL-2025-0091")
    assert code(act(replace(undone, line="2")), seen) == TaskCode.NOT_PICKED_HERE
    complete = replace(seen.documents["PL-2025-0091"], status=DocumentStatus.COMPLETED)
    seen.documents["PL-2025-0091"] = complete
    assert code(act(undone), seen) == TaskCode.LIST_COMPLETED


@pytest.mark.parametrize(
    "event",
    [
        LineShorted("PL-2025-0091", "1", 2, (UNIT.id,)),
        LineShorted("PL-2025-0091", "1", 1),
        LineShorted("PL-2025-0091", "1", -1),
        LineShorted("PL-2025-0091", "1", 1, ("another",)),
        LineShorted("PL-2025-0091", "2", 1, (UNIT.id,)),
        ShortUndone("PL-2025-0091", "1", 1, (UNIT.id,)),
        ShortUndone("PL-2025-0091", "2", 1),
    ],
)
def test_a_line_is_short_by_what_it_has_open_and_no_more(event: Event) -> None:
    assert code(act(event, reason="not found"), at_work()) == PickCode.LINE_CHANGED


def test_a_unit_that_is_on_another_list_is_not_set_apart_by_this_one() -> None:
    others = replace(UNIT, document="PL-2025-0088")
    ours = pick_list(any_line(MODULE, 1))
    event = UnitQuarantined(UNIT.id, Status.ALLOCATED, "MAIN/A-15-03", "MAIN/QC-01", document="PL-2025-0091", line="1")
    assert code(act(event, reason="x"), world(others, lists=(ours,))) == GoodsCode.ANOTHER_LIST


def test_undoing_what_was_not_picked_is_refused() -> None:
    undone = PickUndone(UNIT.id, "PL-2025-0091", "1", "MAIN/CART-05", "MAIN/A-15-03", Status.ALLOCATED)
    assert code(act(undone), at_work()) == TaskCode.NOT_PICKED_HERE


@pytest.mark.parametrize(
    "event",
    [
        LineShorted("PL-2025-0091", "1", 1, (UNIT.id,)),
        UnitQuarantined(UNIT.id, Status.ALLOCATED, "MAIN/A-15-03", "MAIN/QC-01", document="PL-2025-0091", line="1"),
        LabelUnreadable("PL-2025-0091", "1", MODULE.id, "MAIN/A-15-03"),
    ],
)
def test_an_exception_needs_a_reason(event: Event) -> None:
    assert code(act(event), at_work()) == RightCode.NO_REASON
    assert code(act(event, reason="not found"), at_work()) is None


def test_a_unit_that_has_left_cannot_be_quarantined() -> None:
    gone = replace(UNIT, status=Status.SHIPPED, place="METRO/SITE")
    event = UnitQuarantined(UNIT.id, Status.SHIPPED, "METRO/SITE", "MAIN/QC-01")
    assert code(act(event, reason="x"), world(gone)) == GoodsCode.TRANSITION


def test_a_list_with_open_lines_is_not_complete() -> None:
    assert code(act(TaskCompleted("PL-2025-0091")), at_work()) == WorkCode.LINES_OPEN


def test_a_list_taken_by_another_device_is_taken_over_only_with_a_reason() -> None:
    seen = at_work(taken=Taken("Scanner-02", "mike"), status=DocumentStatus.IN_PROGRESS)
    assert code(act(TaskTaken("PL-2025-0091")), seen) == TaskCode.LIST_TAKEN_OVER
    judgement = judged(act(TaskTaken("PL-2025-0091"), reason="shift ended"), seen)
    assert judgement.changed[document("PL-2025-0091")].taken == Taken("Scanner-05", SARAH.id)


def test_a_cancelled_list_cannot_be_taken_even_with_a_reason() -> None:
    seen = at_work(status=DocumentStatus.CANCELLED)
    assert code(act(TaskTaken("PL-2025-0091"), reason="x"), seen) == TaskCode.LIST_CANCELLED


def test_needs_names_the_rows_to_load() -> None:
    needs = needs_of([act(PICKED).draft], [act(PICKED).actor])
    assert needs.things == {
        unit(UNIT.id),
        document("PL-2025-0091"),
        listed("PL-2025-0091", UNIT.id),
        place("MAIN/A-15-03"),
        place("MAIN/CART-05"),
        worker(SARAH.id),
    }


def test_an_acts_age_is_exact_while_the_device_runs() -> None:
    happened = Times(NOW - timedelta(days=20_000), "boot", 1_000)
    device_now = Times(NOW, "boot", 61_000)
    assert effective_at(happened, device_now, NOW) == NOW - timedelta(seconds=60)


def test_across_a_restart_the_clocks_difference_is_used() -> None:
    happened = Times(NOW - timedelta(minutes=5), "first boot", 999_999)
    device_now = Times(NOW, "second boot", 10)
    server_now = NOW + timedelta(days=365)
    assert effective_at(happened, device_now, server_now) == server_now - timedelta(minutes=5)


def test_a_list_is_complete_only_when_every_condition_is_stated() -> None:
    seen = at_work(instructions=("Antistatic bags only",))
    absorb(seen, judged(act(PICKED), seen))
    checks = [CheckConfirmed("PL-2025-0091", item) for item in seen.settings.picking.checklist]
    completed: tuple[Event, ...] = (*checks, TaskCompleted("PL-2025-0091"))
    assert code(act(*completed), seen) == WorkCode.CONDITION_FIRST
    absorb(seen, judged(act(ConditionStated(UNIT.id, Condition.GOOD, "PL-2025-0091")), seen))
    assert code(act(*completed), seen) is None, "the order's instructions are for the packer"
