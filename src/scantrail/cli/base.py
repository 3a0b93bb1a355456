"""What all commands are made of: exit codes, sentences, parts that may be missing, shared options."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from scantrail.program import Exit, default_database, default_store, demo_database
from scantrail.words import M, Message, _, say

Commands = argparse._SubParsersAction  # argparse names no public type for it


NO_TERMINAL = M("This needs a terminal: standard input and output must both be one.")
"""With exit code 2."""


def has_terminal() -> bool:
    """Whether somebody can see the screen and press keys."""
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__))


class MissingExtra(Exception):
    """A command needs a part of Scantrail that is not installed."""


def fail(message: Message | str, code: Exit = Exit.FAILED) -> Exit:
    """Say on the error output why something was not done; gives the exit code."""
    print(say(message), file=sys.stderr)
    return code


def needs(extra: str, module: str) -> ModuleType:
    """Import a module of ours that needs an extra."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("scantrail"):
            raise
        raise MissingExtra(extra) from error


def number(least: int, most: int) -> Callable[[str], int]:
    """An argument's type: a number from `least` to `most`."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text[:19]) <= most:
            raise argparse.ArgumentTypeError(
                _("expected a number from {least} to {most}, not {text!r}").format(least=least, most=most, text=text)
            )
        return int(text)

    return parse


def add_command(
    commands: Commands[argparse.ArgumentParser], name: str, help_text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a command that `run` carries out."""
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=run)
    return command


def add_store(command: argparse.ArgumentParser) -> None:
    """Let a command be told which device's folder it is about."""
    where = _("where this device keeps its records")
    command.add_argument("--store", type=Path, default=default_store(), metavar="FOLDER", help=where)


def add_database(command: argparse.ArgumentParser) -> None:
    """Let a command be told which server's database it is about."""
    command.add_argument(
        "--database-url",
        default=default_database(),
        metavar="URL",
        help=_("the server's database: sqlite:///FILE (default) or postgresql+psycopg://…"),
    )
    command.add_argument(
        "--demo",
        action="store_const",
        const=demo_database(),
        dest="database_url",
        help=_("the database of `scantrail demo`, also while it runs"),
    )
