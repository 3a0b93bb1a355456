"""The simulated desk: it brings deliveries and lists, withdraws them, moves units, opens and closes holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, Thing, document, listed
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.documents.document import DocumentKind, DocumentStatus, LineKind
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import without_stale_reservations
from scantrail.domain.facts import touched
from scantrail.domain.facts.correcting.corrections import correction
from scantrail.domain.facts.holding import HoldClosed, HoldOpened
from scantrail.domain.facts.imports import DocumentImported
from scantrail.domain.facts.picking.events import AllocationReleased
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.work.events import TaskCancelled
from scantrail.domain.fold import fold
from scantrail.domain.people.worker import SYSTEM
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.proving.simulator.fate import PowerCut
from scantrail.proving.simulator.server_watch import ServerWatch
from scantrail.proving.simulator.stores import SimulatedServer
from scantrail.proving.simulator.warehouse import BINS, SETTINGS, Delivery, deliver
from scantrail.server.ledger.log import SERVER_DEVICE

OPEN = (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
PATIENCE = timedelta(hours=SETTINGS.waiting.hours)
MOST_OPEN = 12
"""Lists that wait for somebody at the most: with more, nobody meets anybody."""


class Desk:
    """Somebody in the office, with the server's database before them."""

    def __init__(self, server: SimulatedServer, watch: ServerWatch, chance: Random) -> None:
        self._server = server
        self._watch = watch
        self._chance = chance
        self._delivered = 0
        self._papers: dict[str, Delivery] = {}
        """What was delivered, by list: after a restore the server may have lost it."""
        self._held = 0

    def does_something(self, now: datetime) -> str:
        """One thing that makes sense now; says what.

        Raises:
            PowerCut: the server died over it.
        """
        chance = self._chance
        open_lists = [each for each in self._server.lists().values() if each.status in OPEN]
        if len(open_lists) < MOST_OPEN and (not open_lists or chance.random() < 0.5):
            return self.delivers(now)
        if chance.random() < 0.15 and self._lost():
            return self.brings_again(now)
        if chance.random() < 0.02:
            self._server.judge_over(now + PATIENCE)
            return "gives up what waits"
        does = chance.choice((self._moves, self._holds, self._holds, self._changes, self._cancels, self._corrects))
        return does(now, chance.choice(open_lists))

    def delivers(self, now: datetime) -> str:
        """Units arrive, and a list wants some of them."""
        self._delivered += 1
        delivery = deliver(self._delivered, self._chance)
        self._papers[delivery.pick_list.number] = delivery
        return self._brings(delivery, now)

    def _brings(self, delivery: Delivery, now: datetime, *, units_later: bool = False) -> str:
        """A list that names units comes with them: they are promised to it."""
        known, number = self._server.units(), delivery.pick_list.number
        units_later = units_later and not delivery.named
        fresh = [unit for unit in delivery.units if unit.id not in known and not units_later]
        born = tuple(UnitRegistered(unit.id, Creation.RECEIVING, unit) for unit in fresh)
        if number in self._server.lists():
            self._commits(born, now)
            return f"brings {len(born)} units of {number}"
        events: tuple[Event, ...] = (*born, DocumentImported(DocumentKind.PICK_LIST, number))
        self._commits(events, now, delivery.pick_list, delivery.named)
        return f"brings {len(born)} units and {number}"

    def _lost(self) -> list[str]:
        lists, units = self._server.lists(), self._server.units()
        return [
            number
            for number, delivery in self._papers.items()
            if number not in lists or any(unit.id not in units for unit in delivery.units)
        ]

    def brings_again(self, now: datetime) -> str:
        """A delivery that a restored server does not know is imported once more."""
        lost = self._papers[self._chance.choice(self._lost())]
        return f"{self._brings(lost, now, units_later=self._chance.random() < 0.5)} again"

    def clears_up(self, now: datetime) -> str:
        """Bring again all that the server has lost, lists before units; or give one up, with what waits for it."""
        gives_up = self._chance.random() < 0.3
        lost = self._lost()[1 if gives_up else 0 :]
        for units_later in (True, False):
            for number in filter(lost.__contains__, self._lost()):
                self._brings(self._papers[number], now, units_later=units_later)
        if gives_up:
            self._server.judge_over(now + PATIENCE)
        return f"brings {len(lost)} lost lists again{', and gives one up' if gives_up else ''}"

    def _moves(self, now: datetime, _pick_list: PickList) -> str:
        free = [
            unit for unit in self._server.units().values() if unit.status is Status.AVAILABLE and unit.container is None
        ]
        if not free:
            return "finds nothing to move"
        unit, place = self._chance.choice(free), self._chance.choice(BINS)
        self._commits((UnitMoved(unit.id, unit.place, place),), now)
        return f"moves {unit.serial} to {place}"

    def _corrects(self, now: datetime, _pick_list: PickList) -> str:
        """Somebody finds a unit elsewhere than it is on record, also one that was picked or set apart."""
        units = list(self._server.units().values())
        unit, place = self._chance.choice(units), self._chance.choice(BINS)
        found_as = self._chance.choice((Status.AVAILABLE, Status.QUARANTINE))
        number = unit.document or "" if unit.status is Status.PICKED else ""
        row = self._server.listed(number).get(listed_id(number, unit.id))
        self._commits((correction(unit, place, found_as, self._server.lists().get(number), row),), now)
        return f"finds {unit.serial}, {unit.status.value} on record, in {place} as {found_as.value}"

    def _holds(self, now: datetime, _pick_list: PickList) -> str:
        opened = [hold for hold in self._server.holds() if hold.open]
        if opened and self._chance.random() < 0.6:
            hold = self._chance.choice(opened)
            self._server.desk(Draft((HoldClosed(hold.id),)), now, {(RowKind.HOLD, hold.id): replace(hold, open=False)})
            return f"closes {hold.id}"
        units = list(self._server.units().values())
        self._held += 1
        unit = self._chance.choice(units)
        hold = Hold(f"H-{self._held}", HoldKind.QUALITY, "capacitor may fail", units=(unit.id,))
        self._server.desk(Draft((HoldOpened(hold),)), now, {(RowKind.HOLD, hold.id): hold})
        return f"opens {hold.id} on {unit.serial}"

    def _changes(self, now: datetime, pick_list: PickList) -> str:
        """A line is withdrawn; often one that takes any unit of the product comes in its place."""
        line = self._chance.choice(pick_list.lines)
        lines = [replace(each, cancelled=True) if each is line else each for each in pick_list.lines]
        if self._chance.random() < 0.5:
            lines.append(PickLine(str(len(lines) + 1), line.product, LineKind.ANY, line.quantity))
        events: tuple[Event, ...] = (
            DocumentImported(DocumentKind.PICK_LIST, pick_list.number),
            *self._releases(pick_list, [line.id]),
        )
        self._commits(events, now, without_stale_reservations(replace(pick_list, lines=tuple(lines))))
        return f"withdraws line {line.id} of {pick_list.number}"

    def _cancels(self, now: datetime, pick_list: PickList) -> str:
        """Often a list of which units are in a cart already: they have to go back."""
        begun = [each for each in self._server.lists().values() if each.status in OPEN and each.done]
        if begun and self._chance.random() < 0.7:
            pick_list = self._chance.choice(begun)
        releases = self._releases(pick_list, [line.id for line in pick_list.lines])
        self._commits((TaskCancelled(pick_list.number), *releases), now)
        return f"cancels {pick_list.number}"

    def _releases(self, pick_list: PickList, lines: Collection[str]) -> list[Event]:
        """The units that these lines name and that are still promised to the list are free again."""
        known = self._server.units()
        rows = self._server.listed(pick_list.number).values()
        units = (known[row.unit] for row in rows if row.named and row.line in lines)
        return [
            AllocationReleased(unit.id, pick_list.order)
            for unit in units
            if unit.status is Status.ALLOCATED and unit.document == pick_list.number
        ]

    def _commits(
        self,
        events: tuple[Event, ...],
        now: datetime,
        imported: PickList | None = None,
        named: Collection[Listed] = (),
    ) -> None:
        """Fold events into rows, and let the server keep both in one transaction."""
        by = By(SYSTEM, SERVER_DEVICE, now, Recorder.SYSTEM)
        rows: dict[Thing, Any] = {document(imported.number): imported} if imported else {}
        rows |= {listed(row.document, row.unit): row for row in named}
        for event in events:
            for thing in touched(event):
                rows[thing] = fold(rows.get(thing) or self._server.value(*thing), event, thing, by)
        stood_at = self._server.positions()
        forget = self._watch.imports(imported, named) if imported is not None else None
        try:
            self._server.desk(Draft(events), now, rows)
        except PowerCut:
            if forget is not None and self._server.positions() == stood_at:
                forget()
            raise
