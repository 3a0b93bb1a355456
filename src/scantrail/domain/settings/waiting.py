"""How long records wait."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.settings.key import Key
from scantrail.toml import whole_number
from scantrail.words import N_


@dataclass(frozen=True, slots=True)
class WaitingSettings:
    """What holds for records that lack an earlier step."""

    hours: int = 24
    """How long the server keeps an act that lacks an earlier step, before it becomes a trouble to settle."""


MOST_HOURS = 24 * 366
"""A year."""

KEYS = (
    Key(
        "waiting.hours",
        "hours",
        whole_number(1, MOST_HOURS),
        N_("how long the server keeps a record that lacks an earlier step"),
        "waiting_hours",
    ),
)
