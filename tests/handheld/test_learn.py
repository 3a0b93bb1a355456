"""Learning a scanner in a plain terminal: a real one, with bytes as a scanner's keyboard sends them."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from scantrail.cli import main
from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.handheld.learn import learn_scanner
from scantrail.program import Exit, by_signal
from scantrail.scanning import lesson
from scantrail.scanning.chosen import scanners_of

F8 = b"\x1b[19~"


class Terminal:
    """A terminal whose other end is in our hands."""

    def __init__(self, ours: int, theirs: TextIO, folder: Path) -> None:
        self.ours = ours
        self.said = ""
        self.learned: list[bool] = []
        self.thread = threading.Thread(target=lambda: self.learned.append(learn_scanner(folder, theirs, theirs)))
        self.thread.start()

    def until(self, text: str) -> None:
        while text not in self.said:
            assert select.select([self.ours], [], [], 10)[0], self.said
            self.said += os.read(self.ours, 4096).decode()

    def sends(self, data: bytes) -> None:
        os.write(self.ours, data)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setattr(lesson, "TAKE_ENDS_MS", 150)
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "rb+", buffering=0) as raw, io.TextIOWrapper(raw, write_through=True) as text:
        yield Terminal(ours, text, tmp_path)
    os.close(ours)


def test_a_scanner_is_learned_in_a_plain_terminal(tmp_path: Path, terminal: Terminal) -> None:
    for number, code in enumerate(CALIBRATION, 1):
        terminal.until(f"Scan code {number} of 7")
        terminal.sends(b"\x02" + code.text.encode().replace(b"\x1d", F8) + b"\r\n")
    terminal.until("Kept in")
    terminal.thread.join(5)
    assert terminal.learned == [True]
    assert "The separator of GS1 fields arrives as F8." in terminal.said
    profile = scanners_of(tmp_path).keyboard
    assert (profile.name, profile.prefixes, profile.separator_keys) == ("learned", ("\x02",), ("f8",))


def test_esc_stops_and_changes_nothing(tmp_path: Path, terminal: Terminal) -> None:
    terminal.until("Scan code 1 of 7")
    terminal.sends(b"\x1b")
    terminal.thread.join(5)
    assert terminal.learned == [False]
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_it_is_said_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scanner", "learn"]) == Exit.USAGE
    assert "This needs a terminal" in capsys.readouterr().err


def test_a_terminal_that_goes_ends_it_and_changes_nothing(tmp_path: Path, terminal: Terminal) -> None:
    terminal.until("Scan code 1 of 7")
    os.close(terminal.ours)
    terminal.thread.join(5)
    terminal.ours = os.open(os.devnull, os.O_RDONLY)
    assert terminal.learned == [False]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    command = [sys.executable, "-m", "scantrail.cli", "scanner", "learn", "--store", str(tmp_path)]
    learning = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    said = ""
    while "Scan code 1 of 7" not in said:
        assert select.select([ours], [], [], 20)[0], said
        said += os.read(ours, 4096).decode()
    assert termios.tcgetattr(theirs) != before
    learning.send_signal(number)
    assert learning.wait(10) == by_signal(number)
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
