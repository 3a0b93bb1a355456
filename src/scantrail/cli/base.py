"""What all commands are made of: exit codes, sentences, parts that may be missing, shared options."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from scantrail.words import Message, _, say

OK, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; not done, and a sentence said why; the command line was wrong."""

Commands = argparse._SubParsersAction  # argparse names no public type for it


class MissingExtra(Exception):
    """A command needs a part of Scantrail that is not installed."""


def fail(message: Message | str) -> int:
    """Say why something was not done; gives the exit code."""
    print(say(message), file=sys.stderr)
    return FAILED


def needs(extra: str, module: str) -> ModuleType:
    """Import a module of ours that needs an extra."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("scantrail"):
            raise
        raise MissingExtra(extra) from error


def add_command(
    commands: Commands[argparse.ArgumentParser], name: str, help_text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a command that `run` carries out."""
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=run)
    return command


def add_store(command: argparse.ArgumentParser) -> None:
    """Let a command be told which device's folder it is about."""
    default = Path(os.environ.get("SCANTRAIL_STORE") or _data_home() / "handheld")
    command.add_argument(
        "--store", type=Path, default=default, metavar="FOLDER", help=_("where this device keeps its records")
    )


def add_database(command: argparse.ArgumentParser) -> None:
    """Let a command be told which server's database it is about."""
    command.add_argument(
        "--database-url",
        default=_default_database(),
        metavar="URL",
        help=_("the server's database: sqlite:///FILE (default) or postgresql+psycopg://…"),
    )


def _data_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "scantrail"


def _default_database() -> str:
    return os.environ.get("SCANTRAIL_DATABASE_URL") or f"sqlite:///{_data_home() / 'server.db'}"
