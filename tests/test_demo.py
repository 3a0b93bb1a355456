"""`scantrail demo` as a person uses it: a real terminal of 40 × 24, keystrokes alone, the server killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scantrail.reports.unit import unit_reports
from scantrail.server.database.engine import Database
from tests.support.terminal import CTRL_Q, ENTER, F8, F10, PATIENCE_S, Terminal

# Real programs that are waited for: one after the other, never beside each other.
pytestmark = pytest.mark.xdist_group("terminals")

SCANTRAIL = (sys.executable, "-m", "scantrail.cli")
SERIALS = ("CM500-2025-0046", "CM500-2025-0047", "CM500-2025-0048")


def server_of(folder: Path) -> tuple[int, list[str]]:
    """The process id and the command line of the demo's server."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode().split("\0")[:-1]
        except OSError:
            continue
        if "serve" in command and any(str(folder) in each for each in command):
            return int(process.name), command
    raise AssertionError("the demo's server does not run")


def test_the_demo_carries_the_list_to_its_checklist_with_the_server_killed_on_the_way(tmp_path: Path) -> None:
    again: subprocess.Popen[bytes] | None = None
    try:
        with Terminal([*SCANTRAIL, "demo"], XDG_STATE_HOME=str(tmp_path)) as demo:
            demo.until("SCAN YOUR BADGE", "WKR-1001  1234", "● online")
            demo.enter("WKR-1001", "TYPE YOUR PIN")
            demo.enter("1234", "Pick lists")
            demo.press("1", "PL-2025-0091")
            demo.press("1", "SCAN BIN")
            demo.enter("A-15-03", "SCAN PRODUCT")
            demo.enter("CM-500-STD", "SCAN SERIAL")
            demo.enter("CM500-2025-0050", "It is on PL-2025-0088.")
            demo.enter(SERIALS[0], "1 of 3")
            process, command = server_of(tmp_path)
            os.kill(process, signal.SIGKILL)
            demo.enter(SERIALS[1], "2 of 3")
            demo.until("OFFLINE", "PROVISIONAL")
            again = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert again.stdout is not None
            again.stdout.readline()
            demo.enter(SERIALS[2], "CHECK, THEN ENTER")
            demo.press(ENTER, "LIST COMPLETE")
            demo.press(F8, "● online")
            demo.press(F10, "WHAT NEXT?")
            demo.keys(CTRL_Q)
            assert demo.gone() == 0
        check_histories(f"sqlite:///{tmp_path}/scantrail/demo/server/server.db")
    finally:
        if again is not None:
            again.kill()
            again.communicate()


def check_histories(database_url: str) -> None:
    database = Database(database_url)
    try:
        lives = {serial: unit_reports(database, serial)[0] for serial in SERIALS}
    finally:
        database.close()
    for report in lives.values():
        assert [entry.type for entry in report.timeline][-2:] == ["UnitPicked", "ConditionStated"]
        assert [entry.type for entry in report.timeline].count("UnitPicked") == 1
        assert report.unit.place == "MAIN/CART-05"


def test_a_closed_terminal_stops_the_demos_server_too(tmp_path: Path) -> None:
    with Terminal([*SCANTRAIL, "demo"], XDG_STATE_HOME=str(tmp_path)) as demo:
        demo.until("SCAN YOUR BADGE")
        process, _command = server_of(tmp_path)
        demo.child.kill(signal.SIGHUP)
        demo.gone()
    assert not Path(f"/proc/{process}").exists()


def test_leaving_the_demo_stops_its_server(tmp_path: Path) -> None:
    with Terminal([*SCANTRAIL, "demo"], XDG_STATE_HOME=str(tmp_path)) as demo:
        demo.until("SCAN YOUR BADGE")
        process, _command = server_of(tmp_path)
        demo.keys(CTRL_Q)
        assert demo.gone() == 0
    assert not Path(f"/proc/{process}").exists()


def test_a_demo_is_joined_by_a_second_handheld_and_goes_on_after_a_kill(tmp_path: Path) -> None:
    state = str(tmp_path)
    with Terminal([*SCANTRAIL, "demo"], XDG_STATE_HOME=state) as demo:
        demo.until("SCAN YOUR BADGE", "● online")
        process, _command = server_of(tmp_path)
        with Terminal([*SCANTRAIL, "demo"], 120, XDG_STATE_HOME=state) as another:
            told = another.gone_with()
        assert "A demo runs already" in told
        assert "demo --join" in told
        assert another.child.exitstatus == 1
        with Terminal([*SCANTRAIL, "demo", "--join"], XDG_STATE_HOME=state) as second:
            second.until("SCAN YOUR BADGE", "Scanner-06", "● online")
            second.keys(CTRL_Q)
            assert second.gone() == 0
        demo.enter("WKR-1001", "TYPE YOUR PIN")
        demo.enter("1234", "Pick lists")
        demo.enter("PL-2025-0091", "SCAN BIN")
        demo.child.kill(signal.SIGKILL)
        demo.gone()
    ended(process)
    with Terminal([*SCANTRAIL, "demo"], XDG_STATE_HOME=state) as demo:
        demo.until("SCAN YOUR BADGE", "● online")
        demo.enter("WKR-1001", "TYPE YOUR PIN")
        demo.enter("1234", "Resume PL-2025-0091")
        demo.keys(CTRL_Q)
        assert demo.gone() == 0


def test_a_joining_handheld_without_a_demo_says_how_to_start_one(tmp_path: Path) -> None:
    with Terminal([*SCANTRAIL, "demo", "--join"], 120, XDG_STATE_HOME=str(tmp_path)) as joining:
        assert "No demo runs here. Start one in another terminal: scantrail demo" in joining.gone_with()
    assert joining.child.exitstatus == 1


def test_without_a_terminal_the_demo_says_so() -> None:
    done = subprocess.run([*SCANTRAIL, "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, "needs a terminal" in done.stderr) == (2, True)


def ended(process: int) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < deadline, "the server runs on"
        time.sleep(0.05)
