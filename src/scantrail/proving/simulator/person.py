"""A picker with gloves on: mostly does what is asked, and now and then anything."""

from __future__ import annotations

from random import Random
from typing import Protocol

from scantrail.device.session import Session
from scantrail.device.session_store import SessionStore
from scantrail.domain.acts.act import Times
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.proving.simulator.bench import Bench
from scantrail.proving.simulator.dock import Dock
from scantrail.proving.simulator.trace import Trace
from scantrail.proving.simulator.warehouse import BINS, PRODUCTS
from scantrail.words import say
from scantrail.workflows.base import Answer, AskException, AskUndo, Back, Choose, Confirm, Prompt, Verdict
from scantrail.workflows.pick import PICK
from scantrail.workflows.pick.modes import ExceptionKind

KEYS: tuple[Answer, ...] = (Confirm(), AskException(), AskUndo(), Back())
LABELS = (*(bin_.removeprefix("MAIN/") for bin_ in BINS), "DOCK-01", *(product.sku for product in PRODUCTS))


class PersonStore(SessionStore, Protocol):
    """What a person finds on the device beside the open task."""

    def to_put_back(self) -> tuple[PickList, ...]:
        """Cancelled lists for which units are still picked."""


class Person:
    """A worker's hands on one device."""

    def __init__(self, worker: Worker, dock: Dock, bench: Bench, chance: Random, trace: Trace) -> None:
        self.worker = worker
        self._dock = dock
        self._bench = bench
        self._chance = chance
        self._trace = trace

    def does_something(self, session: Session, store: PersonStore, now: Times, now_ms: int) -> None:
        """One thing: an answer, a list opened, trouble settled, something received, packed or moved."""
        said = self._acts(session, store, now)
        self._trace.add(now_ms, self.worker.id, "{}", said)

    def _acts(self, session: Session, store: PersonStore, now: Times) -> str:
        chance = self._chance
        if store.ready and chance.random() < 0.03:
            return self._dock.receives(store, self.worker, now)
        if store.ready and self._bench.is_busy():
            return self._bench.works(store, self.worker, now)
        if chance.random() < 0.03 and (items := store.attention()):
            item = chance.choice(items)
            session.settle(item, "put back")
            return f"settles {item.act}"
        if session.task is None or chance.random() < 0.04:
            return self._opens(session, store)
        if chance.random() < 0.02:
            return f"gives it back: {said(self._gives_back(session))}"
        asked = session.prompt()
        if asked.finished and chance.random() < 0.8:
            session.leave()
            return "goes back to the menu"
        given, verdict = self._answers(session, asked)
        return f"{given}: {said(verdict)}"

    def _gives_back(self, session: Session) -> Verdict | None:
        """The list, as far as that is possible now: what is in the cart must leave it first."""
        session.answer(Back())
        session.answer(AskException())
        gives_back = ExceptionKind.GIVE_BACK.number
        if any(choice.key == gives_back for choice in session.prompt().choices):
            return session.answer(Choose(gives_back))
        return session.answer(Back())

    def _opens(self, session: Session, store: PersonStore) -> str:
        cancelled = store.to_put_back() if store.ready else ()
        if cancelled and self._chance.random() < 0.6:
            number = self._chance.choice(cancelled).number
            return f"puts back {number}: {said(session.open(number))}"
        lists = session.documents(PICK)
        colleagues = [each for each in lists if each.done and each.taken and each.taken.worker != self.worker.id]
        if colleagues and self._chance.random() < 0.4:
            number = self._chance.choice(colleagues).number
            return f"goes on with {number} for a colleague: {said(session.open(number, 'shift ended'))}"
        if not lists:
            return "finds no list to work on"
        mine = [each for each in lists if each.taken and each.taken.worker == self.worker.id]
        free = [each for each in lists if each.taken is None]
        chosen: PickList = self._chance.choice(mine or free or lists if self._chance.random() < 0.85 else lists)
        reason = self._chance.choice(("", "shift ended")) if chosen.taken else ""
        return f"opens {chosen.number} {reason}: {said(session.open(chosen.number, reason))}"

    def _answers(self, session: Session, asked: Prompt) -> tuple[str, Verdict | None]:
        chance = self._chance
        if asked.choices and chance.random() < 0.85:
            choice = chance.choice(asked.choices)
            return f"chooses {choice.key}", session.answer(Choose(choice.key))
        if chance.random() < 0.85 and (asked.confirms or asked.codes):
            if asked.confirms and (not asked.codes or chance.random() < 0.3):
                return "confirms", session.answer(Confirm())
            return self._scans(session, asked.codes[0])
        if chance.random() < 0.4:
            return self._scans(session, chance.choice(LABELS))
        key = chance.choice(KEYS)
        return type(key).__name__, session.answer(key)

    def _scans(self, session: Session, text: str) -> tuple[str, Verdict | None]:
        return f"scans {text}", session.scan(Reading(text, Carrier.WEDGE))


def said(verdict: Verdict | None) -> str:
    """A verdict in plain words."""
    if verdict is None:
        return "–"
    because = f" ({say(verdict.because)})" if verdict.because else ""
    return f"{say(verdict.title)} {verdict.scanned}{because}"
