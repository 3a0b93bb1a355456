"""What is said of goods and labels that are not as they should be."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.settings.key import REASONS, Key
from scantrail.words import N_


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """The reasons to choose from."""

    damage_reasons: tuple[str, ...] = ("packaging", "housing", "label", "water")
    label_reasons: tuple[str, ...] = ("torn", "dirty or faded", "badly printed", "missing")
    """Why a label cannot be read (R43)."""


KEYS = (
    Key("reasons.damage", "damage_reasons", REASONS, N_("kinds of damage"), "damage_reasons"),
    Key("reasons.label", "label_reasons", REASONS, N_("why a label cannot be read"), "label_reasons"),
)
