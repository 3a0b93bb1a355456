"""What people find of goods and labels: condition, damage, a label that cannot be read (R15, R21, R43)."""

from __future__ import annotations

from typing import Any

from scantrail.domain.acts.event import Family
from scantrail.domain.acts.fact import HANDHELD, SYSTEM, Fact, Stock
from scantrail.domain.acts.kinds import RowKind, Thing, document, unit
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


def _both(event: Any) -> tuple[Thing, ...]:
    """The unit, and the document that it was found on, if there is one."""
    return (unit(event.unit),) if event.document is None else (document(event.document), unit(event.unit))


def _from_and_to(event: Any) -> Needs:
    return places(event.from_place, event.to_place)


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        ConditionStated,
        Family.QUALITY,
        by=HANDHELD | SYSTEM,
        touches=_both,
        check=checks.stated,
        fits=PickList,
        folds={RowKind.UNIT: folds.unit_stated, RowKind.DOCUMENT: of_list(folds.list_stated)},
        told=words.stated,
    ),
    Fact(
        UnitQuarantined,
        Family.QUALITY,
        by=HANDHELD | SYSTEM,
        touches=_both,
        reads=_from_and_to,
        check=checks.quarantined,
        fits=PickList,
        folds={RowKind.UNIT: folds.unit_quarantined, RowKind.DOCUMENT: of_list(folds.list_quarantined)},
        told=words.quarantined,
        trigger=Trigger.QUALITY_ISSUE,
        stock=Stock.TAKES,
        where=lambda event: event.from_place,
    ),
    Fact(
        QuarantineUndone,
        Family.QUALITY,
        by=HANDHELD,
        touches=_both,
        reads=_from_and_to,
        check=checks.quarantine_undone,
        fits=PickList,
        folds={RowKind.UNIT: folds.unit_quarantine_undone, RowKind.DOCUMENT: of_list(folds.list_quarantine_undone)},
        told=words.quarantine_undone,
        trigger=Trigger.REPORT_UNDONE,
        stock=Stock.FREES,
        where=lambda event: event.from_place,
    ),
    Fact(
        UnitPutAside,
        Family.LOCATION,
        by=HANDHELD,
        touches=_both,
        reads=_from_and_to,
        check=checks.put_aside,
        fits=PickList,
        folds={RowKind.UNIT: folds.unit_put_aside, RowKind.DOCUMENT: of_list(folds.list_put_aside)},
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
