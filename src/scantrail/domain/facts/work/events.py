"""How the work on a document goes on, in any job."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.acts.event import Event
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId


@dataclass(frozen=True, slots=True)
class TaskTaken(Event):
    """A worker starts, or resumes, a document on a device."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class TaskReleased(Event):
    """A worker gives a document back: nobody works on it, and anybody may take it without a reason."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class PlaceConfirmed(Event):
    """The worker stands at a place, proved by its label; None when the worker leaves it."""

    document: DocumentId
    place: PlaceId | None


@dataclass(frozen=True, slots=True)
class ProductConfirmed(Event):
    """The worker has the right product at hand, proved by its label."""

    document: DocumentId
    product: ProductId


@dataclass(frozen=True, slots=True)
class CheckConfirmed(Event):
    """One item of the completion checklist is confirmed (R15)."""

    document: DocumentId
    item: str


@dataclass(frozen=True, slots=True)
class CheckNotMet(Event):
    """One item of the completion checklist is not so; the act carries the reason why the work may end all the same."""

    document: DocumentId
    item: str


@dataclass(frozen=True, slots=True)
class TaskCompleted(Event):
    """A document is done: nothing is left to do for it, and every item of its checklist is answered."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class TaskCancelled(Event):
    """A document is withdrawn."""

    document: DocumentId
