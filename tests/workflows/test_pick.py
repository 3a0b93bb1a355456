"""The guided pick, step by step, and what it records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus, Requirement
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated, UnitQuarantined
from scantrail.domain.facts.work.events import ProductConfirmed, TaskCompleted
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.product import ProductGtin
from scantrail.domain.things.status import Status
from scantrail.words import say
from scantrail.workflows.base import AskException, AskUndo, Back, Mark, Tone
from scantrail.workflows.pick.modes import WORKING, Step
from tests.support.worlds import (
    MODULE,
    SENSOR,
    SETTINGS,
    TODAY,
    any_line,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    unit,
    world,
)
from tests.workflows.guide import Guide


@pytest.fixture
def three() -> Guide:
    """PL-2025-0091: 0046, 0047 and 0048 out of bin A-15-03."""
    units = [promised(number) for number in (46, 47, 48)]
    listed = pick_list(exact_line(*units), instructions=("Antistatic bags only",))
    return Guide(world(*units, module(60), lists=(listed,)), listed.number)


def at_serial(guide: Guide) -> Guide:
    guide.scan_all("A-15-03", "CM-500-STD")
    assert guide.step() is Step.SERIAL
    return guide


def test_the_pick_asks_bin_then_product_then_serial_then_condition(three: Guide) -> None:
    asked = [three.step()]
    for text in ("A-15-03", "CM-500-STD", "CM500-2025-0046"):
        assert three.scan(text).tone is Tone.ACCEPTED
        asked.append(three.step())
    assert asked == [Step.BIN, Step.PRODUCT, Step.SERIAL, Step.CONDITION]


def test_each_prompt_names_what_it_expects(three: Guide) -> None:
    assert three.prompt().expected == ("A-15-03",)
    three.scan("A-15-03")
    assert three.prompt().expected == ("CM-500-STD",)
    three.scan("CM-500-STD")
    assert three.prompt().expected == ("CM500-2025-0046", "CM500-2025-0047", "CM500-2025-0048")
    assert three.prompt().answered == ("A-15-03", "CM-500-STD")


def test_a_products_gtin_confirms_the_product(three: Guide) -> None:
    three.scan_all("A-15-03", "9521234543213")
    assert three.step() is Step.SERIAL


GS1_0047 = "]C10109521234543213" + "21CM500-2025-0047\x1d10PC-2025-089"


def test_one_code_with_gtin_and_serial_answers_product_and_serial_in_one_act(three: Guide) -> None:
    three.scan("A-15-03")
    verdict = three.scan(GS1_0047)
    assert (verdict.tone, verdict.scanned) == (Tone.ACCEPTED, "CM500-2025-0047")
    assert [type(event) for event in three.drafts[-1].events] == [ProductConfirmed, UnitPicked]
    assert three.step() is Step.CONDITION
    three.confirm()
    assert three.step() is Step.SERIAL, "the next unit of the product asks for its serial only"


def test_a_code_whose_unit_may_not_be_picked_confirms_no_product_either(three: Guide) -> None:
    three.scan("A-15-03")
    assert three.refused_with("]C1010952123454321321CM500-2025-0060") == PickCode.NOT_ON_LIST
    assert three.step() is Step.PRODUCT


def test_a_code_of_a_product_that_is_not_on_record_is_refused_at_the_product(three: Guide) -> None:
    three.scan("A-15-03")
    assert three.refused_with("]C1010952123454340421SN42") == ScanCode.UNKNOWN_GTIN


def test_a_cases_code_confirms_its_product_and_picks_nothing(three: Guide) -> None:
    case = replace(MODULE, gtins=(*MODULE.gtins, ProductGtin("19521234543210", "case", 10)))
    three.world.products[MODULE.id] = case
    three.scan_all("A-15-03", "]C1011952123454321021CM500-2025-0046")
    assert [type(event) for event in three.drafts[-1].events] == [ProductConfirmed]


def test_a_label_with_another_lot_than_the_record_is_accepted_with_a_note(three: Guide) -> None:
    at_serial(three)
    unit_id = promised(47).id
    three.world.units[unit_id] = replace(three.world.units[unit_id], supplier_lot="PC-2025-094")
    verdict = three.scan(GS1_0047)
    assert verdict.tone is Tone.NOTED
    assert str(verdict.todo) == "Its label says lot PC-2025-089; on record is PC-2025-094."


def test_a_site_s_prefix_before_a_serial_is_no_part_of_it(three: Guide) -> None:
    prefixes = (CodePrefix("S:", CodeKind.SERIAL), CodePrefix("BIN:", CodeKind.PLACE))
    three.world.site = replace(three.world.site, code_prefixes=prefixes)
    three.scan_all("BIN:A-15-03", "CM-500-STD")
    assert three.refused_with("BIN:CM500-2025-0047") == ScanCode.WRONG_KIND
    assert three.scan("S:CM500-2025-0047").scanned == "CM500-2025-0047"


def test_of_two_products_with_one_serial_the_one_at_hand_is_meant(three: Guide) -> None:
    twin = unit(SENSOR, "CM500-2025-0047")
    three.world.rows[RowKind.UNIT] = {twin.id: twin, **three.world.units}
    at_serial(three).scan("CM500-2025-0047")
    assert three.listing.picked_unit(promised(47).id) is not None


def test_a_whole_list_ends_in_its_checklist_and_is_complete(three: Guide) -> None:
    at_serial(three)
    for number in (48, 46, 47):
        three.scan(f"CM500-2025-{number:04d}")
        three.confirm()
    assert len(three.prompt().checks) == len(SETTINGS.picking.checklist), (
        "what the packer has to do is not asked of the picker"
    )
    three.confirm()
    assert three.step() is Step.DONE, "one Enter for all of them"
    assert say(three.prompt().verb) == "LIST COMPLETE"
    assert say(three.prompt().hint) == "Bring CART-05 to packing. Enter for the menu."
    assert three.pick_list.status is DocumentStatus.COMPLETED
    assert {three.world.units[promised(n).id].status for n in (46, 47, 48)} == {Status.PICKED}
    assert {three.world.units[promised(n).id].place for n in (46, 47, 48)} == {"MAIN/CART-05"}
    assert isinstance(three.recorded[-1], TaskCompleted)


def test_the_condition_is_confirmed_by_enter_and_never_by_a_scan(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    assert three.refused_with("CM500-2025-0047") == WorkCode.CONDITION_FIRST
    three.confirm()
    assert isinstance(three.recorded[-1], ConditionStated)
    assert three.step() is Step.SERIAL


def test_enter_does_nothing_where_a_scan_is_expected(three: Guide) -> None:
    assert three.confirm() is None
    assert three.drafts == []


def test_the_list_shows_what_is_done_and_what_is_next(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0047")
    marks = {item.text: item.mark for item in three.prompt().items}
    assert marks == {
        "CM500-2025-0047": Mark.DONE,
        "CM500-2025-0046": Mark.NOW,
        "CM500-2025-0048": Mark.TODO,
    }
    assert (three.prompt().done, three.prompt().total) == (1, 3)


def test_bins_are_visited_in_route_order() -> None:
    units = [promised(46, place="MAIN/B-02-01"), promised(47), promised(48, place="MAIN/A-15-04")]
    listed = pick_list(exact_line(*units))
    guide = Guide(world(*units, lists=(listed,)), listed.number)
    visited = []
    for serial, bin_code in (("0047", "A-15-03"), ("0048", "A-15-04"), ("0046", "B-02-01")):
        visited.append(guide.prompt().expected[0])
        guide.scan_all(bin_code, "CM-500-STD", f"CM500-2025-{serial}")
        guide.confirm()
    assert visited == ["A-15-03", "A-15-04", "B-02-01"]


def test_several_products_in_one_bin_are_asked_one_after_the_other() -> None:
    modules, sensors = [promised(46)], [unit(SENSOR, "TS2000001", status=Status.ALLOCATED, document="PL-2025-0091")]
    listed = pick_list(exact_line(*modules), exact_line(*sensors, line="2"))
    guide = Guide(world(*modules, *sensors, lists=(listed,)), listed.number)
    guide.scan_all("A-15-03", "CM-500-STD", "CM500-2025-0046")
    guide.confirm()
    assert (guide.step(), guide.prompt().expected) == (Step.PRODUCT, ("TS-200",))
    guide.scan_all("TS-200", "TS2000001")
    guide.confirm()
    assert guide.step() is Step.CHECK


def test_an_any_serial_line_suggests_the_oldest_and_takes_any_unit_of_the_bin() -> None:
    old, new = module(50, received=TODAY - timedelta(days=30)), module(49)
    listed = pick_list(any_line(MODULE, 1))
    guide = Guide(world(old, new, lists=(listed,)), listed.number)
    at_serial(guide)
    assert guide.prompt().expected == ("Control Module CM-500",), "no serial looks like the only right one"
    assert guide.prompt().codes[0] == "CM500-2025-0050"
    assert guide.scan("CM500-2025-0049").tone is Tone.ACCEPTED
    picked = guide.recorded[-1]
    assert isinstance(picked, UnitPicked)
    assert picked.from_status is Status.AVAILABLE


def test_a_named_unit_on_hold_is_not_asked_for_and_its_row_says_so(three: Guide) -> None:
    at_serial(three)
    first, *others = three.prompt().expected
    held = next(unit for unit in three.world.units.values() if unit.serial == first)
    three.world.holds = Holds((Hold("QH-1", HoldKind.QUALITY, "capacitors", units=(held.id,)),))
    assert three.prompt().expected == tuple(others)
    rows = {item.text: (item.mark, say(item.note)) for item in three.prompt().items}
    assert rows[first] == (Mark.BARRED, "on hold")


def test_a_picker_may_start_an_any_serial_line_in_another_bin_that_holds_the_product() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = Guide(world(module(49), module(50, place="MAIN/B-02-01"), lists=(listed,)), listed.number)
    guide.scan_all("B-02-01", "CM-500-STD", "CM500-2025-0050")
    assert guide.step() is Step.CONDITION


def test_an_any_serial_line_with_no_stock_on_record_says_so_and_offers_the_short_pick() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = Guide(world(lists=(listed,)), listed.number)
    assert guide.step() is Step.STUCK
    guide.report("Short pick")
    guide.choose("not found")
    assert guide.step() is Step.CHECK


def test_a_short_pick_needs_a_reason_and_keeps_what_was_picked(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    three.confirm()
    three.report("Short pick")
    assert three.pick_list.remaining == 2
    three.choose("not found")
    assert (three.drafts[-1].reason, three.pick_list.remaining, len(three.listing.picked)) == ("not found", 0, 1)


def test_a_short_pick_can_be_undone(three: Guide) -> None:
    three.report("Short pick")
    three.choose("not found")
    three.undo("short pick of CM500-2025-0046, CM500-2025-0047, CM500-2025-0048")
    assert three.pick_list.remaining == 3
    assert three.step() is Step.BIN


def test_a_damaged_unit_goes_to_quarantine_and_its_line_asks_for_another(three: Guide) -> None:
    at_serial(three).report("Damaged unit")
    three.scan("CM500-2025-0047")
    verdict = three.choose("housing")
    assert verdict is not None
    assert str(verdict.todo) == "Put it in QC-01."
    damaged = three.world.units[promised(47).id]
    assert (damaged.status, damaged.place, damaged.document) == (Status.QUARANTINE, "MAIN/A-15-03", None)
    assert (three.pick_list.remaining, three.pick_list.lines[0].short) == (3, 0), "nobody has said short"
    assert three.drafts[-1].reading is not None


def test_a_unit_found_damaged_at_its_condition_leaves_the_list(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    three.report("Damaged unit")
    three.choose("packaging")
    assert isinstance(three.recorded[-1], UnitQuarantined)
    assert not three.listing.picked
    assert three.step() is Step.REPLACE


def test_a_damaged_unit_on_an_any_serial_line_is_replaced_by_another() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = at_serial(Guide(world(module(49), module(50), lists=(listed,)), listed.number))
    guide.scan("CM500-2025-0049")
    guide.report("Damaged unit")
    guide.choose("label")
    assert (guide.step(), guide.pick_list.remaining) == (Step.SERIAL, 1)


def test_only_a_unit_that_could_be_picked_is_reported_damaged_here(three: Guide) -> None:
    at_serial(three).report("Damaged unit")
    assert three.refused_with("CM500-2025-0060") == PickCode.NOT_ON_LIST


def test_an_empty_bin_gives_up_the_units_named_there(three: Guide) -> None:
    three.report("Bin is empty")
    three.choose("not found")
    assert three.step() is Step.CHECK
    assert three.pick_list.lines[0].short == 3


def test_an_empty_bin_sends_an_any_serial_line_to_the_next_bin() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = Guide(world(module(49), module(50, place="MAIN/B-02-01"), lists=(listed,)), listed.number)
    guide.scan("A-15-03")
    guide.report("Bin is empty")
    guide.choose("not found")
    assert (guide.step(), guide.prompt().expected) == (Step.BIN, ("B-02-01",))


def test_an_empty_bin_is_the_one_it_was_reported_at_whatever_a_sync_brings_meanwhile() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = at_serial(Guide(world(module(49), module(50, place="MAIN/B-02-01"), lists=(listed,)), listed.number))
    guide.report("Bin is empty")
    guide.world.units[module(49).id] = module(49, status=Status.QUARANTINE, place="MAIN/QC-01")
    guide.choose("not found")
    assert guide.pick_list.empty_bins == ("MAIN/A-15-03",)
    assert guide.prompt().expected == ("B-02-01",)


def test_a_named_unit_on_the_dock_sends_nobody_to_a_bin_that_would_be_refused() -> None:
    docked = promised(46, place="MAIN/DOCK-01")
    listed = pick_list(exact_line(docked))
    guide = Guide(world(docked, lists=(listed,)), listed.number)
    assert guide.step() is Step.REPLACE
    assert guide.refused_with("DOCK-01") == ScanCode.WRONG_KIND
    assert say(guide.prompt().hint).startswith("for CM500-2025-0046 (elsewhere)")


def test_a_unit_given_up_and_found_after_all_is_picked_and_no_longer_short() -> None:
    listed = pick_list(exact_line(promised(46)), any_line(MODULE, 1, line="2"))
    guide = at_serial(Guide(world(promised(46), module(50), lists=(listed,)), listed.number))
    guide.report("Short pick")
    guide.choose("not found")
    guide.scan_all("CM-500-STD", "CM500-2025-0046")
    found, other = guide.pick_list.lines
    assert [each.serial for each in guide.listing.picked_on(found.id)] == ["CM500-2025-0046"]
    assert (found.done, found.short, found.missing) == (1, 0, ())
    assert other.remaining == 1


def test_a_unit_given_up_and_found_damaged_is_short_once() -> None:
    listed = pick_list(exact_line(promised(46)), any_line(MODULE, 1, line="2"))
    guide = at_serial(Guide(world(promised(46), module(50), lists=(listed,)), listed.number))
    for exception, reason in (("Short pick", "not found"), ("Damaged unit", "housing")):
        guide.scan("CM-500-STD")
        guide.report(exception)
        if exception == "Damaged unit":
            guide.scan("CM500-2025-0046")
        guide.choose(reason)
    assert (guide.pick_list.lines[0].short, len(guide.pick_list.lines[0].missing)) == (1, 1)
    assert guide.world.units[promised(46).id].status is Status.QUARANTINE


def test_another_bin_can_be_chosen_without_undoing_anything_where_there_is_one(three: Guide) -> None:
    at_serial(three).give(AskException())
    assert "Another bin" not in [say(each.label) for each in three.prompt().choices]
    three.world.units[promised(48).id] = promised(48, place="MAIN/A-15-04")
    three.choose("Another bin")
    assert three.step() is Step.BIN


def test_undo_asks_for_the_bin_and_restores_the_status(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    three.confirm()
    three.undo("CM500-2025-0046")
    assert say(three.prompt().verb) == "PUT CM500-2025-0046 BACK"
    assert three.prompt().expected == ("A-15-03",)
    assert three.scan("A-15-04").tone is Tone.NOTED
    undone = three.world.units[promised(46).id]
    assert (undone.status, undone.place, undone.document) == (Status.ALLOCATED, "MAIN/A-15-04", "PL-2025-0091")
    assert three.pick_list.remaining == 3


def test_undo_of_an_any_serial_pick_makes_the_unit_available_again() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = at_serial(Guide(world(module(49), lists=(listed,)), listed.number))
    guide.scan("CM500-2025-0049")
    guide.undo("CM500-2025-0049")
    guide.scan("A-15-03")
    undone = guide.world.units[module(49).id]
    assert (undone.status, undone.order) == (Status.AVAILABLE, None)


def test_undo_leaves_a_unit_that_the_list_does_not_name_promised_to_the_order_alone() -> None:
    listed = pick_list(any_line(MODULE, 1))
    kept = replace(promised(49), document=None)
    guide = at_serial(Guide(world(kept, lists=(listed,)), listed.number))
    guide.scan("CM500-2025-0049")
    guide.undo("CM500-2025-0049")
    guide.scan("A-15-03")
    undone = guide.world.units[kept.id]
    assert (undone.status, undone.order, undone.document) == (Status.ALLOCATED, kept.order, None)


def test_what_was_picked_for_a_list_that_is_cancelled_then_can_be_put_back(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    three.world.documents[three.number] = replace(three.pick_list, status=DocumentStatus.CANCELLED)
    assert three.refused_with("CM500-2025-0047") == TaskCode.LIST_CANCELLED
    three.undo("CM500-2025-0046")
    assert three.scan("A-15-03").tone is Tone.NOTED
    assert not three.listing.picked
    assert three.world.units[promised(46).id].place == "MAIN/A-15-03"


def test_undo_wants_a_bin_and_says_what_else_was_scanned(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    three.undo("CM500-2025-0046")
    assert three.refused_with("CM500-2025-0047") == ScanCode.WRONG_KIND


def test_any_scan_of_the_task_can_be_undone_not_only_the_last(three: Guide) -> None:
    at_serial(three)
    for serial in ("CM500-2025-0046", "CM500-2025-0047"):
        three.scan(serial)
        three.confirm()
    three.give(AskUndo())
    assert [str(choice.label) for choice in three.prompt().choices] == ["CM500-2025-0047", "CM500-2025-0046"]


def test_a_scan_in_the_middle_of_a_choice_is_judged_as_a_scan(three: Guide) -> None:
    at_serial(three).give(AskException())
    assert three.scan("CM500-2025-0046").tone is Tone.ACCEPTED
    assert three.mode == WORKING


def test_back_leaves_a_choice_and_records_nothing(three: Guide) -> None:
    three.give(AskException())
    three.give(Back())
    assert (three.mode, three.drafts) == (WORKING, [])


def test_the_checklist_is_asked_again_after_an_undo(three: Guide) -> None:
    at_serial(three)
    for number in (46, 47, 48):
        three.scan(f"CM500-2025-{number:04d}")
        three.confirm()
    three.undo("CM500-2025-0048")
    three.scan("A-15-03")
    assert three.pick_list.checks == ()


def test_a_pick_resumes_at_its_step_from_the_document_alone(three: Guide) -> None:
    at_serial(three).scan("CM500-2025-0046")
    resumed = Guide(three.world, three.number)
    assert (resumed.step(), resumed.prompt()) == (Step.CONDITION, three.prompt())


def test_requirements_travel_with_the_list() -> None:
    listed = pick_list(any_line(MODULE, 1), requirement=Requirement(firmware="2.1.5"))
    fits = module(50, firmware="2.1.5")
    guide = at_serial(Guide(world(module(49), fits, lists=(listed,)), listed.number))
    assert guide.prompt().codes == (fits.serial,)
    assert guide.refused_with("CM500-2025-0049") == GoodsCode.FIRMWARE


def test_a_unit_given_up_on_a_line_that_was_cancelled_since_is_asked_for_on_the_line_that_names_it_now() -> None:
    given_up = promised(46)
    cancelled = replace(exact_line(given_up), short=1, missing=(given_up.id,), cancelled=True)
    listed = pick_list(cancelled, exact_line(given_up, line="2"))
    guide = Guide(world(given_up, lists=(listed,), listed=named_on(listed, given_up, line="2")), listed.number)
    guide.take()
    assert guide.prompt().expected == ("A-15-03",)
    guide.scan_all("A-15-03", "CM-500-STD")
    assert guide.prompt().expected == (given_up.serial,)
