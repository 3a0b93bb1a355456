"""How this program is called, how it ends, and where its user's files are."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from scantrail.words import M, OperatorError


class Exit(IntEnum):
    """Every exit code there is; `docs/commands.md` explains them. A signal's is 128 and its number."""

    OK = 0
    """Done."""
    FAILED = 1
    """Not done, or something was found wrong; a sentence says what."""
    USAGE = 2
    """The command line was wrong, or the command needs a terminal and has none."""
    FAULT = 70
    """A fault of Scantrail's own; the sentence names a file with the details. (EX_SOFTWARE of sysexits.h)"""
    STOPPED = 130
    """Stopped with Ctrl+C."""
    READER_GONE = 141
    """What read the output had ended before it was all written, as `head` does."""


def by_signal(number: int) -> int:
    """The exit code of a program that a signal ended."""
    return 128 + number


ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""A shutdown, a closed terminal, and Ctrl+C from elsewhere (as a key it belongs to the program on the screen)."""


@contextmanager
def ended_by_signals(end: Callable[[int], None]) -> Iterator[None]:
    """Let the first signal that is to end the program call `end` with its number; a second one ends it at once."""

    def first(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        end(number)

    before = {number: signal.signal(number, first) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop(number: int) -> None:
    """End the program in good order, as a signal asks.

    Raises:
        SystemExit: always.
    """
    raise SystemExit(by_signal(number))


def data_home() -> Path:
    """Where this user's records are.

    Raises:
        OperatorError: neither the environment nor the user's account says where; so do all that stand on it.
    """
    return _base("XDG_DATA_HOME", ".local/share")


def state_home() -> Path:
    """Where what may be lost is kept: the demo, details of faults."""
    return _base("XDG_STATE_HOME", ".local/state")


def default_store() -> Path:
    """The folder of this device's records, unless `--store` names another."""
    named = os.environ.get("SCANTRAIL_STORE")
    return Path(named) if named else data_home() / "handheld"


def default_database() -> str:
    """The server's database, unless `--database-url` names another."""
    return os.environ.get("SCANTRAIL_DATABASE_URL") or f"sqlite:///{data_home() / 'server.db'}"


def demo_folder() -> Path:
    """Where the demo keeps its data."""
    return state_home() / "demo"


def demo_database() -> str:
    """The database of the demo's server."""
    return f"sqlite:///{demo_folder() / 'server' / 'server.db'}"


def command(*words: str, store: Path | None = None) -> str:
    """A command of this program that can be copied into the same shell; `store` is named where it must be."""
    place = ["--store", str(store)] if store is not None and store != default_store() else []
    return " ".join([_called(), *map(_shown, words), *map(_shown, place)])


def _shown(word: str) -> str:
    """A word as a shell takes it; what is to be filled in (`CODE`, `http://…`) stays readable."""
    return word if word.replace("…", "").isalnum() else shlex.quote(word)


def _called() -> str:
    """What a person types to start this program again."""
    name = sys.argv[0]
    if Path(name).name != "scantrail":
        return "scantrail"
    found = shutil.which("scantrail")
    is_on_path = found is not None and Path(found).resolve() == Path(name).resolve()
    return "scantrail" if is_on_path else shlex.quote(name)


def _base(variable: str, otherwise: str) -> Path:
    named = os.environ.get(variable)
    try:
        return (Path(named) if named else Path.home() / otherwise) / "scantrail"
    except RuntimeError as error:
        raise OperatorError(M("This user has no home folder. Set HOME, or {variable}.", variable=variable)) from error
