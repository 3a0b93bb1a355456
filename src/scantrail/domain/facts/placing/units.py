"""A unit goes from one place to another by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, SYSTEM, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, unit
from scantrail.domain.acts.needs import places
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.handling import at_hand_refusal, transition_refusal
from scantrail.domain.rules.records import has_right
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message


def _check(sight: Sight, event: UnitMoved) -> Refusal | None:
    """A unit at hand, from where it is to another place of this site."""
    found = sight.unit(event.unit)
    refusal = has_right(sight, Right.MOVE) or at_hand_refusal(sight.world, found)
    if refusal is not None:
        return refusal
    return place_refusal(sight.world, event.to_place) if found.place == event.from_place else transition_refusal(found)


def _fold(found: Unit, event: UnitMoved, change: Change) -> Unit:
    return replace(found, place=event.to_place)


def _told(event: UnitMoved) -> Message:
    return M("Moved from {origin} to {place}", origin=place_words(event.from_place), place=place_words(event.to_place))


FACT: Fact[Any] = Fact(
    UnitMoved,
    Family.LOCATION,
    by=HANDHELD | SYSTEM,
    touches=lambda event: (unit(event.unit),),
    reads=lambda event: places(event.from_place, event.to_place),
    check=_check,
    folds={RowKind.UNIT: _fold},
    told=_told,
    stock=Stock.FREES,
    where=lambda event: event.from_place,
)
"""A unit is moved."""
