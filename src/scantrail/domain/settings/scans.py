"""How codes may be given."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.settings.key import Key
from scantrail.toml import yes_or_no
from scantrail.words import N_


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What holds for every scan."""

    typed_serials: bool = False
    """Whether a serial may be typed by hand (R11)."""


KEYS = (
    Key("typed_serials", "typed_serials", yes_or_no(), N_("whether serials may be typed by hand"), "typed_serials"),
)
