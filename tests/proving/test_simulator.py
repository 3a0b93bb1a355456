"""The simulator: calm about the product, merciless about every planted fault, and the same again for a seed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from scantrail.proving.simulator.command import run_simulate, seeds_in
from scantrail.proving.simulator.simulation import Result, Simulation
from scantrail.words import OperatorError
from tests.proving.faults import FAULTS, act_half_applied

STEPS, DEVICES = 500, 5
MOST_SEEDS = 200
"""Days by which a planted fault must have been found."""


def simulated(seed: int, steps: int = STEPS) -> Result:
    return Simulation(seed, DEVICES).run(steps)


def test_thirty_bad_days_lose_nothing_and_double_nothing() -> None:
    results = [simulated(seed) for seed in range(1, 31)]
    assert [result.failure for result in results if result.failure] == []
    came_up = {name for result in results for name in result.counts}
    assert {"applied", "contested", "duplicate", "restore", "power cut", "server crash", "clock jump"} <= came_up
    assert {"handed over", "given back", "put back"} <= came_up, "people meet, and goods go from hand to hand"
    assert {"packed", "full carton moved", "quantity moved"} <= came_up, "goods are packed and moved"


def test_the_real_stores_lose_nothing_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_simulate(range(11, 15), 150, 3, 1, on_sql=True) == 0
    assert "4 seeds" in capsys.readouterr().out


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], None]) -> None:
    fault(monkeypatch)
    assert any(simulated(seed).failure for seed in range(1, MOST_SEEDS))


TRACE = (
    "from scantrail.proving.simulator.simulation import Simulation;"
    "day = Simulation(5, 3, None); print(day.run(1500), *day.trace.lines(), sep='\\n')"
)


def test_a_seed_is_the_same_day_again_in_any_process() -> None:
    played = [
        subprocess.run(
            [sys.executable, "-c", TRACE],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert len(played[0].splitlines()) > 100
    assert played[0] == played[1]


def test_a_failing_seed_is_told_with_its_trace_and_how_to_play_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    act_half_applied(monkeypatch)
    assert run_simulate(range(1, 4), STEPS, DEVICES, 1, as_json=False) == 1
    told = capsys.readouterr().out
    assert re.search(r"Seed \d+ fails at step \d+\. .*: ", told)
    assert "Play it again: scantrail simulate --seeds" in told
    assert "scans" in told, "the last events in plain words"


def test_programs_get_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_simulate(range(1, 3), 100, 2, 1, as_json=True) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["seeds"], figures["failed"]) == (2, 0)
    assert figures["steps"] >= 200


@pytest.mark.parametrize("text", ["", "x", "3..1", "1..x"])
def test_what_names_no_seeds_is_refused(text: str) -> None:
    with pytest.raises(OperatorError, match="names no seeds"):
        seeds_in(text)


def test_seeds_are_one_or_a_range() -> None:
    assert (list(seeds_in("7")), list(seeds_in("1..3"))) == ([7], [1, 2, 3])
