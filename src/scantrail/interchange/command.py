"""`scantrail import`: files in, and what a person or a program reads about it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DBAPIError

from scantrail.interchange.importing import Outcome, import_files
from scantrail.interchange.kinds import KINDS
from scantrail.interchange.templates import template
from scantrail.server.database.engine import Database
from scantrail.server.database.instants import utc_now
from scantrail.server.migrations import ready
from scantrail.words import M, Message, OperatorError, _, say, visible

MOST_SHOWN = 200
"""Problems shown one by one; a program reads all."""

SHOWN_AFTER_S = 1.0
"""Progress is shown once an import has taken this long, and then this often."""


def run_import(
    files: Sequence[Path], database_url: str, *, as_json: bool = False, quiet: bool = False, is_trial: bool = False
) -> int:
    """Import files, say what came of it, and give the exit code: 0, or 1 when the files are not right.

    A trial writes nothing and says what an import would do.

    Raises:
        OperatorError: the database cannot be used.
    """
    with _database(database_url, is_trial=is_trial) as database:
        progress = _silence if quiet else _Progress(time.monotonic())
        try:
            outcome = import_files(files, database, utc_now(), progress, is_trial=is_trial)
        except DBAPIError as error:
            raise OperatorError(M("Nothing was imported: the database failed. {error}", error=error.orig)) from error
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_plain(), indent=2) + "\n")
    elif not outcome.is_right:
        _tell_problems(outcome)
    elif not quiet:
        _tell_done(outcome)
    return 0 if outcome.is_right else 1


@contextmanager
def _database(url: str, *, is_trial: bool) -> Iterator[Database]:
    """The database that is imported into; where there is none yet, a trial looks at an empty one and throws it away."""
    with TemporaryDirectory(prefix="scantrail-") as folder:
        is_new = is_trial and url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists()
        database = ready(f"sqlite:///{folder}/empty.db" if is_new else url, create=True)
        try:
            yield database
        finally:
            database.close()


def print_template(kind: str) -> int:
    """Print a CSV file of a kind, with its columns explained and one example row.

    Raises:
        OperatorError: there is no such kind.
    """
    if kind not in KINDS:
        raise OperatorError(M("There is no kind {kind}. Kinds: {kinds}", kind=kind, kinds=", ".join(KINDS)))
    sys.stdout.write(template(kind))
    return 0


@dataclass(slots=True)
class _Progress:
    """One line on the error output for each second an import takes."""

    shown_at: float
    clock: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, done: int, total: int, what: Message) -> None:
        now = self.clock()
        if now - self.shown_at >= SHOWN_AFTER_S:
            self.shown_at = now
            _error(say(M("{what}: {done} of {total}", what=what, done=done, total=total)))


def _silence(done: int, total: int, what: Message) -> None:
    """Progress that nobody watches."""


def _tell_problems(outcome: Outcome) -> None:
    for problem in outcome.problems[:MOST_SHOWN]:
        _error(str(problem))
    left = len(outcome.problems) - MOST_SHOWN
    if left > 0:
        _error(say(M("… and {count} more; --json lists all of them.", count=left)))
    _tell_warnings(outcome)
    _error(say(M("Nothing was imported. Problems: {count}", count=len(outcome.problems))))


def _tell_warnings(outcome: Outcome) -> None:
    for warning in outcome.warnings[:MOST_SHOWN]:
        _error(say(M("Look at this: {warning}", warning=str(warning))))
    if outcome.warnings:
        _error(say(M("To look at again: {count}", count=len(outcome.warnings))))


def _tell_done(outcome: Outcome) -> None:
    for difference in outcome.differences:
        _out(str(difference))
    for (kind, file), count in (outcome.counts or {}).items():
        counted = M(
            "{file}, {kind}: {added} added, {changed} changed, {unchanged} unchanged",
            file=file,
            kind=kind,
            added=count.added,
            changed=count.changed,
            unchanged=count.unchanged,
        )
        _out(say(counted))
    if outcome.moved_on:
        _out(
            say(
                M(
                    "{count} units stand elsewhere or otherwise than the files say; they stay as they are, "
                    "since scans move units, not imports.",
                    count=outcome.moved_on,
                )
            )
        )
    _tell_warnings(outcome)
    if outcome.is_trial:
        _out(_("This was a dry run: nothing was written. The same without --dry-run imports it."))


def _out(line: str) -> None:
    sys.stdout.write(visible(line) + "\n")


def _error(line: str) -> None:
    sys.stderr.write(visible(line) + "\n")
