"""What says that a picked unit is good: going on, Enter, or no report, as the site wants it (R15)."""

from __future__ import annotations

import pytest

from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated, StatedBy
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.unit import Condition
from scantrail.workflows.base import AskException, AskUndo
from scantrail.workflows.pick.modes import Step
from tests.support.worlds import MODULE, any_line, exact_line, module, pick_list, promised, wanting, world
from tests.workflows.guide import Guide

UNITS = tuple(promised(number) for number in (46, 47, 48))


def guide_at(condition: PickCondition) -> Guide:
    seen = world(*UNITS, lists=(pick_list(exact_line(*UNITS)),), settings=wanting(pick_condition=condition))
    guide = Guide(seen, "PL-2025-0091")
    guide.take()
    guide.scan_all("A-15-03", "CM-500-STD")
    return guide


def stated(guide: Guide) -> list[tuple[str, StatedBy]]:
    """Which units are stated good, and how, oldest first."""
    serials = {unit.id: unit.serial[-4:] for unit in UNITS}
    return [(serials[event.unit], event.how) for event in guide.recorded if isinstance(event, ConditionStated)]


@pytest.fixture
def guide() -> Guide:
    return guide_at(PickCondition.NEXT)


def test_three_units_take_a_scan_each_and_one_enter(guide: Guide) -> None:
    guide.scan_all("CM500-2025-0046", "CM500-2025-0047", "CM500-2025-0048")
    assert guide.step() is Step.CHECK
    guide.confirm()
    assert guide.pick_list.status is DocumentStatus.COMPLETED
    assert stated(guide) == [(each, StatedBy.NEXT_SCAN) for each in ("0046", "0047", "0048")]
    assert all(each.condition is Condition.GOOD for each in guide.listing.picked)


def test_a_unit_is_stated_good_in_an_act_of_its_own_so_that_no_contested_one_holds_up_the_next(guide: Guide) -> None:
    guide.scan_all("CM500-2025-0046", "CM500-2025-0047")
    said, picked = guide.drafts[-2:]
    assert [type(event) for event in said.events] == [ConditionStated]
    assert [type(event) for event in picked.events] == [UnitPicked]


def test_a_refused_scan_says_nothing_of_the_last_unit(guide: Guide) -> None:
    guide.scan("CM500-2025-0046")
    assert guide.refused_with("CM500-2025-0046") == PickCode.IN_TASK
    assert stated(guide) == []


def test_enter_says_it_at_once(guide: Guide) -> None:
    guide.scan("CM500-2025-0046")
    guide.confirm()
    assert stated(guide) == [("0046", StatedBy.CONFIRMED)]
    guide.scan("CM500-2025-0047")
    assert stated(guide) == [("0046", StatedBy.CONFIRMED)]


def test_a_unit_that_is_reported_damaged_is_never_stated_good(guide: Guide) -> None:
    guide.scan("CM500-2025-0046")
    guide.give(AskException())
    guide.choose("Damaged unit")
    guide.scan("CM500-2025-0046")
    guide.choose("packaging")
    guide.scan("CM500-2025-0047")
    assert stated(guide) == []


def test_a_unit_that_is_put_back_is_never_stated_good(guide: Guide) -> None:
    guide.scan("CM500-2025-0046")
    guide.give(AskUndo())
    guide.scan("A-15-03")
    guide.scan_all("A-15-03", "CM-500-STD", "CM500-2025-0047")
    assert "0046" not in dict(stated(guide))


def test_where_enter_is_asked_no_scan_takes_its_place() -> None:
    guide = guide_at(PickCondition.EACH)
    guide.scan("CM500-2025-0046")
    assert guide.step() is Step.CONDITION
    assert guide.refused_with("CM500-2025-0047") == WorkCode.CONDITION_FIRST
    guide.confirm()
    assert stated(guide) == [("0046", StatedBy.CONFIRMED)]


def test_where_only_damage_is_reported_a_unit_is_good_with_its_pick() -> None:
    guide = guide_at(PickCondition.EXCEPTION)
    guide.scan("CM500-2025-0046")
    assert [type(event) for event in guide.drafts[-1].events] == [UnitPicked, ConditionStated]
    assert stated(guide) == [("0046", StatedBy.NO_EXCEPTION)]


def test_going_on_to_another_bin_states_it_too() -> None:
    units = (module(46), module(47, place="MAIN/A-15-04"))
    seen = world(
        *units,
        lists=(pick_list(any_line(MODULE, 2)),),
        settings=wanting(pick_condition=PickCondition.NEXT),
    )
    guide = Guide(seen, "PL-2025-0091")
    guide.take()
    guide.scan_all("A-15-03", "CM-500-STD", "CM500-2025-0046")
    assert guide.step() is Step.BIN
    guide.scan("A-15-04")
    assert stated(guide) == [("0046", StatedBy.NEXT_SCAN)]
