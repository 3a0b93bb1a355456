"""A whole pick on the glass, by scanner and keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.documents.document import DocumentStatus
from tests.handheld.benches import acts_of, bench

SIZES = [(20, 16), (40, 8), (40, 24), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_pick_goes_from_the_badge_to_the_checklist_by_keys_alone(tmp_path: Path, size: tuple[int, int]) -> None:
    async with bench(tmp_path, size=size) as hand:
        await hand.open_list()
        assert "SCAN BIN" in hand.glass
        await hand.scan("A-15-03", "CM-500-STD")
        for number in (46, 47, 48):
            assert "SCAN SERIAL" in hand.glass
            await hand.scan(f"CM500-2025-00{number}")
            assert "CONDITION GOOD?" in hand.glass
            await hand.press("enter")
        while "CHECK, THEN" in hand.glass:
            await hand.press("enter")
        assert "LIST COMPLETE" in hand.glass
        await hand.press("enter")
        assert "WHAT NEXT?" in hand.glass
        done = hand.store.pick_list("PL-2025-0091")
        assert done is not None
        assert done.status is DocumentStatus.COMPLETED
        assert [each.serial for each in hand.store.listing(done.number).picked] == [
            "CM500-2025-0046",
            "CM500-2025-0047",
            "CM500-2025-0048",
        ]


async def test_scans_without_any_gap_are_each_judged_in_order(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", *(f"CM500-2025-9{number:03d}" for number in range(8)), gap=0.0)
        assert "UNKNOWN SERIAL  CM500-2025-9007" in hand.glass.replace("\n", " ")
        texts = [act.draft.reading.text for act in acts_of(hand.store) if act.draft.reading]
        assert texts == ["A-15-03", "CM-500-STD", *(f"CM500-2025-9{number:03d}" for number in range(8))]
