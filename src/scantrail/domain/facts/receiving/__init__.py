"""Goods enter our records (R1, R4, R5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, SYSTEM, Change, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, place, product, unit
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts.receiving.checks import ReceiptCase, receipt_refusal
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message

_CREATIONS: dict[Creation, Message] = {
    Creation.RECEIVING: M("Received and registered at {place}"),
    Creation.MANUFACTURING: M("Made and registered at {place}"),
    Creation.SERVICE_RETURN: M("Came back from service, registered at {place}"),
    Creation.TRANSFER: M("Transferred in, registered at {place}"),
    Creation.FOUND: M("Found and registered at {place}"),
    Creation.MIGRATION: M("Taken over from another system, at {place}"),
}


def _check(sight: Sight, event: UnitRegistered) -> Refusal | None:
    owner = sight.world.labels.get((event.born.product, event.born.serial), "")
    on_record = sight.find_unit(event.unit) or sight.find_unit(owner)
    case = ReceiptCase(sight.world, sight.by.actor, sight.draft.reading, sight.said, event, on_record)
    return receipt_refusal(case)


def _born(_unit: Unit | None, event: UnitRegistered, change: Change) -> Unit:
    return replace(event.born, changed_at=event.born.changed_at or change.at, changed_by=change.actor)


def _reads(event: UnitRegistered) -> Needs:
    born = event.born
    return Needs(frozenset({product(born.product), place(born.place)}), frozenset({(born.product, born.serial)}))


def _told(event: UnitRegistered) -> Message:
    return Message(_CREATIONS[event.how].template, {"place": place_words(event.born.place)})


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        UnitRegistered,
        Family.STATUS,
        by=HANDHELD | SYSTEM,
        touches=lambda event: (unit(event.unit),),
        creates=frozenset({RowKind.UNIT}),
        reads=_reads,
        check=_check,
        folds={RowKind.UNIT: _born},
        told=_told,
        stock=Stock.FREES,
        where=lambda event: event.born.place,
        in_hand=True,
    ),
)
"""The facts of this family."""
