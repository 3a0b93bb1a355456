"""A server, a handheld and the demo's day on this machine; leaving the handheld stops the server."""

from __future__ import annotations

import asyncio
import csv
import os
import shlex
import signal
from pathlib import Path

from scantrail.device.enrolment import EnrolmentFailed, enrol
from scantrail.handheld.pages.base import DemoBadge, ExtraEntry
from scantrail.handheld.run import run_handheld
from scantrail.proving.backstage import DemoServer, demo_files
from scantrail.words import M, OperatorError, _, say

DEVICE, SITE = "Scanner-05", "MAIN"


def run_demo() -> int:
    """Begin the day afresh and open the handheld; gives its exit code.

    Raises:
        OperatorError: the server could not be prepared or started.
    """
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, _leave)
    folder = _folder()
    backstage = DemoServer(folder / "server")
    print(_("Preparing the demo's day…"), flush=True)
    backstage.prepare(folder)
    try:
        backstage.start()
        _enrol(folder / "handheld", backstage)
        code = run_handheld(folder / "handheld", demo_badges=_badges(), extra_entries=_entries(backstage))
    finally:
        backstage.stop()
    print(say(M("The demo's server is stopped. What it knows of a unit:")))
    print("  " + shlex.join(["scantrail", "unit", "CM500-2025-0046", "--database-url", backstage.database_url]))
    return code


def _leave(number: int, _frame: object) -> None:
    """A closed terminal ends the demo, and with it the demo's server."""
    raise SystemExit(128 + number)


def _folder() -> Path:
    """Where the demo keeps its data; begun afresh each time."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "scantrail" / "demo"


def _enrol(folder: Path, backstage: DemoServer) -> None:
    try:
        asyncio.run(enrol(folder, backstage.url, backstage.enrolment_code(DEVICE, SITE)))
    except EnrolmentFailed as error:
        raise OperatorError(error.message) from error


def _badges() -> list[DemoBadge]:
    """Name, badge and PIN of the demo's workers, for its sign-in screen."""
    (workers,) = (path for path in demo_files() if path.name == "workers.csv")
    with workers.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [(row["name"], row["badge"], row["pin"]) for row in rows if row["site"] == SITE]


def _entries(backstage: DemoServer) -> list[ExtraEntry]:
    """What the demo adds to the menu: pulling the plug, and putting it back."""

    async def stop() -> None:
        await asyncio.to_thread(backstage.kill)

    async def start() -> None:
        if not backstage.is_running:
            await asyncio.to_thread(backstage.start)

    return [(_("Demo: kill the server"), stop), (_("Demo: start the server"), start)]
