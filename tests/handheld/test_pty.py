"""The real program in a real terminal: what a scanner sends byte by byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore, StoreInUse, Verifier
from scantrail.domain.scans.reading import Carrier
from tests.handheld.benches import BADGE, DAY, LIST, NAMED, PIN, acts_of
from tests.support.devices import new_store
from tests.support.terminal import HANDS_PAUSE_S

# Real programs that are waited for: one after the other, never beside each other.
pytestmark = pytest.mark.xdist_group("terminals")

COLUMNS, LINES = 40, 24
PATIENCE_S = 20.0
RUN = """
import sys
from pathlib import Path
from scantrail.handheld.run import run_handheld
sys.exit(run_handheld(Path(sys.argv[1])))
"""


class Terminal:
    """A terminal with the program in it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.received = b""
        self.child: Any = pexpect.spawn(
            sys.executable,
            ["-c", RUN, str(folder)],
            dimensions=(LINES, COLUMNS),
            env={**os.environ, "TERM": "xterm-256color", "PYTHONWARNINGS": "ignore", **environment},
        )

    def send(self, data: bytes | str) -> None:
        self.child.send(data)

    def press(self, key: bytes) -> None:
        """Press a key as a hand does: what comes sooner after a scan is the scanner's, and no key."""
        time.sleep(HANDS_PAUSE_S)
        self.child.send(key)

    def type_at(self, pace_s: float, text: str) -> None:
        """Send characters one by one, as a scanner does, and draw what comes meanwhile."""
        for character in text:
            os.write(self.child.child_fd, character.encode())
            time.sleep(pace_s)
            self._read(0)

    @property
    def glass(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, *texts: str) -> None:
        """Read until all these texts are on the glass."""
        end = time.monotonic() + PATIENCE_S
        while not all(text in self.glass for text in texts):
            assert time.monotonic() < end, f"waited in vain for {texts}:\n{self.glass}"
            assert self.child.isalive(), f"the program has ended:\n{self.glass}"
            self._read()

    def _read(self, patience_s: float = 0.1) -> None:
        try:
            data = self.child.read_nonblocking(65536, timeout=patience_s)
        except pexpect.TIMEOUT:
            return
        self.received += data
        self.stream.feed(data.replace(b"\x1b[>25u", b""))

    def sign_in_and_open(self) -> None:
        """From the start to the first step of the list."""
        self.until("SCAN YOUR BADGE")
        self.send(f"{BADGE}\r")
        self.until("TYPE YOUR PIN")
        self.send(f"{PIN}\r")
        self.until("WHAT NEXT?")
        self.send("PL-2025-0091\r")
        self.until("SCAN BIN")

    def leave(self) -> int:
        """Ctrl+Q alone, and the exit code."""
        self.send(b"\x11")
        return self.gone()

    def gone(self) -> int:
        """Read to the end, and give the exit code."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE_S)
        self.received += self.child.before
        self.child.close()
        status = self.child.exitstatus
        assert isinstance(status, int)
        return status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device whose worker has signed in before, with a server that cannot be reached."""
    now = datetime.now(UTC)
    with new_store(tmp_path, *DAY, LIST, *NAMED) as store:
        store.keeping.put_verifier(Verifier("sarah", PasswordHasher(1).hash(PIN), now, now + timedelta(hours=8)))
    DeviceKeys(Ed25519PrivateKey.generate(), "token").save(tmp_path)
    return tmp_path


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    terminal = Terminal(folder)
    yield terminal
    terminal.child.close(force=True)


@pytest.mark.parametrize("pace_s", [0.0, 0.002])
def test_fifty_scans_of_thirty_characters_are_all_recorded_exact_and_in_order(
    terminal: Terminal, folder: Path, pace_s: float
) -> None:
    terminal.sign_in_and_open()
    codes = ["A-15-03", "CM-500-STD", *(f"ST/{number:02d}\x1dABCDEFGHIJKLMNOPQRST/XY\x1d" for number in range(50))]
    assert {len(code) for code in codes[2:]} == {30}
    sent = "".join(f"{code}\r" for code in codes)
    if pace_s:
        terminal.type_at(pace_s, sent)
    else:
        terminal.send(sent)
    terminal.until("ST/49␝ABC")
    assert terminal.leave() == 0
    assert scanned(folder) == codes


def test_no_byte_of_a_scan_ends_the_program_or_is_lost(terminal: Terminal, folder: Path) -> None:
    terminal.sign_in_and_open()
    for data, seen in [
        (b"SN\xc41\r", "SN\ufffd1"),
        (b"CM5\x1100\r", "CM5␑00"),
        (b"CM5\x0300\r", "CM5␃00"),
        (b"10LOT\x1d21SN\r", "unit's serial"),
        (b"12LOT\x1b0\x1b2\x1b921SN\r", "12LOT␝21SN"),
        (b"]C113LOT\x1b[19~21SN\r", "13LOT␝21SN"),
        (b"\x1bCM-PREFIXED\r", "CM-PREFIXED"),
        (b"CM5\x1b00\r", "CM5␛00"),
        (b"AB\tCD-EF\r\n", "CD-EF"),
        (b"\x1b[200~10LOT\x1d21PASTE\r\x1b[201~", "PASTE"),
    ]:
        terminal.send(data)
        terminal.until(seen)
    assert terminal.leave() == 0
    assert scanned(folder) == [
        "SN\ufffd1",
        "CM5\x1100",
        "CM5\x0300",
        "10LOT\x1d21SN",
        "12LOT\x1d21SN",
        "13LOT\x1d21SN",
        "CM-PREFIXED",
        "CM5\x1b00",
        "AB",
        "CD-EF",
        "10LOT\x1d21PASTE",
    ]
    with DeviceStore.open(folder) as store:
        readings = [act.draft.reading for act in acts_of(store) if act.draft.reading]
    assert readings[0].raw == "534ec431"
    assert [each.carrier for each in readings] == [Carrier.WEDGE] * 10 + [Carrier.PASTE]
    assert [each.aim for each in readings if each.aim] == ["]C1"]


def test_function_keys_of_a_terminal_work(terminal: Terminal) -> None:
    terminal.sign_in_and_open()
    terminal.press(b"\x1bOP")
    terminal.until("HELP")
    terminal.press(b"\x1b")
    terminal.until("SCAN BIN", "F4 exception")
    terminal.press(b"\x1bOS")
    terminal.until("WHAT IS WRONG?")
    assert terminal.leave() == 0


def test_a_killed_program_resumes_at_the_same_step(terminal: Terminal, folder: Path) -> None:
    terminal.sign_in_and_open()
    terminal.send("A-15-03\rCM-500-STD\rCM500-2025-0046\r")
    terminal.until("CONDITION GOOD?", "PROVISIONAL")
    terminal.child.kill(9)
    terminal.child.wait()
    again = Terminal(folder)
    again.until("SCAN YOUR BADGE")
    again.send(f"{BADGE}\r")
    again.until("TYPE YOUR PIN")
    again.send(f"{PIN}\r")
    again.until("Resume PL-2025-0091")
    again.send(b"\r")
    again.until("CONDITION GOOD?", "CM500-2025-0046")
    assert again.leave() == 0


def test_without_colours_nothing_is_coloured(folder: Path) -> None:
    terminal = Terminal(folder, NO_COLOR="1")
    terminal.sign_in_and_open()
    terminal.send("nonsense\r")
    terminal.until("✗ UNKNOWN CODE")
    assert terminal.leave() == 0
    assert not any(
        f"\x1b[{code}".encode() in terminal.received for code in ("1;31", "31m", "1;32", "32m", "1;33", "38;")
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_program_with_the_terminal_in_order_and_every_scan_kept(
    terminal: Terminal, folder: Path, number: signal.Signals
) -> None:
    terminal.sign_in_and_open()
    terminal.send("A-15-03\rCM-500-STD\r")
    terminal.until("SCAN SERIAL")
    terminal.child.kill(number)
    assert terminal.gone() == 128 + number
    for put_back in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1004l", b"\x1b[<u"):
        assert put_back in terminal.received
    assert b"Traceback" not in terminal.received
    assert scanned(folder) == ["A-15-03", "CM-500-STD"]


def test_a_terminal_that_goes_away_ends_the_program_and_frees_the_records(terminal: Terminal, folder: Path) -> None:
    terminal.until("SCAN YOUR BADGE")
    terminal.child.ptyproc.fileobj.close()
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            DeviceStore.open(folder).close()
        except StoreInUse:
            assert time.monotonic() < end, "the program still has the records"
            time.sleep(0.05)
        else:
            break


@pytest.mark.parametrize("other", ["stdin", "stdout"])
def test_without_a_terminal_the_handheld_says_so_and_takes_no_lock(folder: Path, other: str) -> None:
    inside, outside = os.openpty()
    ends: dict[str, Any] = {"stdin": outside, "stdout": outside, other: subprocess.DEVNULL}
    command = [sys.executable, "-m", "scantrail.cli", "handheld", "--store", str(folder)]
    done = subprocess.run(command, **ends, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False)
    os.close(outside)
    os.close(inside)
    assert (done.returncode, "needs a terminal" in done.stderr) == (2, True)


def test_a_folder_that_is_no_device_s_is_told_in_a_sentence(tmp_path: Path) -> None:
    child: Any = pexpect.spawn(sys.executable, ["-m", "scantrail.cli", "handheld", "--store", str(tmp_path / "none")])
    child.expect(pexpect.EOF, timeout=PATIENCE_S)
    child.close()
    assert child.exitstatus == 1
    assert b"Traceback" not in child.before


def scanned(folder: Path) -> list[str]:
    """The texts recorded on the device's list, oldest first."""
    with DeviceStore.open(folder) as store:
        return [act.draft.reading.text for act in acts_of(store) if act.draft.reading]
