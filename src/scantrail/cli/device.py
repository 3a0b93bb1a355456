"""Commands of a handheld: work, enrol, doctor."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from scantrail.cli.base import NO_TERMINAL, Commands, add_command, add_store, fail, has_terminal
from scantrail.domain.scans.reading import Enrolment
from scantrail.program import Exit, command
from scantrail.words import M, _, say


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_handheld, _add_enrol, _add_doctor):
        add(commands)


def _add_handheld(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "handheld", _("work on this device: sign in, pick, look units up"), _handheld)
    command.add_argument(
        "--camera",
        default="0",
        metavar="SOURCE",
        help=_("the camera of F6: /dev/video0 or its number (default 0), a video file, or a folder of pictures"),
    )
    add_store(command)


def _handheld(options: argparse.Namespace) -> int:
    if not has_terminal():
        return fail(NO_TERMINAL, Exit.USAGE)
    from scantrail.handheld.run import run_handheld

    return run_handheld(options.store, camera=options.camera)


def _add_enrol(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "enrol", _("make this device known to a server"), _enrol)
    command.add_argument("--server", metavar="URL", help=_("for example https://scantrail.example"))
    command.add_argument("--code", help=_("what `scantrail device add` printed on the server; without it, scan its QR"))
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_store(command)


def _enrol(options: argparse.Namespace) -> int:
    from scantrail.device.identity.enrolment import EnrolmentFailed, enrol

    if not options.code and not sys.stdin.isatty():
        print(_("Name the code: --code CODE."), file=sys.stderr)
        return Exit.USAGE
    try:
        code = options.code or _asked()
    except EOFError:
        return fail(M("No code was typed."), Exit.USAGE)
    scanned = Enrolment.parse(code)
    server = options.server or (scanned.server_url if scanned else "")
    if not server:
        return fail(M("The code alone does not say where the server is: add --server URL."))
    try:
        enrolled = asyncio.run(enrol(options.store, server, scanned.code if scanned else code))
    except EnrolmentFailed as error:
        return fail(str(error))
    if options.json:
        print(json.dumps({"device": enrolled.device, "site": enrolled.site, "server_url": server}, indent=2))
        return Exit.OK
    start = command("handheld", store=options.store)
    print(say(M("This is {device} at {site} now. Start work with: {start}", start=start, **vars(enrolled))))
    return Exit.OK


def _asked() -> str:
    """What somebody scans or types; the question is no part of what is printed for programs."""
    print(
        _("Scan the QR code that `scantrail device add` shows, or type the code: "), end="", file=sys.stderr, flush=True
    )
    return input()


def _add_doctor(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "doctor", _("check this device and say what to do about what is missing"), _doctor)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_store(command)


def _doctor(options: argparse.Namespace) -> int:
    from scantrail.device.doctor import examine

    findings = asyncio.run(examine(options.store))
    if options.json:
        print(json.dumps([finding.to_plain() for finding in findings], indent=2))
    else:
        for finding in findings:
            print(finding.line())
    return Exit.FAILED if any(finding.is_problem for finding in findings) else Exit.OK
