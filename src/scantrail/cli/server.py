"""Commands of the server: serve, restored, device, import, unit, photo."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scantrail.cli.base import Commands, add_command, add_database, fail, needs, number
from scantrail.domain.plain import to_plain
from scantrail.domain.scans.reading import Enrolment
from scantrail.program import Exit
from scantrail.words import M, _, say


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_serve, _add_restored, _add_device, _add_import, _add_unit, _add_photo):
        add(commands)


def _add_serve(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "serve", _("run the server"), _serve)
    add_database(command)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=number(0, 65_535), default=8321, help=_("0 takes a free one"))
    command.add_argument(
        "--workers", type=number(1, 64), default=1, metavar="N", help=_("processes that answer requests")
    )


def _serve(options: argparse.Namespace) -> int:
    serve = needs("server", "scantrail.server.serve")
    return int(serve.serve(options.database_url, options.host, options.port, options.workers))


def _add_restored(commands: Commands[argparse.ArgumentParser]) -> None:
    text = _("say that a backup of the database was put back: devices send again what they kept")
    add_database(add_command(commands, "restored", text, _restored))


def _restored(options: argparse.Namespace) -> int:
    administration = needs("server", "scantrail.server.administration")
    with administration.opened(options.database_url) as database:
        administration.restored(database, administration.utc_now())
    print(_("Carton numbers go on behind those that may have been given since the backup."))
    print(_("Devices take every row anew at their next exchange, and send again what they kept (30 days)."))
    return Exit.OK


def _add_device(commands: Commands[argparse.ArgumentParser]) -> None:
    device = commands.add_parser("device", help=_("administer handhelds"))
    actions = device.add_subparsers(metavar="ACTION", required=True)
    add = add_command(actions, "add", _("print a code that enrols one device, once, within an hour"), _device_add)
    add.add_argument("name", metavar="NAME", help=_("what the device is called, for example Scanner-05"))
    add.add_argument("--site", required=True)
    add.add_argument("--server", metavar="URL", help=_("the address devices reach this server by; shows a QR to scan"))
    add.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(add)
    text = _("the devices, when each was last heard of, and how it stands")
    listing = add_command(actions, "list", text, _device_list)
    listing.add_argument("--site", help=_("only those of this site"))
    listing.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(listing)
    text = _("take a device out of use; it sends what it still has first")
    revoke = add_command(actions, "revoke", text, _device_revoke)
    revoke.add_argument("name", metavar="NAME")
    stolen = _("end its token at once, for a stolen device: what it has not sent yet is never taken")
    revoke.add_argument("--now", action="store_true", help=stolen)
    add_database(revoke)


def _device_list(options: argparse.Namespace) -> int:
    administration = needs("server", "scantrail.server.administration")
    reports = needs("server", "scantrail.reports.devices")
    found = administration.devices_of(options.database_url, options.site)
    if options.json:
        print(json.dumps(to_plain(found), indent=2))
    else:
        print("\n".join(reports.device_lines(found)))
    return Exit.OK


def _device_revoke(options: argparse.Namespace) -> int:
    administration = needs("server", "scantrail.server.administration")
    administration.revoke_device(options.database_url, options.name, at_once=options.now)
    if options.now:
        told = M("{name}'s token has ended: the server answers it nothing any more.", name=options.name)
    else:
        told = M(
            "{name} takes no more work. It sends what it still has at its next contact; then its token ends. "
            "`scantrail device list` shows when.",
            name=options.name,
        )
    print(say(told))
    return Exit.OK


def _device_add(options: argparse.Namespace) -> int:
    administration = needs("server", "scantrail.server.administration")
    code = administration.enrolment_code(options.database_url, options.name, options.site)
    if options.json:
        made = {"device": options.name, "site": options.site, "server_url": options.server, "code": code}
        print(json.dumps(made, indent=2))
        return Exit.OK
    if options.server:
        print(administration.enrolment_qr(Enrolment(options.server, code)))
    print(code)
    enrol = f"scantrail enrol --server {options.server or 'URL'} --code {code}"
    print(say(M("Within an hour, on {name}: {enrol}", name=options.name, enrol=enrol)), file=sys.stderr)
    return Exit.OK


def _add_import(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "import", _("bring files into the server's database, all or nothing"), _import)
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help=_("JSON or CSV; see docs/import.md"))
    trial = _("say what an import would do, and write nothing")
    command.add_argument("--dry-run", action="store_true", help=trial)
    command.add_argument("--template", metavar="KIND", help=_("print an empty CSV file of this kind"))
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(command)


def _import(options: argparse.Namespace) -> int:
    command = needs("server", "scantrail.interchange.command")
    if options.template:
        return int(command.print_template(options.template))
    if not options.files:
        print(_("Name at least one file, or --template KIND."), file=sys.stderr)
        return Exit.USAGE
    return int(command.run_import(options.files, options.database_url, as_json=options.json, is_trial=options.dry_run))


def _add_unit(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "unit", _("show a unit and its whole timeline, from the server's database"), _unit)
    command.add_argument("serial", metavar="SERIAL")
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(command)


def _unit(options: argparse.Namespace) -> int:
    reports = needs("server", "scantrail.reports.unit")
    with needs("server", "scantrail.server.administration").opened(options.database_url) as database:
        found = reports.unit_reports(database, options.serial)
    if options.json:
        print(json.dumps([to_plain(report) for report in found], indent=2))
    elif found:
        print("\n\n".join("\n".join(report.lines()) for report in found))
    if not found:
        return fail(M("No unit with the serial {serial} is on record.", serial=options.serial))
    return Exit.OK


def _add_photo(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "photo", _("write a photo from the server's database into a file"), _photo)
    command.add_argument("hash", metavar="HASH", help=_("as `scantrail unit` shows it"))
    command.add_argument("--out", required=True, type=Path, metavar="FILE", help=_("a new file"))
    add_database(command)


def _photo(options: argparse.Namespace) -> int:
    needs("server", "scantrail.server.administration").save_photo(options.database_url, options.hash, options.out)
    return Exit.OK
