"""What was measured of the server, as `make bench` prints it, with whether its targets are met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scantrail.proving.load.handhelds import ACTS_IN_A_PUSH, Stage, Waits
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

FULL_LOAD = 100
"""Pushes a second at which these are asked for."""

FULL_PUSH_MS, FULL_POLL_MS, FULL_SENT = 500, 200, 0.95
"""Targets: the 99th percentiles, and how much of what people do is sent in time."""

SHIFT, FULL = 500, 100
"""Sizes of a push that targets name."""


_ALONE = ("acts", "CPU ms", "of it DB", "ceiling", "ratio", "acts/s", "ratio", "SQL", "trips")
_POLLS = ("polls/s", "p50 ms", "p99 ms", "bytes", "unpacked")
_HANDHELDS = (*_POLLS, "pushes/s", "wanted", "p50 ms", "p99 ms", "refused", "CPU", "of it DB")


def print_pushes(rows: Iterable[Alone | Together]) -> None:
    """Print pushes beside their ceiling as they are measured, then their targets."""
    alone: list[Alone] = []
    together: list[Together] = []
    _print("push, alone", "one connection", *_ALONE)
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
    counts = [row.count for row in rows if row.count]
    print_target("a push, worst", "statements", [each.statements for each in counts], most=MOST_STATEMENTS)
    print_target("", "round trips", [each.round_trips for each in counts], most=MOST_ROUND_TRIPS)
    of_one = [row.push.cpu_ms / row.ceiling.cpu_ms for row in rows if row.acts == 1]
    print_target("a push, 1 act", "CPU / ceiling", of_one, most=MOST_CPU_OF_ONE)
    of_shifts = [_speed(row) for row in rows if row.acts == SHIFT]
    print_target(f"a push, {SHIFT} acts", "of its ceiling", of_shifts, least=LEAST_OF_A_SHIFT)
    for sites, least in LEAST_TOGETHER.items():
        found = [each.push / each.ceiling for each in together if (each.acts, each.sites) == (FULL, sites)]
        print_target(f"2 × {FULL} acts", "one site" if sites == 1 else f"{sites} sites", found, least=least)


def _speed(row: Alone) -> float:
    return row.ceiling.wall_ms / row.push.wall_ms


def print_handhelds(stages: Iterable[Stage]) -> None:
    """Print how many handhelds are served as it is measured, then the targets."""
    seen: list[Stage] = []
    for stage in stages:
        if not seen:
            _print(f"{stage.handhelds} handhelds", stage.engine, *_HANDHELDS)
        seen.append(stage)
        polls, pushes = stage.polls, stage.pushes
        sizes = (f"{stage.poll_bytes:.0f}", f"{stage.unpacked_bytes:.0f}")
        sent = (f"{pushes.per_second:.1f}", f"{stage.busy.pushes_per_s:.1f}")
        cpu = (f"{stage.server_cpu + stage.database_cpu:.2f}", f"{stage.database_cpu:.2f}")
        figures = (f"{polls.per_second:.0f}", *_ms(polls), *sizes, *sent, *_ms(pushes), str(stage.refused), *cpu)
        _print("", f"{stage.busy.working} work", *figures)
    idle = next((each for each in seen if not each.busy.working), None)
    if idle is not None:
        _print_fan_out(idle, [each for each in seen if each.busy.working])
    full = [each for each in seen if each.busy.pushes_per_s >= FULL_LOAD]
    print_target("full load", "push p99 ms", [each.pushes.p99_ms for each in full], most=FULL_PUSH_MS)
    print_target("", "poll p99 ms", [each.polls.p99_ms for each in full], most=FULL_POLL_MS)
    in_time = [each.pushes.per_second / each.busy.pushes_per_s for each in full]
    print_target("", "sent in time", in_time, least=FULL_SENT)


def _ms(waits: Waits) -> tuple[str, str]:
    return (f"{waits.p50_ms:.0f}", f"{waits.p99_ms:.0f}") if waits.per_second else ("–", "–")


def _print_fan_out(idle: Stage, busy: list[Stage]) -> None:
    cpu_ms = 1000 * (idle.server_cpu + idle.database_cpu) / idle.polls.per_second
    print_target("an empty poll", "CPU ms", [cpu_ms], most=MOST_CPU_OF_A_POLL_MS)
    some = [each for each in busy if each.polls.per_second and each.pushes.per_second]
    print_target("another's act", "bytes, packed", [_bytes_of_an_act(idle, each) for each in some[:1]], most=MOST_BYTES)


def _bytes_of_an_act(idle: Stage, busy: Stage) -> float:
    """What a poll brings more than an empty one, by the acts since the poll before."""
    since_last_s = (busy.handhelds - busy.busy.working) / busy.polls.per_second
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
    print(f"{what:<18}{by:<16}" + "".join(f"{each:>9}" for each in figures), flush=True)
