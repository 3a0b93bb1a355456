"""The running program with other scanners than the generic one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scantrail.domain.readings import Carrier
from scantrail.scanning.profiles import load_profile
from tests.handheld.benches import acts_of, bench

GENERIC = load_profile()
SLOW = replace(GENERIC, name="slow", prefixes=("\x02",), key_gap_ms=150, quiet_ms=400, twins=False)


async def test_a_slow_scanner_and_a_hand_are_told_apart_and_digits_press_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, scanner=SLOW, size=(20, 16)) as hand:
        await hand.scan("\x02WKR-1001", gap=0.1)
        await hand.type("4711\r")
        await hand.until(lambda: "WHAT NEXT?" in hand.glass)
        await hand.scan("\x02PL-2025-0091", gap=0.1)
        assert "SCAN BIN" in hand.glass
        assert "F4 exc" in hand.glass
        await hand.type("4\r")
        assert "UNKNOWN CODE" in hand.glass
        await hand.scan("\x024", gap=0.1)
        await hand.press("f4")
        assert "WHAT IS WRONG?" in hand.glass
        carriers = [act.draft.reading.carrier for act in acts_of(hand.store) if act.draft.reading]
        assert carriers == [Carrier.TYPED, Carrier.WEDGE]


async def test_help_names_no_digits_where_they_press_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, scanner=replace(GENERIC, twins=False), size=(80, 60)) as hand:
        await hand.press("f1")
        assert "F4 exception" in hand.glass
        assert "or the digit" not in hand.glass
