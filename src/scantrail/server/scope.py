"""What a device may change at all: its own site's units and documents, by the kinds of act that devices record."""

from __future__ import annotations

from datetime import date, datetime

from scantrail.domain.acts import Act
from scantrail.domain.events import (
    AllocationReleased,
    AttentionSettled,
    BinConfirmed,
    BinFoundEmpty,
    CheckConfirmed,
    ConditionStated,
    Event,
    LabelUnreadable,
    LineShorted,
    PickListCompleted,
    PickListTaken,
    PickUndone,
    ProductConfirmed,
    ShortUndone,
    UnitMoved,
    UnitPicked,
    UnitQuarantined,
    UnitRegistered,
    UnitsReserved,
    UnitSubstituted,
    WorkerSignedIn,
    WorkerSignedOut,
)
from scantrail.domain.identifiers import code_of
from scantrail.domain.judge import Judgement, judge
from scantrail.domain.readings import Said
from scantrail.domain.refusals import Code, Refusal, refuse
from scantrail.domain.units import Unit
from scantrail.domain.world import World

DEVICE_EVENTS: frozenset[type[Event]] = frozenset(
    {
        AllocationReleased,
        AttentionSettled,
        BinConfirmed,
        BinFoundEmpty,
        CheckConfirmed,
        ConditionStated,
        LabelUnreadable,
        LineShorted,
        PickListCompleted,
        PickListTaken,
        PickUndone,
        ProductConfirmed,
        ShortUndone,
        UnitMoved,
        UnitPicked,
        UnitQuarantined,
        UnitRegistered,
        UnitsReserved,
        UnitSubstituted,
        WorkerSignedIn,
        WorkerSignedOut,
    }
)
"""The facts that a device may record; all others are the server's own."""


def judged_here(act: Act, said: Said | None, world: World, at: datetime, today: date) -> Judgement:
    """Judge a device's act as the device did, and then whether its effects are this device's to make."""
    if any(type(event) not in DEVICE_EVENTS for event in act.draft.events):
        return Judgement(refuse(Code.NO_RIGHT, worker=world.worker_name(act.actor)))
    judgement = judge(act, said, world, at, today)
    refusal = judgement.refusal or _out_of_scope(judgement, world)
    return judgement if refusal is None else Judgement(refusal)


def _out_of_scope(judgement: Judgement, world: World) -> Refusal | None:
    for document in judgement.documents.values():
        if document.site != world.site.id:
            return refuse(Code.UNKNOWN_DOCUMENT, document=document.number)
    refusals = (_misplaced(unit, world) for unit in judgement.units.values())
    return next((refusal for refusal in refusals if refusal is not None), None)


def _misplaced(after: Unit, world: World) -> Refusal | None:
    before = world.units.get(after.id)
    if before is not None and before.site != world.site.id:
        return refuse(Code.ANOTHER_SITE, site=before.site, place=code_of(before.place), wanted="–")
    place = world.places.get(after.place)
    if place is None or place.site != world.site.id:
        return refuse(Code.UNKNOWN_PLACE, place=after.place)
    return None
