"""An act that did not apply: what it is about, and what the desk has done with the goods."""

from __future__ import annotations

from collections.abc import Iterable

from scantrail.domain.acts.act import Act, Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.facts import fact_of, things_in, things_of
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.names.identifiers import DocumentId, PlaceId, UnitId, code_of
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.wordings import explain
from scantrail.words import M, Message

Topic = tuple[DocumentId | None, frozenset[str]]
"""A document, and the names of the goods. What goes wrong again with the same goods is no trouble of its own."""

_GOODS = (RowKind.UNIT, RowKind.CONTAINER, RowKind.QUANTITY)


def _named(things: Iterable[Thing], kind: RowKind) -> frozenset[str]:
    return frozenset(name for each, name in things if each == kind)


def units_in(act: Act) -> frozenset[UnitId]:
    """The units an act is about."""
    return units_in_draft(act.draft)


def units_in_draft(draft: Draft) -> frozenset[UnitId]:
    """The units that what is to be recorded is about."""
    return _named(things_in(draft), RowKind.UNIT)


_IS_OVER = (TaskCode.LIST_TAKEN_OVER, TaskCode.LIST_CANCELLED, TaskCode.LIST_COMPLETED)


def needs_a_person(act: Act, refusal: Refusal) -> bool:
    """Whether somebody must put something right because an act did not apply.

    Not where a person was only on the way to goods of a list that is over, or that another has: the list says so.
    """
    return bool(act.draft.events) and not (is_on_the_way(act) and refusal.code in _IS_OVER)


def is_on_the_way(act: Act) -> bool:
    """Whether an act did nothing with goods and found nothing out: a list taken or given back, a label confirmed."""
    return all(fact_of(event).on_the_way for event in act.draft.events)


def goods_in(act: Act) -> frozenset[Thing]:
    """The goods that an act is about: units, containers, and quantities in their places."""
    return frozenset(thing for thing in things_in(act.draft) if thing[0] in _GOODS)


def registered_in(act: Act) -> frozenset[UnitId]:
    """The units that an act puts on record."""
    creating = [each for each in act.draft.events if RowKind.UNIT in fact_of(each).creates]
    return _named((thing for event in creating for thing in fact_of(event).touches(event)), RowKind.UNIT)


def documents_in(act: Act) -> frozenset[DocumentId]:
    """The documents an act is about."""
    return _named(things_in(act.draft), RowKind.DOCUMENT)


def unit_of(event: Event) -> UnitId | None:
    """The first unit an event is about."""
    return next((name for kind, name in things_of(event) if kind == RowKind.UNIT), None)


def document_of(event: Event) -> DocumentId | None:
    """The first document an event is about."""
    return next((name for kind, name in things_of(event) if kind == RowKind.DOCUMENT), None)


def topic_of(act: Act) -> Topic:
    """What an act is about, as one trouble for a person."""
    return act.draft.document, frozenset(name for _, name in goods_in(act))


def settlements_in(act: Act) -> tuple[AttentionSettled, ...]:
    """What an act settles; each record once, however many units it was about."""
    found = {each.record: each for each in act.draft.events if isinstance(each, AttentionSettled)}
    return tuple(found.values())


def place_in(act: Act) -> PlaceId | None:
    """Where the goods were, or the person stood, when it was recorded; None when the act does not say."""
    places = (fact_of(event).where(event) for event in act.draft.events)
    return next((place for place in places if place is not None), None)


def is_in_hand(act: Act) -> bool:
    """Whether the person holds the goods after it."""
    return any(fact_of(event).in_hand for event in act.draft.events)


def desk_todo(act: Act | None, refusal: Refusal, *, picker: str, goods: str, device: str) -> Message:
    """What the desk has done about an act that did not apply; `act` is None for a record that cannot be read.

    `picker` is the name of the person, `goods` the serials.
    """
    if act is not None and refusal.code != ActCode.MISUSE and not goods_in(act):
        return M("No goods were moved by it. See that the work on {document} goes on.", document=act.draft.document)
    place = place_in(act) if act else None
    home = code_of(place) if place else M("its place")
    return explain(refusal).at_the_desk(picker=picker, goods=goods, device=device, home=home)
