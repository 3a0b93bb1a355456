"""What a list reserves: kept while somebody is on the way to it, and judged only by what no change can explain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, document
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.sight import By
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.facts import touched
from scantrail.domain.facts.picking.events import LineShorted, PickUndone, ShortUndone, UnitPicked, UnitsReserved
from scantrail.domain.facts.quality.events import UnitQuarantined
from scantrail.domain.facts.stored import event_from_plain
from scantrail.domain.facts.work.events import TaskCancelled, TaskCompleted, TaskTaken
from scantrail.domain.judge import Judgement, needs_of
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.proving.simulator.reserved import holds_too_much
from tests.support.folding import fold_list, fold_listed
from tests.support.judging import judge_act
from tests.support.worlds import MODULE, NOW, SARAH, SENSOR, TODAY, any_line, exact_line, module, pick_list, world

LIST, ORDER, CART, BIN = "PL-2025-0091", "SO-2025-1289", "MAIN/CART-05", "MAIN/A-15-03"
NAMED = module(9, status=Status.ALLOCATED, document=LIST, order=ORDER)
UNITS = tuple(module(number) for number in range(5))
IDS = tuple(each.id for each in UNITS)
LISTED = pick_list(any_line(MODULE, 3), exact_line(NAMED, line="2"), any_line(SENSOR, 1, line="3"))
BY = By(SARAH.id, "Scanner-05", NOW)


def reserve(*numbers: int, line: str = "1", product: str = MODULE.id) -> UnitsReserved:
    return UnitsReserved(LIST, line, product, tuple(module(number).id for number in numbers))


def picked(number: int, line: str = "1") -> UnitPicked:
    each = module(number)
    return UnitPicked(each.id, each.serial, LIST, line, ORDER, BIN, CART, Status.AVAILABLE)


def after(*events: Event, listed: PickList = LISTED) -> list[int]:
    """The numbers that the first line has reserved once it was taken and these things happened."""
    for event in (TaskTaken(LIST), *events):
        listed = fold_list(listed, event, BY)
    return [IDS.index(unit) for unit in listed.lines[0].reserved]


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([reserve(0, 1, 2)], [0, 1, 2]),
        ([reserve(0, 1, 2), picked(1)], [0, 2]),
        ([reserve(0, 1, 2), picked(4)], [0, 1]),
        ([reserve(0, 1, 2), picked(1), PickUndone(IDS[1], LIST, "1", CART, BIN, Status.AVAILABLE)], [0, 2]),
        ([reserve(0, 1, 2), LineShorted(LIST, "1", 2)], [0]),
        ([reserve(0, 1, 2), LineShorted(LIST, "1", 3), ShortUndone(LIST, "1", 3)], []),
        ([reserve(0, 1, 2), UnitQuarantined(IDS[0], Status.AVAILABLE, BIN, "MAIN/QC-01", document=LIST)], [1, 2]),
        ([reserve(0, 1, 2), TaskCompleted(LIST)], []),
        ([reserve(0, 1, 2), TaskCancelled(LIST)], []),
        ([reserve(0, 1, 2), TaskTaken(LIST)], []),
        ([reserve(0, 1, 2), TaskTaken(LIST), reserve(3)], [3]),
        ([reserve(0, 1, 2, 3, 4)], [0, 1, 2]),
        ([reserve(0, 0, 1)], [0, 1]),
        ([reserve(0, line="2")], []),
        ([reserve(0, product=SENSOR.id)], []),
        ([reserve(0, line="none")], []),
    ],
)
def test_a_unit_is_reserved_while_somebody_is_on_the_way_to_it(events: list[Event], left: list[int]) -> None:
    assert after(*events) == left


def test_a_list_that_is_over_or_that_nobody_has_taken_reserves_nothing() -> None:
    assert after(reserve(0), listed=replace(LISTED, status=DocumentStatus.CANCELLED)) == []
    assert not reserved_on(fold_list(LISTED, reserve(0), BY))


NUMBERS = st.integers(0, 4)
EVENTS: Any = st.one_of(
    st.just(TaskTaken(LIST)),
    st.just(TaskCompleted(LIST)),
    st.builds(lambda numbers, line: reserve(*numbers, line=line), st.lists(NUMBERS), st.sampled_from("123")),
    st.builds(picked, NUMBERS, st.sampled_from("13")),
    st.builds(lambda number: PickUndone(IDS[number], LIST, "1", CART, BIN, Status.AVAILABLE), NUMBERS),
    st.builds(lambda count: LineShorted(LIST, "1", count), st.integers(1, 2)),
    st.builds(lambda count: ShortUndone(LIST, "1", count), st.integers(1, 2)),
)


@given(st.lists(EVENTS, max_size=12))
def test_whatever_happens_no_more_is_reserved_than_is_still_to_pick_and_nothing_that_is_picked(
    events: list[Event],
) -> None:
    listed, units = LISTED, Listing()
    for each in events:
        event = _as_people_do(each, units)
        listed = fold_list(listed, event, BY)
        for unit in [name for kind, name in touched(event) if kind == RowKind.UNIT]:
            units.put(fold_listed(units.get(unit), event, BY, unit))
        assert not holds_too_much(listed, [each.unit for each in units.picked]), event
        assert from_plain(PickList, to_plain(listed)) == listed


def _as_people_do(event: Event, units: Listing) -> Event:
    """Nobody sets out to a unit that is in the cart already."""
    if not isinstance(event, UnitsReserved):
        return event
    return replace(event, units=tuple(each for each in event.units if units.picked_unit(each) is None))


def judged(*events: Event, listed: PickList = LISTED, reason: str = "") -> Judgement:
    draft = Draft(events=events, document=LIST, reason=reason)
    act = Act(ActId("Scanner-05", "e", 1), "", "MAIN", SARAH.id, Times(NOW, "boot", 0), draft)
    assert needs_of([act.draft], [act.actor]).of(RowKind.UNIT) >= {
        unit for each in events for unit in getattr(each, "units", ())
    }
    return judge_act(act, None, world(*UNITS, lists=(listed,)), NOW, TODAY)


def without_first_line(**facts: Any) -> PickList:
    return replace(LISTED, lines=(replace(LISTED.lines[0], **facts), *LISTED.lines[1:]))


@pytest.mark.parametrize(
    "listed",
    [
        without_first_line(cancelled=True),
        without_first_line(quantity=1),
        without_first_line(product=SENSOR.id),
        replace(LISTED, lines=(exact_line(NAMED),)),
        replace(LISTED, lines=()),
        replace(LISTED, taken=Taken("Scanner-05", "mike"), status=DocumentStatus.IN_PROGRESS),
    ],
)
def test_a_list_that_was_changed_meanwhile_is_taken_all_the_same(listed: PickList) -> None:
    judgement = judged(TaskTaken(LIST), reserve(0, 1, 2), listed=listed)
    assert judgement.refusal is None
    assert judgement.changed[document(LIST)].taken == Taken("Scanner-05", SARAH.id)
    assert not holds_too_much(judgement.changed[document(LIST)], ())


def test_a_unit_that_a_restored_server_does_not_know_refuses_no_taking() -> None:
    assert judged(TaskTaken(LIST), reserve(77)).refusal is None


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([reserve(0, 0)], PickCode.LINE_CHANGED),
        ([reserve(0), reserve(0, line="3")], PickCode.LINE_CHANGED),
        ([reserve(0, line="3", product=SENSOR.id)], ScanCode.WRONG_PRODUCT),
    ],
)
def test_what_no_change_explains_is_refused(events: list[Event], code: Code) -> None:
    refusal = judged(TaskTaken(LIST), *events).refusal
    assert refusal is not None
    assert refusal.code == code


def test_a_line_may_be_reserved_for_anew() -> None:
    judgement = judged(TaskTaken(LIST), reserve(0, 1), reserve(1, 2))
    assert judgement.refusal is None
    assert judgement.changed[document(LIST)].lines[0].reserved == (IDS[1], IDS[2])


def test_who_does_not_have_the_list_reserves_nothing_on_it() -> None:
    elsewhere = replace(LISTED, taken=Taken("Scanner-06", "mike"), status=DocumentStatus.IN_PROGRESS)
    refusal = judged(reserve(0), listed=elsewhere).refusal
    assert refusal is not None
    assert refusal.code == TaskCode.LIST_TAKEN_OVER


def test_what_was_written_before_there_were_reservations_is_read_as_it_was() -> None:
    line = {"id": "1", "product": MODULE.id, "kind": "any", "quantity": 3}
    assert from_plain(PickLine, line) == any_line(MODULE, 3)
    assert to_plain(any_line(MODULE, 3)) == line, "and costs no byte where there is none"


def test_a_reservation_s_form_on_the_wire_stays() -> None:
    plain = {"type": "UnitsReserved", "document": LIST, "line": "1", "product": "CM-500-STD", "units": [IDS[0]]}
    assert event_from_plain(plain) == reserve(0)
