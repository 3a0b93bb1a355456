"""The one parser; whatever happens, a command ends with a sentence and an exit code."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from scantrail import __version__
from scantrail.cli import attention, device, labels, proving, scanning, server, settings, sync
from scantrail.cli.base import MissingExtra, add_command, fail
from scantrail.cli.faults import tell_fault
from scantrail.glyphs import print_twins
from scantrail.program import Exit, command
from scantrail.words import M, OperatorError, _, say


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    if not _have_streams():
        return fail(M("The standard output is closed: there is nowhere to print to."))
    _print_anything()
    try:
        code = _carry_out(arguments)
    except BrokenPipeError:
        code = Exit.READER_GONE
    return _flush(code)


def _carry_out(arguments: Sequence[str] | None) -> int:
    """Run one command; whatever goes wrong is told."""
    try:
        options = _parser().parse_args(arguments)
        carry_out: Callable[[argparse.Namespace], int] = options.run
        return carry_out(options)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.OK
    except KeyboardInterrupt:
        return fail(M("Stopped."), Exit.STOPPED)
    except MissingExtra as missing:
        return fail(M("This needs the part '{extra}': pip install 'scantrail[{extra}]'.", extra=missing))
    except OperatorError as error:
        return fail(str(error))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - reason: the last resort; no traceback reaches a user
        return tell_fault(error)


def _have_streams() -> bool:
    """See that descriptors 0 to 2 are open, for a file opened later must not take their place and be printed into.

    Returns whether there is a standard output.
    """
    has_output = sys.stdout is not None
    for missing in (number for number in range(3) if not _is_open(number)):
        os.dup2(os.open(os.devnull, os.O_RDWR), missing)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout = sys.stdout or io.TextIOWrapper(io.FileIO(1, "w", closefd=False))
    sys.stderr = sys.stderr or io.TextIOWrapper(io.FileIO(2, "w", closefd=False))
    return has_output


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _print_anything() -> None:
    """Where the terminal lacks a character, print its ASCII twin and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            print_twins(stream, os.environ)


def _flush(code: int) -> int:
    """Write what is still to be written; gives the exit code, which is another one where that fails."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
        code = Exit.READER_GONE
    except OSError as error:
        _silence(sys.stdout)
        code = code or Exit.FAILED
        why = os.strerror(error.errno or errno.EIO)
        print(say(M("The standard output cannot be written: {why}.", why=why)), file=sys.stderr)
    try:
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return code


def _silence(stream: TextIO) -> None:
    """What is left to say goes nowhere, also at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scantrail", description=_("A verdict on every serial number, and a history that cannot be lost.")
    )
    parser.add_argument("--version", action="version", version=f"scantrail {__version__}")
    parser.set_defaults(run=_greet)
    commands = parser.add_subparsers(metavar="COMMAND")
    for group in (device, server, settings, attention, sync, scanning, labels, proving):
        group.add_commands(commands)
    completion = add_command(commands, "completion", _("print a script that completes commands in a shell"), _complete)
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


def _complete(options: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(_parser(), options.shell))
    return Exit.OK


def _greet(_options: argparse.Namespace) -> int:
    """The ways to start, for a person who typed `scantrail` alone."""
    ways = (
        (command("demo"), _("try it: a server, a handheld and a day's work on this machine")),
        (command("serve"), _("run a server; before that: scantrail import FILE… and device add")),
        (command("enrol"), _("make this device known to a server, with a code from there")),
        (command("handheld"), _("work on this device")),
        (command("--help"), _("all commands")),
    )
    width = max(len(each) for each, _what in ways)
    print(_("Scantrail says what to scan, judges every scan, and keeps each unit's whole life."))
    for each, what in ways:
        print(f"  {each:<{width}}  {what}")
    return Exit.OK
