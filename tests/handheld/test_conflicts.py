"""What a person reads when the server finds that a record does not apply: each conflict with its instruction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.exchange.sync import SyncState
from scantrail.domain.acts.act import Act, Draft
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.handheld.drawing.bars import Size
from scantrail.protocol.messages import ActVerdict, Outcome, PushAnswer
from tests.handheld.benches import DAY, LIST, Bench, acts_of, bench
from tests.handheld.sketches import must_look_like
from tests.support.devices import changes_of
from tests.support.judging import judge_act
from tests.support.worlds import (
    CLERK,
    MIKE,
    MODULE,
    NOW,
    TODAY,
    any_line,
    exact_line,
    module,
    named_on,
    said_in,
    scanned,
    world,
)

GLASS = Size(20, 16)
HERE = replace(LIST, at_place="MAIN/A-15-03", at_product="CM-500-STD", taken=Taken("Scanner-05", "sarah"))
UNIT = DAY[0]


def found(
    unit: Unit = UNIT, listed: PickList = HERE, *holds: Hold, on_it: tuple[Listed, ...] = named_on(HERE, *DAY[:3])
) -> World:
    """What the server knows when the pick reaches it."""
    return world(unit, *DAY[1:], lists=(listed,), listed=on_it, holds=holds)


def by_mike(**facts: Any) -> Unit:
    return replace(UNIT, changed_by=MIKE.id, changed_at=NOW, **facts)


MIKES = Listed(
    HERE.number,
    DAY[1].id,
    DAY[1].serial,
    line="1",
    picked=PickedUnit(DAY[1].id, DAY[1].serial, "MAIN/A-15-03", was_allocated=False, by=MIKE.id, at=NOW),
)
CONFLICTS = {
    "picked_by_another": found(by_mike(status=Status.PICKED, document="PL-2025-0088", place="MAIN/CART-06")),
    "shipped": found(by_mike(status=Status.SHIPPED, document="SH-2025-0230")),
    "quarantined": found(by_mike(status=Status.QUARANTINE, place="MAIN/QC-01")),
    "on_hold": found(UNIT, HERE, Hold("RC-1", HoldKind.RECALL, "capacitor may fail", units=(UNIT.id,))),
    "list_cancelled": found(listed=replace(HERE, status=DocumentStatus.CANCELLED)),
    "list_changed": found(listed=replace(HERE, lines=(exact_line(*DAY[1:3]),)), on_it=named_on(HERE, *DAY[1:3])),
    "line_filled": found(
        replace(UNIT, document=None), replace(HERE, lines=(replace(any_line(MODULE, 1), done=1),)), on_it=(MIKES,)
    ),
    "taken_over": found(listed=replace(HERE, taken=Taken("Scanner-11", MIKE.id))),
    "moved_by_another": found(by_mike(place="MAIN/A-15-04")),
}
"""The world as the server has it when the pick of 0046 out of A-15-03 comes in."""


@pytest.mark.parametrize("name", CONFLICTS)
async def test_each_conflict_says_what_happened_and_where_the_unit_goes(tmp_path: Path, name: str) -> None:
    async with bench(tmp_path, size=(GLASS.width, GLASS.height)) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", UNIT.serial)
        await contest(hand, CONFLICTS[name])
        must_look_like(f"conflict_{name}", GLASS, hand.glass)


async def test_a_serial_that_another_dock_has_received_says_where_it_is_and_what_to_look_for(tmp_path: Path) -> None:
    unit = module(99, place="MAIN/DOCK-01")
    receipt = Draft((UnitRegistered(unit.id, Creation.RECEIVING, unit),), reading=scanned(unit.serial))
    theirs = replace(unit, place="MAIN/A-15-04", changed_by=CLERK.id, changed_at=NOW)
    async with bench(tmp_path, size=(GLASS.width, GLASS.height)) as hand:
        await hand.sign_in()
        hand.store.record((receipt,), actor=CLERK.id, site="MAIN", now=hand.clock.now(), versions={})
        await contest(hand, world(theirs))
        await hand.type("2\r")
        await hand.press("enter")
        must_look_like("conflict_received_twice", GLASS, hand.glass)


async def test_a_conflict_that_a_sync_by_hand_brings_is_not_hidden_by_being_in_sync(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", UNIT.serial)

        async def now() -> SyncState:
            await contest(hand, CONFLICTS["picked_by_another"])
            return hand.sync.state

        hand.sync.now = now  # type: ignore[method-assign] # this exchange brings a conflict
        await hand.press("f8")
        await hand.until(lambda: "ALREADY PICKED" in hand.glass)
        assert "IN SYNC" not in hand.glass


async def contest(hand: Bench, truth: World) -> None:
    """The server judges what was picked by what it knows."""
    acts = acts_of(hand.store)
    verdicts = tuple(_verdict(act, truth) for act in acts)
    assert [each.outcome for each in verdicts].count(Outcome.CONTESTED) == 1
    hand.store.apply_answer(PushAnswer(acts[-1].id.seq, verdicts, changes_of((), 2)))
    hand.sync.on_changed()


def _verdict(act: Act, truth: World) -> ActVerdict:
    is_disputed = any(isinstance(event, (UnitPicked, UnitRegistered)) for event in act.draft.events)
    said = said_in(truth, act.draft.reading.text) if act.draft.reading else None
    refusal = judge_act(act, said, truth, NOW, TODAY).refusal if is_disputed else None
    assert refusal is not None or not is_disputed
    return ActVerdict(act.id.seq, Outcome.CONTESTED if refusal else Outcome.APPLIED, 2, refusal)
