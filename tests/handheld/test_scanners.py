"""The running program with other scanners than the generic one."""

from __future__ import annotations

import os
import tty
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.domain.scans.reading import Carrier
from scantrail.handheld.hearing import Scanned
from scantrail.scanning import serial_port
from scantrail.scanning.profiles import load_profile
from tests.handheld.benches import acts_of, bench

GENERIC = load_profile()
SLOW = replace(GENERIC, name="slow", prefixes=("\x02",), key_gap_ms=150, quiet_ms=400, twins=False)


async def test_a_scanner_on_a_serial_port_is_judged_like_any_other_and_its_loss_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_port, "AGAIN_S", 0.01)
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    profile = load_profile("serial-port")
    assert profile.serial is not None
    on_pty = replace(profile, serial=replace(profile.serial, port=os.ttyname(theirs)))
    async with bench(tmp_path, scanner=on_pty) as hand:
        await hand.open_list()
        await hand.type("A-1")
        os.write(ours, b"A-15-03\r\n")
        await hand.until(lambda: "RIGHT BIN  A-15-03" in hand.glass)
        assert "A-1▏" not in hand.glass
        reading = acts_of(hand.store)[-1].draft.reading
        assert reading is not None
        assert (reading.carrier, reading.profile) == (Carrier.SERIAL_PORT, "serial-port")
        hand.now += 1
        for each in "CM-500":
            hand.key(each, each)
        hand.app.post_message(Scanned(reading))
        for each in "-STD":
            hand.key(each, each)
        hand.key("enter", "\r")
        await hand.settled()
        assert "RIGHT PRODUCT  CM-500-STD" in hand.glass, "a scan from elsewhere leaves one that is being typed whole"
        os.close(ours)
        os.close(theirs)
        await hand.until(lambda: "SCANNER NOT CONNECTED" in hand.glass)
        assert "Plug it in" in hand.glass


async def test_a_slow_scanner_and_a_hand_are_told_apart_and_digits_press_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, scanner=SLOW, size=(20, 16)) as hand:
        await hand.scan("\x02WKR-1001", gap=0.1)
        await hand.type("4711\r")
        await hand.until(lambda: "WHAT NEXT?" in hand.glass)
        await hand.scan("\x02PL-2025-0091", gap=0.1)
        assert "SCAN BIN" in hand.glass
        assert "F4exc" in hand.glass
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
