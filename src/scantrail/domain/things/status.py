"""The twelve statuses and the one table of transitions (domain §3, R19-R21)."""

from __future__ import annotations

from enum import Enum

from scantrail.words import N_


class Status(Enum):
    """Where a unit is in its life. Holds lie over it (see `holds`)."""

    AVAILABLE = "available"
    ALLOCATED = "allocated"
    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    UNDER_SERVICE = "under_service"
    QUARANTINE = "quarantine"
    DAMAGED = "damaged"
    RECALLED = "recalled"
    RETIRED = "retired"
    VOID = "void"


STATUS_NAMES: dict[Status, str] = {
    Status.AVAILABLE: N_("Available"),
    Status.ALLOCATED: N_("Allocated"),
    Status.PICKED: N_("Picked"),
    Status.SHIPPED: N_("Shipped"),
    Status.DELIVERED: N_("Delivered"),
    Status.RETURNED: N_("Returned"),
    Status.UNDER_SERVICE: N_("Under Service"),
    Status.QUARANTINE: N_("Quarantine"),
    Status.DAMAGED: N_("Damaged"),
    Status.RECALLED: N_("Recalled"),
    Status.RETIRED: N_("Retired"),
    Status.VOID: N_("Void"),
}
"""What people read."""


class Trigger(Enum):
    """Why a status changes (R22)."""

    ORDER = "order"
    PICK = "pick"
    CANCELLED = "cancelled"
    PICK_UNDONE = "pick_undone"
    REPORT_UNDONE = "report_undone"
    FULFILMENT = "fulfilment"
    CONFIRMATION = "confirmation"
    QUALITY_ISSUE = "quality_issue"
    MAINTENANCE = "maintenance"
    DEAD_ON_ARRIVAL = "dead_on_arrival"
    RETURN = "return"
    WARRANTY_CLAIM = "warranty_claim"
    MANUFACTURER_RECALL = "manufacturer_recall"
    INSPECTED = "inspected"
    REPAIRED = "repaired"
    BEYOND_REPAIR = "beyond_repair"
    RESOLVED = "resolved"
    FAILED_INSPECTION = "failed_inspection"
    REWORK = "rework"
    RETURNED_TO_SUPPLIER = "returned_to_supplier"
    DISPOSAL = "disposal"
    REMEDY = "remedy"
    RECALL_RESOLVED = "recall_resolved"


SENT = frozenset({Status.SHIPPED, Status.DELIVERED})
"""Out of the house, on the way to a customer or there."""

TRANSITIONS: dict[Status, dict[Status, frozenset[Trigger]]] = {
    Status.AVAILABLE: {
        Status.ALLOCATED: frozenset({Trigger.ORDER}),
        Status.QUARANTINE: frozenset({Trigger.QUALITY_ISSUE}),
        Status.UNDER_SERVICE: frozenset({Trigger.MAINTENANCE}),
    },
    Status.ALLOCATED: {
        Status.PICKED: frozenset({Trigger.PICK}),
        Status.AVAILABLE: frozenset({Trigger.CANCELLED}),
        Status.QUARANTINE: frozenset({Trigger.QUALITY_ISSUE}),
    },
    Status.PICKED: {
        Status.SHIPPED: frozenset({Trigger.FULFILMENT}),
        Status.ALLOCATED: frozenset({Trigger.PICK_UNDONE}),
        Status.QUARANTINE: frozenset({Trigger.QUALITY_ISSUE}),
    },
    Status.SHIPPED: {
        Status.DELIVERED: frozenset({Trigger.CONFIRMATION}),
        Status.UNDER_SERVICE: frozenset({Trigger.DEAD_ON_ARRIVAL}),
        Status.RETURNED: frozenset({Trigger.RETURN}),
    },
    Status.DELIVERED: {
        Status.UNDER_SERVICE: frozenset({Trigger.WARRANTY_CLAIM}),
        Status.RECALLED: frozenset({Trigger.MANUFACTURER_RECALL}),
        Status.RETURNED: frozenset({Trigger.RETURN}),
    },
    Status.RETURNED: {
        Status.AVAILABLE: frozenset({Trigger.INSPECTED}),
        Status.QUARANTINE: frozenset({Trigger.QUALITY_ISSUE}),
        Status.UNDER_SERVICE: frozenset({Trigger.MAINTENANCE}),
        Status.DAMAGED: frozenset({Trigger.FAILED_INSPECTION}),
    },
    Status.UNDER_SERVICE: {
        Status.AVAILABLE: frozenset({Trigger.REPAIRED}),
        Status.SHIPPED: frozenset({Trigger.REPAIRED}),
        Status.DAMAGED: frozenset({Trigger.BEYOND_REPAIR}),
    },
    Status.QUARANTINE: {
        Status.AVAILABLE: frozenset({Trigger.RESOLVED}),
        Status.DAMAGED: frozenset({Trigger.FAILED_INSPECTION}),
        Status.UNDER_SERVICE: frozenset({Trigger.REWORK}),
        Status.RETIRED: frozenset({Trigger.RETURNED_TO_SUPPLIER}),
    },
    Status.DAMAGED: {
        Status.RETIRED: frozenset({Trigger.DISPOSAL, Trigger.RETURNED_TO_SUPPLIER}),
    },
    Status.RECALLED: {
        Status.UNDER_SERVICE: frozenset({Trigger.REMEDY}),
        Status.RETIRED: frozenset({Trigger.RECALL_RESOLVED}),
    },
    Status.RETIRED: {},
    Status.VOID: {},
}
"""From, to, and why. Nothing outside it, save a correction (R24)."""


IN_ONE_ACT: dict[tuple[Status, Status], Trigger] = {
    (Status.AVAILABLE, Status.PICKED): Trigger.PICK,
    (Status.PICKED, Status.AVAILABLE): Trigger.PICK_UNDONE,
    (Status.QUARANTINE, Status.AVAILABLE): Trigger.REPORT_UNDONE,
    (Status.QUARANTINE, Status.ALLOCATED): Trigger.REPORT_UNDONE,
}
"""Two steps of the table in one act, and what taking an act back restores (R20)."""


def may_become(old: Status, new: Status, trigger: Trigger | None) -> bool:
    """Whether one act may bring a unit from one status to another: by the table, or by two steps of it at once."""
    if trigger is None:
        return old is new
    return old is new or may_change(old, new, trigger) or IN_ONE_ACT.get((old, new)) is trigger


def may_change(old: Status, new: Status, trigger: Trigger) -> bool:
    """Whether the table has this transition, for this reason."""
    return trigger in TRANSITIONS[old].get(new, frozenset())


def may_pick(old: Status) -> bool:
    """Whether a unit in this status can be picked: Allocated, or Available in one act (R20)."""
    return old in (Status.AVAILABLE, Status.ALLOCATED)


GONE = (Status.SHIPPED, Status.DELIVERED, Status.RETIRED, Status.VOID)
"""Statuses of units that are not in our hands: only a return, a service or a correction brings one back (R20)."""


def may_move(status: Status) -> bool:
    """Whether a unit in this status can go from one place of a site to another, keeping its status."""
    return status not in GONE
