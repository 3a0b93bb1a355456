"""A list and the rows of its units: what each fact does to both, and what is asked of both before it is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, document
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.sight import Recorder
from scantrail.domain.documents.listed import Listed, line_for, listed_id
from scantrail.domain.facts import touched
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitAllocated,
    UnitHandedOver,
    UnitPicked,
    UnitSubstituted,
)
from scantrail.domain.facts.quality.events import ConditionStated, QuarantineUndone, UnitPutAside, UnitQuarantined
from scantrail.domain.facts.work.events import TaskReleased, TaskTaken
from scantrail.domain.judge import needs_of
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from tests.domain.floor import BIN, CARTS, FIRST, FREE, LIST, ORDER, OTHER, QC, SECOND, Floor
from tests.support.worlds import (
    MIKE,
    MODULE,
    SAM,
    SARAH,
    any_line,
    exact_line,
    pick_list,
)


def test_a_pick_counts_on_its_line_and_stands_in_the_units_own_row() -> None:
    floor = Floor()
    floor.picks(FIRST, "1")
    floor.picks(FREE, "2")
    assert [(line.done, line.remaining) for line in floor.list.lines] == [(1, 1), (1, 0)]
    named, free = floor.listed(FIRST), floor.listed(FREE)
    assert (named.serial, named.line, named.named) == (FIRST.serial, "1", True)
    assert (free.serial, free.line, free.named) == (FREE.serial, "2", False)
    assert [(each.place, each.was_allocated) for each in map(floor.picked, (FIRST, FREE))] == [
        (BIN, True),
        (BIN, False),
    ]
    assert floor.list.unstated == (FIRST.id, FREE.id)
    floor.does(ConditionStated(FIRST.id, Condition.GOOD, LIST))
    assert floor.picked(FIRST).condition is Condition.GOOD
    assert list(floor.list.unstated) == [FREE.id]


def test_a_pick_that_is_undone_is_counted_no_more_and_a_named_unit_is_still_named() -> None:
    floor = Floor()
    before = floor.row(FIRST)
    floor.picks(FIRST, "1")
    floor.does(floor.undo(FIRST))
    assert (floor.row(FIRST), floor.line("1").done, floor.list.unstated) == (before, 0, ())
    floor.picks(FREE, "2")
    floor.does(floor.undo(FREE))
    assert floor.row(FREE) == Listed(LIST, FREE.id, FREE.serial, "2")
    assert floor.code(floor.undo(FREE)) == TaskCode.NOT_PICKED_HERE


def test_an_undo_restores_the_promise_to_the_list_only_of_a_unit_that_it_still_names() -> None:
    floor = Floor()
    floor.picks(FIRST, "1")
    floor.cancels("1")
    assert floor.code(replace(floor.undo(FIRST), to_document=LIST)) is not None
    floor.does(floor.undo(FIRST))
    now = floor.unit(FIRST)
    assert (now.status, now.document, now.order) == (Status.ALLOCATED, None, ORDER)


def test_a_unit_whose_line_was_cancelled_counts_on_any_line_and_is_named_by_none() -> None:
    floor = Floor()
    floor.cancels("1")
    floor.picks(FIRST, "2")
    assert (floor.listed(FIRST).line, floor.listed(FIRST).named) == ("2", False)
    assert floor.undo(FIRST).to_document is None


def test_a_unit_that_was_given_up_and_turns_up_is_picked_and_no_longer_missing() -> None:
    floor = Floor()
    floor.does(LineShorted(LIST, "1", 2, (FIRST.id, SECOND.id)))
    assert (floor.line("1").short, floor.line("1").missing) == (2, (FIRST.id, SECOND.id))
    floor.picks(FIRST, "1")
    line = floor.line("1")
    assert (line.done, line.short, line.missing, line.remaining) == (1, 1, (SECOND.id,), 0)
    assert floor.code(LineShorted(LIST, "1", 1, (FIRST.id,))) == PickCode.LINE_CHANGED
    floor.does(ShortUndone(LIST, "1", 1, (SECOND.id,)))
    assert floor.line("1").remaining == 1


@pytest.mark.parametrize("unit", [FREE, OTHER])
def test_a_line_is_not_short_by_a_unit_that_it_does_not_name(unit: Unit) -> None:
    floor = Floor()
    floor.picks(FREE, "2")
    assert floor.code(LineShorted(LIST, "1", 1, (unit.id,))) == PickCode.LINE_CHANGED


def test_units_given_up_on_a_line_that_was_cancelled_meanwhile_are_no_mistake() -> None:
    """The person was offline. A line in its place goes on asking for its own units."""
    floor = Floor()
    floor.cancels("1", any_line(MODULE, 2, line="3"))
    floor.does(LineShorted(LIST, "1", 1, (FIRST.id,)))
    assert (floor.line("1").missing, floor.line("3").remaining) == ((FIRST.id,), 2)
    floor.picks(FIRST, "2")


def test_a_cancelled_line_is_not_short_by_what_was_picked_on_it_or_is_given_up_already() -> None:
    floor = Floor()
    floor.picks(FIRST, "1")
    floor.does(LineShorted(LIST, "1", 1, (SECOND.id,)))
    floor.cancels("1")
    for unit in (FIRST, SECOND, FREE):
        assert floor.code(LineShorted(LIST, "1", 1, (unit.id,))) == PickCode.LINE_CHANGED


def test_a_unit_of_a_cancelled_line_may_take_the_place_of_one_that_another_line_names() -> None:
    """It is named by that line from then on."""
    floor = Floor()
    floor.cancels("1", exact_line(FREE, line="3"), FREE)
    floor.does(AllocationReleased(FIRST.id, ORDER), recorder=Recorder.SYSTEM)
    floor.does(*floor.substitute(FIRST, FREE, "3"), scan=FIRST)
    row = floor.listed(FIRST)
    assert (row.line, row.named, floor.line("1").done, floor.line("3").done) == ("3", True, 0, 1)
    floor.does(floor.undo(FIRST))
    now = floor.unit(FIRST)
    assert (now.status, now.document, now.order) == (Status.ALLOCATED, LIST, ORDER)


def test_a_substitute_is_named_and_picked_and_the_other_unit_is_free() -> None:
    floor = Floor()
    floor.does(*floor.substitute(FREE, FIRST), scan=FREE)
    new, old = floor.listed(FREE), floor.listed(FIRST)
    assert (new.line, new.named, new.picked is not None) == ("1", True, True)
    assert (old.line, old.named, old.picked) == ("1", False, None)
    assert floor.line("1").done == 1
    assert floor.unit(FIRST).status is Status.AVAILABLE
    assert line_for(floor.list, FIRST, old) == floor.line("2"), "it counts like any other"
    undone = floor.undo(FREE)
    assert (undone.to_status, undone.to_document) == (Status.ALLOCATED, LIST)


@pytest.mark.parametrize("case", ["picked", "given up", "cancelled", "never named", "named already"])
def test_only_a_unit_that_is_named_and_still_to_pick_is_replaced_and_by_none_that_is_named(case: str) -> None:
    floor, unit, replaced = Floor(), FREE, FIRST
    if case == "picked":
        floor.picks(FIRST, "1")
    elif case == "given up":
        floor.does(LineShorted(LIST, "1", 1, (FIRST.id,)))
    elif case == "cancelled":
        floor.cancels("1")
    elif case == "never named":
        replaced = OTHER
    else:
        unit = SECOND
    named = UnitSubstituted(unit.id, unit.serial, LIST, "1", ORDER, replaced.id)
    assert floor.records(named, scan=unit) == refuse(PickCode.NOT_NAMED, document=LIST, unit=replaced.serial)


def test_a_unit_found_damaged_in_the_cart_is_picked_no_more_and_its_line_asks_again() -> None:
    floor = Floor()
    floor.picks(FIRST, "1")
    assert floor.code(replace(floor.damage(FIRST), line="2")) == TaskCode.NOT_PICKED_HERE
    floor.does(floor.damage(FIRST))
    row, report = floor.listed(FIRST), floor.set_aside(FIRST)
    assert (report.status, report.from_place, report.place) == (Status.ALLOCATED, BIN, CARTS[SARAH.id])
    assert (row.picked, row.named, floor.line("1").done, floor.list.unstated) == (None, True, 0, ())
    floor.does(UnitPutAside(FIRST.id, LIST, floor.unit(FIRST).place, QC))
    assert floor.listed(FIRST) == replace(row, set_aside=replace(report, place=QC))
    floor.does(floor.damage_undo(FIRST))
    assert floor.row(FIRST) == replace(row, set_aside=None)
    now = floor.unit(FIRST)
    assert (now.status, now.document, now.order) == (Status.ALLOCATED, LIST, ORDER)


def test_a_unit_found_damaged_before_it_was_picked_takes_none_from_the_count() -> None:
    floor = Floor()
    floor.picks(SECOND, "1")
    floor.does(floor.damage(FIRST))
    assert (floor.line("1").done, floor.line("1").remaining) == (1, 1)
    floor.does(floor.damage(FREE))
    row = floor.listed(FREE)
    assert (row.line, row.named, row.set_aside is not None) == ("", False, True)


def test_a_unit_that_is_given_up_after_damage_is_asked_for_again_once_the_report_is_taken_back() -> None:
    floor = Floor()
    floor.does(floor.damage(FIRST))
    floor.does(LineShorted(LIST, "1", 1, (FIRST.id,)))
    floor.does(floor.damage_undo(FIRST))
    assert (floor.line("1").short, floor.line("1").missing) == (0, ())


def test_a_damaged_unit_that_was_replaced_is_free_when_the_report_is_taken_back() -> None:
    floor = Floor()
    floor.does(floor.damage(FIRST))
    floor.does(*floor.substitute(FREE, FIRST), scan=FREE)
    floor.does(floor.damage_undo(FIRST))
    now = floor.unit(FIRST)
    assert (now.status, now.document, now.order) == (Status.AVAILABLE, None, None)


def test_a_unit_that_was_replaced_and_then_promised_to_the_order_goes_back_to_the_order_after_damage() -> None:
    """The line that named it once has nothing to do with the damage."""
    floor = Floor()
    floor.does(*floor.substitute(FREE, FIRST), scan=FREE)
    floor.does(UnitAllocated(FIRST.id, ORDER), recorder=Recorder.SYSTEM)
    floor.does(floor.damage(FIRST))
    floor.does(floor.damage_undo(FIRST))
    now = floor.unit(FIRST)
    assert (now.status, now.document, now.order) == (Status.ALLOCATED, None, ORDER)


def test_what_the_desk_puts_right_is_picked_no_more_and_the_correction_says_on_which_line_it_was() -> None:
    floor = Floor()
    floor.picks(FIRST, "1")
    event = floor.correct(FIRST, Status.AVAILABLE)
    desk: dict[str, Any] = {"by": SAM, "recorder": Recorder.DESK, "device": "desk"}
    for lie in ("", "2"):
        assert floor.code(replace(event, line=lie), **desk) is not None  # type: ignore[type-var] # reason: a dataclass
    floor.does(event, **desk)
    assert (floor.listed(FIRST).picked, floor.listed(FIRST).named) == (None, True)
    assert (floor.line("1").done, floor.list.unstated) == (0, ())
    floor.does(floor.correct(FREE, Status.QUARANTINE), **desk)
    assert floor.row(FREE) is None, "it has never been on the list"


def test_a_unit_is_handed_over_only_where_it_is_picked_for_the_list() -> None:
    floor = Floor()
    floor.does(TaskTaken(LIST))
    handed = UnitHandedOver(FIRST.id, LIST, CARTS[SARAH.id], CARTS[MIKE.id])
    assert floor.code(handed, scan=FIRST, by=MIKE) == TaskCode.NOT_PICKED_HERE
    floor.picks(FIRST, "1")
    before = floor.row(FIRST)
    floor.does(TaskTaken(LIST), by=MIKE, device="Scanner-06")
    floor.does(handed, scan=FIRST, by=MIKE, device="Scanner-06")
    assert (floor.unit(FIRST).place, floor.row(FIRST)) == (CARTS[MIKE.id], before), "who picked it stays"


def test_a_list_is_given_back_only_when_none_of_its_units_is_in_the_own_cart() -> None:
    floor = Floor()
    floor.does(TaskTaken(LIST))
    floor.picks(SECOND, "1")
    floor.picks(FREE, "2")
    units = f"{SECOND.serial}, {FREE.serial}"
    assert floor.records(TaskReleased(LIST)) == refuse(TaskCode.UNITS_IN_CART, units=units, document=LIST)
    floor.does(floor.undo(SECOND))
    assert floor.records(TaskReleased(LIST)) == refuse(TaskCode.UNITS_IN_CART, units=FREE.serial, document=LIST)
    floor.does(TaskTaken(LIST), by=MIKE, device="Scanner-06")
    floor.does(TaskReleased(LIST), by=MIKE, device="Scanner-06")
    assert floor.list.taken is None, "what is in a colleague's cart is that person's"


def test_what_the_same_act_puts_back_is_in_the_cart_no_more() -> None:
    floor = Floor()
    floor.does(TaskTaken(LIST))
    floor.picks(FREE, "2")
    floor.does(floor.undo(FREE), TaskReleased(LIST))
    assert floor.list.taken is None


def test_what_the_same_act_picks_is_in_the_cart() -> None:
    floor = Floor()
    floor.does(TaskTaken(LIST))
    events = (*floor.walks(FREE), floor.pick(FREE, "2"), TaskReleased(LIST))
    refusal = floor.records(*events, scan=FREE)
    assert refusal == refuse(TaskCode.UNITS_IN_CART, units=FREE.serial, document=LIST)
    assert floor.row(FREE) is None, "an act applies whole or not at all"


def test_units_of_another_list_in_the_same_cart_keep_nobody_from_giving_a_list_back() -> None:
    floor = Floor()
    floor.does(TaskTaken(LIST))
    floor.picks(FREE, "2")
    floor.does(TaskTaken(LIST), by=MIKE, device="Scanner-06")
    other = pick_list(any_line(MODULE, 1), number="PL-2025-0092")
    floor.seen.put({document(other.number): other})
    floor.does(TaskTaken(other.number))
    floor.does(TaskReleased(other.number))


def test_giving_a_list_back_asks_for_all_that_is_picked_for_it_and_giving_up_for_the_units_given_up() -> None:
    needs: Needs = needs_of([Draft((TaskReleased(LIST),), LIST)], [SARAH.id])
    assert needs.in_hand == {LIST}
    short = needs_of([Draft((LineShorted(LIST, "1", 1, (FIRST.id,)),), LIST)], [SARAH.id])
    assert short.of(RowKind.LISTED) == {listed_id(LIST, FIRST.id)}
    assert not short.in_hand


@pytest.mark.parametrize(
    "event",
    [
        UnitPicked(FIRST.id, FIRST.serial, LIST, "1", ORDER, BIN, CARTS[SARAH.id], Status.ALLOCATED),
        PickUndone(FIRST.id, LIST, "1", CARTS[SARAH.id], BIN, Status.ALLOCATED, LIST),
        ConditionStated(FIRST.id, Condition.GOOD, LIST),
        UnitQuarantined(FIRST.id, Status.ALLOCATED, BIN, QC, document=LIST),
        QuarantineUndone(FIRST.id, LIST, QC, BIN, Status.ALLOCATED),
        UnitPutAside(FIRST.id, LIST, BIN, QC),
        UnitSubstituted(FREE.id, FREE.serial, LIST, "1", ORDER, FIRST.id),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_fact_about_a_unit_on_a_list_changes_the_list_the_unit_and_its_row(event: Event) -> None:
    kinds = [kind for kind, _ in touched(event)]
    assert set(kinds) == {RowKind.DOCUMENT, RowKind.UNIT, RowKind.LISTED}
    assert len(kinds) == (4 if isinstance(event, UnitSubstituted) else 3)


@pytest.mark.parametrize(
    "event", [ConditionStated(FIRST.id, Condition.GOOD), UnitQuarantined(FIRST.id, Status.ALLOCATED, BIN, QC)]
)
def test_without_a_list_there_is_no_row_on_one(event: Event) -> None:
    assert [kind for kind, _ in touched(event)] == [RowKind.UNIT]
