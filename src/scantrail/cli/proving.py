"""Commands that show what Scantrail does: demo."""

from __future__ import annotations

import argparse

from scantrail.cli.base import Commands, add_command, needs
from scantrail.words import _


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_demo,):
        add(commands)


def _add_demo(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "demo", _("a server, a handheld and a day's work on this machine"), _demo)
    command.add_argument("--tour", action="store_true", help=_("play the day without a screen, and check it"))


def _demo(options: argparse.Namespace) -> int:
    if options.tour:
        return int(needs("server", "scantrail.proving.tour").run_tour())
    return int(needs("server", "scantrail.proving.demo").run_demo())
