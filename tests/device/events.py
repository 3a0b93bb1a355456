"""Events of a pick, as a device records them."""

from __future__ import annotations

from scantrail.domain.facts.picking.events import PickUndone, UnitPicked
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit

LIST = "PL-2025-0091"
CART = "MAIN/CART-05"


def picked(unit: Unit, line: str = "1", document: str = LIST) -> UnitPicked:
    """The unit goes into Sarah's cart."""
    return UnitPicked(unit.id, unit.serial, document, line, "SO-2025-1289", unit.place, CART, unit.status)


def undone(unit: Unit, to: str = "MAIN/A-15-03", back_to: Status = Status.AVAILABLE, line: str = "1") -> PickUndone:
    """The unit goes back into a bin."""
    return PickUndone(unit.id, LIST, line, CART, to, back_to)
