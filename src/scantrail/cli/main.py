"""The one parser, and what happens around every command."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence

from scantrail import __version__
from scantrail.cli import attention, device, labels, proving, scanning, server, sync
from scantrail.cli.base import FAILED, MissingExtra, fail
from scantrail.glyphs import print_twins
from scantrail.words import M, OperatorError, _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    _print_anything()
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has gone, as `head` does: what is left to say goes nowhere, also at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except MissingExtra as missing:
        return fail(M("This needs the part '{extra}': pip install 'scantrail[{extra}]'.", extra=missing))
    except OperatorError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail(M("Stopped."))
    return code


def _print_anything() -> None:
    """Where the terminal lacks a character, print its ASCII twin and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            print_twins(stream, os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scantrail", description=_("A verdict on every serial number, and a history that cannot be lost.")
    )
    parser.add_argument("--version", action="version", version=f"scantrail {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for group in (device, server, attention, sync, scanning, labels, proving):
        group.add_commands(commands)
    return parser
