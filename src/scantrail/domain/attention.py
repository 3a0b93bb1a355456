"""An act that did not apply: what it is about, and what the desk has done with the goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scantrail.domain.acts.act import Act, Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Code, Refusal
from scantrail.domain.facts import fact_of, things_in, things_of
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.names.identifiers import DocumentId, PlaceId, UnitId, code_of
from scantrail.words import M, Message

Topic = tuple[DocumentId | None, frozenset[UnitId]]
"""A document and its units. What goes wrong again with the same goods is no trouble of its own."""


def _named(things: Iterable[Thing], kind: RowKind) -> frozenset[str]:
    return frozenset(name for each, name in things if each is kind)


def units_in(act: Act) -> frozenset[UnitId]:
    """The units an act is about."""
    return units_in_draft(act.draft)


def units_in_draft(draft: Draft) -> frozenset[UnitId]:
    """The units that what is to be recorded is about."""
    return _named(things_in(draft), RowKind.UNIT)


_IS_OVER = (Code.LIST_TAKEN_OVER, Code.LIST_CANCELLED, Code.LIST_COMPLETED)


def needs_a_person(act: Act, refusal: Refusal) -> bool:
    """Whether somebody must put something right because an act did not apply.

    Not where a person was only on the way to goods of a list that is over, or that another has: the list says so.
    """
    return bool(act.draft.events) and not (is_on_the_way(act) and refusal.code in _IS_OVER)


def is_on_the_way(act: Act) -> bool:
    """Whether an act did nothing with goods and found nothing out: a list taken or given back, a label confirmed."""
    return all(fact_of(event).on_the_way for event in act.draft.events)


def registered_in(act: Act) -> frozenset[UnitId]:
    """The units that an act puts on record."""
    creating = [each for each in act.draft.events if RowKind.UNIT in fact_of(each).creates]
    return _named((thing for event in creating for thing in fact_of(event).touches(event)), RowKind.UNIT)


def documents_in(act: Act) -> frozenset[DocumentId]:
    """The documents an act is about."""
    return _named(things_in(act.draft), RowKind.DOCUMENT)


def unit_of(event: Event) -> UnitId | None:
    """The unit an event is about."""
    return next(iter(_named(things_of(event), RowKind.UNIT)), None)


def document_of(event: Event) -> DocumentId | None:
    """The document an event is about."""
    return next(iter(_named(things_of(event), RowKind.DOCUMENT)), None)


def topic_of(act: Act) -> Topic:
    """What an act is about, as one trouble for a person."""
    return act.draft.document, units_in(act)


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
    if act is not None and refusal.code is not Code.MISUSE and not units_in(act):
        return M("No goods were moved by it. See that the work on {document} goes on.", document=act.draft.document)
    place = place_in(act) if act else None
    home = code_of(place) if place else M("its place")
    values: Mapping[str, Any] = {"picker": picker, "goods": goods, "device": device, "home": home}
    return refusal.sentence(DESK[refusal.code].template, **values)


_BACK = M("Have {picker} put {goods} back in {home}.")
_AGAIN = M("Look at {goods} with {picker}; have recorded again what is true.")
_APART = M("Keep {goods} apart until the record is right.")
_CHANGED = M("{goods} was changed meanwhile. Find it, compare it with its timeline, and have it put where that says.")
_HANDED_ON = M("Have {picker} bring {goods} to {worker}, who works on {document} now.")
_HELD = M("Keep {goods} apart and don't ship it: whoever opened the hold decides.")
_TWICE = M("See who has {goods}. Two units with one serial? Keep both apart. If not, it counts for {worker}.")
_TWO_DOCKS = M("{goods} is on record already. Is that another unit than {picker} has? Then keep both apart.")
_COUNTED = M("{goods} counts once. See with {picker} that there is one of it in the cart.")
_GONE = M("{goods} counts as gone. Keep it apart and find out what left in its place.")
_ELSEWHERE = M("{goods} is recorded at {site}. Keep it apart and ask there.")
_COPIED = M("Take {device} out of use: it may be a copy of another. Compare what both recorded, then enrol it anew.")
_UNREAD = M("Ask {device} what was done then and keep those goods apart. The record is kept; support can read it.")
_NO_RIGHT = M("{picker} had no right to do this. Look at {goods}; have somebody who may do it record it again.")

DESK: dict[Code, Message] = {
    **dict.fromkeys(Code, _AGAIN),
    **dict.fromkeys(
        (
            Code.LIST_CANCELLED,
            Code.LIST_COMPLETED,
            Code.OWNER,
            Code.WRONG_PRODUCT,
            Code.ANOTHER_LIST,
            Code.ANOTHER_ORDER,
            Code.NOT_ON_LIST,
            Code.LINE_FULL,
            Code.LINE_CHANGED,
            Code.FIRMWARE,
            Code.CALIBRATION,
            Code.NOT_PICKABLE,
        ),
        _BACK,
    ),
    **dict.fromkeys((Code.STATUS, Code.TRANSITION, Code.NOT_PICKED_HERE, Code.WRONG_BIN), _CHANGED),
    **dict.fromkeys(
        (Code.UNKNOWN_SERIAL, Code.UNKNOWN_GTIN, Code.UNKNOWN_PRODUCT, Code.UNKNOWN_CODE, Code.SCAN_MISMATCH), _APART
    ),
    Code.LIST_TAKEN_OVER: _HANDED_ON,
    Code.HOLD: _HELD,
    Code.ALREADY_PICKED: _TWICE,
    Code.ALREADY_RECEIVED: _TWO_DOCKS,
    Code.IN_TASK: _COUNTED,
    Code.PICKED_BY_COLLEAGUE: _COUNTED,
    Code.SHIPPED: _GONE,
    Code.ANOTHER_SITE: _ELSEWHERE,
    Code.NO_RIGHT: _NO_RIGHT,
    Code.MISUSE: _COPIED,
    Code.UNREADABLE: _UNREAD,
}
"""The desk's sentence for every code: at the desk nobody holds the goods, so it names who has them."""
