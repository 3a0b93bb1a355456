"""Drives a pick in memory: answers go in, drafts are judged and folded, as device and server do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.judge import Judgement, absorb
from scantrail.domain.rules.goods import may_be_used
from scantrail.domain.rules.pick import use_for
from scantrail.domain.scans.reading import Carrier
from scantrail.domain.things.place import Place
from scantrail.domain.things.unit import Unit
from scantrail.workflows.base import Answer, AskException, AskUndo, Choose, Confirm, Job, Prompt, Scan, Verdict
from scantrail.workflows.pick import PICK
from scantrail.workflows.pick.answers import answer
from scantrail.workflows.pick.modes import WORKING, ChoosingException, ChoosingUndo, Mode, Step
from scantrail.workflows.pick.prompt import prompt
from scantrail.workflows.pick.reserving import reservations
from scantrail.workflows.pick.state import Pick
from tests.support.judging import judge_act
from tests.support.worlds import NOW, SARAH, TODAY, candidates_in, said_in, scanned


class Guide:
    """One picker with one list in one world."""

    def __init__(
        self,
        world: World,
        number: str,
        *,
        device: str = "Scanner-05",
        worker: str = SARAH.id,
        today: date = TODAY,
    ) -> None:
        self.world = world
        self.number = number
        self.device = device
        self.worker = worker
        self.today = today
        self.mode: Mode = WORKING
        self.drafts: list[Draft] = []

    @property
    def pick_list(self) -> PickList:
        found = self.world.pick_list(self.number)
        assert found is not None
        return found

    @property
    def pick(self) -> Pick:
        job = Job(self.world, self.pick_list, self.book, self.device, self.worker, self.today, self.mode)
        found: Pick = PICK.view(job)
        return found

    @property
    def book(self) -> PlainBook:
        return PlainBook(self.world, self.number, self._stock())

    @property
    def listing(self) -> Listing:
        return self.book.listing

    def take(self, reason: str = "") -> None:
        """Take the list, as the session does."""
        events: tuple[Event, ...] = (TaskTaken(self.number), *reservations(self.pick))
        self._record(Draft(events, self.number, reason=reason))

    def step(self) -> Step:
        return self.pick.step

    def prompt(self) -> Prompt:
        return prompt(self.pick)

    @property
    def is_over(self) -> bool:
        """Whether this picker has lost the list."""
        listed = self.pick_list
        lost = listed.taken is not None and listed.taken.device != self.device
        return lost or listed.status in (DocumentStatus.CANCELLED, DocumentStatus.COMPLETED)

    @property
    def cart(self) -> str | None:
        return self.world.workers[self.worker].cart

    @property
    def last_refusal(self) -> Code | None:
        refusal = self.drafts[-1].refusal if self.drafts else None
        return refusal.code if refusal else None

    @property
    def recorded(self) -> list[Event]:
        return [event for draft in self.drafts for event in draft.events]

    def scan(self, text: str, carrier: Carrier = Carrier.WEDGE) -> Verdict:
        verdict = self.give(Scan(scanned(text, carrier), candidates_in(self.world, text)))
        assert verdict is not None
        return verdict

    def scan_all(self, *texts: str) -> None:
        for text in texts:
            self.scan(text)

    def confirm(self) -> Verdict | None:
        return self.give(Confirm())

    def choose(self, label: str) -> Verdict | None:
        key = next(each.key for each in self.pick.choices if str(each.label) == label)
        return self.give(Choose(key))

    def report(self, label: str) -> Verdict | None:
        """Press F4 and choose an exception; the only one there is is not asked about."""
        verdict = self.give(AskException())
        return self.choose(label) if isinstance(self.mode, ChoosingException) else verdict

    def undo(self, label: str) -> Verdict | None:
        """Press F5 and choose what is taken back; the only unit there is is not asked about."""
        verdict = self.give(AskUndo())
        return self.choose(label) if isinstance(self.mode, ChoosingUndo) else verdict

    def give(self, given: Answer) -> Verdict | None:
        outcome = answer(self.pick, given)
        self.mode = outcome.mode
        if outcome.draft is not None:
            for draft in outcome.before:
                self._record(draft)
            self._record(outcome.draft)
        return outcome.verdict

    def refused_with(self, text: str, carrier: Carrier = Carrier.WEDGE) -> Code:
        before = self._on_record()
        self.scan(text, carrier)
        refusal = self.drafts[-1].refusal
        assert refusal is not None, f"{text} was accepted"
        assert (self.pick_list, self.world.units, self.world.rows[RowKind.LISTED]) == before, (
            "a refused scan changed something"
        )
        return refusal.code

    def _on_record(self) -> object:
        return self.pick_list, dict(self.world.units), dict(self.world.rows[RowKind.LISTED])

    def _record(self, draft: Draft) -> None:
        at = NOW + timedelta(seconds=len(self.drafts))
        act = Act(ActId(self.device, "e", len(self.drafts) + 1), "", "MAIN", self.worker, Times(at, "boot", 0), draft)
        said = said_in(self.world, draft.reading.text, draft.reading.aim) if draft.reading else None
        judgement = judge_act(act, said, self.world, at, self.today)
        if judgement.refusal is not None and self.is_over:
            draft, judgement = replace(draft, events=(), refusal=judgement.refusal), Judgement()
        assert judgement.refusal is None, f"the workflow offered what the rules refuse: {judgement.refusal}"
        absorb(self.world, judgement)
        self.drafts.append(draft)

    def _stock(self) -> tuple[Unit, ...]:
        wanted = {line.product for line in self.pick_list.lines if line.kind is LineKind.ANY}
        free = [unit for unit in self.world.units.values() if unit.product in wanted and self._may_be_picked(unit)]
        return tuple(
            sorted(free, key=lambda unit: (self.world.places[unit.place].route, str(unit.received), unit.serial))
        )

    def _may_be_picked(self, unit: Unit) -> bool:
        listed, row = self.pick_list, self.world.listed(self.number, unit.id)
        use = use_for(listed, self.world.holds, self.world.places, TODAY)
        is_named = row is not None and row.named
        return not is_named and unit.place not in listed.empty_bins and may_be_used(unit, use)


class PlainBook:
    """What a world knows around a list, looked up each time from nothing."""

    def __init__(self, world: World, number: str, stock: tuple[Unit, ...] = ()) -> None:
        self.kept: Any = None
        self.listing = Listing(row for row in world.rows[RowKind.LISTED].values() if row.document == number)
        self._world = world
        self._number = number
        self._stock = stock

    def unit(self, unit: str) -> Unit | None:
        return self._world.units.get(unit)

    def changed(self) -> None:
        return None

    def stock(self, today: date) -> tuple[Unit, ...]:
        return self._stock

    def reserved_elsewhere(self, units: Iterable[Unit]) -> frozenset[str]:
        others = (each for each in self._world.documents.values() if each.number != self._number)
        elsewhere = frozenset[str]().union(*(reserved_on(each) for each in others if isinstance(each, PickList)))
        return elsewhere.intersection(unit.id for unit in units)

    def places(self) -> Mapping[str, Place]:
        return self._world.places


def without_cart(world: World) -> World:
    """The same world with a picker who has no cart."""
    return replace(world, rows={**world.rows, RowKind.WORKER: {**world.workers, SARAH.id: replace(SARAH, cart=None)}})
