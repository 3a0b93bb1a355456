"""The device's clock: wall time with its offset, and a monotonic one that nobody can turn back (§7a)."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from scantrail.domain.acts.act import Times

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Where everything on a device gets its times from."""

    def now(self) -> Times:
        """The device's now."""


class DeviceClock:
    """The real clock. The boot id names the run of the monotonic one, so that ages within it are exact."""

    def __init__(self) -> None:
        self._boot = _boot_id()

    def now(self) -> Times:
        """The device's now."""
        return Times(datetime.now().astimezone(), self._boot, int(_monotonic() * 1000))


def _boot_id() -> str:
    """The kernel's id of this boot; where it gives none (some Androids), one of this process."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return f"process-{uuid4()}"


def _monotonic() -> float:
    """Seconds since the boot, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
