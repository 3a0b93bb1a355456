"""Where goods are packed and moved: cartons with units in them, and goods that are only counted."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from scantrail.device.session_store import SessionStore
from scantrail.domain.acts.act import Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import container, unit
from scantrail.domain.acts.needs import rows
from scantrail.domain.acts.sight import By
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked, UnitUnpacked
from scantrail.domain.facts.placing.events import ContainerMoved, QuantityMoved
from scantrail.domain.judge import judge, needs_of
from scantrail.domain.names.identifiers import ContainerId, UnitId, check_digit, unit_id
from scantrail.domain.people.worker import Worker
from scantrail.domain.things.container import Container, ContainerKind
from scantrail.domain.things.status import GONE
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.proving.simulator.warehouse import BINS, CABLE, DOCK, MODULE, PASTE, SUPPLIERS
from scantrail.words import say

OFTEN = 0.2
"""How often somebody who looks for work finds it here."""
TWICE = 0.15
"""How often a label is stuck on a second carton."""
SHORT = 0.1
"""How often somebody overlooks a unit of the carton that is moved."""
SERIALS = (*(f"CM500-2025-{at:04}" for at in range(4, 20)), *(f"CM500-2026-{at:04}" for at in range(1, 5)))
"""The modules that are packed: few, so that people meet."""
MOST = 4
"""Cartons, for the same reason."""
TRIES = 4
"""Modules that somebody looks for before giving up."""
PLACES = (*BINS, DOCK)


class Bench:
    """Where everybody packs and moves goods; it knows what was ever put into which carton."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._cartons: list[ContainerId] = []
        self._put: dict[ContainerId, dict[UnitId, None]] = {}

    def is_busy(self) -> bool:
        """Whether somebody finds work here now."""
        return self._chance.random() < OFTEN

    def works(self, store: SessionStore, worker: Worker, now: Times) -> str:
        """Somebody does one thing, and it is judged and recorded as everything is; gives what became of it."""
        event = self._chance.choices(
            (self._makes, self._packs, self._takes_out, self._moves, self._counts), (2, 8, 1, 3, 3)
        )[0](store)
        if event is None:
            return "finds nothing to pack or move"
        draft, at = Draft((event,)), now.wall
        world = store.load(needs_of([draft], [worker.id]))
        refusal = judge(draft, By(worker.id, store.device, at), None, world, at.date()).refusal
        if refusal is not None:
            draft = Draft(refusal=refusal)
        store.record((draft,), actor=worker.id, site=store.site, now=now, versions={})
        return f"{event}: {say(explain(refusal).title) if refusal else 'recorded'}"

    def _makes(self, _store: SessionStore) -> Event:
        if not self._cartons or (len(self._cartons) < MOST and self._chance.random() >= TWICE):
            digits = f"09521234{len(self._cartons):09}"
            self._cartons.append(f"{digits}{check_digit(digits)}")
        return ContainerMade(self._cartons[-1], ContainerKind.CARTON, self._chance.choice(PLACES))

    def _packs(self, store: SessionStore) -> Event | None:
        """Into a carton; where this device knows none, one is begun."""
        into = self._carton(store)
        if into is None:
            return self._makes(store)
        names = [unit_id(MODULE.id, each) for each in self._chance.sample(SERIALS, TRIES)]
        found = next((each for each in _units(store, names) if each.status not in GONE), None)
        if found is None:
            return None
        self._put.setdefault(into.id, {})[found.id] = None
        return UnitPacked(found.id, into.id, found.place, into.place)

    def _takes_out(self, store: SessionStore) -> Event | None:
        carton = self._carton(store)
        inside = self._inside(store, carton) if carton is not None else ()
        if carton is None or not inside:
            return None
        return UnitUnpacked(self._chance.choice(inside), carton.id, carton.place, self._chance.choice(PLACES))

    def _moves(self, store: SessionStore) -> Event | None:
        carton = self._carton(store)
        if carton is None:
            return None
        inside = self._inside(store, carton)
        overlooked = 1 if self._chance.random() < SHORT else 0
        return ContainerMoved(carton.id, inside[overlooked:], carton.place, self._chance.choice(PLACES))

    def _counts(self, _store: SessionStore) -> Event:
        """Also more than there are: nobody looks at the record."""
        product, lot = self._chance.choice(((CABLE, ""), (PASTE, "L1"), (PASTE, "L2")))
        origin, destination = (self._chance.choice((*PLACES, SUPPLIERS)) for _ in range(2))
        return QuantityMoved(product.id, lot, self._chance.randrange(1, 9), origin, destination)

    def _carton(self, store: SessionStore) -> Container | None:
        """One that is on record on this device."""
        cartons = [container(each) for each in self._chance.sample(self._cartons, len(self._cartons))]
        seen = store.load(rows(*cartons)) if cartons else None
        return next((found for each in cartons if seen and (found := seen.row(each)) is not None), None)

    def _inside(self, store: SessionStore, carton: Container) -> tuple[UnitId, ...]:
        """What is in it, as far as this device knows."""
        return tuple(each.id for each in _units(store, self._put.get(carton.id, ())) if each.container == carton.id)


def _units(store: SessionStore, names: Iterable[UnitId]) -> list[Unit]:
    """Those of these units that are on record on a device."""
    things = [unit(each) for each in names]
    seen = store.load(rows(*things))
    return [found for each in things if (found := seen.row(each)) is not None]
