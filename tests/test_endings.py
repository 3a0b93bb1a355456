"""However a command ends, it ends with a sentence and an exit code that `docs/commands.md` explains."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scantrail.cli import main, server
from scantrail.device.store import DeviceStore, Identity
from scantrail.program import Exit, command, default_store
from scantrail.proving.simulator import command as simulator

NOBODY = 65534


@contextmanager
def barred(folder: Path) -> Iterator[None]:
    """Let the folder of an enrolled device be one that this user may not look into."""
    DeviceStore.create(folder, Identity("Scanner-05", "MAIN", "e1", "http://127.0.0.1:1")).close()
    folder.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield
    if user == 0:
        os.seteuid(user)
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "words",
    [
        ["sync", "status"],
        ["sync", "now"],
        ["sync", "export", "/nowhere/x"],
        ["enrol", "--server", "http://127.0.0.1:1", "--code", "c"],
        ["scanner", "use", "generic"],
        ["labels", "cartons", "--zpl", "-", "--count", "1"],
    ],
)
def test_a_folder_that_this_user_may_not_use_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    folder = tmp_path / "handheld"
    main([*words, "--store", str(tmp_path / "none")])  # loads every module while they can be read
    capsys.readouterr()
    with barred(folder):
        assert main([*words, "--store", str(folder)]) == Exit.FAILED
    told = capsys.readouterr().err
    assert str(folder) in told
    assert "Permission denied" in told


def test_the_doctor_examines_a_folder_that_this_user_may_not_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    main(["doctor", "--store", str(tmp_path / "none")])
    capsys.readouterr()
    with barred(tmp_path / "handheld"):
        assert main(["doctor", "--json", "--store", str(tmp_path / "handheld")]) == Exit.FAILED
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["records"]["state"] == "problem"
    assert "Permission denied" in found["records"]["found"]
    assert "as the user that enrolled this device" in found["records"]["found"]


def test_a_store_in_use_names_the_process_that_has_it_and_since_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DeviceStore.create(tmp_path, Identity("Scanner-05", "MAIN", "e1", "http://127.0.0.1:1")):
        assert main(["sync", "now", "--store", str(tmp_path)]) == Exit.FAILED
    told = capsys.readouterr().err
    assert f"already running on this device (folder {tmp_path}, process {os.getpid()} since 20" in told


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`scantrail photo` with a fault in it."""

    def fault(_options: object) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(server, "_photo", fault)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("SCANTRAIL_DEBUG", raising=False)


@pytest.mark.usefixtures("faulty")
def test_a_fault_of_our_own_is_a_sentence_that_names_the_file_with_the_details(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["photo", "abc", "--out", "x"]) == Exit.FAULT
    told = capsys.readouterr().err
    (file,) = (tmp_path / "state/scantrail/faults").iterdir()
    assert "Traceback" not in told
    assert str(file) in told
    assert "ZeroDivisionError: division by zero" in told
    assert "Traceback" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("faulty")
def test_the_traceback_is_shown_to_those_who_ask_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCANTRAIL_DEBUG", "1")
    assert main(["photo", "abc", "--out", "x"]) == Exit.FAULT
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(("where", "said"), [(">/dev/full", "No space left"), (">&-", "is closed")])
def test_an_answer_that_cannot_be_printed_is_told(where: str, said: str) -> None:
    line = f'"{sys.executable}" -m scantrail.cli parse A-15-03 {where}'
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.FAILED
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_simulation_that_is_stopped_has_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simulated = simulator.simulate

    def stopped_at_the_third(seed: int, steps: int, devices: int, *, on_sql: bool = False) -> object:
        if seed == 3:
            raise KeyboardInterrupt
        return simulated(seed, steps, devices, on_sql=on_sql)

    monkeypatch.setattr(simulator, "simulate", stopped_at_the_third)
    assert main(["simulate", "--seeds", "1..9", "--steps", "5"]) == Exit.STOPPED
    told = capsys.readouterr()
    assert "Stopped after 2 of 9 seeds." in told.err
    assert told.out.startswith("2 seeds, ")
    assert " 0 failed;" in told.out


def test_the_command_alone_greets_with_the_ways_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == Exit.OK
    told = capsys.readouterr().out
    assert all(way in told for way in ("demo", "serve", "enrol", "handheld", "--help"))
    assert 4 <= len(told.splitlines()) <= 6


def test_a_next_step_names_the_store_only_where_it_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/scantrail/bin/scantrail"])
    assert command("handheld", store=default_store()) == "/opt/scantrail/bin/scantrail handheld"
    elsewhere = command("handheld", store=Path("/srv/a b"))
    assert elsewhere == "/opt/scantrail/bin/scantrail handheld --store '/srv/a b'"


def test_a_user_without_a_home_folder_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    for variable in ("XDG_DATA_HOME", "SCANTRAIL_STORE", "SCANTRAIL_DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    assert main(["doctor"]) == Exit.FAILED
    assert "Set HOME" in capsys.readouterr().err


def test_every_exit_code_stands_in_the_table() -> None:
    table = (Path(__file__).parents[1] / "docs/commands.md").read_text("utf-8")
    listed = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")}
    assert {int(each) for each in Exit} <= listed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == Exit.OK
    told = capsys.readouterr().out
    assert all(each in told for each in ("handheld", "attention", "simulate", "--store"))


def test_checked_scanner_profiles_are_one_document_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scanner", "show", "generic"])
    (tmp_path / "good.toml").write_text(capsys.readouterr().out)
    (tmp_path / "bad.toml").write_text("nonsense")
    files = [str(tmp_path / name) for name in ("good.toml", "bad.toml")]
    assert main(["scanner", "check", "--json", *files]) == Exit.FAILED
    told = capsys.readouterr()
    assert [(each["file"], each["good"]) for each in json.loads(told.out)] == [(files[0], True), (files[1], False)]
    assert "bad.toml" in told.err
