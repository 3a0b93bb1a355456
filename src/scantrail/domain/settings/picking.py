"""How a site picks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.settings.key import QUESTIONS, REASONS, Key
from scantrail.toml import choice
from scantrail.words import N_


class PickCondition(Enum):
    """How it is stated that a picked unit is good. Damage is reported as an exception, whichever is chosen."""

    NEXT = "next"
    """The next good scan, or Enter at the end, says that the last unit was good."""
    EACH = "each"
    """Enter after each unit."""
    EXCEPTION = "exception"
    """A unit that is not reported damaged is good."""


@dataclass(frozen=True, slots=True)
class PickingSettings:
    """What holds for every pick list."""

    condition: PickCondition = PickCondition.NEXT
    short_reasons: tuple[str, ...] = ("not found", "too few in bin", "blocked")
    checklist: tuple[str, ...] = ("All units are in the cart", "Every label can be read")
    """Asked, on one page, before a pick list is ended (R15)."""
    check_reasons: tuple[str, ...] = ("a supervisor knows", "put right at packing")
    """Why a list may end although an item of the checklist is not so."""


KEYS = (
    Key(
        "pick.condition",
        "condition",
        choice(PickCondition),
        N_("what says that a picked unit is good: next (the next scan), each (Enter), exception (no report)"),
        "pick_condition",
    ),
    Key("reasons.short", "short_reasons", REASONS, N_("reasons for a short pick"), "short_reasons"),
    Key("checks.pick", "checklist", QUESTIONS, N_("asked before a pick list is complete"), "pick_checklist"),
    Key("reasons.check", "check_reasons", REASONS, N_("why a list may end with a check not met"), "check_reasons"),
)
