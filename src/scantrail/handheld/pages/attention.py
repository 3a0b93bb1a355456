"""What needs attention: records the server did not apply, until a person has dealt with the goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from scantrail.device.store import AttentionItem
from scantrail.domain.people.worker import Right
from scantrail.domain.scans.reading import Candidates, Carrier, Reading
from scantrail.domain.things.place import PlaceKind
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.handheld.drawing.lines import Ink, Line, wrapped
from scantrail.handheld.pages.base import ChoicePage, Desk, Entry, Page, TextPage, sentence
from scantrail.handheld.text import told
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

PUT_BACK, GIVEN, OTHER = M("Put back"), M("Given to a supervisor"), M("Other")
SETTLE_REASONS = (PUT_BACK, GIVEN, OTHER)


class AttentionPage(ChoicePage):
    """Which of them?"""

    def title(self) -> Message:
        store = self.desk.store
        if store.attention():
            return M("NEEDS ATTENTION")
        return M("NOTHING TO SETTLE") if store.waiting() else M("NOTHING NEEDS ATTENTION")

    def entries(self) -> Sequence[Entry]:
        desk = self.desk
        return (
            *(Entry(_goods(item), self._opening(item), explain(item.refusal).title) for item in desk.store.attention()),
            *(Entry(_goods(item), self._showing(item), M("waits")) for item in desk.store.waiting()),
        )

    def _opening(self, item: AttentionItem) -> Callable[[], None]:
        return lambda: self.desk.shell.open(SettlePage(self.desk, item, self))

    def _showing(self, item: AttentionItem) -> Callable[[], None]:
        return lambda: self.desk.shell.open(WaitingPage(self.desk, item))

    def help(self) -> Sequence[Message | str]:
        return (
            M("The server did not apply these: the world had changed when they reached it."),
            M("Open one, do what it says with the goods, then choose what you did."),
            M("Those that wait need an earlier record first. There is nothing to do; they go on by themselves."),
        )


def _goods(item: AttentionItem) -> str:
    return ", ".join(item.serials) or item.scanned or item.document or str(item.act.seq)


def _scanned(item: AttentionItem, desk: Desk) -> Message:
    worker = desk.store.worker(item.by)
    return M(
        "Scanned by {worker}, {when}, for {document}: {text}",
        worker=worker.name if worker else item.by,
        when=desk.moment(item.when),
        document=item.document or "–",
        text=item.scanned or "–",
    )


class SettlePage(ChoicePage):
    """What happened, what to do, and what the person did."""

    def __init__(self, desk: Desk, item: AttentionItem, opened_from: Page) -> None:
        super().__init__(desk)
        self._item = item
        self._opened_from = opened_from

    def title(self) -> Message | str:
        return _goods(self._item)

    def above(self, width: int) -> list[Line]:
        """What matters most comes last: on low glass the beginning is out of sight."""
        item, why = self._item, explain(self._item.refusal)
        return [
            *wrapped(told(_scanned(item, self.desk)), width, Ink.FAINT),
            *wrapped(f"✗ {told(why.title)}", width, Ink.BAD),
            *wrapped(told(why.because), width),
            *wrapped(told(item.todo), width, Ink.STRONG),
            *wrapped(told(M("What did you do?")), width),
        ]

    def entries(self) -> Sequence[Entry]:
        return tuple(Entry(reason, self._settling(reason)) for reason in SETTLE_REASONS)

    def _settling(self, reason: Message) -> Callable[[], None]:
        def settle() -> None:
            asking = _ASKING.get(reason.template) if self._item.units or reason == OTHER else None
            if asking is None:
                self._settled(reason, "")
            else:
                self.desk.shell.open(asking(self.desk, self._item, partial(self._settled, reason)))

        return settle

    def _settled(self, reason: Message, note: str) -> None:
        self.desk.session.settle(self._item, told(reason), note)
        self.desk.shell.settled()
        self.desk.shell.close(self)
        self._opened_from.say(sentence(Tone.ACCEPTED, M("SETTLED"), scanned=_goods(self._item)))

    def help(self) -> Sequence[Message | str]:
        return (M("Do with the goods what the screen says, then choose what you did. It is recorded with your name."),)


class _AskingPage(TextPage):
    """What settling takes beside its reason."""

    def __init__(self, desk: Desk, item: AttentionItem, answered: Callable[[str], None]) -> None:
        super().__init__(desk)
        self.item = item
        self.answered = answered

    def body(self, width: int) -> list[Line]:
        return wrapped(told(self.item.todo), width, Ink.STRONG)

    def refuse(self, title: Message, todo: Message, scanned: str) -> None:
        """Say why an answer is none; the question stays."""
        self.say(sentence(Tone.REFUSED, title, todo, scanned))


class PutBackPage(_AskingPage):
    """Each unit is scanned, then the place it was put into."""

    def __init__(self, desk: Desk, item: AttentionItem, answered: Callable[[str], None]) -> None:
        super().__init__(desk, item, answered)
        self._left = list(item.units)
        self._unit: Unit | None = None
        self._done: list[str] = []

    def title(self) -> Message | str:
        if self._unit is not None:
            return M("SCAN THE BIN OF {serial}", serial=self._unit.serial)
        units = (self.desk.store.unit(each) for each in self._left)
        return M("SCAN {serial}", serial=" / ".join(each.serial for each in units if each is not None) or "?")

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        self.shown = None
        if self._unit is None:
            self._unit = next((each for each in found.units if each.id in self._left), None)
            if self._unit is None:
                self.refuse(M("WRONG UNIT"), M("Scan the unit that you put back."), found.text)
            return
        self._place_scanned(self._unit, found)

    def _place_scanned(self, unit: Unit, found: Candidates) -> None:
        here = [place for place in found.places if place.site == self.desk.store.site]
        bins = [place for place in here if place.kind is PlaceKind.BIN]
        recorded = self.desk.store.place(unit.place)
        is_in_bin = recorded is not None and recorded.kind is PlaceKind.BIN and recorded.site == self.desk.store.site
        if not bins or (recorded is not None and is_in_bin and bins[0].id != recorded.id):
            where = recorded.code if recorded is not None and is_in_bin else M("a bin of this site")
            self.refuse(M("WRONG PLACE"), M("Put it into {place} and scan that.", place=where), found.text)
            return
        self._done.append(f"{unit.serial}: {bins[0].code}")
        self._left.remove(unit.id)
        self._unit = None
        if not self._left:
            self.answered(", ".join(self._done))


class ReceiverPage(_AskingPage):
    """Who has the goods now."""

    def title(self) -> Message | str:
        return M("WHO HAS IT? SCAN THE BADGE, OR TYPE THE NAME")

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        worker = next((each for each in found.workers), None) or self.desk.store.worker_named(reading.text)
        if worker is None:
            self.refuse(M("NOBODY"), M("Nobody here has this badge or name."), reading.text)
        elif not worker.may(Right.SETTLE):
            self.refuse(M("NO SUPERVISOR"), M("{worker} is no supervisor.", worker=worker.name), reading.text)
        else:
            self.answered(worker.name)


class NotePage(_AskingPage):
    """What was done, in words."""

    def title(self) -> Message | str:
        return M("WHAT DID YOU DO? TYPE IT, THEN ENTER")

    def take(self, reading: Reading) -> None:
        if reading.carrier is Carrier.TYPED and reading.text.strip():
            self.answered(reading.text.strip())
        else:
            self.refuse(M("TYPE IT"), M("Say in words what you did with the goods."), reading.text)


_ASKING: dict[str, type[_AskingPage]] = {
    PUT_BACK.template: PutBackPage,
    GIVEN.template: ReceiverPage,
    OTHER.template: NotePage,
}


class WaitingPage(TextPage):
    """What a record waits for at the server; there is nothing to do about it here."""

    def __init__(self, desk: Desk, item: AttentionItem) -> None:
        super().__init__(desk)
        self._item = item

    def title(self) -> Message | str:
        return _goods(self._item)

    def body(self, width: int) -> list[Line]:
        return [
            *wrapped(f"… {told(explain(self._item.refusal).waits_for)}", width, Ink.NOTE),
            *wrapped(told(M("Keep the goods where they are. It goes on by itself.")), width, Ink.STRONG),
            *wrapped(told(_scanned(self._item, self.desk)), width, Ink.FAINT),
        ]

    def help(self) -> Sequence[Message | str]:
        return (
            M("The server keeps this record until an earlier one comes. On this device it counts."),
            M("If that does not come in time, this is listed again, with what to do."),
        )
