"""A carton or pallet goes from one place to another, and all that is in it goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, container, unit
from scantrail.domain.acts.needs import places
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts.placing.events import ContainerMoved
from scantrail.domain.facts.placing.places import same_place_refusal
from scantrail.domain.facts.placing.refusals import PlacingCode
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.containers import elsewhere_refusal
from scantrail.domain.rules.handling import at_hand_refusal
from scantrail.domain.rules.records import has_right
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.container import Container
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message


def _check(sight: Sight, event: ContainerMoved) -> Refusal | None:
    """From where it stands to another place of this site, with exactly the units that are in it."""
    found = sight.container(event.container)
    return (
        has_right(sight, Right.MOVE)
        or elsewhere_refusal(found, event.from_place)
        or _contents_refusal(sight, found, event)
        or _unit_refusal(sight, event)
        or same_place_refusal(event.from_place, event.to_place)
        or place_refusal(sight.world, event.to_place)
    )


def _contents_refusal(sight: Sight, found: Container, event: ContainerMoved) -> Refusal | None:
    """Every unit named is in it, and it holds no others: as many as are named."""
    named = {each for each in event.units if sight.unit(each).container == found.id}
    if len(event.units) == len(named) == found.units:
        return None
    return refuse(PlacingCode.CONTENTS_DIFFER, sscc=found.id, count=found.units, told=len(named))


def _unit_refusal(sight: Sight, event: ContainerMoved) -> Refusal | None:
    """What is gone, or at another site, is not in it."""
    found = (at_hand_refusal(sight.world, sight.unit(each)) for each in event.units)
    return next((refusal for refusal in found if refusal is not None), None)


def _touches(event: ContainerMoved) -> Iterable[Thing]:
    return (container(event.container), *map(unit, event.units))


def _container(found: Container, event: ContainerMoved, change: Change) -> Container:
    return replace(found, place=event.to_place)


def _unit(found: Unit, event: ContainerMoved, change: Change) -> Unit:
    return replace(found, place=event.to_place)


def _told(event: ContainerMoved) -> Message:
    return M(
        "{sscc} moved from {origin} to {place}",
        sscc=event.container,
        origin=place_words(event.from_place),
        place=place_words(event.to_place),
    )


FACT: Fact[Any] = Fact(
    ContainerMoved,
    Family.LOCATION,
    by=HANDHELD,
    touches=_touches,
    reads=lambda event: places(event.from_place, event.to_place),
    check=_check,
    folds={RowKind.CONTAINER: _container, RowKind.UNIT: _unit},
    told=_told,
    stock=Stock.FREES,
    where=lambda event: event.from_place,
)
"""A container is moved."""
