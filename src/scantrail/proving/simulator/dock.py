"""What arrives while pickers work; now and then two of them receive the same serial."""

from __future__ import annotations

from random import Random

from scantrail.device.session_store import SessionStore
from scantrail.domain.acts.act import Draft, Times
from scantrail.domain.acts.sight import By
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.judge import judge, needs_of
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.gs1.said import said_by
from scantrail.proving.simulator.warehouse import DOCK, MODULE, Masters
from scantrail.words import say

TWICE = 0.5
"""How often the next one to receive something meets a label that the last one had too."""


class Dock:
    """Where everybody receives, without a packing list."""

    def __init__(self, masters: Masters, chance: Random) -> None:
        self._masters = masters
        self._chance = chance
        self._labels = 0

    def receives(self, store: SessionStore, worker: Worker, now: Times) -> str:
        """Somebody scans what has arrived, and it is judged and recorded as everything is; gives what became of it."""
        if not self._labels or self._chance.random() >= TWICE:
            self._labels += 1
        serial = f"CM500-2026-{self._labels:04}"
        reading = Reading(serial, Carrier.WEDGE)
        draft = Draft(events=(_registered(serial),), reading=reading)
        by = By(worker.id, store.device, now.wall)
        today = now.wall.date()
        world = store.load(needs_of((draft,), (worker.id,)))
        refusal = judge(draft, by, said_by(reading, store.code_prefixes, today), world, today).refusal
        if refusal is not None:
            draft = Draft(reading=reading, refusal=refusal)
        store.record((draft,), actor=worker.id, site=store.site, now=now, versions={})
        return f"receives {serial}: {say(explain(refusal).title) if refusal else 'registered'}"


def _registered(serial: str) -> UnitRegistered:
    name = unit_id(MODULE.id, serial)
    born = Unit(name, MODULE.id, serial, Status.AVAILABLE, DOCK, raw_serial=serial)
    return UnitRegistered(name, Creation.RECEIVING, born)
