"""What the handheld stands on, below the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.exchange.sync import SyncState
from scantrail.device.store import DeviceStore
from scantrail.handheld.pages.base import Exchange, Histories, SigningIn
from scantrail.handheld.pages.camera import Cameras
from scantrail.scanning.chosen import Scanners


class SyncLoop(Exchange, Protocol):
    """The sync, as far as the program runs it."""

    on_state: Callable[[SyncState], None]
    on_changed: Callable[[], None]
    is_attended: Callable[[], bool]

    async def run(self) -> None:
        """Exchange until cancelled."""

    def kick(self) -> None:
        """Something was recorded."""


@dataclass(frozen=True, slots=True)
class Device:
    """What the handheld stands on, below the screen."""

    store: DeviceStore
    sync: SyncLoop
    signing_in: SigningIn
    histories: Histories
    clock: Clock
    scanners: Scanners
    cameras: Cameras
