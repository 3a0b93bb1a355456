"""Taking another unit of the product than the one named: with a reason, allowed by somebody who may, in one act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.act import Grant
from scantrail.domain.acts.refusal import Code
from scantrail.domain.facts.picking.events import AllocationReleased, UnitPicked, UnitSubstituted
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import explain
from scantrail.words import say
from scantrail.workflows.base import AskException, Back, Granted, Tone
from scantrail.workflows.pick.modes import WORKING, Step
from tests.support.worlds import MIKE, SAM, SENSOR, exact_line, module, named_by, pick_list, promised, unit, world
from tests.workflows.guide import Guide

NAMED = (promised(46), promised(47))
FREE = module(60)
LISTED = pick_list(exact_line(*NAMED), at_place="MAIN/A-15-03", at_product="CM-500-STD")


@pytest.fixture
def guide() -> Guide:
    strangers = (module(61, place="MAIN/A-15-04"), promised(50, document="PL-2025-0088"), unit(SENSOR, "TS2000001"))
    seen = world(*NAMED, FREE, *strangers, lists=(LISTED,))
    seen.workers[SAM.id] = SAM
    return Guide(seen, LISTED.number)


def asks(guide: Guide, instead_of: str = "CM500-2025-0046") -> Guide:
    guide.report("Take another unit")
    guide.choose(instead_of)
    return guide


def waits(guide: Guide) -> Guide:
    asks(guide).scan(FREE.serial)
    guide.choose("not found")
    return guide


def test_it_is_one_act_with_reason_and_grant_and_the_named_unit_is_free_again(guide: Guide) -> None:
    waits(guide)
    assert guide.prompt().asks_grant
    assert guide.drafts == [], "nothing is recorded before it is allowed"
    verdict = guide.give(Granted(Grant(SAM.id, offline=True)))
    assert verdict is not None
    assert (verdict.tone, verdict.scanned) == (Tone.ACCEPTED, FREE.serial)
    (draft,) = guide.drafts
    assert [type(event) for event in draft.events] == [UnitSubstituted, AllocationReleased, UnitPicked]
    assert (draft.reason, draft.grant) == ("not found", Grant(SAM.id, offline=True))
    assert draft.reading is not None
    assert guide.world.units[FREE.id].status is Status.PICKED
    released = guide.world.units[NAMED[0].id]
    assert (released.status, released.document, released.order) == (Status.AVAILABLE, None, None)
    assert {row.serial for row in named_by(guide.listing, "1")} == {FREE.serial, "CM500-2025-0047"}
    assert guide.step() is Step.CONDITION


def test_the_list_then_asks_for_the_other_named_unit_only(guide: Guide) -> None:
    waits(guide).give(Granted(Grant(SAM.id)))
    guide.confirm()
    assert guide.prompt().expected == ("CM500-2025-0047",)
    assert guide.refused_with("CM500-2025-0046") == PickCode.NOT_ON_LIST


def test_taking_it_back_leaves_the_unit_promised_to_the_list(guide: Guide) -> None:
    waits(guide).give(Granted(Grant(SAM.id)))
    guide.confirm()
    guide.undo(FREE.serial)
    guide.scan("A-15-03")
    back = guide.world.units[FREE.id]
    assert (back.status, back.document) == (Status.ALLOCATED, LISTED.number)


@pytest.mark.parametrize("who", [MIKE.id, "nobody", "sam-of-another-site"])
def test_only_a_supervisor_of_the_site_may_allow_it(guide: Guide, who: str) -> None:
    guide.world.workers["sam-of-another-site"] = replace(SAM, id="sam-of-another-site", site="EAST")
    waits(guide)
    with pytest.raises(AssertionError, match="no_grant"):
        guide.give(Granted(Grant(who)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CM500-2025-0061", PickCode.NOT_THIS_BIN),
        ("CM500-2025-0050", GoodsCode.ANOTHER_LIST),
        ("CM500-2025-0047", PickCode.NAMED_HERE),
        ("CM500-2025-0046", PickCode.REPLACED),
        ("TS2000001", ScanCode.WRONG_PRODUCT),
        ("CM500-2025-9999", ScanCode.UNKNOWN_SERIAL),
        ("A-15-03", ScanCode.WRONG_KIND),
    ],
)
def test_the_other_unit_must_be_one_the_list_could_have_named(guide: Guide, text: str, code: Code) -> None:
    asks(guide)
    assert guide.refused_with(text) == code
    assert guide.prompt().expected == ("Control Module CM-500",), "another one can be scanned at once"


def test_a_unit_that_is_put_on_hold_before_it_is_allowed_is_not_taken(guide: Guide) -> None:
    waits(guide)
    guide.world.holds = Holds((Hold("H-1", HoldKind.QUALITY, "capacitor", units=(FREE.id,)),))
    guide.give(Granted(Grant(SAM.id)))
    assert guide.last_refusal == GoodsCode.HOLD


def test_a_named_unit_that_was_picked_meanwhile_is_not_replaced(guide: Guide) -> None:
    waits(guide)
    guide.world.documents[LISTED.number] = replace(LISTED, lines=(replace(LISTED.lines[0], cancelled=True),))
    guide.give(Granted(Grant(SAM.id)))
    assert guide.last_refusal == PickCode.NOT_NAMED


def test_esc_leaves_it_at_any_step(guide: Guide) -> None:
    for start in (asks, waits):
        start(guide).give(Back())
        assert guide.mode == WORKING
    assert guide.drafts == []


def test_with_one_unit_left_it_is_not_asked_which(guide: Guide) -> None:
    guide.scan("CM500-2025-0047")
    guide.confirm()
    guide.report("Take another unit")
    assert guide.prompt().expected == ("Control Module CM-500",)


def todo(guide: Guide) -> str:
    refusal = guide.drafts[-1].refusal
    assert refusal is not None
    return say(explain(refusal).todo)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CM500-2025-0050", "Put it back; scan another Control Module CM-500."),
        ("CM500-2025-0061", "Put it back; scan another Control Module CM-500."),
        ("CM500-2025-0046", "Scan another Control Module CM-500. To pick it after all, press Esc, then scan it."),
        ("CM500-2025-0047", "To pick it as itself, press Esc, then scan it. Else scan another Control Module CM-500."),
        ("A-15-03", "Scan another Control Module CM-500."),
    ],
)
def test_no_refusal_names_the_refused_unit_as_the_way_on(guide: Guide, text: str, words: str) -> None:
    asks(guide).scan(text)
    assert todo(guide) == words


def damaged(guide: Guide) -> Guide:
    guide.report("Damaged unit")
    guide.scan("CM500-2025-0046")
    guide.choose("packaging")
    assert guide.step() is Step.REPLACE
    guide.confirm()  # it is brought to its place later
    return guide


def test_a_damaged_unit_is_replaced_by_scanning_another_and_a_supervisor(guide: Guide) -> None:
    rows = {item.text: say(item.note) for item in damaged(guide).prompt().items}
    assert rows["CM500-2025-0046"] == "damaged"
    assert guide.prompt().expected == ("Control Module CM-500",)
    guide.scan(FREE.serial)
    assert guide.prompt().asks_grant, "what is wrong with the first one is the reason"
    verdict = guide.give(Granted(Grant(SAM.id)))
    assert verdict is not None
    assert verdict.tone is Tone.ACCEPTED
    assert {row.serial for row in named_by(guide.listing, "1")} == {FREE.serial, "CM500-2025-0047"}


def test_enter_leaves_the_list_short_of_a_damaged_unit(guide: Guide) -> None:
    damaged(guide).confirm()
    assert (guide.pick_list.lines[0].short, guide.pick_list.remaining) == (1, 1)
    assert guide.step() is Step.SERIAL


def test_before_a_damaged_unit_is_replaced_the_others_are_still_right(guide: Guide) -> None:
    assert damaged(guide).scan("CM500-2025-0047").tone is Tone.ACCEPTED


def test_a_unit_on_hold_is_replaced_or_short_when_nothing_else_is_left(guide: Guide) -> None:
    guide.world.holds = Holds((Hold("H-1", HoldKind.QUALITY, "capacitor", units=(NAMED[0].id,)),))
    assert guide.prompt().expected == ("CM500-2025-0047",)
    guide.scan("CM500-2025-0047")
    guide.confirm()
    assert guide.step() is Step.REPLACE
    assert guide.refused_with("CM500-2025-0046") == GoodsCode.HOLD
    guide.confirm()
    assert say(guide.prompt().verb) == "CHECK, THEN ENTER"
    guide.confirm()
    assert say(guide.prompt().verb) == "LIST ENDED SHORT 1 of 2"


def test_a_list_of_which_nothing_is_picked_asks_for_no_checks(guide: Guide) -> None:
    guide.report("Short pick")
    guide.choose("not found")
    assert guide.prompt().checks == ()
    guide.confirm()
    assert say(guide.prompt().verb) == "LIST ENDED SHORT 0 of 2"


def test_an_exception_has_its_number_at_every_step(guide: Guide) -> None:
    found: dict[str, set[str]] = {}
    for _ in range(2):
        guide.give(AskException())
        for choice in guide.prompt().choices:
            found.setdefault(say(choice.label), set()).add(choice.key)
        guide.give(Back())
        guide.world.documents[LISTED.number] = replace(LISTED, at_place=None, at_product=None)
    assert found["Short pick"] == {"1"}
    assert found["Take another unit"] == {"6"}
    assert all(len(numbers) == 1 for numbers in found.values())
