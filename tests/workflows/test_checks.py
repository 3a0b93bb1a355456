"""The checklist at the end of a pick: Enter where all is so; what is not so has a number, a reason and a way on."""

from __future__ import annotations

import pytest

from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.facts import told
from scantrail.domain.facts.work.events import CheckConfirmed, CheckNotMet, TaskCompleted
from scantrail.handheld.drawing.bars import Size
from scantrail.words import say
from scantrail.workflows.base import Back, Choose
from scantrail.workflows.pick.modes import Step
from tests.handheld.sketches import ONLINE, must_look_like, picture
from tests.support.worlds import MODULE, SETTINGS, exact_line, pick_list, promised, world
from tests.workflows.guide import Guide

FIRST, SECOND = SETTINGS.picking.checklist


@pytest.fixture
def guide() -> Guide:
    listed = pick_list(exact_line(promised(46)), at_place="MAIN/A-15-03", at_product=MODULE.id)
    found = Guide(world(promised(46), lists=(listed,)), listed.number)
    found.scan("CM500-2025-0046")
    if found.step() is Step.CONDITION:
        found.confirm()
    assert found.step() is Step.CHECK
    return found


def test_each_item_has_its_number(guide: Guide) -> None:
    assert [say(each) for each in guide.prompt().checks] == [f"1 {FIRST}", f"2 {SECOND}"]


def test_an_item_that_is_not_so_is_recorded_with_a_reason_and_the_list_ends_all_the_same(guide: Guide) -> None:
    guide.give(Choose("2"))
    assert [str(each.label) for each in guide.prompt().choices] == list(SETTINGS.picking.check_reasons)
    guide.choose("a supervisor knows")
    assert (guide.recorded[-1], guide.drafts[-1].reason) == (CheckNotMet(guide.number, SECOND), "a supervisor knows")
    assert say(told(guide.recorded[-1])) == "Not so: Every label can be read"
    assert say(guide.prompt().checks[1]) == "2 NOT SO: Every label can be read"
    guide.confirm()
    assert guide.pick_list.status is DocumentStatus.COMPLETED
    assert [type(each) for each in guide.drafts[-1].events] == [CheckConfirmed, TaskCompleted]
    assert guide.pick_list.unmet == (SECOND,)
    assert say(guide.prompt().hint) == f"Not so: {SECOND}. Bring CART-05 to packing. Enter for the menu."


def test_esc_leads_back_to_the_checks_with_nothing_recorded(guide: Guide) -> None:
    recorded = guide.recorded
    guide.give(Choose("1"))
    guide.give(Back())
    assert (guide.step(), guide.recorded) == (Step.CHECK, recorded)


def test_what_is_not_so_is_asked_again_after_a_scan_is_taken_back(guide: Guide) -> None:
    guide.give(Choose("1"))
    guide.choose("a supervisor knows")
    guide.undo("CM500-2025-0046")
    guide.scan("A-15-03")
    assert guide.pick_list.unmet == ()


def test_a_number_that_is_not_there_does_nothing(guide: Guide) -> None:
    recorded = guide.recorded
    guide.give(Choose("3"))
    assert (guide.step(), guide.recorded) == (Step.CHECK, recorded)


def test_the_checks_on_the_smallest_glass(guide: Guide) -> None:
    guide.give(Choose("2"))
    guide.choose("a supervisor knows")
    must_look_like("check_not_so", Size(20, 16), picture(guide.prompt(), None, ONLINE, Size(20, 16)))
