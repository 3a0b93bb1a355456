"""Whatever bytes a scanner sends, through the driver's own reading, the program lives and the glass stays clean."""

from __future__ import annotations

import random
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path

from textual._xterm_parser import XTermParser
from textual.events import Event

from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import text_of
from scantrail.handheld.driver import escaped
from tests.handheld.benches import Bench, bench

SCANS = 60
SHORTEST = 4
"""Bytes in a burst: what is shorter may be a key that somebody pressed, or a digit typed."""
HOSTILE = (
    b"\x1b", b"\x1b[", b"\x1b[200~", b"\x1b[201~", b"\x1b]0;x\x07", b"\x1bOS", b"\x1b[15~", b"\x11", b"\x03", b"\x1d",
    b"\x1a", b"\x00", b"\t", b"\r", b"\n", b"\xc4", b"\xff\xfe", b"[/b]", b"[bold]", b"{x}", b"%s", b"]C101", b"$ST:",
    b"https://x/01/", b"0109521234543213", b"\xe2\x80\xae", b"\xf0\x9f\x91\x8d", b"$ST:MENU", b"A-15-03", b"1",
)  # fmt: skip
SIZES = (Size(20, 16), Size(40, 8), Size(40, 24), Size(80, 24))


def scans() -> Iterator[bytes]:
    """Bursts of bytes, half of them made of what is known to hurt."""
    chance = random.Random(2)
    for _ in range(SCANS):
        anything = [*HOSTILE, chance.randbytes(1), chance.randbytes(12)]
        parts = chance.choices(anything, k=chance.randint(1, 6))
        yield b"".join(parts).rjust(SHORTEST, b"S") + chance.choice([b"\r", b"\n", b"\r\n", b"\t", b""])


async def test_no_bytes_end_the_program_or_reach_the_glass_raw(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        for data in scans():
            await _receive(hand, data)
            assert hand.app.is_running, data
            for size in SIZES:
                shown = "".join(text_of(line) for line in hand.app.picture(size))
                assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in shown), data
        assert hand.app.return_code is None
        await hand.again("PL-2025-0091")
        await hand.scan("CM500-2025-9999")
        assert "CM500-2025-9999" in hand.glass, "scans are judged as before"


async def _receive(hand: Bench, data: bytes) -> None:
    parser = XTermParser()
    decode = getincrementaldecoder("utf-8")("surrogateescape").decode
    hand.now += 1
    hand.clock.move(3)
    for message in [*parser.feed(escaped(decode(data))), *parser.tick()]:
        if isinstance(message, Event):
            message.time, hand.now = hand.now, hand.now + 0.001
            hand.app.post_message(message)
    await hand.settled()
