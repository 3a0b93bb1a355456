"""The steps of a unit's past, by the names that files use."""

from __future__ import annotations

from enum import Enum

from scantrail.domain.acts.event import Event
from scantrail.domain.facts.picking.events import AllocationReleased, UnitAllocated, UnitPicked
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated, UnitQuarantined
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped


class Step(Enum):
    """What happened to a unit."""

    REGISTERED = "registered"
    MOVED = "moved"
    ALLOCATED = "allocated"
    RELEASED = "released"
    PICKED = "picked"
    CONDITION = "condition"
    QUARANTINED = "quarantined"
    SHIPPED = "shipped"
    DELIVERED = "delivered"


STEP_EVENTS: dict[Step, type[Event]] = {
    Step.REGISTERED: UnitRegistered,
    Step.MOVED: UnitMoved,
    Step.ALLOCATED: UnitAllocated,
    Step.RELEASED: AllocationReleased,
    Step.PICKED: UnitPicked,
    Step.CONDITION: ConditionStated,
    Step.QUARANTINED: UnitQuarantined,
    Step.SHIPPED: UnitShipped,
    Step.DELIVERED: UnitDelivered,
}
"""The event each step is recorded as."""
