"""Files into the database: all of them, or nothing and every reason why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scantrail.interchange.checking import check_rows
from scantrail.interchange.plan import Count, Difference
from scantrail.interchange.planning import make_plan
from scantrail.interchange.problems import Problem, Problems, Spot
from scantrail.interchange.reading import read_file
from scantrail.interchange.rows import Source
from scantrail.interchange.writing import write_plan
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.engine import Database
from scantrail.server.records.master import all_streams
from scantrail.words import M, Message

Progress = Callable[[int, int, Message], None]
"""Told how much is done, out of how much, and of what."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or why it did nothing."""

    problems: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    counts: dict[tuple[str, str], Count] | None = None
    """By kind and file."""
    moved_on: int = 0
    """Units whose place or status is no longer what the files say."""
    warnings: tuple[Problem, ...] = ()
    """What keeps nothing from being imported, and should be looked at."""
    is_trial: bool = False
    """Whether nothing was to be written in any case."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with the files."""
        return not self.problems

    def to_plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "imported": self.is_right and not self.is_trial,
            "dry_run": self.is_trial,
            "problems": [each.to_plain() for each in self.problems],
            "warnings": [each.to_plain() for each in self.warnings],
            "differences": [
                {"kind": each.kind, "key": each.key, "field": each.field, "old": each.old, "new": each.new}
                for each in self.differences
            ],
            "files": [
                {
                    "file": file,
                    "kind": kind,
                    "added": count.added,
                    "changed": count.changed,
                    "unchanged": count.unchanged,
                }
                for (kind, file), count in (self.counts or {}).items()
            ],
            "moved_on": self.moved_on,
        }


def import_files(
    files: Sequence[Path], database: Database, now: datetime, progress: Progress, *, is_trial: bool = False
) -> Outcome:
    """Import files in one transaction; the database is at this version. A trial says the same and writes nothing."""
    problems, names = Problems(), [path.name for path in files]
    sources = _read(files, problems, progress)
    read = [row for source in sources for row in source.rows]
    total = len(read)
    rows = check_rows(read, problems, lambda done: progress(done, total, M("rows checked")))
    with database.reading() if is_trial else database.writing() as connection:
        if not is_trial:
            database.lock(connection, [GLOBAL_STREAM])
            database.lock(connection, all_streams(connection))
        plan = make_plan(connection, rows, now, problems)
        warnings = plan.warnings.in_order(names)
        if problems:
            return Outcome(problems.in_order(names), warnings=warnings, is_trial=is_trial)
        units = len(plan.changed_units)
        if not is_trial:
            write_plan(connection, plan, sources, lambda done: progress(done, units, M("units written")))
    return Outcome((), tuple(plan.differences), plan.counts, plan.moved_on, warnings, is_trial)


def _read(files: Sequence[Path], problems: Problems, progress: Progress) -> list[Source]:
    sources: list[Source] = []
    for at, path in enumerate(files):
        progress(at, len(files), M("files read"))
        if any(source.name == path.name for source in sources):
            problems.add(Spot(path.name), M("expected each file name once"))
            continue
        source = read_file(path, problems)
        if source is not None:
            sources.append(source)
    return sources
