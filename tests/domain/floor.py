"""A small list on a floor, and people who work on it: what each records is judged, and gone on from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scantrail.domain.acts.act import Draft, Grant
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, document
from scantrail.domain.acts.refusal import Code, Refusal
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.acts.world import World
from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.facts.correcting.corrections import correction
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    PickUndone,
    UnitPicked,
    UnitSubstituted,
)
from scantrail.domain.facts.quality.damage import before_damage
from scantrail.domain.facts.quality.events import QuarantineUndone, UnitQuarantined
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed
from scantrail.domain.judge import absorb, judge
from scantrail.domain.people.worker import Worker
from scantrail.domain.rules.pick import before_pick
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.proving.simulator.list_watch import look_at_list
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SAM,
    SARAH,
    TODAY,
    any_line,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    said_in,
    scanned,
    world,
)

LIST, ORDER, BIN, QC = "PL-2025-0091", "SO-2025-1289", "MAIN/A-15-03", "MAIN/QC-01"
CARTS = {SARAH.id: "MAIN/CART-05", MIKE.id: "MAIN/CART-06"}
FIRST, SECOND, FREE, OTHER = promised(46), promised(47), module(50), module(51)
UNITS = (FIRST, SECOND, FREE, OTHER)


class Floor:
    """A list that names two units on line 1 and takes one of any serial on line 2, and those who work on it."""

    def __init__(self) -> None:
        ours = pick_list(exact_line(FIRST, SECOND), any_line(MODULE, 1, line="2"))
        self.seen: World = world(*UNITS, lists=(ours,))
        self.seen.workers[SAM.id] = SAM
        self.at: datetime = NOW

    @property
    def list(self) -> PickList:
        found = self.seen.documents[LIST]
        assert isinstance(found, PickList)
        return found

    def line(self, line: str) -> PickLine:
        found = self.list.line(line)
        assert found is not None
        return found

    def row(self, unit: Unit) -> Listed | None:
        return self.seen.listed(LIST, unit.id)

    def listed(self, unit: Unit) -> Listed:
        """The row of a unit that has been on the list."""
        found = self.row(unit)
        assert found is not None
        return found

    def picked(self, unit: Unit) -> PickedUnit:
        found = self.listed(unit).picked
        assert found is not None
        return found

    def set_aside(self, unit: Unit) -> SetAside:
        found = self.listed(unit).set_aside
        assert found is not None
        return found

    def unit(self, unit: Unit) -> Unit:
        return self.seen.units[unit.id]

    def records(
        self,
        *events: Event,
        scan: Unit | None = None,
        by: Worker = SARAH,
        recorder: Recorder = Recorder.DEVICE,
        device: str = "Scanner-05",
    ) -> Refusal | None:
        """Judge, and go on from there when it may be; a list and its units say the same all the time."""
        self.at += timedelta(seconds=1)
        reading = scanned(scan.serial) if scan is not None else None
        said = said_in(self.seen, scan.serial) if scan is not None else None
        draft = Draft(events, LIST, reading, reason="so it is", grant=Grant(SAM.id))
        judgement = judge(draft, By(by.id, device, self.at, recorder), said, self.seen, TODAY)
        absorb(self.seen, judgement)
        look_at_list(self.list, self.seen.rows[RowKind.LISTED].values())
        return judgement.refusal

    def code(self, *events: Event, **how: Any) -> Code | None:
        refusal = self.records(*events, **how)
        return refusal.code if refusal is not None else None

    def does(self, *events: Event, **how: Any) -> None:
        assert self.records(*events, **how) is None

    def walks(self, unit: Unit) -> tuple[Event, ...]:
        return PlaceConfirmed(LIST, self.unit(unit).place), ProductConfirmed(LIST, MODULE.id)

    def pick(self, unit: Unit, line: str, by: Worker = SARAH) -> UnitPicked:
        now = self.unit(unit)
        return UnitPicked(unit.id, unit.serial, LIST, line, ORDER, now.place, CARTS[by.id], now.status)

    def picks(self, unit: Unit, line: str, by: Worker = SARAH) -> None:
        self.does(*self.walks(unit), self.pick(unit, line, by), scan=unit, by=by)

    def undo(self, unit: Unit) -> PickUndone:
        row = self.row(unit) or Listed(LIST, unit.id)
        return PickUndone(unit.id, LIST, row.line, self.unit(unit).place, BIN, *before_pick(self.list, row))

    def damage(self, unit: Unit) -> UnitQuarantined:
        now, row = self.unit(unit), self.row(unit)
        return UnitQuarantined(
            unit.id, now.status, now.place, now.place, document=LIST, line=row.line if row is not None else ""
        )

    def damage_undo(self, unit: Unit) -> QuarantineUndone:
        row = self.row(unit) or Listed(LIST, unit.id)
        status, number, order = before_damage(self.list, row)
        return QuarantineUndone(unit.id, LIST, self.unit(unit).place, BIN, status, order, number)

    def substitute(self, unit: Unit, replaced: Unit, line: str = "1", by: Worker = SARAH) -> tuple[Event, ...]:
        free = (AllocationReleased(replaced.id, ORDER),) if self.unit(replaced).status is Status.ALLOCATED else ()
        named = UnitSubstituted(unit.id, unit.serial, LIST, line, ORDER, replaced.id)
        return *self.walks(unit), *free, named, replace(self.pick(unit, line, by), from_status=Status.ALLOCATED)

    def correct(self, unit: Unit, status: Status) -> Event:
        row = self.row(unit)
        is_picked = row is not None and row.picked is not None
        return correction(self.unit(unit), BIN, status, self.list if is_picked else None, row if is_picked else None)

    def cancels(self, line: str, instead: PickLine | None = None, *units: Unit) -> None:
        """The desk withdraws a line, and puts another one in its place that names these units."""
        lines = [replace(each, cancelled=True) if each.id == line else each for each in self.list.lines]
        lines += [instead] if instead is not None else []
        self.seen.put({document(LIST): replace(self.list, lines=tuple(lines))})
        for row in named_on(self.list, *units, line=instead.id if instead is not None else ""):
            self.seen.put({(RowKind.LISTED, row.id): row})
