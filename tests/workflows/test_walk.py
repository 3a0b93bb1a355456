"""Whatever two pickers do, and whatever changes around them, the rules, the lists and the units agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from scantrail.domain.documents.document import DocumentStatus, LineKind, Taken
from scantrail.domain.documents.listed import is_to_pick
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import without_stale_reservations
from scantrail.domain.facts.picking.events import PickUndone, UnitPicked
from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.domain.scans.reading import Carrier
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.proving.simulator.reserved import holds_too_much
from scantrail.words import say
from scantrail.workflows.base import AskException, AskUndo, Back, Choose, Confirm, Prompt, Scan, Tone, Verdict
from scantrail.workflows.pick.answers import answer
from tests.support.worlds import (
    MIKE,
    MODULE,
    PLACES,
    SENSOR,
    any_line,
    candidates_in,
    exact_line,
    module,
    named_by,
    pick_list,
    promised,
    scanned,
    unit,
    wanting,
    world,
)
from tests.workflows.guide import Guide

BINS = ("MAIN/A-15-03", "MAIN/A-15-04", "MAIN/B-02-01")
_NAMED = (
    promised(1),
    promised(2, place="MAIN/A-15-04"),
    promised(3),
    unit(SENSOR, "TS2000001", status=Status.ALLOCATED, document="PL-1", order="SO-1", place="MAIN/B-02-01"),
)
NAMED = tuple(replace(each, document="PL-1", order="SO-1") for each in _NAMED)
PROMISED = replace(promised(4), document=None, order="SO-1")
FREE = (module(5), module(6, place="MAIN/A-15-04"), module(7, place="MAIN/B-02-01"), unit(SENSOR, "TS2000002"))
DOCKED = module(8, place="MAIN/DOCK-01")
UNITS = (*NAMED, PROMISED, *FREE, DOCKED)
SERIALS = tuple(each.serial for each in UNITS)
TEXTS = st.sampled_from(
    (*SERIALS, *(place.code for place in PLACES), "CM-500-STD", "TS-200", "WKR-1001", "PL-1", "CM500-2025-00", "?", "")
)
CODES = (*SERIALS, *(place.code for place in PLACES), "CM-500-STD", "TS-200")
PICKERS = st.sampled_from((0, 1))


def _lists() -> tuple[PickList, PickList]:
    first = pick_list(
        exact_line(*NAMED[:3]),
        exact_line(NAMED[3], line="2"),
        any_line(MODULE, 1, line="3"),
        number="PL-1",
        order="SO-1",
        instructions=("Antistatic bags only",),
    )
    second = pick_list(any_line(MODULE, 2), any_line(SENSOR, 1, line="2"), number="PL-2", order="SO-2")
    return first, second


class Walk(RuleBasedStateMachine):
    """Sarah picks PL-1 and Mike PL-2, out of the same bins, in one world."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world(*UNITS, lists=_lists(), settings=wanting(pick_condition=PickCondition.NEXT))
        self.guides = (
            Guide(self.world, "PL-1"),
            Guide(self.world, "PL-2", device="Scanner-06", worker=MIKE.id),
        )
        self.before_pick: dict[UnitId, Unit] = {}

    def _give(self, who: int, given: Any) -> Verdict | None:
        guide, known = self.guides[who], dict(self.world.units)
        drafts = len(guide.drafts)
        verdict = guide.give(given)
        for draft in guide.drafts[drafts:]:
            for event in draft.events:
                if isinstance(event, UnitPicked):
                    self.before_pick[event.unit] = known[event.unit]
                if isinstance(event, PickUndone):
                    self._restored(event)
        if verdict is not None:
            shown = [say(each) for each in (verdict.title, verdict.because or "", verdict.todo or "")]
            assert "?" not in " ".join(shown), shown
        return verdict

    def _restored(self, event: PickUndone) -> None:
        after, before = self.world.units[event.unit], self.before_pick[event.unit]
        assert replace(after, changed_at=None, changed_by="") == replace(
            before, place=event.to_place, changed_at=None, changed_by=""
        )

    def _scan(self, who: int, text: str) -> Verdict:
        scan = Scan(scanned(text, Carrier.WEDGE), candidates_in(self.world, text))
        unguided = answer(replace(self.guides[who].pick, reserved_elsewhere=frozenset()), scan).verdict
        verdict = self._give(who, scan)
        assert verdict is not None, "a scan always gets a verdict"
        if verdict.tone is Tone.REFUSED and text in CODES:
            assert text not in say(verdict.todo or "").replace("/", " ").split(), f"{text} is refused: {verdict}"
        if unguided is not None and unguided.tone is not Tone.REFUSED:
            assert verdict.tone is not Tone.REFUSED, f"{text} is refused for what others have reserved: {verdict}"
        return verdict

    @rule(who=PICKERS, text=TEXTS)
    def scans(self, who: int, text: str) -> None:
        self._scan(who, text)

    @rule(who=PICKERS, steps=st.integers(1, 12))
    def works(self, who: int, steps: int) -> None:
        for _step in range(steps):
            self._do_what_is_asked(who)

    @rule(who=PICKERS, what=st.integers(0, 3), text=st.sampled_from(SERIALS))
    def reports(self, who: int, what: int, text: str) -> None:
        self._give(who, AskException())
        self.chooses(who, what)
        if self.guides[who].prompt().codes:
            self._scan(who, text)
        self.chooses(who, 0)

    @rule(who=PICKERS, which=st.integers(0, 9), place=st.sampled_from(BINS))
    def undoes(self, who: int, which: int, place: str) -> None:
        self._give(who, AskUndo())
        self.chooses(who, which)
        if self.guides[who].prompt().codes:
            self._scan(who, code_of(place))

    def _do_what_is_asked(self, who: int) -> None:
        guide = self.guides[who]
        asked, over = guide.prompt(), guide.is_over
        if asked.confirms and not asked.choices:
            self._give(who, Confirm())
        elif asked.codes and not asked.choices:
            verdict = self._scan(who, asked.codes[0])
            assert over or verdict.tone is not Tone.REFUSED, f"asked for {asked}, refused: {verdict}"

    @rule(who=PICKERS, given=st.sampled_from([Confirm(), AskException(), AskUndo(), Back()]))
    def presses(self, who: int, given: Any) -> None:
        self._give(who, given)

    @rule(who=PICKERS, at=st.integers(0, 9))
    def chooses(self, who: int, at: int) -> None:
        choices = self.guides[who].prompt().choices
        self._give(who, Choose(choices[at % len(choices)].key if choices else str(at)))

    @rule(who=PICKERS)
    def takes(self, who: int) -> None:
        listed = self.guides[who].pick_list
        if listed.status in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS):
            self.guides[who].take("shift ended")

    @rule(who=PICKERS, device=st.sampled_from(["Scanner-05", "Scanner-06", "Scanner-07"]))
    def takes_over(self, who: int, device: str) -> None:
        listed = self.guides[who].pick_list
        self._put(replace(listed, taken=Taken(device, MIKE.id)))

    @rule(who=PICKERS)
    def is_cancelled(self, who: int) -> None:
        listed = self.guides[who].pick_list
        if listed.status is not DocumentStatus.COMPLETED and listed.done > 1:
            self._put(without_stale_reservations(replace(listed, status=DocumentStatus.CANCELLED)))

    @rule(which=st.sampled_from(UNITS), place=st.sampled_from([*BINS, "MAIN/DOCK-01"]))
    def somebody_moves(self, which: Unit, place: str) -> None:
        found = self.world.units[which.id]
        if found.status in (Status.AVAILABLE, Status.ALLOCATED):
            self.world.units[which.id] = replace(found, place=place)

    @rule(which=st.sampled_from(UNITS))
    def somebody_quarantines(self, which: Unit) -> None:
        found = self.world.units[which.id]
        if found.status in (Status.AVAILABLE, Status.ALLOCATED):
            self.world.units[which.id] = replace(
                found, status=Status.QUARANTINE, place="MAIN/QC-01", document=None, order=None
            )

    @rule(which=st.sampled_from(UNITS), is_held=st.booleans())
    def a_hold_changes(self, which: Unit, is_held: bool) -> None:
        self.world.holds = Holds((Hold("H-1", HoldKind.QUALITY, "seal", units=(which.id,)),) if is_held else ())

    def _put(self, listed: PickList) -> None:
        self.world.documents[listed.number] = listed

    @invariant()
    def every_line_adds_up(self) -> None:
        for guide in self.guides:
            for line in guide.pick_list.lines:
                assert line.done + line.short + line.remaining == line.quantity, line
                assert line.done == len(guide.listing.picked_on(line.id)), line
                if line.kind is LineKind.EXACT:
                    assert _named_once(guide, line), line
            unstated = {each.unit for each in guide.listing.picked if each.condition is None}
            assert unstated == set(guide.pick_list.unstated)

    @invariant()
    def nothing_is_reserved_that_nobody_goes_for(self) -> None:
        for guide in self.guides:
            picked = {each.unit for each in guide.listing.picked}
            assert not holds_too_much(guide.pick_list, picked), guide.pick_list

    @invariant()
    def units_and_lists_agree(self) -> None:
        on_lists = {each.unit: (guide.number, guide.cart) for guide in self.guides for each in guide.listing.picked}
        assert len(on_lists) == sum(len(guide.listing.picked) for guide in self.guides), "a unit is picked twice"
        in_carts = {
            each.id: (each.document, each.place) for each in self.world.units.values() if each.status is Status.PICKED
        }
        assert in_carts == on_lists

    @invariant()
    def there_is_always_a_prompt(self) -> None:
        for guide in self.guides:
            asked = guide.prompt()
            assert say(asked.verb)
            assert _can_go_on(asked), asked
            assert len({each.key for each in asked.choices}) == len(asked.choices)


def _named_once(guide: Guide, line: PickLine) -> bool:
    """Whether each unit that a line names is picked, given up or still to pick, and nothing else is on the line."""
    left = [row.unit for row in guide.listing.left_on(line.id) if is_to_pick(guide.pick_list, row)]
    named = [*(each.unit for each in guide.listing.picked_on(line.id)), *line.missing, *left]
    return (
        sorted(named) == sorted(row.unit for row in named_by(guide.listing, line.id))
        and len(line.missing) == line.short
    )


def _can_go_on(asked: Prompt) -> bool:
    return bool(asked.expected or asked.choices or asked.confirms or asked.hint)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
