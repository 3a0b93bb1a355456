"""A server, a handheld and the demo's day on this machine; leaving the handheld stops the server."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scantrail.device.identity.enrolment import EnrolmentFailed, enrol
from scantrail.device.store import DeviceStore, StoreError, StoreInUse, StoreMissing
from scantrail.device.store.lock import Taken, take
from scantrail.handheld.pages.base import DemoBadge, ExtraEntry
from scantrail.handheld.run import run_handheld
from scantrail.program import command, demo_folder
from scantrail.proving.backstage import DemoServer, demo_files
from scantrail.words import M, OperatorError, _, say

DEVICE, SITE = "Scanner-05", "MAIN"
JOINING = tuple(f"Scanner-{number:02}" for number in range(6, 26))
"""What further handhelds of the demo are called."""
DAY = "day.json"
"""The demo's day, from when it is prepared until it is left: `{"port": 41234}`, where its server answers."""


def run_demo(*, fresh: bool = False) -> int:
    """Open the handheld on the demo's day; gives its exit code.

    A day that was interrupted (a kill, a closed terminal) goes on; one that was left, or with `fresh`, begins again.

    Raises:
        OperatorError: a demo runs already, or the server could not be prepared or started.
    """
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, _leave)
    folder = demo_folder()
    with _only_one(folder):
        port = None if fresh else _port_of(folder)
        backstage = DemoServer(folder / "server", port or 0)
        try:
            if port is None:
                _begin(folder, backstage)
            else:
                print(say(M("The interrupted day goes on; to begin it again: {fresh}", fresh=_again())))
                _start(backstage)
            code = run_handheld(_store(folder, DEVICE), demo_badges=_badges(), extra_entries=_entries(backstage))
        finally:
            backstage.stop()
        if code == 0:
            (folder / DAY).unlink(missing_ok=True)
    print(say(M("The demo's server is stopped. What it knows of a unit:")))
    print("  " + command("unit", "CM500-2025-0046", "--demo"))
    return code


def join_demo() -> int:
    """Open another handheld on the demo that runs in another terminal; gives its exit code.

    Raises:
        OperatorError: no demo runs.
    """
    folder = demo_folder()
    port = _port_of(folder)
    if port is None or not _runs(folder):
        raise OperatorError(M("No demo runs here. Start one in another terminal: {demo}", demo=command("demo")))
    for device in JOINING:
        store = _store(folder, device)
        try:
            DeviceStore.open(store).close()
        except StoreInUse:
            continue
        except StoreMissing:
            _enrol(store, device, DemoServer(folder / "server", port))
        except StoreError as error:
            raise OperatorError(error.message) from error
        return run_handheld(store, demo_badges=_badges())
    raise OperatorError(M("{count} handhelds have joined already. Leave one first.", count=len(JOINING)))


def _begin(folder: Path, backstage: DemoServer) -> None:
    for device in JOINING:
        try:
            DeviceStore.open(_store(folder, device)).close()
        except StoreInUse as error:
            raise OperatorError(M("{why} Leave it, then begin the day again.", why=error.message)) from error
        except StoreError:
            continue  # it is removed with the rest
    print(_("Importing the day's files…"), flush=True)
    backstage.prepare(folder)
    _start(backstage)
    print(_("Enrolling the handheld…"), flush=True)
    _enrol(_store(folder, DEVICE), DEVICE, backstage)
    (folder / DAY).write_text(json.dumps({"port": backstage.port}), "utf-8")


def _start(backstage: DemoServer) -> None:
    print(_("Starting the server…"), flush=True)
    if not backstage.wait_for_port():
        raise OperatorError(
            M(
                "Another program uses the demo's port {port}. Begin the day again: {fresh}",
                port=backstage.port,
                fresh=_again(),
            )
        )
    backstage.start()


def _again() -> str:
    return command("demo", "--fresh")


def _leave(number: int, _frame: object) -> None:
    """A closed terminal ends the demo, and with it the demo's server."""
    raise SystemExit(128 + number)


def _store(folder: Path, device: str) -> Path:
    return folder / device.lower()


def _port_of(folder: Path) -> int | None:
    """Where the server of the day answers; None where there is no day to go on with."""
    try:
        return int(json.loads((folder / DAY).read_text("utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Keep the demo's folder for this process. The lock lies beside it, for the folder is emptied.

    Raises:
        OperatorError: another demo has it.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = take(folder.with_suffix(".lock"))
    except Taken as taken:
        raise OperatorError(
            M(
                "A demo runs already (folder {folder}{user}). A second handheld on it: {join}",
                folder=folder,
                user=taken.user,
                join=command("demo", "--join"),
            )
        ) from taken
    try:
        yield
    finally:
        os.close(lock)


def _runs(folder: Path) -> bool:
    try:
        os.close(take(folder.with_suffix(".lock")))
    except Taken:
        return True
    return False


def _enrol(store: Path, device: str, backstage: DemoServer) -> None:
    try:
        asyncio.run(enrol(store, backstage.url, backstage.enrolment_code(device, SITE)))
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
