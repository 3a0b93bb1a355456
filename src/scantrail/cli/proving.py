"""Commands that show and prove what Scantrail does: demo, simulate."""

from __future__ import annotations

import argparse

from scantrail.cli.base import NO_TERMINAL, Commands, add_command, fail, has_terminal, needs, number
from scantrail.program import Exit
from scantrail.words import _


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_demo, _add_simulate):
        add(commands)


def _add_demo(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "demo", _("a server, a handheld and a day's work on this machine"), _demo)
    ways = command.add_mutually_exclusive_group()
    ways.add_argument("--tour", action="store_true", help=_("play the day without a screen, and check it"))
    ways.add_argument("--join", action="store_true", help=_("a second handheld, on the demo of another terminal"))
    fresh = _("begin the day again, also after a demo that was interrupted")
    ways.add_argument("--fresh", action="store_true", help=fresh)


def _demo(options: argparse.Namespace) -> int:
    if options.tour:
        return int(needs("server", "scantrail.proving.tour").run_tour())
    if not has_terminal():
        return fail(NO_TERMINAL, Exit.USAGE)
    print(_("The demo starts…"), flush=True)
    demo = needs("server", "scantrail.proving.demo")
    return int(demo.join_demo() if options.join else demo.run_demo(fresh=options.fresh))


def _add_simulate(commands: Commands[argparse.ArgumentParser]) -> None:
    text = _("play bad days of several handhelds and a server in memory, and check that nothing is lost")
    command = add_command(commands, "simulate", text, _simulate)
    command.add_argument("--seeds", default="1..30", metavar="A..B", help=_("which days; a seed is always the same"))
    command.add_argument("--steps", type=number(1, 10**9), default=500, metavar="N", help=_("events in a day"))
    command.add_argument("--devices", type=number(1, 20), default=5, metavar="D", help=_("handhelds"))
    stores = _("fake: in memory, fast; sql: the real device store and server")
    command.add_argument("--stores", choices=("fake", "sql"), default="fake", help=stores)
    command.add_argument("--jobs", type=number(1, 256), default=1, metavar="J", help=_("processes"))
    command.add_argument("--json", action="store_true", help=_("for programs"))


def _simulate(options: argparse.Namespace) -> int:
    simulator = needs("server", "scantrail.proving.simulator.command")
    seeds = simulator.seeds_in(options.seeds)
    return int(
        simulator.run_simulate(
            seeds,
            options.steps,
            options.devices,
            options.jobs,
            on_sql=options.stores == "sql",
            as_json=options.json,
        )
    )
