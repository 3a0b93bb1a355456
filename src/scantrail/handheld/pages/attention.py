"""What needs attention: records the server did not apply, until a person has dealt with the goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.device.store import AttentionItem
from scantrail.handheld.drawing.lines import Ink, Line, wrapped
from scantrail.handheld.pages.base import ChoicePage, Desk, Entry, Page, TextPage, sentence
from scantrail.handheld.text import told
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

SETTLE_REASONS = (M("Put back"), M("Given to a supervisor"), M("Other"))


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
            *(Entry(_goods(item), self._opening(item), item.refusal.title) for item in desk.store.attention()),
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
        item = self._item
        return [
            *wrapped(told(_scanned(item, self.desk)), width, Ink.FAINT),
            *wrapped(f"✗ {told(item.refusal.title)}", width, Ink.BAD),
            *wrapped(told(item.refusal.because), width),
            *wrapped(told(item.todo), width, Ink.STRONG),
            *wrapped(told(M("What did you do?")), width),
        ]

    def entries(self) -> Sequence[Entry]:
        return tuple(Entry(reason, self._settling(reason)) for reason in SETTLE_REASONS)

    def _settling(self, reason: Message) -> Callable[[], None]:
        def settle() -> None:
            self.desk.session.settle(self._item, told(reason))
            self.desk.shell.settled()
            self.desk.shell.back()
            self._opened_from.say(sentence(Tone.ACCEPTED, M("SETTLED"), scanned=_goods(self._item)))

        return settle

    def help(self) -> Sequence[Message | str]:
        return (M("Do with the goods what the screen says, then choose what you did. It is recorded with your name."),)


class WaitingPage(TextPage):
    """What a record waits for at the server; there is nothing to do about it here."""

    def __init__(self, desk: Desk, item: AttentionItem) -> None:
        super().__init__(desk)
        self._item = item

    def title(self) -> Message | str:
        return _goods(self._item)

    def body(self, width: int) -> list[Line]:
        return [
            *wrapped(f"… {told(self._item.refusal.waits_for)}", width, Ink.NOTE),
            *wrapped(told(M("Keep the goods where they are. It goes on by itself.")), width, Ink.STRONG),
            *wrapped(told(_scanned(self._item, self.desk)), width, Ink.FAINT),
        ]

    def help(self) -> Sequence[Message | str]:
        return (
            M("The server keeps this record until an earlier one comes. On this device it counts."),
            M("If that does not come in time, this is listed again, with what to do."),
        )
