"""Judging a draft by the table of facts: the same function on the device, on the server and in the simulator."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.fact import Fact
from scantrail.domain.acts.kinds import RowKind, Thing, worker
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import By, Recorder, Sight
from scantrail.domain.acts.world import World
from scantrail.domain.facts import fact_of, things_in, touched
from scantrail.domain.fold import fold
from scantrail.domain.names.identifiers import WorkerId
from scantrail.domain.rules.containers import apart_refusal
from scantrail.domain.rules.handling import transition_refusal
from scantrail.domain.rules.records import not_allowed
from scantrail.domain.rules.refusals.containers import ContainerCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.scope import scope_refusal
from scantrail.domain.scans.reading import Said
from scantrail.domain.things.status import may_become
from scantrail.domain.things.unit import Unit


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging a draft gives: a refusal and nothing else, or the rows it changes."""

    refusal: Refusal | None = None
    changed: dict[Thing, Any] = field(default_factory=dict)
    """The rows that it changes, in their new state."""


def judge(draft: Draft, by: By, said: Said | None, world: World, today: date) -> Judgement:
    """Judge a draft whole: the first event that may not be refuses all of it.

    `said` is what the draft's scan says, told from its text again by each side that judges; None without a scan.
    `today` is the day on which it happened, in the site's time zone. `world` is not changed; see `absorb`.
    """
    if draft.refusal is not None:
        return Judgement(refuse(ActCode.UNREADABLE, act=by.record or by.device)) if draft.events else Judgement()
    sight = Sight(draft, by, said, world, today)
    if not all(may_record(event, by.recorder) for event in draft.events):
        return Judgement(not_allowed(sight))
    for event in draft.events:
        refusal = _refusal_of(sight, fact_of(event), event) or _taken(sight, fact_of(event), event)
        if refusal is not None:
            return Judgement(refusal)
    found = {thing for event in draft.events if fact_of(event).leaves_table for thing in touched(event)}
    refusal = scope_refusal(world, sight.changed, found) or apart_refusal(world, sight.changed)
    return Judgement(refusal) if refusal is not None else Judgement(None, sight.changed)


def may_record(event: Event, recorder: Recorder) -> bool:
    """Whether a fact is one that this recorder may record."""
    return recorder in fact_of(event).by


def _refusal_of(sight: Sight, fact: Fact[Any], event: Event) -> Refusal | None:
    """Why an event may not be: a row that it touches is missing, or its check says so."""
    for thing in fact.touches(event):
        row = sight.row(thing)
        is_another = thing[0] == RowKind.DOCUMENT and fact.fits is not None and not isinstance(row, fact.fits)
        if thing[0] not in fact.creates and (row is None or is_another):
            return fact.forbids(sight, event) or _not_on_record(thing)
    return fact.check(sight, event)


def _not_on_record(thing: Thing) -> Refusal:
    kind, name = thing
    if kind == RowKind.UNIT:
        return refuse(ScanCode.UNKNOWN_SERIAL, wanted="–")
    if kind == RowKind.CONTAINER:
        return refuse(ContainerCode.CONTAINER_UNKNOWN, sscc=name)
    return refuse(ActCode.UNKNOWN_DOCUMENT, document=name)


def _taken(sight: Sight, fact: Fact[Any], event: Event) -> Refusal | None:
    """Fold an event into the rows that it touches; why not, where the table of statuses has no such change (R19)."""
    for thing in fact.touches(event):
        before = sight.row(thing)
        after = fold(before, event, thing, sight.by)
        is_judged = isinstance(before, Unit) and not fact.leaves_table
        if is_judged and not may_become(before.status, after.status, fact.trigger):
            return transition_refusal(before)
        sight.changed[thing] = after
    return None


def goods_refusal(draft: Draft, by: By, world: World) -> Refusal | None:
    """What the goods themselves forbid, even where an earlier act has to be judged first."""
    sight = Sight(draft, by, None, world, by.at.date())
    for event in draft.events:
        units = [thing for thing in touched(event) if thing[0] == RowKind.UNIT]
        if all(sight.row(thing) is not None for thing in units):
            refusal = fact_of(event).forbids(sight, event)
            if refusal is not None:
                return refusal
    return None


def absorb(world: World, judgement: Judgement) -> None:
    """Make a judgement's rows the world's, so that the next draft is judged after it."""
    world.put(judgement.changed)


def needs_of(drafts: Collection[Draft], actors: Iterable[WorkerId]) -> Needs:
    """What to load before judging these drafts of these people."""
    people = {*actors, *(draft.grant.worker for draft in drafts if draft.grant is not None)}
    needs = Needs(frozenset(map(worker, people)).union(*map(things_in, drafts)))
    return needs.with_all(fact_of(event).reads(event) for draft in drafts for event in draft.events)
