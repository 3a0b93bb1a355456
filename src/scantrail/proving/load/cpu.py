"""How much processor time processes have used, as the system counts it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_PARENT, _OWN, _ENDED = 1, slice(11, 13), slice(13, 15)
"""Fields of `stat`, from the state on: of a process itself, and of those it started that have ended."""


def cpu_s(processes: Iterable[int]) -> float:
    """Seconds of processor time of processes with one thread each; to the nanosecond where the system counts so."""
    return sum(_of_one(each) for each in processes)


def tree_cpu_s(root: int) -> float:
    """Seconds of processor time of a process and all that it has started, ended ones too; to a hundredth."""
    return sum(_ticks(_fields(each), _OWN, _ENDED) for each in with_children(root)) / os.sysconf("SC_CLK_TCK")


def parent_of(process: int) -> int:
    """Who started it."""
    return int(_fields(process)[_PARENT])


def _of_one(process: int) -> float:
    try:
        exact = int((_PROC / str(process) / "schedstat").read_text("ascii").split()[0])
    except FileNotFoundError:
        exact = 0
    return exact / 1e9 if exact else _ticks(_fields(process), _OWN) / os.sysconf("SC_CLK_TCK")


def with_children(root: int) -> list[int]:
    """A process and all that it has started and that still run."""
    started: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        process = int(folder.name)
        with suppress(FileNotFoundError, ProcessLookupError):
            started.setdefault(parent_of(process), []).append(process)
    found = [root]
    for each in found:
        found.extend(started.get(each, ()))
    return found


def _fields(process: int) -> list[str]:
    """What the system says of a process, from its state on: its name, before that, may hold anything."""
    return (_PROC / str(process) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()


def _ticks(fields: list[str], *counts: slice) -> int:
    return sum(int(each) for count in counts for each in fields[count])
