"""What an event does to the rows that it touches. Folding the log gives every row (R24)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.fact import NOT_KNOWN, Change, nothing_known
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.sight import By, made_by
from scantrail.domain.facts import fact_of, touched
from scantrail.domain.things.status import SENT
from scantrail.domain.things.unit import Unit


def fold(row: Any, event: Event, thing: Thing, by: By, before: Callable[[Thing], Any] = nothing_known) -> Any:
    """A row after an event that touches it; `row` is None only where the event creates it.

    `before` gives the other rows that the event touches, as they were before it; see `Change`.

    Raises:
        ValueError: the row is not on record, or the event does not touch rows of this kind.
    """
    fact, kind = fact_of(event), thing[0]
    step = fact.folds.get(kind)
    if step is None or (row is None and kind not in fact.creates):
        raise ValueError(f"Failed to fold {type(event).__name__}: it changes no {kind} on record.")
    after = step(row, event, Change(thing, by.actor, by.device, by.at, before))
    return _stamped(row, after, by) if isinstance(row, Unit) else after


def folded(row: Any, thing: Thing, acts: Iterable[Act], beside: Mapping[Thing, Any] = MappingProxyType({})) -> Any:
    """A row after a device's own acts; one that is nowhere on record begins where an event creates it.

    `beside` are other rows that the acts touch, as they were before all of them: None for one that is not on record.
    """
    rows = {**beside, thing: row}
    for act in acts:
        for event in act.draft.events:
            rows |= _after(rows, event, made_by(act))
    return rows[thing]


def asked_beside(thing: Thing, acts: Iterable[Act]) -> frozenset[Thing]:
    """The rows that `folded` is to be given beside this one: those of the units that a document counts."""
    if thing[0] != RowKind.DOCUMENT:
        return frozenset()
    events = (event for act in acts for event in act.draft.events)
    return frozenset(each for event in events for each in touched(event) if each[0] == RowKind.LISTED)


def _after(rows: Mapping[Thing, Any], event: Event, by: By) -> dict[Thing, Any]:
    """Those of the rows that an event touches, after it."""
    creates = fact_of(event).creates
    touched_rows = [each for each in touched(event) if each in rows and (rows[each] is not None or each[0] in creates)]
    return {each: fold(rows[each], event, each, by, lambda other: rows.get(other, NOT_KNOWN)) for each in touched_rows}


def _stamped(before: Unit, after: Unit, by: By) -> Unit:
    """A unit with who changed its status, and when; when it left is forgotten once it is here again."""
    if after.status is before.status:
        return after
    left_at = after.left_at if after.status in SENT else None
    return replace(after, changed_at=by.at, changed_by=by.actor, left_at=left_at)
