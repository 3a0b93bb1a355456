"""Commands about codes and scanners: parse, decode, scanner."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from scantrail.cli.base import NO_TERMINAL, Commands, add_command, add_store, fail, has_terminal, needs
from scantrail.handheld.text import visible
from scantrail.program import Exit, ended_by_signals, stop
from scantrail.words import M, _, say


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_parse, _add_decode, _add_scanner):
        add(commands)


def _add_parse(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "parse", _("say what the text of a code means by itself"), _parse)
    command.add_argument("texts", nargs="*", metavar="TEXT", help=_("without any: every line of standard input"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per text, for programs"))
    command.add_argument("--hex", action="store_true", help=_("TEXT is the bytes in hexadecimal"))


def _parse(options: argparse.Namespace) -> int:
    from scantrail.gs1.command import run_parse

    today = datetime.now(UTC).date()
    good = run_parse(options.texts, today, sys.stdout, as_json=options.json, as_hex=options.hex)
    return Exit.OK if good else Exit.FAILED


def _add_decode(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "decode", _("read the codes in pictures"), _decode)
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help=_("PNG, JPEG, BMP, TIFF or WebP"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per picture, for programs"))


def _decode(options: argparse.Namespace) -> int:
    decode = needs("camera", "scantrail.scanning.decode")
    if decode.SHORTFALL is not None:
        print(say(decode.SHORTFALL), file=sys.stderr)
    code = Exit.OK
    for report in decode.reports(options.images):
        code = Exit.FAILED if report.error else code
        if options.json:
            print(json.dumps(report.to_plain()), flush=True)
            continue
        for line in report.lines():
            print(visible(line), file=sys.stderr if report.error else sys.stdout, flush=True)
    return code


def _add_scanner(commands: Commands[argparse.ArgumentParser]) -> None:
    scanner = commands.add_parser("scanner", help=_("see and choose what this device knows about its scanner"))
    actions = scanner.add_subparsers(metavar="ACTION", required=True)
    listing = add_command(actions, "list", _("the scanner profiles that ship with Scantrail"), _scanner_list)
    showing = add_command(actions, "show", _("print a scanner profile, to read it or to change a copy"), _scanner_show)
    showing.add_argument("name", metavar="NAME", help=_("as `scantrail scanner list` names it"))
    for command in (listing, showing):
        command.add_argument("--json", action="store_true", help=_("for programs"))
    checking = add_command(actions, "check", _("say what is wrong with scanner profiles"), _scanner_check)
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    checking.add_argument("--json", action="store_true", help=_("for programs"))
    using = add_command(actions, "use", _("let this device use a profile from its next start on"), _scanner_use)
    using.add_argument("profile", metavar="NAME|FILE", help=_("a profile that ships, or a file of your own"))
    learning = add_command(
        actions, "learn", _("learn this device's scanner from the calibration sheet"), _scanner_learn
    )
    for command in (using, learning):
        add_store(command)


def _scanner_list(options: argparse.Namespace) -> int:
    from scantrail.scanning.profiles import load_profile, shipped_names

    profiles = [load_profile(name) for name in shipped_names()]
    if options.json:
        print(json.dumps([profile.to_plain() for profile in profiles], indent=2))
        return Exit.OK
    for profile in profiles:
        print(f"{profile.name:<16} {profile.kind.value:<15} {profile.description}")
    return Exit.OK


def _scanner_show(options: argparse.Namespace) -> int:
    from scantrail.scanning.profiles import load_profile, shipped_text
    from scantrail.scanning.settings import ProfileUnusable

    try:
        content, profile = shipped_text(options.name), load_profile(options.name)
    except ProfileUnusable as error:
        return fail(visible(str(error)))
    print(json.dumps(profile.to_plain(), indent=2) if options.json else content.rstrip())
    return Exit.OK


def _scanner_check(options: argparse.Namespace) -> int:
    from scantrail.scanning.chosen import profile_in
    from scantrail.scanning.settings import ProfileUnusable

    code = Exit.OK
    checked: list[dict[str, object]] = []
    for path in options.files:
        try:
            profile = profile_in(path)
        except ProfileUnusable as error:
            code = fail(visible(str(error)))
            checked.append({"file": str(path), "good": False, "problem": str(error)})
            continue
        checked.append({"file": str(path), "good": True, "profile": profile.to_plain()})
        if not options.json:
            print(visible(say(M("{path}: {name} is a good profile.", path=path, name=profile.name))))
    if options.json:
        print(json.dumps(checked, indent=2))
    return code


def _scanner_use(options: argparse.Namespace) -> int:
    from scantrail.scanning.chosen import choose, named
    from scantrail.scanning.settings import ProfileUnusable

    try:
        profile = named(options.profile)
        path = choose(options.store, profile)
    except ProfileUnusable as error:
        return fail(visible(str(error)))
    except OSError as error:
        return fail(M("{folder} cannot be written ({why}).", folder=options.store, why=error.strerror))
    print(visible(say(M("From its next start on, this device uses {name} ({path}).", name=profile.name, path=path))))
    return Exit.OK


def _scanner_learn(options: argparse.Namespace) -> int:
    if not has_terminal():
        return fail(NO_TERMINAL, Exit.USAGE)
    from scantrail.handheld.learn import learn_scanner

    with ended_by_signals(stop):
        learned = learn_scanner(options.store, sys.stdin, sys.stdout)
    return Exit.OK if learned else fail(M("Nothing was learned and nothing changed."))
