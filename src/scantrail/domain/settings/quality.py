"""What is said of goods and labels that are not as they should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """The reasons to choose from."""

    damage_reasons: tuple[str, ...] = ("packaging", "housing", "label", "water")
    label_reasons: tuple[str, ...] = ("torn", "dirty or faded", "badly printed", "missing")
    """Why a label cannot be read (R43)."""
