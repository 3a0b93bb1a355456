"""How long records wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitingSettings:
    """What holds for records that lack an earlier step."""

    hours: int = 24
    """How long the server keeps an act that lacks an earlier step, before it becomes a trouble to settle."""
