"""A supervisor's grant on the glass: badge and PIN over the open step, and back to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.acts.act import Grant
from scantrail.domain.facts.picking.events import UnitSubstituted
from tests.handheld.benches import DAY, LIST, NAMED, PIN, Bench, acts_of, bench
from tests.support.worlds import MIKE, SAM

SIZES = [(20, 16), (40, 8), (40, 24)]


async def asks(hand: Bench) -> None:
    """A free unit of the product is to be taken in place of 0046."""
    await hand.open_list()
    await hand.scan("A-15-03", "CM-500-STD")
    await hand.press("f4")
    await _choose(hand, "Take another")
    await _choose(hand, "CM500-2025-0046")
    await hand.scan("CM500-2025-0050")
    await hand.type("1\r")


async def _choose(hand: Bench, label: str) -> None:
    number = next(str(choice.key) for choice in hand.app.desk.session.prompt().choices if label in str(choice.label))
    await hand.type(f"{number}\r")


@pytest.mark.parametrize("size", SIZES)
async def test_badge_and_pin_of_a_supervisor_take_the_unit(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bench(tmp_path, *DAY, LIST, *NAMED, SAM, size=size) as hand:
        await asks(hand)
        assert "SUPERVISOR: SCAN" in hand.glass
        await hand.scan(SAM.badge)
        assert SAM.name in hand.glass
        await hand.type(f"{PIN}\r")
        await hand.until(lambda: "PICKED INSTEAD" in hand.glass)
        assert "CONDITION GOOD?" in hand.glass
        last = acts_of(hand.store)[-1].draft
        assert isinstance(last.events[0], UnitSubstituted)
        assert last.grant == Grant(SAM.id)
        assert PIN not in "".join(str(act) for act in acts_of(hand.store))


async def test_a_picker_may_allow_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, *DAY, LIST, *NAMED, SAM) as hand:
        await asks(hand)
        await hand.scan(MIKE.badge)
        await hand.type(f"{PIN}\r")
        await hand.until(lambda: "NOT ALLOWED" in hand.glass)
        assert "SUPERVISOR: SCAN" in hand.glass


async def test_esc_goes_back_and_enter_asks_again(tmp_path: Path) -> None:
    async with bench(tmp_path, *DAY, LIST, *NAMED, SAM) as hand:
        await asks(hand)
        await hand.press("escape")
        assert "SUPERVISOR NEEDED" in hand.glass
        await hand.press("enter")
        assert "SUPERVISOR: SCAN" in hand.glass
        await hand.press("escape", "escape")
        assert "SCAN SERIAL" in hand.glass
        assert not any(act.draft.grant for act in acts_of(hand.store))
