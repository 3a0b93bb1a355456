"""What happens when goods arrive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.things.unit import Unit


class Creation(Enum):
    """How a unit comes to be registered (R4), and `migration` for units taken over from another system."""

    RECEIVING = "receiving"
    MANUFACTURING = "manufacturing"
    SERVICE_RETURN = "service_return"
    TRANSFER = "transfer"
    FOUND = "found"
    MIGRATION = "migration"


@dataclass(frozen=True, slots=True)
class UnitRegistered(Event):
    """A unit enters our records, with everything known of it then (R5)."""

    unit: UnitId
    how: Creation
    born: Unit
    """The unit's first state."""
