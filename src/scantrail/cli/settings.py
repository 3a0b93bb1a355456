"""Commands of a site's settings: check, apply, show, export."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType

from scantrail.cli.base import Commands, add_command, add_database, needs
from scantrail.words import _


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    settings = commands.add_parser("settings", help=_("see and change the rules that a site works by"))
    actions = settings.add_subparsers(metavar="ACTION", required=True)
    check = add_command(actions, "check", _("say what is wrong with a file of settings"), _check)
    _add_file(check)
    apply = add_command(actions, "apply", _("make a file's settings those of a site, as a new version"), _apply)
    _add_file(apply)
    apply.add_argument("--site", required=True)
    trial = _("say what would change, and write nothing")
    apply.add_argument("--dry-run", action="store_true", help=trial)
    show = add_command(actions, "show", _("a site's settings, each on a line"), _show)
    show.add_argument("--site", required=True)
    for command in (check, apply, show):
        command.add_argument("--json", action="store_true", help=_("for programs"))
    export = add_command(actions, "export", _("print a site's settings as a file to change and apply"), _export)
    export.add_argument("--site", required=True)
    for command in (apply, show, export):
        add_database(command)


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help=_("TOML; see docs/settings.md"))


def _command() -> ModuleType:
    return needs("server", "scantrail.interchange.settings_command")


def _check(options: argparse.Namespace) -> int:
    return int(_command().check(options.file, as_json=options.json))


def _apply(options: argparse.Namespace) -> int:
    given = {"as_json": options.json, "is_trial": options.dry_run}
    return int(_command().apply(options.file, options.site, options.database_url, **given))


def _show(options: argparse.Namespace) -> int:
    return int(_command().show(options.site, options.database_url, as_json=options.json))


def _export(options: argparse.Namespace) -> int:
    return int(_command().export(options.site, options.database_url))
