"""The real handheld, kept from running in the middle of every scan: no scan is cut, lost or merged."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scantrail.device.identity.keys import DeviceKeys
from tests.support.devices import new_store
from tests.support.terminal import Terminal
from tests.support.worlds import module

# Real programs that are waited for: one after the other, never beside each other.
pytestmark = pytest.mark.xdist_group("terminals")


@pytest.mark.parametrize("suffix", ["\r", "\r\n", "\t"])
def test_a_scan_that_arrives_while_the_program_is_stopped_stays_whole(tmp_path: Path, suffix: str) -> None:
    with handheld(tmp_path) as terminal:
        terminal.until("SCAN YOUR BADGE")
        for at in range(6):
            code = f"NOBADGE-{at:03d}-{'X' * at}"
            terminal.keys(code[: 3 + at])
            terminal.child.kill(signal.SIGSTOP)
            terminal.keys(code[3 + at :] + suffix)
            time.sleep(0.4)
            terminal.child.kill(signal.SIGCONT)
            terminal.until(f"UNKNOWN BADGE  {code}")


def handheld(folder: Path) -> Terminal:
    """A handheld at its sign-in, which answers every scan with the scanned text."""
    new_store(folder, module(46)).close()
    DeviceKeys(Ed25519PrivateKey.generate(), "token").save(folder)
    return Terminal([sys.executable, "-m", "scantrail.cli", "handheld", "--store", str(folder)], columns=60)
