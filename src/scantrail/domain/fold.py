"""What an event does to the rows that it touches. Folding the log gives every row (R24)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.fact import Change
from scantrail.domain.acts.kinds import Thing
from scantrail.domain.acts.sight import By, made_by
from scantrail.domain.facts import fact_of, touched
from scantrail.domain.things.status import SENT
from scantrail.domain.things.unit import Unit


def fold(row: Any, event: Event, thing: Thing, by: By) -> Any:
    """A row after an event that touches it; `row` is None only where the event creates it.

    Raises:
        ValueError: the row is not on record, or the event does not touch rows of this kind.
    """
    fact, kind = fact_of(event), thing[0]
    step = fact.folds.get(kind)
    if step is None or (row is None and kind not in fact.creates):
        raise ValueError(f"Failed to fold {type(event).__name__}: it changes no {kind} on record.")
    after = step(row, event, Change(thing, by.actor, by.device, by.at))
    return _stamped(row, after, by) if isinstance(row, Unit) else after


def folded(row: Any, thing: Thing, acts: Iterable[Act]) -> Any:
    """A row after a device's own acts; one that is nowhere on record begins where an event creates it."""
    for act in acts:
        for event in act.draft.events:
            is_there = row is not None or thing[0] in fact_of(event).creates
            if is_there and thing in touched(event):
                row = fold(row, event, thing, made_by(act))
    return row


def _stamped(before: Unit, after: Unit, by: By) -> Unit:
    """A unit with who changed its status, and when; when it left is forgotten once it is here again."""
    if after.status is before.status:
        return after
    left_at = after.left_at if after.status in SENT else None
    return replace(after, changed_at=by.at, changed_by=by.actor, left_at=left_at)
