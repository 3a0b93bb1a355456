"""What people find of goods and labels: condition, damage, a label that cannot be read (R15, R21, R43)."""

from __future__ import annotations

from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, LISTED, SYSTEM, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, document, listed, unit
from scantrail.domain.acts.needs import Needs, places
from scantrail.domain.documents.changes import as_it_is, of_list
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.quality import checks, folds, words
from scantrail.domain.facts.quality.events import (
    ConditionStated,
    LabelUnreadable,
    QuarantineUndone,
    UnitPutAside,
    UnitQuarantined,
)
from scantrail.domain.things.status import Trigger


def _all_three(event: Any) -> tuple[Thing, ...]:
    """The unit, and the document that it was found on, if there is one, with its row on that."""
    of_document = () if event.document is None else (document(event.document), listed(event.document, event.unit))
    return *of_document, unit(event.unit)


def _from_and_to(event: Any) -> Needs:
    return places(event.from_place, event.to_place)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        ConditionStated,
        Family.QUALITY,
        by=HANDHELD | SYSTEM,
        touches=_all_three,
        check=checks.stated,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_stated,
            RowKind.DOCUMENT: of_list(folds.list_stated),
            RowKind.LISTED: folds.listed_stated,
        },
        creates=LISTED,
        told=words.stated,
    ),
    Fact(
        UnitQuarantined,
        Family.QUALITY,
        by=HANDHELD | SYSTEM,
        touches=_all_three,
        reads=_from_and_to,
        check=checks.quarantined,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_quarantined,
            RowKind.DOCUMENT: of_list(folds.list_quarantined),
            RowKind.LISTED: folds.listed_quarantined,
        },
        creates=LISTED,
        told=words.quarantined,
        trigger=Trigger.QUALITY_ISSUE,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
    ),
    Fact(
        QuarantineUndone,
        Family.QUALITY,
        by=HANDHELD,
        touches=_all_three,
        reads=_from_and_to,
        check=checks.quarantine_undone,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_quarantine_undone,
            RowKind.DOCUMENT: of_list(folds.list_quarantine_undone),
            RowKind.LISTED: folds.listed_quarantine_undone,
        },
        creates=LISTED,
        told=words.quarantine_undone,
        trigger=Trigger.REPORT_UNDONE,
        stock=Stock.FREES,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitPutAside,
        Family.LOCATION,
        by=HANDHELD,
        touches=_all_three,
        reads=_from_and_to,
        check=checks.put_aside,
        fits=PickList,
        folds={
            RowKind.UNIT: folds.unit_put_aside,
            RowKind.DOCUMENT: as_it_is,
            RowKind.LISTED: folds.listed_put_aside,
        },
        creates=LISTED,
        told=words.put_aside,
        where=lambda event: event.from_place,
    ),
    Fact(
        LabelUnreadable,
        Family.QUALITY,
        by=HANDHELD,
        touches=lambda event: (document(event.document),),
        reads=lambda event: places(event.place),
        check=checks.unreadable,
        fits=PickList,
        folds={RowKind.DOCUMENT: as_it_is},
        told=words.unreadable,
        where=lambda event: event.place,
    ),
)
"""The facts of this family."""
