"""The real handheld in a terminal, and what its journal must hold after anything happened to it."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pexpect

from scantrail.protocol.acts import act_hash, decode_act
from tests.proving.processes import journal_of
from tests.support.terminal import Terminal

BADGE, PIN, LIST = "WKR-1001", "1234", "PL-2025-0091"
VERDICT = re.compile(rb"UNKNOWN CODE[^K]{0,60}?(K-[0-9]{6})")
"""A verdict on the glass with what was scanned, whatever stands between them for the terminal."""


class Handheld(Terminal):
    """The handheld in a terminal; everything it ever painted is kept."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.painted = b""
        command = [sys.executable, "-m", "scantrail.cli", "handheld", "--store", str(folder)]
        super().__init__(command, 40, 24, **environment)

    def _take(self) -> None:
        try:
            received: Any = self.child.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return
        self.painted += received
        self._stream.feed(received)

    def begins(self) -> None:
        """From its start to the step where it was left."""
        self.until("SCAN YOUR BADGE")
        self.enter(BADGE, "TYPE YOUR PIN")
        self.enter(PIN, "WHAT NEXT?")
        self.enter(LIST, "SCAN BIN")

    def reads_for(self, seconds: float) -> None:
        """Watch the glass for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._take()

    def is_killed(self) -> None:
        """Power off; what was painted before is still read."""
        self.child.kill(9)
        with contextlib.suppress(pexpect.EOF, AssertionError):
            while True:
                received: Any = self.child.read_nonblocking(65536, timeout=1)
                self.painted += received
        self.child.close(force=True)

    @property
    def verdicts(self) -> set[str]:
        """The scans whose verdict was seen."""
        return {found.decode() for found in VERDICT.findall(self.painted)}


def scans_in(folder: Path) -> Counter[str]:
    """What was scanned, by the journal; its chain and its numbers must be whole."""
    scans: Counter[str] = Counter()
    before = ""
    for expected, (seq, exact, link) in enumerate(journal_of(folder), 1):
        act = decode_act(exact)
        assert (seq, act.id.seq, act.previous, link) == (expected, expected, before, act_hash(exact))
        before = link
        if act.draft.reading is not None:
            scans[act.draft.reading.text] += 1
    return scans
