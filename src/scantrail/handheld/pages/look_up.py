"""Looking anything up, in the middle of anything: scan a unit, product, bin, list or badge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from scantrail.device.store import History
from scantrail.device.transport import Offline, Refused
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.rules.scan import unclear_refusal
from scantrail.domain.scans.reading import Candidates, Reading
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, wrapped
from scantrail.handheld.drawing.scrolling import Scroll
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Entry, TextPage, sentence
from scantrail.handheld.pages.facts import (
    Fact,
    contents_lines,
    fact_lines,
    history_lines,
    place_facts,
    place_lines,
    product_facts,
    said_facts,
    stock_lines,
    unit_lines,
    worker_facts,
)
from scantrail.handheld.text import told
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

Contents = Callable[[int], list[Line]]


class LookUpPage(TextPage):
    """What is this? Esc leads back to where the question came up."""

    keys = (Action.BACK, Action.DOWN, Action.UP, Action.LOOK_UP, Action.MENU)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""
        self._unit: UnitId | None = None
        self._which: tuple[Unit, ...] = ()
        """Units of several products that share the serial."""
        self._facts: tuple[Fact, ...] = ()
        self._contents: Contents | None = None
        """Gives what is in it, or where it is, in so many columns."""
        self._counted: dict[int, list[Line]] = {}
        """The same by columns, since it may be a long count: asked again when the sync has brought something."""
        self._history: History | None = None
        self._about_history: Message | str = ""

    def title(self) -> Message | str:
        if self._which:
            return M("{serial}: WHICH PRODUCT?", serial=self._text)
        return self._text or M("LOOK UP: SCAN ANY CODE")

    def body(self, width: int) -> list[Line]:
        unit = self.desk.store.unit(self._unit) if self._unit else None
        if unit is None:
            return [*fact_lines(self._facts, width), *self._contents_lines(width)]
        history = history_lines(self._history.body, width, self.desk.time_zone) if self._history else []
        about = wrapped(told(self._about_history), width, Ink.NOTE)
        return [*unit_lines(unit, self.desk.store, width), BLANK, *about, *history]

    def _contents_lines(self, width: int) -> list[Line]:
        if self._contents is None:
            return []
        if width not in self._counted:
            self._counted = {width: [BLANK, *self._contents(width)]}
        return self._counted[width]

    def changed(self) -> None:
        self._counted = {}

    def entries(self) -> Sequence[Entry]:
        return tuple(Entry(self._product_name(unit), partial(self._show_unit, unit)) for unit in self._which)

    def _product_name(self, unit: Unit) -> str:
        product = self.desk.store.product(unit.product)
        return product.name if product else unit.product

    def take(self, reading: Reading) -> None:
        self._forget()
        found = self.desk.session.candidates(reading)
        self._text = found.text
        if len(found.units) > 1:
            self._which = found.units
        elif found.units:
            self._show_unit(found.units[0])
        else:
            self._show_other(found)

    def _forget(self) -> None:
        self.shown, self.scroll, self._unit, self._which, self._facts = None, Scroll(), None, (), ()
        self._history, self._about_history = None, ""
        self._contents, self._counted = None, {}

    def _show_unit(self, unit: Unit) -> None:
        self._forget()
        self._text, self._unit = unit.serial, unit.id
        self._about_history = M("Asking the server for the history…")
        self.desk.shell.start(self._ask_history(unit.id))

    async def _ask_history(self, unit: UnitId) -> None:
        now = self.desk.clock.now().wall
        about: Message | str = M("History, newest first:")
        try:
            body = await self.desk.histories.timeline(unit)
        except (Offline, Refused):
            history = self.desk.store.keeping.history(unit)
            about = self._offline_words(history)
        else:
            self.desk.store.keeping.put_history(unit, body, now)
            history = History(now, body)
        if self._unit == unit:
            self._history, self._about_history = history, about
            self.desk.shell.redraw()

    def _offline_words(self, history: History | None) -> Message:
        if history is None:
            return M("The server cannot be asked now: above is what this device knows. Its history is not here.")
        when = self.desk.moment(history.fetched)
        return M("The server cannot be asked now: its history as of {when}, newest first:", when=when)

    def _show_other(self, found: Candidates) -> None:
        known = [each for number in found.documents if (each := self.desk.store.document(number)) is not None]
        if known:
            self._facts = type_of(known[0]).facts(known[0])
        elif found.places:
            self._facts = place_facts(found.places[0])
            self._contents = partial(place_lines, found.places[0], self.desk.store)
        elif found.products:
            self._facts = product_facts(found.products[0])
            self._contents = partial(stock_lines, found.products[0], self.desk.store)
        elif found.workers:
            worker = found.workers[0]
            self._text, self._facts = worker.name, worker_facts(worker)
            self._contents = partial(contents_lines, worker.cart, self.desk.store) if worker.cart else None
        else:
            self._show_unknown(found)

    def _show_unknown(self, found: Candidates) -> None:
        """Nothing on record has this code: what it says by itself, or what is wrong with it."""
        said = found.said
        refusal = unclear_refusal(found, M("one of them"))
        if refusal is not None:
            self._text, self._facts = "", said_facts(said)
            why = explain(refusal)
            self.say(
                sentence(
                    Tone.REFUSED,
                    why.title,
                    M("{because} {todo}", because=why.because, todo=why.todo),
                    said.text,
                )
            )
            return
        self._text, self._facts = "", said_facts(said)
        unknown = M("No unit, product, place, list or badge on this device has this code. Scan it again.")
        title = M("UNKNOWN CODE") if said.refusal is None else M("BAD CODE")
        self.say(sentence(Tone.REFUSED, title, said.refusal or unknown, said.text))

    def do(self, action: Action) -> bool:
        if action is not Action.LOOK_UP:
            return super().do(action)
        self._forget()
        self._text = ""
        return True

    def help(self) -> Sequence[Message | str]:
        return (
            M("Scan any unit, product, bin, pick list or badge to see what is known of it. Nothing is changed by it."),
            M("A unit's history comes from the server; without network the last one fetched is shown, if any."),
            M("Esc goes back to where you were, at the same step."),
        )
