"""`scantrail simulate`: many seeds, on every core, and the trace of one that fails."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from scantrail.program import Exit
from scantrail.proving.simulator.simulation import Result, Simulation
from scantrail.words import M, OperatorError, say

MOST_DEVICES = 20
MOST_SEEDS = 1_000_000_000
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - reason: a memory disk spares the real one; each day gets a folder of its own
"""Where the real stores' files go, where there is such a place."""


def seeds_in(text: str) -> range:
    """The seeds in `7`, or in `1..1000`.

    Raises:
        OperatorError: the text is neither.
    """
    first, dots, last = text.partition("..")
    try:
        found = range(int(first), int(last if dots else first) + 1)
    except ValueError as error:
        raise OperatorError(M("{text!r} names no seeds: expected one such as 7, or 1..1000.", text=text)) from error
    if not found:
        raise OperatorError(M("{text!r} names no seeds: the first must not be after the last.", text=text))
    if found.stop - found.start > MOST_SEEDS:
        raise OperatorError(M("{text!r} names too many seeds: at most {most} at once.", text=text, most=MOST_SEEDS))
    return found


def simulate(seed: int, steps: int, devices: int, *, on_sql: bool = False) -> Result:
    """What comes of one seed, on fake stores or on the real ones."""
    if not on_sql:
        return Simulation(seed, devices).run(steps)
    from scantrail.proving.simulator.sql_stores import SqlStores

    with TemporaryDirectory(prefix="scantrail-simulate-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        return Simulation(seed, devices, stores=SqlStores(Path(folder))).run(steps)


def run_simulate(
    seeds: Sequence[int], steps: int, devices: int, jobs: int, *, on_sql: bool = False, as_json: bool = False
) -> int:
    """Simulate these seeds, print figures, and every failure with its trace; gives the exit code.

    Ctrl+C ends it between two seeds or inside one; that one is neither done nor failed.
    """
    if not 1 <= devices <= MOST_DEVICES or steps < 1 or jobs < 1:
        raise OperatorError(M("Expected 1 to {most} devices, and at least one step and one job.", most=MOST_DEVICES))
    started, done, failed, stopped = time.monotonic(), 0, 0, False
    total_steps, counts = 0, Counter[str]()
    try:
        with _results(seeds, partial(simulate, steps=steps, devices=devices, on_sql=on_sql), jobs) as results:
            for result in results:
                done += 1
                total_steps += result.steps
                counts.update(result.counts)
                if result.failure is not None:
                    failed += 1
                    _tell(result, sys.stdout, on_sql=on_sql, as_json=as_json)
                _progress(done, len(seeds), failed)
    except KeyboardInterrupt:
        stopped = True
        print(say(M("\nStopped after {done} of {total} seeds.", done=done, total=len(seeds))), file=sys.stderr)
    took = max(time.monotonic() - started, 1e-9)
    figures = {"seeds": done, "steps": total_steps, "failed": failed, "steps_per_s": round(total_steps / took)}
    if as_json:
        print(json.dumps({**figures, "counts": dict(sorted(counts.items()))}))
    else:
        facts = {**figures, "counts": ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))}
        print(say(M("{seeds} seeds, {steps} steps, {failed} failed; {steps_per_s} steps a second.", **facts)))
        print(say(M("What came up: {counts}", **facts)))
    if failed:
        return Exit.FAILED
    return Exit.STOPPED if stopped else Exit.OK


@contextmanager
def _results(seeds: Sequence[int], simulated: partial[Result], jobs: int) -> Iterator[Iterable[Result]]:
    """What comes of the seeds, in their order."""
    if jobs == 1:
        yield map(simulated, seeds)
        return
    with get_context("forkserver").Pool(jobs, initializer=_collects_seldom) as pool:
        yield pool.imap(simulated, seeds, chunksize=4)


def _collects_seldom() -> None:
    """A day leaves little garbage in cycles; to look for it every few hundred values takes a seventh of the time."""
    gc.freeze()
    gc.set_threshold(100_000)


def _tell(result: Result, out: TextIO, *, on_sql: bool, as_json: bool) -> None:
    failure = result.failure
    if failure is None:
        return
    if as_json:
        out.write(json.dumps(asdict(failure)) + "\n")
        return
    stores = " --stores sql" if on_sql else ""
    again = M("Play it again: scantrail simulate --seeds {seed}{stores}", seed=failure.seed, stores=stores)
    what = M("Seed {seed} fails at step {step}. {invariant}: {detail}", **asdict(failure))
    out.write("\n".join([*failure.trace, say(what), say(again), ""]))


def _progress(done: int, total: int, failed: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(
            "\r" + say(M("{done} of {total} seeds, {failed} failed", done=done, total=total, failed=failed))
        )
        if done == total:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
