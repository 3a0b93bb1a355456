"""What a picker confirms or reports fits the list and the site; what does not is never accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.world import World
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.picking.events import BinFoundEmpty, LineShorted, UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated, LabelUnreadable
from scantrail.domain.facts.work.events import CheckConfirmed, PlaceConfirmed, ProductConfirmed, TaskCompleted
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.judge import absorb, needs_of
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.domain.wordings import WORDINGS
from tests.support.judging import judge_act
from tests.support.worlds import (
    MODULE,
    NOW,
    SARAH,
    SENSOR,
    SETTINGS,
    TODAY,
    any_line,
    exact_line,
    pick_list,
    promised,
    said_in,
    world,
)

LIST, BIN, CART = "PL-2025-0091", "MAIN/A-15-03", "MAIN/CART-05"
UNIT = promised(46)
ELSEWHERE = Place("EAST/E-01", "EAST", "E-01", PlaceKind.BIN, pickable=True)
CHECKS = tuple(CheckConfirmed(LIST, item) for item in SETTINGS.picking.checklist)
PICKED = UnitPicked(UNIT.id, UNIT.serial, LIST, "1", "SO-2025-1289", BIN, CART, Status.ALLOCATED)
GOOD = ConditionStated(UNIT.id, Condition.GOOD, LIST)


def at_work(**facts: object) -> World:
    listed: PickList = pick_list(exact_line(UNIT), at_place=BIN, at_product=MODULE.id)
    seen = world(UNIT, lists=(replace(listed, **facts),))  # type: ignore[arg-type] # reason: names of PickList's fields
    seen.places[ELSEWHERE.id] = ELSEWHERE
    return seen


def act(*events: Event, reason: str = "seen", scan: str = "") -> Act:
    reading = Reading(scan, Carrier.WEDGE) if scan else None
    draft = Draft(events, LIST, reading, reason=reason)
    return Act(ActId("Scanner-05", "e", 7), "", "MAIN", SARAH.id, Times(NOW, "boot", 0), draft)


def code(given: Act, seen: World) -> Code | None:
    reading = given.draft.reading
    judgement = judge_act(given, said_in(seen, reading.text) if reading else None, seen, NOW, TODAY)
    absorb(seen, judgement)
    return judgement.refusal.code if judgement.refusal else None


def picked(**facts: object) -> World:
    """The list with its only unit picked, in good condition."""
    seen = at_work(**facts)
    assert [code(act(PICKED, scan=UNIT.serial), seen), code(act(GOOD), seen)] == [None, None]
    return seen


@pytest.mark.parametrize("place", ["MAIN/NOWHERE", ELSEWHERE.id, ""])
def test_nobody_stands_at_a_bin_that_this_site_does_not_have(place: str) -> None:
    assert code(act(PlaceConfirmed(LIST, place)), at_work()) == SiteCode.UNKNOWN_PLACE
    assert code(act(BinFoundEmpty(LIST, place, MODULE.id)), at_work()) == SiteCode.UNKNOWN_PLACE
    assert code(act(LabelUnreadable(LIST, "1", MODULE.id, place)), at_work()) == SiteCode.UNKNOWN_PLACE


def test_a_bin_is_left_without_naming_another() -> None:
    assert code(act(PlaceConfirmed(LIST, None)), at_work()) is None


def test_a_bin_that_is_no_longer_for_picking_was_reached_all_the_same() -> None:
    seen = at_work()
    seen.places[BIN] = replace(seen.places[BIN], pickable=False)
    assert code(act(PlaceConfirmed(LIST, BIN)), seen) is None


@pytest.mark.parametrize("event", [ProductConfirmed(LIST, SENSOR.id), BinFoundEmpty(LIST, BIN, SENSOR.id)])
def test_a_product_that_no_line_asks_for_is_not_confirmed_or_missed(event: Event) -> None:
    assert code(act(event), at_work()) == TaskCode.NOT_ASKED_FOR


def test_a_product_whose_line_was_cancelled_meanwhile_was_confirmed_all_the_same() -> None:
    cancelled = replace(any_line(SENSOR, 1, "2"), cancelled=True)
    assert code(act(ProductConfirmed(LIST, SENSOR.id)), at_work(lines=(exact_line(UNIT), cancelled))) is None


@pytest.mark.parametrize(("line", "product"), [("9", MODULE.id), ("1", SENSOR.id)])
def test_a_label_is_unreadable_only_on_a_line_of_the_list_and_of_its_product(line: str, product: str) -> None:
    assert code(act(LabelUnreadable(LIST, line, product, BIN)), at_work()) == PickCode.LINE_CHANGED


def test_an_item_that_the_checklist_does_not_have_is_not_confirmed() -> None:
    assert code(act(CheckConfirmed(LIST, "The moon is full")), picked()) == WorkCode.CHECKLIST_CHANGED


def test_an_instruction_of_the_order_may_be_confirmed_as_earlier_versions_do() -> None:
    seen = picked(instructions=("Antistatic bags only",))
    assert code(act(CheckConfirmed(LIST, "Antistatic bags only")), seen) is None


def test_the_checklist_is_confirmed_only_when_nothing_is_left_to_pick_or_to_state() -> None:
    seen = at_work()
    assert code(act(*CHECKS), seen) == WorkCode.LINES_OPEN
    assert code(act(PICKED, scan=UNIT.serial), seen) is None
    assert code(act(*CHECKS), seen) == WorkCode.CONDITION_FIRST


def test_a_list_is_complete_only_with_every_item_of_the_checklist() -> None:
    seen, completed = picked(), TaskCompleted(LIST)
    assert code(act(completed), seen) == WorkCode.NOT_CHECKED
    assert code(act(*CHECKS[1:], completed), seen) == WorkCode.NOT_CHECKED
    assert code(act(*CHECKS, completed), seen) is None


def test_a_list_for_which_nothing_was_picked_has_no_checklist() -> None:
    seen = at_work()
    assert code(act(LineShorted(LIST, "1", 1, (UNIT.id,))), seen) is None
    assert code(act(TaskCompleted(LIST)), seen) is None


def test_what_an_older_row_may_explain_is_contested_and_so_shown_to_the_person_again() -> None:
    codes = (
        WorkCode.CHECKLIST_CHANGED,
        WorkCode.NOT_CHECKED,
        TaskCode.NOT_ASKED_FOR,
        PickCode.LINE_CHANGED,
        WorkCode.LINES_OPEN,
    )
    assert all(WORDINGS[each].contests for each in codes)


def test_attention_is_settled_with_a_reason_and_only_for_what_is_recorded_already() -> None:
    settled = AttentionSettled("Scanner-05", "e", 6)
    assert code(act(settled), at_work()) is None
    assert code(act(settled, reason=""), at_work()) == RightCode.NO_REASON
    for seq in (7, 8):
        assert code(act(replace(settled, seq=seq)), at_work()) == RightCode.NO_RIGHT


def test_the_places_that_a_picker_reports_are_loaded_to_judge_by() -> None:
    reported = (
        PlaceConfirmed(LIST, "a"),
        BinFoundEmpty(LIST, "b", MODULE.id),
        LabelUnreadable(LIST, "1", MODULE.id, "c"),
    )
    assert needs_of([act(*reported).draft], [act(*reported).actor]).of(RowKind.PLACE) == {"a", "b", "c"}
