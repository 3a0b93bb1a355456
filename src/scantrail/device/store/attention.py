"""What needs attention: acts that changed something here and did not apply on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.attention import Topic, is_in_hand, place_in, topic_of
from scantrail.domain.names.identifiers import DocumentId, UnitId, WorkerId, code_of
from scantrail.domain.wordings import explain
from scantrail.words import Message


@dataclass(frozen=True, slots=True)
class Trouble:
    """An act that did not apply."""

    act: Act
    refusal: Refusal
    settled_by: int | None
    """The seq of the act by which a person here said that the goods are dealt with; the trouble's own seq when it was
    settled elsewhere."""


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """Something a person still has to put right."""

    act: ActId
    """The first act that did not apply; settling names it."""
    units: tuple[UnitId, ...]
    serials: tuple[str, ...]
    scanned: str
    """The text that was scanned or typed; empty when there was none."""
    by: WorkerId
    when: datetime
    document: DocumentId | None
    refusal: Refusal
    todo: Message
    """What the person does with the goods."""


def todo_of(act: Act, refusal: Refusal) -> Message:
    """What is done with the goods of an act that did not apply: a unit that is in somebody's hand goes somewhere."""
    place = place_in(act)
    why = explain(refusal)
    return why.afterwards(code_of(place)) if place and is_in_hand(act) else why.todo


def open_troubles(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """The troubles to show, newest first: one for each document and its units, told by its first act.

    An act that follows on one that did not apply fails with it (the condition of a unit that was not picked); it is
    no trouble of its own. Settling covers what was recorded before it.
    """
    heads: dict[Topic, Trouble] = {}
    for trouble in troubles:
        topic = topic_of(trouble.act)
        heads[topic] = _head(heads.get(topic), trouble)
    unsettled = [head for head in heads.values() if head.settled_by is None]
    return tuple(sorted(unsettled, key=lambda head: head.act.id.seq, reverse=True))


def _head(head: Trouble | None, trouble: Trouble) -> Trouble:
    """The trouble that speaks for both: the first, unless that was settled before the other came up."""
    is_new = head is None or (head.settled_by is not None and trouble.act.id.seq > head.settled_by)
    return trouble if head is None or is_new else head


def settled_troubles(troubles: Iterable[Trouble]) -> dict[int, int]:
    """The seqs of all troubles that are dealt with, each with that of the act that settled it or the one it follows."""
    heads: dict[Topic, Trouble] = {}
    found: dict[int, int] = {}
    for trouble in troubles:
        topic = topic_of(trouble.act)
        heads[topic] = _head(heads.get(topic), trouble)
        by = heads[topic].settled_by
        if by is not None:
            found[trouble.act.id.seq] = by
    return found
