"""The steps of a unit's past, by the names that files use."""

from __future__ import annotations

from enum import Enum

from scantrail.domain.events import (
    AllocationReleased,
    ConditionStated,
    UnitAllocated,
    UnitDelivered,
    UnitEvent,
    UnitMoved,
    UnitPicked,
    UnitQuarantined,
    UnitRegistered,
    UnitShipped,
)


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


STEP_EVENTS: dict[Step, type[UnitEvent]] = {
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
