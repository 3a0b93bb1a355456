"""How the work on a document goes on, in any job: taken, at a place, checked, done, given back."""

from __future__ import annotations

from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, SYSTEM, Fact
from scantrail.domain.acts.kinds import RowKind, Thing, document
from scantrail.domain.acts.needs import Needs, places
from scantrail.domain.documents.changes import of_list
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.work import checks, folds
from scantrail.domain.facts.work.events import (
    CheckConfirmed,
    CheckNotMet,
    PlaceConfirmed,
    ProductConfirmed,
    TaskCancelled,
    TaskCompleted,
    TaskReleased,
    TaskTaken,
)
from scantrail.domain.names.identifiers import code_of
from scantrail.words import M, Message


def _its_document(event: Any) -> tuple[Thing, ...]:
    return (document(event.document),)


def _place(event: PlaceConfirmed) -> Message:
    if event.place is None:
        return M("Left the bin, on {document}", document=event.document)
    return M("At bin {place}, for {document}", place=code_of(event.place), document=event.document)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        TaskTaken,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.taken,
        folds={RowKind.DOCUMENT: folds.taken},
        told=lambda event: M("{document} taken", document=event.document),
        on_the_way=True,
    ),
    Fact(
        TaskReleased,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        reads=lambda event: Needs(in_hand=frozenset((event.document,))),
        check=checks.released,
        folds={RowKind.DOCUMENT: folds.released},
        told=lambda event: M("{document} given back", document=event.document),
        on_the_way=True,
    ),
    Fact(
        PlaceConfirmed,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        reads=lambda event: places(event.place),
        check=checks.at_place,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.at_place)},
        told=_place,
        where=lambda event: event.place,
        on_the_way=True,
    ),
    Fact(
        ProductConfirmed,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.at_product,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.at_product)},
        told=lambda event: M(
            "Product {product} confirmed, for {document}", product=event.product, document=event.document
        ),
        on_the_way=True,
    ),
    Fact(
        CheckConfirmed,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.check_answered,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.confirmed)},
        told=lambda event: M("Checked: {item}", item=event.item),
        on_the_way=True,
    ),
    Fact(
        CheckNotMet,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.check_answered,
        fits=PickList,
        folds={RowKind.DOCUMENT: of_list(folds.not_met)},
        told=lambda event: M("Not so: {item}", item=event.item),
    ),
    Fact(
        TaskCompleted,
        Family.WORK,
        by=HANDHELD,
        touches=_its_document,
        check=checks.completed,
        folds={RowKind.DOCUMENT: folds.completed},
        told=lambda event: M("{document} complete", document=event.document),
    ),
    Fact(
        TaskCancelled,
        Family.WORK,
        by=SYSTEM,
        touches=_its_document,
        check=checks.cancelled,
        folds={RowKind.DOCUMENT: folds.cancelled},
        told=lambda event: M("{document} cancelled", document=event.document),
    ),
)
"""The facts of this family."""
