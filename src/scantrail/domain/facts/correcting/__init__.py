"""A person records where a unit really is, and as what, when the record and the goods have gone apart (R24)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import DESK, LISTED, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, container, document, listed, unit
from scantrail.domain.acts.needs import places
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.documents.changes import of_list, without_unit
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.correcting.events import UnitCorrected
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.handling import transition_refusal
from scantrail.domain.rules.records import has_reason, has_right
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.container import Container
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message


def _touches(event: UnitCorrected) -> tuple[Thing, ...]:
    of_list = () if event.document is None else (document(event.document), listed(event.document, event.unit))
    of_container = () if event.container is None else (container(event.container),)
    return (*of_list, *of_container, unit(event.unit))


def _check(sight: Sight, event: UnitCorrected) -> Refusal | None:
    """A person with the right, a reason, a place of this site, and a record that tells what was on record before."""
    found = sight.unit(event.unit)
    on_record = (found.place, found.status, found.container)
    told_truth = (event.from_place, event.from_status, event.container) == on_record
    listed_row = sight.listed(event.document, event.unit)
    was_picked = listed_row is not None and listed_row.picked is not None
    told_truth = told_truth and event.line == (listed_row.line if listed_row is not None and was_picked else "")
    refusal = has_right(sight, Right.SETTLE) or has_reason(sight) or place_refusal(sight.world, event.to_place)
    return refusal or (None if told_truth else transition_refusal(found))


def _unit(found: Unit, event: UnitCorrected, change: Change) -> Unit:
    return replace(
        found,
        status=event.to_status,
        place=event.to_place,
        condition=event.condition,
        document=event.to_document,
        order=event.to_order,
        container=None,
    )


def _list(pick_list: PickList, event: UnitCorrected, change: Change) -> PickList:
    return without_unit(pick_list, event.line, event.unit, checks=(), unmet=())


def _listed(found: Listed | None, event: UnitCorrected, change: Change) -> Listed:
    return replace(found or Listed(event.document or "", event.unit), picked=None)


def _container(found: Container, event: UnitCorrected, change: Change) -> Container:
    return found.with_units(-1)


def _told(event: UnitCorrected) -> Message:
    return M(
        "Corrected: found in {place}, {status}; on record were {from_place} and {from_status}",
        place=place_words(event.to_place),
        status=M(STATUS_NAMES[event.to_status]),
        from_place=place_words(event.from_place),
        from_status=M(STATUS_NAMES[event.from_status]),
    )


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        UnitCorrected,
        Family.STATUS,
        by=DESK,
        touches=_touches,
        reads=lambda event: places(event.from_place, event.to_place),
        check=_check,
        fits=PickList,
        folds={
            RowKind.UNIT: _unit,
            RowKind.DOCUMENT: of_list(_list),
            RowKind.LISTED: _listed,
            RowKind.CONTAINER: _container,
        },
        creates=LISTED,
        told=_told,
        leaves_table=True,
        stock=Stock.FREES,
        where=lambda event: event.from_place,
    ),
)
"""The facts of this family."""
