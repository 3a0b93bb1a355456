"""Attackers and honest handhelds on a real server, in the shortest form; `make prove` gives them half an hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from scantrail.proving.soak.attackers import Done
from scantrail.proving.soak.honest import Told
from scantrail.proving.soak.soak import MOST_LINES, Plan, Result, soak, too_many
from scantrail.proving.soak.table import print_result

SHORT = Plan(seconds=15, honest=10, every_s=2, poll_s=2)
KINDS = {
    "bombs",
    "deep JSON",
    "enrolments",
    "huge texts",
    "left open",
    "other sites",
    "poison",
    "seen",
    "sign-ins",
    "slow",
}


def test_under_every_kind_of_attack_nothing_honest_is_lost_or_late(capsys: pytest.CaptureFixture[str]) -> None:
    result = soak(SHORT)
    assert print_result("SQLite", result), capsys.readouterr().out
    assert result.faults == ()
    assert result.waves >= 2
    assert result.acts > 2 * SHORT.honest
    assert set(result.done.sent) == KINDS
    stopped = {kind: {status for (of, status) in result.done.answers if of == kind} for kind in KINDS}
    assert 200 in stopped["poison"], "poisoned records reach the judging"
    assert stopped["bombs"] <= {0, 413, 429}
    assert stopped["sign-ins"] == stopped["enrolments"] == {403, 429}


def test_a_cause_that_is_told_twice_in_a_minute_is_a_fault() -> None:
    line = "2025-01-31 08:00:{:02},123 WARNING scantrail.x: Device 'Bench-{}' asks too often"
    assert too_many([line.format(1, 1), "  a traceback's line"]) == []
    assert len(too_many([line.format(1, 1), line.format(59, 2) + " (7 more since then)"])) == 1
    many = [f"2025-01-31 08:00:00,1 WARNING scantrail.x: cause {'x' * at}" for at in range(MOST_LINES + 1)]
    assert too_many(many) == [f"At 2025-01-31 08:00 the log has {MOST_LINES + 1} lines."]


def test_the_table_says_what_must_not_be(capsys: pytest.CaptureFixture[str]) -> None:
    done = Done(Counter({"bombs": 3}), Counter({("bombs", 413): 2, ("bombs", 0): 1}))
    well = Result(SHORT, 4, Told(pushes=5, polls=6), done, 7, 100, 110, 3, ())
    assert print_result("SQLite", well)
    assert not print_result("SQLite", replace(well, faults=("The server grew.",)))
    told = capsys.readouterr().out
    assert "bombs             3 sent   1 × closed, 2 × 413" in told
    assert told.count("FAULT: The server grew.") == 1
