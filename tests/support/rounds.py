"""A job that no part of the program knows: a round through some places, each confirmed by its label.

Its kind of document, its two facts and its workflow are all here; `learn` puts them into the tables.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import pytest

from scantrail import workflows
from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import HANDHELD, Change, Fact
from scantrail.domain.acts.kinds import RowKind, Thing, document, place
from scantrail.domain.acts.needs import Needs, places
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.documents.document import DocumentKind, DocumentStatus, Taken
from scantrail.domain.documents.kinds import DOCUMENTS, DocumentType
from scantrail.domain.documents.listed import Listed
from scantrail.domain.facts import EVENT_TYPES, FACTS
from scantrail.domain.facts.work.events import TaskCompleted
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.records import may_go_on
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.scans.reading import Candidates
from scantrail.words import M
from scantrail.workflows.base import (
    Answer,
    AskUndo,
    Book,
    Confirm,
    Item,
    Job,
    Mark,
    Outcome,
    Prompt,
    Scan,
    Tone,
    Verdict,
    Workflow,
)

ROUND = DocumentKind("round")


@dataclass(frozen=True)
class Round:
    """Places to go to, and those where somebody has been."""

    number: str
    site: str
    wanted: tuple[str, ...]
    visited: tuple[str, ...] = ()
    status: DocumentStatus = DocumentStatus.OPEN
    taken: Taken | None = None

    @property
    def left(self) -> tuple[str, ...]:
        """Where nobody has been yet."""
        return tuple(each for each in self.wanted if each not in self.visited)


@dataclass(frozen=True)
class PlaceVisited(Event):
    """Somebody stands at a place of the round, proved by its label."""

    document: str
    place: str


@dataclass(frozen=True)
class VisitUndone(Event):
    """Nobody has been there after all."""

    document: str
    place: str


def _touches(event: PlaceVisited | VisitUndone) -> tuple[Thing, ...]:
    return (document(event.document),)


def _check(sight: Sight, event: PlaceVisited | VisitUndone) -> Refusal | None:
    found: Any = sight.work(event.document)
    expected = found.left if isinstance(event, PlaceVisited) else found.visited
    refusal = may_go_on(sight, event.document)
    return refusal or (None if event.place in expected else refuse(SiteCode.UNKNOWN_PLACE, place=event.place))


def _visited(found: Round, event: PlaceVisited, change: Change) -> Round:
    return replace(found, visited=(*found.visited, event.place))


def _undone(found: Round, event: VisitUndone, change: Change) -> Round:
    return replace(found, visited=tuple(each for each in found.visited if each != event.place))


FACTS_OF_ROUNDS: tuple[Fact[Any], ...] = (
    Fact(
        PlaceVisited,
        Family.WORK,
        by=HANDHELD,
        touches=_touches,
        fits=Round,
        reads=lambda event: places(event.place),
        check=_check,
        folds={RowKind.DOCUMENT: _visited},
        told=lambda event: M("At {place}", place=event.place),
        where=lambda event: event.place,
    ),
    Fact(
        VisitUndone,
        Family.WORK,
        by=HANDHELD,
        touches=_touches,
        fits=Round,
        check=_check,
        folds={RowKind.DOCUMENT: _undone},
        told=lambda event: M("Not at {place} after all", place=event.place),
    ),
)


def _needs(found: Round, mode: str, _book: Book) -> Needs:
    return Needs(frozenset({document(found.number), *map(place, found.wanted)}))


def _prompt(job: Job) -> Prompt:
    found: Round = job.document
    codes = tuple(job.world.places[each].code for each in found.left)
    items = tuple(Item(Mark.DONE if each in found.visited else Mark.TODO, each) for each in found.wanted)
    is_over = found.status is not DocumentStatus.IN_PROGRESS or found.taken is None or found.taken.device != job.device
    verb = M("ROUND DONE") if is_over else M("GO TO") if codes else M("END THE ROUND")
    return Prompt(
        found.number, "", verb, codes[:1], codes, items=items, done=len(found.visited), total=len(found.wanted),
        confirms=not codes, finished=is_over,
    )  # fmt: skip


def _answer(job: Job, given: Answer) -> Outcome[str]:
    found: Round = job.document
    match given:
        case Scan(reading=reading, candidates=candidates) if candidates.places:
            event = PlaceVisited(found.number, candidates.places[0].id)
            verdict = Verdict(Tone.ACCEPTED, M("VISITED"), candidates.places[0].code)
            return Outcome("", verdict, Draft((event,), found.number, reading))
        case AskUndo() if found.visited:
            undone = VisitUndone(found.number, found.visited[-1])
            return Outcome("", Verdict(Tone.ACCEPTED, M("UNDONE")), Draft((undone,), found.number))
        case Confirm() if not found.left:
            return Outcome(
                "", Verdict(Tone.ACCEPTED, M("ROUND DONE")), Draft((TaskCompleted(found.number),), found.number)
            )
        case _:
            return Outcome("", Verdict(Tone.REFUSED, M("SCAN A PLACE")))


def _leads_to(found: Round, _rows: Collection[Listed], candidates: Candidates) -> bool:
    return any(each.id in found.wanted for each in candidates.places)


WORK = Workflow(
    name="round",
    works_on=ROUND,
    title=M("Rounds"),
    heading=M("ROUNDS"),
    none_open=M("NO OPEN ROUNDS"),
    beginning="",
    needs=_needs,
    view=lambda job: job,
    prompt=_prompt,
    items=lambda job: _prompt(job).items,
    answer=_answer,
    opening=lambda _job: "",
    taken=lambda _job: (),
    news=lambda _before, _after: None,
    is_closed=lambda job: _prompt(job).finished,
    is_untouched=lambda _job: False,
    leads_to=_leads_to,
    help=(M("Scan the label of each place."),),
    list_help=(M("Rounds by their number."),),
)


def learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the kind of document, its facts and the workflow into the tables."""
    described = DocumentType(
        Round,
        Right.MOVE,
        urgency=lambda found: (found.number,),
        summary=lambda found: (f"{len(found.visited)}/{len(found.wanted)}",),
    )
    monkeypatch.setitem(DOCUMENTS, ROUND, described)
    for fact in FACTS_OF_ROUNDS:
        monkeypatch.setitem(FACTS, fact.event, fact)
        monkeypatch.setitem(EVENT_TYPES, fact.event.__name__, fact.event)
    monkeypatch.setattr(workflows, "WORKFLOWS", (*workflows.WORKFLOWS, WORK))
