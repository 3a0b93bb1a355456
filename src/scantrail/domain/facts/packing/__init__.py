"""Units are put into cartons and onto pallets, and taken out of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, container, document, unit
from scantrail.domain.acts.needs import places
from scantrail.domain.facts.packing import checks
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked, UnitUnpacked
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.things.container import Container, ContainerKind
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message

_BEGUN = {
    ContainerKind.CARTON: M("Carton {sscc} begun in {place}"),
    ContainerKind.PALLET: M("Pallet {sscc} begun in {place}"),
}


def _made(_none: Container | None, event: ContainerMade, change: Change) -> Container:
    return Container(event.container, event.kind, event.place, event.size, event.document)


def _unit_in(found: Unit, event: UnitPacked, change: Change) -> Unit:
    return replace(found, container=event.container, place=event.to_place)


def _unit_out(found: Unit, event: UnitUnpacked, change: Change) -> Unit:
    return replace(found, container=None, place=event.to_place)


def _told_made(event: ContainerMade) -> Message:
    return Message(_BEGUN[event.kind].template, {"sscc": event.container, "place": place_words(event.place)})


def _told_packed(event: UnitPacked) -> Message:
    return M("Packed into {sscc} in {place}", sscc=event.container, place=place_words(event.to_place))


def _told_unpacked(event: UnitUnpacked) -> Message:
    return M("Taken out of {sscc}, to {place}", sscc=event.container, place=place_words(event.to_place))


def _both(event: UnitPacked | UnitUnpacked) -> Iterable[Thing]:
    return container(event.container), unit(event.unit)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        ContainerMade,
        Family.LOCATION,
        by=HANDHELD,
        touches=lambda event: (container(event.container),),
        creates=frozenset({RowKind.CONTAINER}),
        reads=lambda event: places(event.place),
        check=checks.made,
        folds={RowKind.CONTAINER: _made},
        told=_told_made,
        concerns=lambda event: (document(event.document),) if event.document else (),
        where=lambda event: event.place,
    ),
    Fact(
        UnitPacked,
        Family.LOCATION,
        by=HANDHELD,
        touches=_both,
        reads=lambda event: places(event.from_place, event.to_place),
        check=checks.packed,
        folds={RowKind.CONTAINER: lambda found, _event, _change: found.with_units(1), RowKind.UNIT: _unit_in},
        told=_told_packed,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitUnpacked,
        Family.LOCATION,
        by=HANDHELD,
        touches=_both,
        reads=lambda event: places(event.from_place, event.to_place),
        check=checks.unpacked,
        folds={RowKind.CONTAINER: lambda found, _event, _change: found.with_units(-1), RowKind.UNIT: _unit_out},
        told=_told_unpacked,
        stock=Stock.FREES,
        where=lambda event: event.from_place,
    ),
)
"""The facts of this family."""
