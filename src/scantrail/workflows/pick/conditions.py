"""Saying that a picked unit is good without a key of its own: by the next good scan, or by reporting nothing (R15)."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.act import Draft
from scantrail.domain.attention import units_in_draft
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated, StatedBy
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed, TaskCompleted
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.unit import Condition
from scantrail.workflows.base import Outcome
from scantrail.workflows.pick.modes import Mode
from scantrail.workflows.pick.state import Pick

_GOES_ON = (PlaceConfirmed, ProductConfirmed, UnitPicked, TaskCompleted)
"""What shows that the picker has gone on to the next unit, bin or page."""


def with_conditions(pick: Pick, outcome: Outcome[Mode]) -> Outcome[Mode]:
    """An outcome with what it says of the condition of the units picked before, and of its own.

    Each unit's condition is an act of its own: where the server contests one unit, the others apply.
    """
    draft, how = outcome.draft, pick.world.settings.picking.condition
    if draft is None or how is PickCondition.EACH:
        return outcome
    if how is PickCondition.EXCEPTION:
        return replace(outcome, draft=replace(draft, events=(*draft.events, *_good_unless_reported(draft))))
    if not any(isinstance(event, _GOES_ON) for event in draft.events):
        return outcome
    touched = units_in_draft(draft)
    unstated = (each for each in pick.pick_list.unstated if each not in touched)
    return replace(outcome, before=(*outcome.before, *(_stated(pick, each) for each in unstated)))


def _good_unless_reported(draft: Draft) -> tuple[ConditionStated, ...]:
    picked = (event for event in draft.events if isinstance(event, UnitPicked))
    return tuple(ConditionStated(event.unit, Condition.GOOD, event.document, StatedBy.NO_EXCEPTION) for event in picked)


def _stated(pick: Pick, unit: UnitId) -> Draft:
    number = pick.pick_list.number
    return Draft((ConditionStated(unit, Condition.GOOD, number, StatedBy.NEXT_SCAN),), number)
