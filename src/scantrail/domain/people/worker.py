"""Workers and what they may do (R51)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from scantrail.domain.names.identifiers import PlaceId, SiteId, WorkerId

SYSTEM: WorkerId = "System"
"""The actor of acts that no person made, such as an import."""


class Role(Enum):
    """A job, and with it a set of rights."""

    RECEIVING_CLERK = "receiving_clerk"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    SALES = "sales"
    PICKER = "picker"
    SHIPPING = "shipping"
    CUSTOMER_SERVICE = "customer_service"
    WARRANTY_OFFICER = "warranty_officer"
    STORE_MANAGER = "store_manager"
    SERVICE = "service"
    QUALITY = "quality"
    ADMINISTRATOR = "administrator"


class Right(Enum):
    """Something a role allows."""

    PICK = "pick"
    RECEIVE = "receive"
    MOVE = "move"
    """Put a unit into another place of the site."""
    PACK = "pack"
    """Put units into cartons and pallets, and take them out."""
    DECIDE_COUNT = "decide_count"
    """Say what becomes of goods that a count finds or misses."""
    QUARANTINE = "quarantine"
    """State a unit's condition, and set it apart because of it."""
    GRANT = "grant"
    """Allow somebody else, on the spot, what the rules alone do not."""
    LOOK_UP = "look_up"
    SETTLE = "settle"
    """Settle what needs attention at the desk, or on another device than the one that recorded it."""


_LEADING = (Role.SUPERVISOR, Role.STORE_MANAGER, Role.ADMINISTRATOR)
_HOLDERS: dict[Right, tuple[Role, ...]] = {
    Right.LOOK_UP: tuple(Role),
    Right.PICK: (Role.PICKER, *_LEADING),
    Right.RECEIVE: (Role.RECEIVING_CLERK, *_LEADING),
    Right.MOVE: (Role.RECEIVING_CLERK, Role.PICKER, Role.SHIPPING, *_LEADING),
    Right.PACK: (Role.SHIPPING, *_LEADING),
    Right.DECIDE_COUNT: _LEADING,
    Right.QUARANTINE: (
        Role.RECEIVING_CLERK,
        Role.INSPECTOR,
        Role.PICKER,
        Role.SHIPPING,
        Role.QUALITY,
        Role.SERVICE,
        *_LEADING,
    ),
    Right.GRANT: _LEADING,
    Right.SETTLE: _LEADING,
}
RIGHTS: dict[Role, frozenset[Right]] = {
    role: frozenset(right for right, holders in _HOLDERS.items() if role in holders) for role in Role
}
"""What each role may do."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A person who signs in with a badge and a PIN."""

    id: WorkerId
    name: str
    badge: str
    """The text of the badge's barcode."""
    site: SiteId
    roles: tuple[Role, ...]
    cart: PlaceId | None = None
    """The cart or tote that what this person picks goes to."""
    active: bool = True

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """A role that is not known here gives no rights here; the others do."""
        roles = data.get("roles")
        if not isinstance(roles, list):
            return data
        known = [each for each in roles if not isinstance(each, str) or each in Role._value2member_map_]
        return {**data, "roles": known}

    def may(self, right: Right) -> bool:
        """Whether one of the worker's roles allows it."""
        return self.active and any(right in RIGHTS[role] for role in self.roles)
