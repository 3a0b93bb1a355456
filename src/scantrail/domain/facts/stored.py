"""Events as they are stored and sent: JSON data with the class's name under `type`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scantrail.domain.acts.event import Event
from scantrail.domain.facts import EVENT_TYPES
from scantrail.domain.plain import from_plain, to_plain

FORMER_NAMES: Mapping[str, str] = {
    "PickListTaken": "TaskTaken",
    "PickListReleased": "TaskReleased",
    "PickListCompleted": "TaskCompleted",
    "PickListCancelled": "TaskCancelled",
    "BinConfirmed": "PlaceConfirmed",
}
"""What records of earlier versions call an event, and what it is called now. The bytes of a record never change."""


class UnknownEvent(ValueError):
    """An event of a type this version does not know."""


def event_to_plain(event: Event) -> dict[str, Any]:
    """The stored form: `{"type": "TaskTaken", "document": "PL-2025-0091"}`."""
    return {"type": type(event).__name__, **to_plain(event)}


def event_from_plain(data: Any) -> Event:
    """The event that `event_to_plain` wrote, in this version or an earlier one.

    Raises:
        UnknownEvent: its type is not known to this version.
        PlainError: its fields are not of the type's shape.
    """
    name = data.get("type") if isinstance(data, dict) else None
    kind = EVENT_TYPES.get(FORMER_NAMES.get(name, name)) if isinstance(name, str) else None
    if kind is None:
        raise UnknownEvent(f"Failed to read an event: unknown type {name!r}.")
    return from_plain(kind, data)
