"""Goods are promised to an order, and picked for it (R14, R15, R20)."""

from __future__ import annotations

from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, LISTED, SYSTEM, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, document, listed, unit
from scantrail.domain.acts.needs import Needs, places, rows
from scantrail.domain.documents.changes import as_it_is, of_list
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking import checks, folds, words
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    BinFoundEmpty,
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitAllocated,
    UnitHandedOver,
    UnitPicked,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.names.identifiers import code_of
from scantrail.domain.things.status import Trigger
from scantrail.words import M


def _its_document(event: Any) -> tuple[Thing, ...]:
    return (document(event.document),)


def _its_unit(event: Any) -> tuple[Thing, ...]:
    return (unit(event.unit),)


def _both(event: Any) -> tuple[Thing, ...]:
    return document(event.document), unit(event.unit)


def _all_three(event: Any) -> tuple[Thing, ...]:
    return document(event.document), unit(event.unit), listed(event.document, event.unit)


def _substituted(event: UnitSubstituted) -> tuple[Thing, ...]:
    return *_all_three(event), listed(event.document, event.instead_of)


def _from_and_to(event: Any) -> Needs:
    return places(event.from_place, event.to_place)


def _its_units(event: Any) -> Needs:
    return rows(*(listed(event.document, each) for each in event.units))


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        UnitAllocated,
        Family.STATUS,
        by=SYSTEM,
        touches=_its_unit,
        concerns=lambda event: (document(event.document),) if event.document else (),
        check=checks.allocated,
        folds={RowKind.UNIT: folds.unit_allocated},
        told=words.allocated,
        trigger=Trigger.ORDER,
        stock=Stock.TAKES,
    ),
    Fact(
        AllocationReleased,
        Family.STATUS,
        by=HANDHELD | SYSTEM,
        touches=_its_unit,
        check=checks.released,
        folds={RowKind.UNIT: folds.unit_released},
        told=lambda event: M("No longer promised to {order}", order=event.order),
        trigger=Trigger.CANCELLED,
        stock=Stock.FREES,
    ),
    Fact(
        UnitSubstituted,
        Family.STATUS,
        by=HANDHELD,
        touches=_substituted,
        reads=lambda event: rows(unit(event.instead_of)),
        check=checks.substituted,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_substituted,
            RowKind.DOCUMENT: as_it_is,
            RowKind.LISTED: folds.listed_substituted,
        },
        creates=LISTED,
        told=words.substituted,
        trigger=Trigger.ORDER,
        stock=Stock.TAKES,
    ),
    Fact(
        UnitPicked,
        Family.STATUS,
        by=HANDHELD | SYSTEM,
        touches=_all_three,
        reads=_from_and_to,
        check=checks.picked,
        forbids=checks.pick_forbidden,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_picked,
            RowKind.DOCUMENT: of_list(folds.list_picked),
            RowKind.LISTED: folds.listed_picked,
        },
        creates=LISTED,
        told=words.picked,
        trigger=Trigger.PICK,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
        in_hand=True,
    ),
    Fact(
        PickUndone,
        Family.STATUS,
        by=HANDHELD,
        touches=_all_three,
        reads=_from_and_to,
        check=checks.undone,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_undone,
            RowKind.DOCUMENT: of_list(folds.list_undone),
            RowKind.LISTED: folds.listed_undone,
        },
        creates=LISTED,
        told=words.undone,
        trigger=Trigger.PICK_UNDONE,
        stock=Stock.FREES,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitHandedOver,
        Family.LOCATION,
        by=HANDHELD,
        touches=_both,
        reads=lambda event: _from_and_to(event).with_all([rows(listed(event.document, event.unit))]),
        check=checks.handed_over,
        fits=PickList,
        folds={RowKind.UNIT: folds.unit_handed_over, RowKind.DOCUMENT: as_it_is},
        told=words.handed_over,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitsReserved,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        reads=lambda event: rows(*map(unit, event.units)),
        check=checks.reserved,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.list_reserved)},
        told=words.reserved,
        on_the_way=True,
    ),
    Fact(
        LineShorted,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        reads=_its_units,
        check=checks.shorted,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.list_shorted)},
        told=words.shorted,
    ),
    Fact(
        ShortUndone,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.short_undone,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.list_short_undone)},
        told=words.short_undone,
    ),
    Fact(
        BinFoundEmpty,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        reads=lambda event: places(event.place),
        check=checks.found_empty,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.list_bin_empty)},
        told=lambda event: M("Bin {place} found empty", place=code_of(event.place)),
        where=lambda event: event.place,
    ),
)
"""The facts of this family."""
