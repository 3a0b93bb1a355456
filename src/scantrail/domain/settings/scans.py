"""How codes may be given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What holds for every scan."""

    typed_serials: bool = False
    """Whether a serial may be typed by hand (R11)."""
