"""A unit found damaged: recorded at once, brought to its place by scan, and taken back where it was a mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Code
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.facts import told
from scantrail.domain.facts.quality.events import QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.facts.quality.refusals import QualityCode
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.verdict import Shown
from scantrail.words import say
from scantrail.workflows.base import AskUndo, Back, Mark, Tone
from scantrail.workflows.pick.modes import WORKING, ScanningDamaged, Step
from tests.handheld.sketches import ONLINE, must_look_like, picture
from tests.support.judging import judge_act
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SARAH,
    TODAY,
    any_line,
    exact_line,
    module,
    pick_list,
    promised,
    world,
)
from tests.workflows.guide import Guide

NAMED = (promised(46), promised(47))
LISTED = pick_list(exact_line(*NAMED), at_place="MAIN/A-15-03", at_product=MODULE.id)
CART, BIN, QC = "MAIN/CART-05", "MAIN/A-15-03", "MAIN/QC-01"


@pytest.fixture
def guide() -> Guide:
    return Guide(world(*NAMED, module(60), lists=(LISTED,)), LISTED.number)


@pytest.fixture
def any_serial() -> Guide:
    listed = pick_list(any_line(MODULE, 1), at_place=BIN, at_product=MODULE.id)
    return Guide(world(module(49), module(50), lists=(listed,)), listed.number)


def damaged(guide: Guide, serial: str = "CM500-2025-0046", *, is_picked: bool = True) -> Guide:
    """The unit is reported damaged after its pick, or as it stands in the bin."""
    if is_picked:
        guide.scan(serial)
    guide.report("Damaged unit")
    if isinstance(guide.mode, ScanningDamaged):
        guide.scan(serial)
    guide.choose("packaging")
    return guide


def row(guide: Guide, serial: str) -> tuple[Mark, str]:
    return next((each.mark, say(each.note)) for each in guide.prompt().items if each.text == serial)


def state(unit: Unit) -> Unit:
    """A good unit, without who last changed its status, and when."""
    return replace(unit, changed_at=None, changed_by="", condition=Condition.GOOD)


@pytest.mark.parametrize(("is_picked", "where"), [(True, CART), (False, BIN)])
def test_it_is_recorded_at_its_reason_where_it_is_then(guide: Guide, is_picked: bool, where: str) -> None:
    unit = damaged(guide, is_picked=is_picked).world.units[NAMED[0].id]
    assert (unit.status, unit.place, unit.condition) == (Status.QUARANTINE, where, Condition.DAMAGED)
    assert (say(guide.prompt().verb), guide.prompt().expected) == ("PUT IT IN", ("QC-01",))
    assert row(guide, "CM500-2025-0046") == (Mark.BARRED, "damaged")


def test_the_place_is_recorded_by_its_scan(guide: Guide) -> None:
    verdict = damaged(guide).scan("QC-01")
    assert verdict.tone is Tone.ACCEPTED
    assert isinstance(guide.recorded[-1], UnitPutAside)
    assert guide.drafts[-1].reading is not None
    assert guide.world.units[NAMED[0].id].place == QC
    assert guide.step() is Step.REPLACE


@pytest.mark.parametrize("code", ["A-15-03", "CART-05"])
def test_a_place_for_picking_or_a_cart_is_no_place_for_damaged_units(guide: Guide, code: str) -> None:
    damaged(guide)
    assert guide.refused_with(code) == QualityCode.NOT_FOR_DAMAGED
    assert say(guide.prompt().verb) == "PUT IT IN", "it is asked for still"
    assert guide.scan("QC-01").tone is Tone.ACCEPTED


def test_another_place_that_nobody_picks_from_will_do(guide: Guide) -> None:
    damaged(guide).scan("DOCK-01")
    assert guide.world.units[NAMED[0].id].place == "MAIN/DOCK-01"


def test_a_site_that_names_no_place_asks_for_one_in_words(guide: Guide) -> None:
    guide.world.site = replace(guide.world.site, quarantine_place=None)
    assert damaged(guide).prompt().expected == ("a place for damaged units",)
    assert guide.scan("QC-01").tone is Tone.ACCEPTED


def test_enter_and_esc_leave_it_for_later_and_its_scan_asks_again(guide: Guide) -> None:
    damaged(guide).confirm()
    assert (guide.mode, guide.step()) == (WORKING, Step.REPLACE)
    assert guide.world.units[NAMED[0].id].place == CART
    guide.scan("CM500-2025-0046")
    assert guide.prompt().expected == ("QC-01",)
    guide.give(Back())
    assert guide.mode == WORKING


def test_the_next_unit_is_scanned_without_bringing_it_first(any_serial: Guide) -> None:
    damaged(any_serial, "CM500-2025-0049").scan("CM500-2025-0050")
    assert [each.serial for each in any_serial.listing.picked] == ["CM500-2025-0050"]


def test_the_end_says_what_is_damaged_and_what_is_still_to_bring(guide: Guide) -> None:
    damaged(guide).confirm()
    guide.confirm()
    guide.scan("CM500-2025-0047")
    guide.confirm()
    assert row(guide, "CM500-2025-0046") == (Mark.SHORT, "damaged"), "nobody has said short"
    guide.confirm()
    assert guide.step() is Step.DONE
    said = say(guide.prompt().hint)
    assert "1 picked, 1 damaged." in said
    assert "Scan CM500-2025-0046 and QC-01" in said
    guide.scan_all("CM500-2025-0046", "QC-01")
    assert guide.world.units[NAMED[0].id].place == QC
    assert "QC-01" not in say(guide.prompt().hint)


@pytest.mark.parametrize("is_picked", [True, False])
@pytest.mark.parametrize("is_put_aside", [True, False])
def test_a_mistaken_report_is_taken_back_by_a_scan_of_the_bin(
    guide: Guide, is_picked: bool, is_put_aside: bool
) -> None:
    damaged(guide, is_picked=is_picked)
    if is_put_aside:
        guide.scan("QC-01")
    guide.give(AskUndo())
    assert (say(guide.prompt().verb), guide.prompt().expected) == ("PUT CM500-2025-0046 BACK", ("A-15-03",))
    guide.scan("A-15-03")
    assert isinstance(guide.recorded[-1], QuarantineUndone)
    assert state(guide.world.units[NAMED[0].id]) == state(NAMED[0])
    assert not guide.listing.set_aside
    assert guide.prompt().expected == ("CM500-2025-0046", "CM500-2025-0047"), "the list asks for it again"


def test_a_unit_of_an_any_serial_line_is_free_again(any_serial: Guide) -> None:
    damaged(any_serial, "CM500-2025-0049").give(AskUndo())
    assert row(any_serial, "CM500-2025-0049") == (Mark.BARRED, "damaged")
    any_serial.scan("A-15-03")
    assert state(any_serial.world.units[module(49).id]) == state(module(49))
    assert any_serial.scan("CM500-2025-0049").tone is Tone.ACCEPTED


def test_a_unit_given_up_as_damaged_is_asked_for_again(guide: Guide) -> None:
    damaged(guide).confirm()
    guide.confirm()
    assert guide.pick_list.lines[0].short == 1
    guide.undo("damage of CM500-2025-0046")
    guide.scan("A-15-03")
    assert (guide.pick_list.lines[0].short, guide.pick_list.remaining) == (0, 2)


def test_a_good_unit_goes_back_to_a_bin_for_picking_only(guide: Guide) -> None:
    damaged(guide).give(AskUndo())
    assert guide.refused_with("QC-01") == PickCode.BIN_NOT_PICKABLE
    assert guide.prompt().expected == ("A-15-03",)


def code(guide: Guide, event: Event, worker: str = SARAH.id) -> Code | None:
    draft = Draft((event,), LISTED.number, reason="seen")
    act = Act(ActId("Scanner-05", "e", 9), "", "MAIN", worker, Times(NOW, "boot", 0), draft)
    refusal = judge_act(act, None, guide.world, NOW, TODAY).refusal
    return refusal.code if refusal else None


UNDONE = QuarantineUndone(NAMED[0].id, LISTED.number, CART, BIN, Status.ALLOCATED, LISTED.order, LISTED.number)
PUT = UnitPutAside(NAMED[0].id, LISTED.number, CART, QC)


def test_only_the_person_who_reported_it_takes_it_back(guide: Guide) -> None:
    damaged(guide)
    assert code(guide, UNDONE, MIKE.id) == RightCode.NO_RIGHT
    assert code(guide, UNDONE) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Status.AVAILABLE},
        {"condition": Condition.GOOD},
        {"place": QC},
        {"changed_by": MIKE.id},
        {"changed_at": NOW + timedelta(hours=1)},
    ],
)
def test_nobody_takes_back_or_brings_what_somebody_has_dealt_with_since(guide: Guide, facts: dict[str, object]) -> None:
    unit = damaged(guide).world.units[NAMED[0].id]
    guide.world.units[unit.id] = replace(unit, **facts)  # type: ignore[arg-type] # reason: names of Unit's fields
    assert (code(guide, UNDONE), code(guide, PUT)) == (GoodsCode.TRANSITION, GoodsCode.TRANSITION)
    assert not guide.pick.own_damage


@pytest.mark.parametrize("status", [DocumentStatus.COMPLETED, DocumentStatus.CANCELLED])
def test_a_list_that_is_over_takes_no_report_back_but_the_unit_is_brought_all_the_same(
    guide: Guide, status: DocumentStatus
) -> None:
    damaged(guide)
    guide.world.documents[LISTED.number] = replace(guide.pick_list, status=status, taken=Taken("Scanner-05", SARAH.id))
    assert code(guide, UNDONE) in (TaskCode.LIST_COMPLETED, TaskCode.LIST_CANCELLED)
    assert code(guide, PUT) is None


@pytest.mark.parametrize(
    "event",
    [
        replace(UNDONE, to_status=Status.AVAILABLE),
        replace(UNDONE, to_document=None),
        replace(UNDONE, to_order="SO-9"),
        replace(UNDONE, from_place=BIN),
        replace(UNDONE, to_place=QC),
        replace(UNDONE, to_place="MAIN/NOWHERE"),
        replace(PUT, from_place=BIN),
        replace(PUT, to_place=BIN),
        replace(PUT, to_place="MAIN/NOWHERE"),
    ],
)
def test_a_record_that_does_not_tell_the_truth_is_refused(guide: Guide, event: Event) -> None:
    assert code(damaged(guide), event) is not None


def test_a_unit_that_another_one_has_replaced_is_free(guide: Guide) -> None:
    damaged(guide)
    row = guide.listing.get(NAMED[0].id)
    assert row is not None
    guide.world.put({(RowKind.LISTED, row.id): replace(row, named=False)})
    line = replace(guide.pick_list.lines[0], quantity=1)
    guide.world.documents[LISTED.number] = replace(guide.pick_list, lines=(line,))
    assert code(guide, UNDONE) == GoodsCode.TRANSITION
    assert code(guide, replace(UNDONE, to_status=Status.AVAILABLE, to_order=None, to_document=None)) is None


def test_the_story_tells_each_of_it(guide: Guide) -> None:
    quarantined = damaged(guide).recorded[-1]
    assert isinstance(quarantined, UnitQuarantined)
    assert say(told(quarantined)) == "Set apart as damaged, in CART-05"
    assert say(told(PUT)) == "Damaged unit put into QC-01"
    assert say(told(UNDONE)) == "Reported damaged by mistake, put back into A-15-03, good"


def test_a_damaged_unit_asks_for_its_place_on_the_smallest_glass(guide: Guide) -> None:
    guide.report("Damaged unit")
    guide.scan("CM500-2025-0046")
    verdict = guide.choose("packaging")
    assert verdict is not None
    size = Size(20, 16)
    must_look_like("damaged", size, picture(guide.prompt(), Shown.of(verdict), ONLINE, size))


def test_the_end_of_a_list_with_damage_on_the_smallest_glass(guide: Guide) -> None:
    damaged(guide).confirm()
    guide.confirm()
    guide.scan("CM500-2025-0047")
    guide.confirm()
    guide.confirm()
    size = Size(20, 16)
    must_look_like("ended_damaged", size, picture(guide.prompt(), None, ONLINE, size))
