"""Commands of the exchange between a device and its server: sync status, now, export, import."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scantrail.cli.base import Commands, add_command, add_database, add_store, fail, needs
from scantrail.domain.plain import to_plain
from scantrail.program import Exit
from scantrail.words import M, OperatorError, _, say

if TYPE_CHECKING:
    from scantrail.device.card_export import Exported
    from scantrail.device.exchange.sync import SyncState
    from scantrail.server.devices.cards import CardTaken


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    sync = commands.add_parser("sync", help=_("see and make the exchange between a device and its server"))
    actions = sync.add_subparsers(metavar="ACTION", required=True)
    for add in (_add_status, _add_now, _add_export, _add_import):
        add(actions)


def _add_status(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "status", _("how this device stands to its server, and what waits"), _status)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_store(command)


def _status(options: argparse.Namespace) -> int:
    from scantrail.device.sync_command import sync_status

    status = asyncio.run(sync_status(options.store))
    for line in [json.dumps(to_plain(status), indent=2)] if options.json else status.lines():
        print(line)
    return Exit.OK


def _add_now(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "now", _("send what waits and fetch what is new, once"), _now)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_store(command)


def _now(options: argparse.Namespace) -> int:
    from scantrail.device.sync_command import sync_now
    from scantrail.protocol.link import Link

    out = sys.stderr if options.json else sys.stdout

    def progress(state: SyncState) -> None:
        if state.link is Link.ONLINE and state.waiting:
            print(say(M("{count} records to send", count=state.waiting)), file=out, flush=True)
        if state.loading and state.loading.total:
            far = M("Getting the day's data: {done} of {total}", done=state.loading.done, total=state.loading.total)
            print(say(far), file=out, flush=True)

    state = asyncio.run(sync_now(options.store, progress))
    if options.json:
        how = {"link": state.link.value, "reason": say(state.reason), "waiting": state.waiting}
        print(json.dumps(how, indent=2))
    if state.link is not Link.ONLINE:
        return fail(M("Not in sync: {why} Waiting: {count}", why=state.reason, count=state.waiting))
    if not options.json:
        print(_("In sync: the server has every record."))
    return Exit.OK


def _add_export(actions: Commands[argparse.ArgumentParser]) -> None:
    help_text = _("write what the server has not got into one signed file, for a memory card")
    command = add_command(actions, "export", help_text, _export)
    command.add_argument("to", type=Path, metavar="FILE|FOLDER", help=_("a new file, or a folder to put it in"))
    everything = _("also what the server had: for one that was restored from an older backup")
    command.add_argument("--all", action="store_true", dest="everything", help=everything)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_store(command)


def _export(options: argparse.Namespace) -> int:
    from scantrail.device.card_export import export
    from scantrail.device.clock import DeviceClock

    done = export(options.store, options.to, DeviceClock(), everything=options.everything)
    if options.json:
        print(json.dumps(_exported(done), indent=2))
        return Exit.OK
    if done is None:
        print(_("Nothing to export: the server has every record. --all writes those that are kept."))
        return Exit.OK
    print(say(M("Records {first} to {last} are in {file}.", first=done.first_seq, last=done.last_seq, file=done.file)))
    if done.photos:
        print(say(M("The {count} photos that they name are not in it; they stay on this device.", count=done.photos)))
    print(_("On the server: scantrail sync import FILE. Whoever has the file can read it."))
    return Exit.OK


def _exported(done: Exported | None) -> dict[str, object]:
    """What was written, for programs; `file` is null when there was nothing to write."""
    if done is None:
        return {"file": None, "first_seq": None, "last_seq": None, "photos": 0}
    return {"file": str(done.file), "first_seq": done.first_seq, "last_seq": done.last_seq, "photos": done.photos}


def _add_import(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "import", _("on the server: take the records in such a file, once"), _import)
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--json", action="store_true", help=_("one JSON object per file, for programs"))
    add_database(command)


def _import(options: argparse.Namespace) -> int:
    administration = needs("server", "scantrail.server.administration")
    code = Exit.OK
    for file in options.files:
        try:
            taken: CardTaken = administration.take_card(options.database_url, file)
        except OperatorError as error:
            code = Exit.FAILED
            fail(str(error))
            continue
        if options.json:
            print(json.dumps(to_plain(taken)), flush=True)
        else:
            print(*needs("server", "scantrail.reports.cards").card_lines(taken), sep="\n", flush=True)
    return code
