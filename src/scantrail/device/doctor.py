"""What this device can do, what it lacks, and what to do about it."""

from __future__ import annotations

import ctypes.util
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scantrail import __version__
from scantrail.device.clock import DeviceClock
from scantrail.device.clock_check import SET_CLOCK, clock_trouble
from scantrail.device.identity.keys import DeviceKeys, KeysUnusable
from scantrail.device.store import Counts, DeviceStore, Identity, NumbersLeft, PhotoCounts, StoreError, StoreMissing
from scantrail.device.transport import Offline, Refused, Server
from scantrail.domain.moments import is_time_zone, zoned_moment
from scantrail.domain.people.site import Site
from scantrail.glyphs import UNICODE, charset_of
from scantrail.program import command
from scantrail.protocol.messages import PROTOCOL
from scantrail.scanning.chosen import Scanners, scanners_of
from scantrail.scanning.profiles import Profile
from scantrail.scanning.serial_port import port_trouble
from scantrail.scanning.settings import ProfileUnusable
from scantrail.sqlite import FIXED, sqlite3
from scantrail.words import M, Message, say

SMALLEST = (20, 8)
"""Columns and lines below which the guided screen cannot be drawn."""


class State(Enum):
    """How a check came out."""

    GOOD = "good"
    NOTE = "note"
    """Works, with something to know or to install."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    name: str
    state: State
    found: Message | str
    todo: Message | str = ""

    @property
    def is_problem(self) -> bool:
        """Whether work on this device cannot go on as it is."""
        return self.state is State.PROBLEM

    def line(self) -> str:
        """One or two lines for people."""
        glyph = {State.GOOD: "✓", State.NOTE: "·", State.PROBLEM: "✗"}[self.state]
        todo = f"\n{'':13}→ {say(self.todo)}" if self.todo else ""
        return f"{glyph} {self.name:<10} {say(self.found)}{todo}"

    def to_plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {"name": self.name, "state": self.state.value, "found": say(self.found), "todo": say(self.todo)}


async def examine(folder: Path) -> list[Finding]:
    """Check everything that work on this device depends on; `folder` is where it keeps its records."""
    return [
        Finding("version", State.GOOD, f"scantrail {__version__}"),
        Finding("Python", State.GOOD, f"{platform.python_version()} ({platform.machine()})"),
        _sqlite(),
        _zbar(),
        _zxing(),
        _camera(),
        _terminal(),
        _colours(),
        _glyphs(),
        *_scanners(folder),
        *await _records(folder),
    ]


def _sqlite() -> Finding:
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= FIXED:
        return Finding("SQLite", State.GOOD, found)
    return Finding(
        "SQLite",
        State.NOTE,
        M("{version}: safe here, because only one process and one connection write.", version=found),
    )


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _zbar() -> Finding:
    package = _installed("pyzbar")
    if not package:
        return Finding("zbar", State.NOTE, M("not installed; scanners work without it."), _CAMERA_PART)
    if ctypes.util.find_library("zbar") is None:
        return Finding(
            "zbar",
            State.NOTE,
            M("pyzbar {version} finds no library libzbar; scanners work without it.", version=package),
            M("For the camera: sudo apt install libzbar0"),
        )
    return Finding("zbar", State.GOOD, M("pyzbar {version} with libzbar", version=package))


def _zxing() -> Finding:
    package = _installed("zxing-cpp")
    if package:
        return Finding("zxing", State.GOOD, f"zxing-cpp {package}")
    return Finding("zxing", State.NOTE, M("not installed; scanners work without it."), _CAMERA_PART)


_CAMERA_PART = M("For the camera: pip install 'scantrail[camera]'")


def _camera() -> Finding:
    opencv = _installed("opencv-python-headless") or _installed("opencv-python")
    if not opencv:
        return Finding("camera", State.NOTE, M("OpenCV is not installed; scanners work without it."), _CAMERA_PART)
    devices = sorted(Path("/dev").glob("video*"))
    if not devices:
        return Finding("camera", State.NOTE, M("OpenCV {version}; no camera is connected.", version=opencv))
    barred = [device for device in devices if not os.access(device, os.R_OK | os.W_OK)]
    if len(barred) == len(devices):
        return Finding(
            "camera",
            State.NOTE,
            M("{device} may not be used by this user.", device=barred[0]),
            M("sudo usermod -aG video $USER, then sign in again"),
        )
    return Finding("camera", State.GOOD, f"OpenCV {opencv}, {devices[0]}")


def _terminal() -> Finding:
    columns, lines = shutil.get_terminal_size()
    found = M("{columns} × {lines}", columns=columns, lines=lines)
    if not sys.stdout.isatty():
        return Finding("terminal", State.NOTE, M("this is not a terminal, so its size is not known."))
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        todo = M("Use a smaller font: at least {columns} × {lines}.", columns=SMALLEST[0], lines=SMALLEST[1])
        return Finding("terminal", State.PROBLEM, found, todo)
    return Finding("terminal", State.GOOD, found)


def _colours() -> Finding:
    term = os.environ.get("TERM", "")
    if os.environ.get("NO_COLOR"):
        return Finding("colours", State.GOOD, M("none, as NO_COLOR asks; verdicts have words and glyphs."))
    if term in ("", "dumb"):
        todo = M("Set TERM, for example: export TERM=xterm-256color")
        return Finding(
            "colours", State.PROBLEM, M("TERM is {term!r}: no full-screen program can run.", term=term), todo
        )
    many = os.environ.get("COLORTERM") in ("truecolor", "24bit") or "256" in term
    return Finding("colours", State.GOOD, M("many ({term})", term=term) if many else M("16 ({term})", term=term))


def _glyphs() -> Finding:
    charset = charset_of(os.environ, sys.stdout.encoding)
    if charset == UNICODE:
        return Finding("glyphs", State.GOOD, "✓ ✗ ▸ ↻ …")
    found = M("ASCII in place of ✓ ✗ ▸ ↻ …: terminal and locale show {charset} only.", charset=charset)
    return Finding("glyphs", State.NOTE, found, M("If the terminal shows UTF-8: export LANG=C.UTF-8"))


def _scanners(folder: Path) -> list[Finding]:
    """Which profiles are used and why; for a serial port, whether it can be listened to."""
    try:
        scanners = scanners_of(folder)
    except ProfileUnusable as error:
        todo = M("Correct it, or go back to what ships: scantrail scanner use generic (or camera)")
        return [Finding("profile", State.PROBLEM, error.message, todo)]
    scanner = scanners.serial_port or scanners.keyboard
    findings = [_profile(scanner, scanners)]
    if scanners.camera.kind in scanners.chosen:
        findings.append(_profile(scanners.camera, scanners))
    if scanner.serial is not None:
        trouble = port_trouble(scanner.serial)
        state = State.NOTE if trouble else State.GOOD
        findings.append(Finding("port", state, trouble or M("{port} can be listened to.", port=scanner.serial.port)))
    return findings


def _profile(profile: Profile, scanners: Scanners) -> Finding:
    if profile.kind in scanners.chosen:
        found = M("{name} ({kind}), chosen for this device", name=profile.name, kind=profile.kind.value)
    else:
        found = M("{name} ({kind}), since none was chosen", name=profile.name, kind=profile.kind.value)
    return Finding("profile", State.GOOD, found)


async def _records(folder: Path) -> list[Finding]:
    """The store, its journal and its server; one finding says it all where there is no store."""
    try:
        with DeviceStore.open(folder) as store:
            identity, counts, photos = store.identity, store.counts(), store.photos.counts()
            numbers, unread = store.carton_numbers_left(), store.count_unread()
            heard, site = store.last_heard(), store.site_row
    except StoreMissing:
        enrol = command("enrol", "--server", "URL", "--code", "CODE", store=folder)
        todo = M("On the server: scantrail device add NAME --site SITE; here: {enrol}", enrol=enrol)
        return [Finding("records", State.NOTE, M("{folder}: this device is not enrolled.", folder=folder), todo)]
    except StoreError as error:
        return [Finding("records", State.PROBLEM, error.message)]
    known = M("{device} at {site}, in {folder}", device=identity.device, site=identity.site, folder=folder)
    return [
        Finding("records", State.GOOD, known),
        _journal(counts),
        *_photos(photos),
        *_unread(unread),
        *_numbers(numbers),
        *_time_zone(site),
        *_keys(folder, site.time_zone if site else ""),
        *await _server(identity, heard),
    ]


def _journal(counts: Counts) -> Finding:
    if counts.attention:
        todo = M("Sign in and open Needs attention.")
        return Finding("journal", State.NOTE, M("{count} need attention.", count=counts.attention), todo)
    if counts.pending:
        todo = M("They go up by themselves when the server can be reached; do not delete the folder.")
        return Finding("journal", State.NOTE, M("{count} records wait for the server.", count=counts.pending), todo)
    return Finding("journal", State.GOOD, M("the server has every record."))


def _photos(counts: PhotoCounts) -> list[Finding]:
    """Only where there is something to say of them."""
    if counts.refused:
        todo = M("Sign in and open Needs attention: it says why.")
        return [Finding("photos", State.NOTE, M("{count} did not reach the server.", count=counts.refused), todo)]
    if counts.waiting:
        todo = M("They go up by themselves after their records; do not delete the folder.")
        return [Finding("photos", State.NOTE, M("{count} photos wait for the server.", count=counts.waiting), todo)]
    return []


def _unread(count: int) -> list[Finding]:
    """Only where a newer server has sent what this version does not understand."""
    if not count:
        return []
    found = M("{count} rows of a newer server are not understood here. They are kept.", count=count)
    return [Finding("rows", State.NOTE, found, M("Upgrade scantrail on this device."))]


def _numbers(numbers: NumbersLeft | None) -> list[Finding]:
    """Only where the site numbers cartons."""
    if numbers is None:
        return []
    if numbers.left and not numbers.refusal:
        return [Finding("numbers", State.GOOD, numbers.told)]
    todo = "" if numbers.refusal else M("Connect to the network: scantrail sync now")
    return [Finding("numbers", State.NOTE, numbers.told, todo)]


def _time_zone(site: Site | None) -> list[Finding]:
    """Only where there is something to say of it."""
    if site is None or is_time_zone(site.time_zone):
        return []
    found = M("{zone} is not known here: times are shown in UTC, and days begin and end by UTC.", zone=site.time_zone)
    todo = M("Upgrade this device's time zones: pip install --upgrade tzdata. If that does not help, correct the site.")
    return [Finding("time zone", State.NOTE, found, todo)]


def _keys(folder: Path, time_zone: str) -> list[Finding]:
    """The keys where they cannot be used; else until when the token is good."""
    try:
        until = DeviceKeys.load(folder).until
    except KeysUnusable as error:
        return [Finding("keys", State.PROBLEM, error.message)]
    if until is None:
        return [Finding("token", State.NOTE, M("the server has not said until when it is good."), _NEW_TOKEN)]
    shown = zoned_moment(until, time_zone)
    if until <= DeviceClock().now().wall:
        return [Finding("token", State.NOTE, M("good until {when}, which is over.", when=shown), _NEW_TOKEN)]
    return [Finding("token", State.GOOD, M("good until {when}; a new one comes before.", when=shown))]


_NEW_TOKEN = M("A new one comes with the next exchange: scantrail sync now")


async def _server(identity: Identity, last_heard: date | None) -> list[Finding]:
    """The server, and the clock where it cannot be right."""
    server = Server(identity.server_url)
    try:
        health = await server.health()
    except (Offline, Refused) as error:
        away = Finding("server", State.NOTE, str(error), M("Scanning goes on without it."))
        return [away, *_clock(None, last_heard)]
    finally:
        await server.close()
    if health.protocol != PROTOCOL:
        found = M(
            "{url} speaks protocol {theirs}, this device {ours}.",
            url=identity.server_url,
            theirs=health.protocol,
            ours=PROTOCOL,
        )
        return [Finding("server", State.PROBLEM, found, M("Upgrade the older side."))]
    answers = M("{url}, version {version}", url=identity.server_url, version=health.version)
    return [Finding("server", State.GOOD, answers), *_clock(health.now, last_heard)]


def _clock(server: datetime | None, last_heard: date | None) -> list[Finding]:
    trouble = clock_trouble(DeviceClock().now().wall, server, last_heard)
    return [Finding("clock", State.PROBLEM, trouble, SET_CLOCK)] if trouble else []
