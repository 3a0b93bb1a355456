"""A fact: one event class with everything that must be known of it, as one row of the table of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Recorder, Sight
from scantrail.domain.names.identifiers import DeviceId, PlaceId, WorkerId
from scantrail.domain.things.status import Trigger
from scantrail.words import Message

E = TypeVar("E", bound=Event)


HANDHELD = frozenset({Recorder.DEVICE})
DESK = frozenset({Recorder.DESK})
SYSTEM = frozenset({Recorder.SYSTEM})

LISTED = frozenset({RowKind.LISTED})
"""What a fact creates that is about a unit on a document: the unit may not have been on it before."""


class Stock(Enum):
    """What a fact does to the stock that people are sent to."""

    TAKES = "takes"
    """A unit is taken out of it."""
    FREES = "frees"
    """A unit may come back to it, or stand somewhere else in it."""
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that an event changes: which, and who did it, where and when."""

    thing: Thing
    actor: WorkerId
    device: DeviceId
    at: datetime


Fold = Callable[[Any, Any, Change], Any]
"""From a row, an event and the change to the row afterwards; the row is None where the event creates it."""


def _nothing(_event: Event) -> Needs:
    return Needs()


def no_rows(_event: Event) -> Iterable[Thing]:
    """Of a fact that changes no row."""
    return ()


def nothing_against(_sight: Sight, _event: Event) -> Refusal | None:
    """The check of a fact that nothing can speak against."""
    return None


def _no_place(_event: Event) -> PlaceId | None:
    return None


@dataclass(frozen=True, slots=True)
class Fact(Generic[E]):
    """Everything that is known of one event class."""

    event: type[E]
    family: Family
    """What it is about (R23)."""
    by: frozenset[Recorder]
    """Who may record it."""
    touches: Callable[[E], Iterable[Thing]]
    """The rows it changes."""
    check: Callable[[Sight, E], Refusal | None]
    """Why it may not be recorded; the rows it touches are on record by then, except those it creates."""
    folds: Mapping[RowKind, Fold]
    """What it does to each kind of row that it touches."""
    told: Callable[[E], Message]
    """What happened, in one sentence."""
    fits: type[Any] | None = None
    """The only class of document that it can be about; None where it may be any that somebody works on."""
    reads: Callable[[E], Needs] = _nothing
    """Further rows that the check looks at."""
    creates: frozenset[RowKind] = frozenset()
    """Kinds of rows that need not be on record before."""
    concerns: Callable[[E], Iterable[Thing]] = no_rows
    """Rows that it is about and does not change: it stands in their history all the same."""
    forbids: Callable[[Sight, E], Refusal | None] = nothing_against
    """What forbids it for good, even while a row that it touches is not on record or waits for an earlier step."""
    trigger: Trigger | None = None
    """Why a unit's status changes (R22); None where it does not."""
    leaves_table: bool = False
    """Whether it may change a status as the table does not allow: corrections alone (R24)."""
    stock: Stock = Stock.NEITHER
    where: Callable[[E], PlaceId | None] = _no_place
    """Where the goods were before, or the person stood."""
    in_hand: bool = False
    """Whether the person holds the goods afterwards."""
    on_the_way: bool = False
    """Whether nothing was done with goods and nothing found out: a person was on the way to them."""
