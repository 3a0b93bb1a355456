"""Starting the handheld on an enrolled device's folder."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from scantrail.device.clock import DeviceClock
from scantrail.device.exchange.last_exchange import LastExchange
from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.keys import DeviceKeys, KeysUnusable
from scantrail.device.identity.sign_in import SignIn
from scantrail.device.identity.token import DeviceToken
from scantrail.device.store import DeviceStore, StoreError
from scantrail.device.transport import Server
from scantrail.glyphs import charset_of
from scantrail.handheld.app import HandheldApp
from scantrail.handheld.device import Device
from scantrail.handheld.pages.base import DemoBadge, ExtraEntry
from scantrail.handheld.pages.camera import Cameras
from scantrail.program import ended_by_signals, stop
from scantrail.scanning.acceptance import Rules
from scantrail.scanning.camera.process import Camera, Source
from scantrail.scanning.chosen import scanners_of
from scantrail.scanning.profiles import Profile
from scantrail.scanning.settings import ProfileUnusable
from scantrail.words import OperatorError


def run_handheld(
    folder: Path,
    *,
    camera: str = "0",
    demo_badges: Sequence[DemoBadge] = (),
    extra_entries: Sequence[ExtraEntry] = (),
) -> int:
    """Run the handheld until somebody leaves it; gives the exit code.

    `camera` is a device or its number, a video file, or a folder of pictures. `demo_badges` (name, badge, PIN) are
    shown at the sign-in, and badges may be typed there; `extra_entries` (label, asynchronous function) are added to
    the menu.

    Raises:
        OperatorError: the device is not enrolled, its store is in use or damaged, or its keys or a scanner profile
            cannot be used.
    """
    try:
        store = DeviceStore.open(folder)
    except StoreError as error:
        raise OperatorError(error.message) from error
    with store:
        charset = charset_of(os.environ, getattr(sys.__stdout__, "encoding", None))
        app = HandheldApp(_device(folder, store, camera), demo_badges, extra_entries, charset)
        with ended_by_signals(partial(_end, app)):
            app.run(mouse=False)
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0


def _end(app: HandheldApp, number: int) -> None:
    """End the program as Ctrl+Q does, with the terminal put in order."""
    if not app.is_running or app._loop is None:
        stop(number)
    else:
        app._loop.call_soon_threadsafe(app.end_by, number)


def _device(folder: Path, store: DeviceStore, camera: str) -> Device:
    try:
        keys, scanners = DeviceKeys.load(folder), scanners_of(folder)
    except (KeysUnusable, ProfileUnusable) as error:
        raise OperatorError(error.message) from error
    clock = DeviceClock()
    server = Server(store.identity.server_url, keys.token)
    sync = Sync(store, server, keys, clock, random.random)
    sync.on_exchanged = LastExchange(folder).note
    sync.refresh_token = DeviceToken(folder, keys, store.device, server, clock).refresh
    cameras = _cameras(camera, scanners.camera)
    return Device(store, sync, SignIn(store, server, clock), server, clock, scanners, cameras)


def _cameras(source: str, profile: Profile) -> Cameras:
    rules = profile.camera.rules if profile.camera is not None else Rules()
    return Cameras(partial(Camera, Source(source), rules), profile.name)
