"""Commands of the desk: attention list, show, resolve."""

from __future__ import annotations

import argparse
import json
import sys

from scantrail.cli.base import Commands, add_command, add_database, fail, needs
from scantrail.domain.facts.correcting.corrections import FOUND_AS
from scantrail.domain.plain import to_plain
from scantrail.program import Exit
from scantrail.words import M, _, say


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    attention = commands.add_parser("attention", help=_("see and settle what the server did not apply"))
    actions = attention.add_subparsers(metavar="ACTION", required=True)
    _add_list(actions)
    _add_show(actions)
    _add_resolve(actions)


def _add_list(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "list", _("what needs attention now, and what to do with the goods"), _list)
    command.add_argument("--site", help=_("of this site only"))
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(command)


def _list(options: argparse.Namespace) -> int:
    found = needs("server", "scantrail.server.administration").needs_attention(options.database_url, options.site)
    if options.json:
        print(json.dumps([to_plain(item) for item in found], indent=2))
        return Exit.OK
    reports = needs("server", "scantrail.reports.attention")
    for line in reports.list_lines(found) or [_("Nothing needs attention.")]:
        print(line)
    return Exit.OK


def _add_show(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "show", _("everything about one item"), _show)
    command.add_argument("id", metavar="ID", help=_("for example MAIN-17"))
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(command)


def _show(options: argparse.Namespace) -> int:
    item = needs("server", "scantrail.server.administration").attention_called(options.database_url, options.id)
    if item is None:
        return fail(M("Nothing that needs attention is called {name}.", name=options.id))
    if options.json:
        print(json.dumps(to_plain(item), indent=2))
        return Exit.OK
    for line in needs("server", "scantrail.reports.attention").item_lines(item):
        print(line)
    return Exit.OK


def _add_resolve(actions: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(actions, "resolve", _("record that a person has dealt with the goods"), _resolve)
    command.add_argument("id", metavar="ID")
    command.add_argument("--by", required=True, metavar="WORKER", help=_("who: the id of a supervisor of that site"))
    command.add_argument("--reason", required=True, metavar="TEXT", help=_("what was done"))
    command.add_argument("--note", default="", metavar="TEXT")
    found = _("where the goods really are, if the record is wrong: the place's code")
    command.add_argument("--found", metavar="PLACE", help=found)
    command.add_argument(
        "--unit", default="", metavar="SERIAL", help=_("which of them was found, if there are several")
    )
    as_what = _("what they are there (only with --found; available without it)")
    command.add_argument("--status", choices=[each.value for each in FOUND_AS], help=as_what)
    command.add_argument("--json", action="store_true", help=_("for programs"))
    add_database(command)


def _resolve(options: argparse.Namespace) -> int:
    if (options.status or options.unit) and options.found is None:
        print(_("--status and --unit need --found PLACE."), file=sys.stderr)
        return Exit.USAGE
    found = None if options.found is None else (options.found, options.status or FOUND_AS[0].value, options.unit)
    administration = needs("server", "scantrail.server.administration")
    resolved = administration.settle(
        options.database_url,
        options.id,
        worker=options.by,
        reason=options.reason,
        note=options.note,
        found=found,
    )
    if options.json:
        settled = {"item": to_plain(resolved.item), "is_new": resolved.is_new, "short": list(resolved.short)}
        print(json.dumps(settled, indent=2))
        return Exit.OK
    reports = needs("server", "scantrail.reports.attention")
    how = reports.settled_words(resolved.item)
    told = M("{name} is settled {how}") if resolved.is_new else M("{name} was settled before, {how}")
    print(reports.visible(say(M(told.template, name=resolved.item.id, how=how))))
    for line in reports.goods_lines(resolved.item) if found else ():
        print(line)
    for number in resolved.short:
        print(say(M("{document} is complete, and lacks it now: make a new list for the order.", document=number)))
    return Exit.OK
