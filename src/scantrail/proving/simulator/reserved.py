"""What must hold of reservations: they guide people, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Collection

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.facts.picking.events import UnitsReserved
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.rules.refusals.task import TaskCode

_TAKING = frozenset(
    {TaskCode.LIST_CANCELLED, TaskCode.LIST_COMPLETED, TaskCode.LIST_TAKEN_OVER, ActCode.UNKNOWN_DOCUMENT}
)
"""Why a list may not be taken here, where everybody has the right to; whatever else an act reserves."""


def stood_in_the_way(act: Act, refusal: Refusal | None) -> bool:
    """Whether an act that takes a list did not apply because of what it reserved."""
    reserves = any(isinstance(event, UnitsReserved) for event in act.draft.events)
    return reserves and refusal is not None and refusal.code not in _TAKING


def holds_too_much(pick_list: PickList, picked: Collection[UnitId] = ()) -> bool:
    """Whether a list has units reserved that nobody is on the way to, such as those that are `picked` for it."""
    is_worked_on = pick_list.status is DocumentStatus.IN_PROGRESS
    return any(line.reserved and not (is_worked_on and _is_wanted(line, picked)) for line in pick_list.lines)


def _is_wanted(line: PickLine, picked: Collection[UnitId]) -> bool:
    """Whether a line that takes any unit wants each of its own, once, and none of them is picked."""
    is_each_once = len(set(line.reserved).difference(picked)) == len(line.reserved)
    return line.kind is LineKind.ANY and is_each_once and len(line.reserved) <= line.remaining
