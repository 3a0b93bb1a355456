"""Goods go from one place to another: units, containers with what is in them, and goods that are only counted."""

from __future__ import annotations

from typing import Any

from scantrail.domain.acts.fact import Fact
from scantrail.domain.facts.placing import containers, quantities, units

FACTS: tuple[Fact[Any], ...] = (units.FACT, containers.FACT, quantities.FACT)
"""The facts of this family."""
