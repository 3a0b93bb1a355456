"""What was measured of the server, as `make bench` prints it, with whether its targets are met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scantrail.proving.load.handhelds import ACTS_IN_A_PUSH, Stage
from scantrail.proving.load.pushes import Alone, Together

MOST_STATEMENTS, MOST_ROUND_TRIPS = 10, 4
"""Targets: of a push, whatever the work and the number of acts."""

MOST_CPU_OF_ONE = 4.0
"""Target: the processor time of a push of 1 act, against its ceiling's."""

LEAST_OF_A_SHIFT = 0.4
"""Target: a push of 500 acts through one connection, against its ceiling; both in acts a second."""

LEAST_TOGETHER = {1: 0.4, 2: 0.35}
"""Targets by sites: pushes of 100 acts of two processes, against their ceiling."""

MOST_CPU_OF_A_POLL_MS = 0.5
MOST_BYTES = 30
"""Targets: of a poll that brings nothing, all told; of another handheld's act to one that is idle, as sent."""

ALL_WORK_PUSH_MS, ALL_WORK_POLL_MS, ALL_WORK_SENT = 500, 200, 0.95
"""Targets where every handheld works: the 99th percentiles, and how much of what people do is sent in time."""

SHIFT, FULL = 500, 100
"""Sizes of a push that targets name."""


def print_pushes(rows: Iterable[Alone | Together]) -> None:
    """Print pushes beside their ceiling as they are measured, then their targets."""
    alone: list[Alone] = []
    together: list[Together] = []
    _print(
        "push, alone",
        "one connection",
        "acts",
        "CPU ms",
        "of it DB",
        "ceiling",
        "ratio",
        "acts/s",
        "ratio",
        "SQL",
        "trips",
    )
    for row in rows:
        if isinstance(row, Alone):
            alone.append(row)
            _print_alone(row)
        else:
            together.append(row)
    if together:
        _print("push, together", "two processes", "acts", "sites", "acts/s", "ceiling", "ratio")
    for both in together:
        ratio = both.push / both.ceiling
        figures = (str(both.acts), str(both.sites), f"{both.push:.0f}", f"{both.ceiling:.0f}", f"{ratio:.2f}")
        _print(both.work.value, both.engine, *figures)
    _print_push_targets(alone, together)


def _print_alone(row: Alone) -> None:
    cpu, ceiling = row.push.cpu_ms, row.ceiling.cpu_ms
    counts = (str(row.count.statements), str(row.count.round_trips)) if row.count else ("–", "–")
    figures = (f"{cpu:.1f}", f"{row.push.server_ms:.1f}", f"{ceiling:.1f}", f"× {cpu / ceiling:.1f}")
    speed = (f"{1000 * row.acts / row.push.wall_ms:.0f}", f"{_speed(row):.2f}")
    _print(row.work.value, row.engine, str(row.acts), *figures, *speed, *counts)


def _print_push_targets(alone: list[Alone], together: list[Together]) -> None:
    """The worst of each, on PostgreSQL: it is what the targets are about."""
    rows = [row for row in alone if row.count]
    print_target(
        "a push, worst", "statements", [row.count.statements for row in rows if row.count], most=MOST_STATEMENTS
    )
    print_target("", "round trips", [row.count.round_trips for row in rows if row.count], most=MOST_ROUND_TRIPS)
    of_one = [row.push.cpu_ms / row.ceiling.cpu_ms for row in rows if row.acts == 1]
    print_target("a push, 1 act", "CPU / ceiling", of_one, most=MOST_CPU_OF_ONE)
    of_shifts = [_speed(row) for row in rows if row.acts == SHIFT]
    print_target(f"a push, {SHIFT} acts", "of its ceiling", of_shifts, least=LEAST_OF_A_SHIFT)
    for sites, least in LEAST_TOGETHER.items():
        found = [each.push / each.ceiling for each in together if (each.acts, each.sites) == (FULL, sites)]
        print_target(f"{FULL} acts, 2 proc.", f"{sites} site(s)", found, least=least)


def _speed(row: Alone) -> float:
    return row.ceiling.wall_ms / row.push.wall_ms


def print_handhelds(stages: Iterable[Stage]) -> None:
    """Print how many handhelds are served as it is measured, then the targets."""
    seen: list[Stage] = []
    heads = ("polls/s", "p50 ms", "p99 ms", "bytes", "unpacked", "pushes/s", "wanted", "p50 ms", "p99 ms", "refused")
    for stage in stages:
        if not seen:
            _print(f"{stage.handhelds} handhelds", stage.engine, *heads, "CPU", "of it DB")
        seen.append(stage)
        polls, pushes = stage.polls, stage.pushes
        of_polls = (f"{polls.per_second:.0f}", f"{polls.p50_ms:.0f}", f"{polls.p99_ms:.0f}")
        sizes = (f"{stage.poll_bytes:.0f}", f"{stage.unpacked_bytes:.0f}")
        of_pushes = (f"{pushes.per_second:.1f}", f"{stage.wanted:.1f}", f"{pushes.p50_ms:.0f}", f"{pushes.p99_ms:.0f}")
        cpu = (f"{stage.server_cpu + stage.database_cpu:.2f}", f"{stage.database_cpu:.2f}")
        _print("", f"{stage.working} work", *of_polls, *sizes, *of_pushes, str(stage.refused), *cpu)
    idle = next((each for each in seen if not each.working), None)
    if idle is not None:
        _print_fan_out(idle, [each for each in seen if each.working])
    all_work = [each for each in seen if each.working == each.handhelds]
    print_target("all work", "push p99 ms", [each.pushes.p99_ms for each in all_work], most=ALL_WORK_PUSH_MS)
    print_target("", "poll p99 ms", [each.polls.p99_ms for each in all_work], most=ALL_WORK_POLL_MS)
    print_target("", "sent in time", [each.pushes.per_second / each.wanted for each in all_work], least=ALL_WORK_SENT)


def _print_fan_out(idle: Stage, busy: list[Stage]) -> None:
    cpu_ms = 1000 * (idle.server_cpu + idle.database_cpu) / idle.polls.per_second
    print_target("an empty poll", "CPU ms", [cpu_ms], most=MOST_CPU_OF_A_POLL_MS)
    some = [each for each in busy if each.working < each.handhelds and each.pushes.per_second]
    print_target("another's act", "bytes, packed", [_bytes_of_an_act(idle, each) for each in some[:1]], most=MOST_BYTES)


def _bytes_of_an_act(idle: Stage, busy: Stage) -> float:
    """What a poll brings more than an empty one, by the acts since the poll before."""
    since_last_s = (busy.handhelds - busy.working) / busy.polls.per_second
    return (busy.poll_bytes - idle.poll_bytes) / (ACTS_IN_A_PUSH * busy.pushes.per_second * since_last_s)


def print_target(
    what: str, unit: str, found: Sequence[float], *, most: float | None = None, least: float | None = None
) -> None:
    """Print the worst of what was found beside what it may be at the most, or should be at least."""
    if not found:
        return
    worst = max(found) if least is None else min(found)
    is_met = worst <= most if most is not None else worst >= (least or 0)
    target = f"≤ {most:g}" if most is not None else f"≥ {least:g}"
    _print(what, unit, f"{worst:.3g}", target, "met" if is_met else "missed")


def _print(what: str, by: str, *figures: str) -> None:
    print(f"{what:<16}{by:<16}" + "".join(f"{each:>9}" for each in figures), flush=True)
