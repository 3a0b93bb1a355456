"""The command line: exit codes, sentences, and JSON where programs listen; as a real process where that matters."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scantrail.cli import main
from scantrail.program import Exit
from scantrail.server.migrations import ready


def scantrail(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scantrail.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def exit_code(*arguments: str) -> int:
    """Run a command to its end in this process; whatever it does not catch fails the test."""
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def test_a_reader_that_has_gone_ends_a_command_without_a_word() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "scantrail.cli", "parse", "(01)09521234543213(21)CM500-2025-0046"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.READER_GONE, "")


def test_help_names_every_command() -> None:
    done = scantrail("--help")
    for command in [
        "handheld",
        "enrol",
        "doctor",
        "serve",
        "device",
        "import",
        "unit",
        "photo",
        "sync",
        "attention",
        "parse",
        "decode",
        "labels",
        "demo",
    ]:
        assert command in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["enrol"],
        ["import"],
        ["serve", "--port", "x"],
        ["serve", "--port", "99999"],
        ["serve", "--workers", "0"],
        ["simulate", "--steps", "-1"],
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: list[str]) -> None:
    assert exit_code(*arguments) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["unit", "X", "--database-url", "mysql://x"], "SQLite or PostgreSQL"),
        (["unit", "X", "--database-url", "nonsense"], "is no database address"),
        (["serve", "--database-url", "postgresql+psycopg://x@127.0.0.1:1/x"], "cannot be used"),
        (["serve", "--host", "192.0.2.1", "--database-url", "sqlite:///{folder}/x.db"], "cannot listen"),
        (
            ["device", "add", "X", "--site", "NOWHERE", "--database-url", "sqlite:///{folder}/x.db"],
            "No Scantrail database was found",
        ),
        (["unit", "X", "--database-url", "sqlite:///{folder}/x.db"], "No Scantrail database was found"),
        (["enrol", "--server", "http://127.0.0.1:1", "--code", "c", "--store", "{folder}"], "cannot be reached"),
        (["enrol", "--code", "abc", "--store", "{folder}"], "does not say where the server is"),
        (["enrol", "--code", "$ST:ENROL:http://127.0.0.1:1#c", "--store", "{folder}"], "cannot be reached"),
        (["enrol", "--server", "ftp://x", "--code", "c", "--store", "{folder}"], "expected http"),
        (["sync", "now", "--store", "{folder}/none"], "enrol --server URL --code CODE --store {folder}/none"),
        (["sync", "status", "--store", "{folder}/none"], "has no records"),
        (["enrol", "--server", "http://127.0.0.1:1", "--code", "c", "--store", "/dev/null"], "Nothing can be written"),
        (["simulate", "--seeds", "1..99999999999999999999"], "too many seeds"),
    ],
)
def test_what_cannot_be_done_exits_with_1_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert exit_code(*(each.format(folder=tmp_path) for each in arguments)) == 1
    told = capsys.readouterr().err
    assert said.format(folder=tmp_path) in told
    assert "Traceback" not in told


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_text("not a database, but long enough to be looked at" * 50)
    done = scantrail("unit", "X", "--database-url", f"sqlite:///{tmp_path}/bad.db")
    assert (done.returncode, "bad.db" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


@pytest.mark.parametrize(
    "words", [["unit", "X"], ["restored"], ["device", "list"], ["attention", "list"], ["photo", "0" * 8, "--out", "x"]]
)
def test_a_database_that_fails_in_the_middle_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    file = tmp_path / "server.db"
    ready(f"sqlite:///{file}", create=True).close()
    with closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for name in tables:
            if name not in ("alembic_version", "meta") and not name.startswith("sqlite_"):
                database.execute(f"DROP TABLE {name}")
    assert main([*words, "--database-url", f"sqlite:///{file}"]) == Exit.FAILED
    assert "The database failed. no such table" in capsys.readouterr().err


def test_doctor_speaks_to_programs_too(tmp_path: Path) -> None:
    done = scantrail("doctor", "--json", "--store", str(tmp_path), TERM="xterm-256color")
    assert {"name": "version", "state": "good"}.items() <= json.loads(done.stdout)[0].items()
    assert done.returncode == 0


def test_a_handheld_without_the_server_part_says_what_to_install(tmp_path: Path) -> None:
    blocked = tmp_path / "fastapi.py"
    blocked.write_text("raise ModuleNotFoundError('no', name='fastapi')")
    done = scantrail("serve", "--database-url", f"sqlite:///{tmp_path}/x.db", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "scantrail[server]" in done.stderr


def test_a_terminal_without_our_characters_gets_their_twins_and_the_work_is_done(tmp_path: Path) -> None:
    done = scantrail("doctor", "--store", str(tmp_path), PYTHONIOENCODING="ascii", TERM="xterm-256color")
    assert (done.returncode, done.stdout.startswith("v version")) == (0, True), done.stderr
