"""`scantrail …`: one parser; every command imports what it needs when it runs."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from scantrail import __version__
from scantrail.domain.plain import to_plain
from scantrail.words import M, Message, OperatorError, _, say

OK, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; not done, and a sentence said why; the command line was wrong."""


class MissingExtra(Exception):
    """A command needs a part of Scantrail that is not installed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    _print_anything()
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except MissingExtra as missing:
        return _fail(M("This needs the part '{extra}': pip install 'scantrail[{extra}]'.", extra=missing))
    except OperatorError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail(M("Stopped."))


def _print_anything() -> None:
    """Where the terminal's encoding lacks a character, print a question mark and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fail(message: Message | str) -> int:
    print(say(message), file=sys.stderr)
    return FAILED


def _needs(extra: str, module: str) -> ModuleType:
    """Import a module of ours that needs an extra."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("scantrail"):
            raise
        raise MissingExtra(extra) from error


def _data_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "scantrail"


def _default_database() -> str:
    return os.environ.get("SCANTRAIL_DATABASE_URL") or f"sqlite:///{_data_home() / 'server.db'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scantrail", description=_("A verdict on every serial number, and a history that cannot be lost.")
    )
    parser.add_argument("--version", action="version", version=f"scantrail {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (
        _add_handheld,
        _add_enrol,
        _add_doctor,
        _add_serve,
        _add_device,
        _add_import,
        _add_unit,
        _add_parse,
        _add_decode,
        _add_demo,
    ):
        add(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse names no public type for it


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, help_text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=run)
    return command


def _add_store(command: argparse.ArgumentParser) -> None:
    default = Path(os.environ.get("SCANTRAIL_STORE") or _data_home() / "handheld")
    command.add_argument(
        "--store", type=Path, default=default, metavar="FOLDER", help=_("where this device keeps its records")
    )


def _add_database(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database-url",
        default=_default_database(),
        metavar="URL",
        help=_("the server's database: sqlite:///FILE (default) or postgresql+psycopg://…"),
    )


def _add_handheld(commands: Commands[argparse.ArgumentParser]) -> None:
    _add_store(_command(commands, "handheld", _("work on this device: sign in, pick, look units up"), _handheld))


def _handheld(options: argparse.Namespace) -> int:
    from scantrail.handheld.run import run_handheld

    return run_handheld(options.store)


def _add_enrol(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "enrol", _("make this device known to a server"), _enrol)
    command.add_argument("--server", required=True, metavar="URL", help=_("for example https://scantrail.example"))
    command.add_argument("--code", required=True, help=_("what `scantrail device add` printed on the server"))
    _add_store(command)


def _enrol(options: argparse.Namespace) -> int:
    from scantrail.device.enrolment import EnrolmentFailed, enrol

    try:
        enrolled = asyncio.run(enrol(options.store, options.server, options.code))
    except EnrolmentFailed as error:
        return _fail(str(error))
    print(say(M("This is {device} at {site} now. Start work with: scantrail handheld", **vars(enrolled))))
    return OK


def _add_doctor(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "doctor", _("check this device and say what to do about what is missing"), _doctor)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    _add_store(command)


def _doctor(options: argparse.Namespace) -> int:
    from scantrail.device.doctor import examine

    findings = asyncio.run(examine(options.store))
    if options.json:
        print(json.dumps([finding.to_plain() for finding in findings], indent=2))
    else:
        for finding in findings:
            print(finding.line())
    return FAILED if any(finding.is_problem for finding in findings) else OK


def _add_serve(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "serve", _("run the server"), _serve)
    _add_database(command)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8321, help=_("0 takes a free one"))
    command.add_argument("--workers", type=int, default=1, metavar="N", help=_("processes that answer requests"))


def _serve(options: argparse.Namespace) -> int:
    serve = _needs("server", "scantrail.server.serve")
    return int(serve.serve(options.database_url, options.host, options.port, options.workers))


def _add_device(commands: Commands[argparse.ArgumentParser]) -> None:
    device = commands.add_parser("device", help=_("administer handhelds"))
    actions = device.add_subparsers(metavar="ACTION", required=True)
    add = _command(actions, "add", _("print a code that enrols one device, once, within an hour"), _device_add)
    add.add_argument("name", metavar="NAME", help=_("what the device is called, for example Scanner-05"))
    add.add_argument("--site", required=True)
    _add_database(add)


def _device_add(options: argparse.Namespace) -> int:
    administration = _needs("server", "scantrail.server.administration")
    print(administration.enrolment_code(options.database_url, options.name, options.site))
    return OK


def _add_import(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "import", _("bring files into the server's database, all or nothing"), _import)
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help=_("JSON or CSV; see docs/import.md"))
    command.add_argument("--template", metavar="KIND", help=_("print an empty CSV file of this kind"))
    command.add_argument("--json", action="store_true", help=_("for programs"))
    _add_database(command)


def _import(options: argparse.Namespace) -> int:
    command = _needs("server", "scantrail.interchange.command")
    if options.template:
        return int(command.print_template(options.template))
    if not options.files:
        print(_("Name at least one file, or --template KIND."), file=sys.stderr)
        return USAGE
    return int(command.run_import(options.files, options.database_url, as_json=options.json))


def _add_unit(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "unit", _("show a unit and its whole timeline, from the server's database"), _unit)
    command.add_argument("serial", metavar="SERIAL")
    command.add_argument("--json", action="store_true", help=_("for programs"))
    _add_database(command)


def _unit(options: argparse.Namespace) -> int:
    reports = _needs("server", "scantrail.reports.unit")
    database = _needs("server", "scantrail.server.migrations").ready(options.database_url)
    found = reports.unit_reports(database, options.serial)
    if options.json:
        print(json.dumps([to_plain(report) for report in found], indent=2))
    elif found:
        print("\n\n".join("\n".join(report.lines()) for report in found))
    if not found:
        return _fail(M("No unit with the serial {serial} is on record.", serial=options.serial))
    return OK


def _add_parse(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "parse", _("say what the text of a code means by the rules of GS1"), _parse)
    command.add_argument("texts", nargs="*", metavar="TEXT", help=_("without any: every line of standard input"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per text, for programs"))
    command.add_argument("--hex", action="store_true", help=_("TEXT is the bytes in hexadecimal"))


def _parse(options: argparse.Namespace) -> int:
    from scantrail.gs1.command import run_parse

    today = datetime.now(UTC).date()
    good = run_parse(options.texts, today, sys.stdout, as_json=options.json, as_hex=options.hex)
    return OK if good else FAILED


def _add_decode(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "decode", _("read the codes in pictures"), _decode)
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help=_("PNG, JPEG, BMP, TIFF or WebP"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per picture, for programs"))


def _decode(options: argparse.Namespace) -> int:
    from scantrail.handheld.text import visible

    decode = _needs("camera", "scantrail.scanning.decode")
    if decode.SHORTFALL is not None:
        print(say(decode.SHORTFALL), file=sys.stderr)
    code = OK
    for report in decode.reports(options.images):
        code = FAILED if report.error else code
        if options.json:
            print(json.dumps(report.to_plain()), flush=True)
            continue
        for line in report.lines():
            print(visible(line), file=sys.stderr if report.error else sys.stdout, flush=True)
    return code


def _add_demo(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "demo", _("a server, a handheld and a day's work on this machine"), _demo)
    command.add_argument("--tour", action="store_true", help=_("play the day without a screen, and check it"))


def _demo(options: argparse.Namespace) -> int:
    if options.tour:
        return int(_needs("server", "scantrail.proving.tour").run_tour())
    return int(_needs("server", "scantrail.proving.demo").run_demo())


if __name__ == "__main__":
    sys.exit(main())
