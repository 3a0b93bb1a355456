"""What every event is: a fact that an act records (R23, R24). One class a fact; none is ever edited or deleted."""

from __future__ import annotations

from enum import Enum


class Family(Enum):
    """What an event is about (R23); `work` is the progress of a task."""

    STATUS = "status"
    LOCATION = "location"
    OWNERSHIP = "ownership"
    SERVICE = "service"
    QUALITY = "quality"
    TRANSACTION = "transaction"
    WORK = "work"


class Event:
    """The base of all event classes. Each is a frozen dataclass and has a row in the table of facts."""

    __slots__ = ()
