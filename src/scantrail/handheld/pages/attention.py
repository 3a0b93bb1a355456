"""What needs attention: records the server did not apply, until a person has dealt with the goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.device.store import AttentionItem
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, wrapped
from scantrail.handheld.pages.base import ChoicePage, Desk, Entry, sentence
from scantrail.handheld.pages.facts import moment
from scantrail.handheld.text import told
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

SETTLE_REASONS = (M("Put back"), M("Given to a supervisor"), M("Other"))


class AttentionPage(ChoicePage):
    """Which of them?"""

    def title(self) -> Message:
        return M("NEEDS ATTENTION") if self.desk.store.attention() else M("NOTHING NEEDS ATTENTION")

    def entries(self) -> Sequence[Entry]:
        return tuple(
            Entry(_goods(item), self._opening(item), item.refusal.title) for item in self.desk.store.attention()
        )

    def _opening(self, item: AttentionItem) -> Callable[[], None]:
        return lambda: self.desk.shell.open(SettlePage(self.desk, item, self))

    def help(self) -> Sequence[Message | str]:
        return (
            M("The server did not apply these: the world had changed when they reached it."),
            M("Open one, do what it says with the goods, then choose what you did."),
        )


def _goods(item: AttentionItem) -> str:
    return ", ".join(item.serials) or item.scanned or item.document or str(item.act.seq)


class SettlePage(ChoicePage):
    """What happened, what to do, and what the person did."""

    def __init__(self, desk: Desk, item: AttentionItem, opened_from: AttentionPage) -> None:
        super().__init__(desk)
        self._item = item
        self._list = opened_from

    def title(self) -> Message | str:
        return _goods(self._item)

    def above(self, width: int) -> list[Line]:
        item = self._item
        worker = self.desk.store.worker(item.by)
        scanned = M(
            "Scanned by {worker}, {when}, for {document}: {text}",
            worker=worker.name if worker else item.by,
            when=moment(item.when),
            document=item.document or "–",
            text=item.scanned or "–",
        )
        return [
            *wrapped(f"✗ {told(item.refusal.title)}", width, Ink.BAD),
            *wrapped(told(item.refusal.because), width),
            *wrapped(told(item.todo), width, Ink.STRONG),
            *wrapped(told(scanned), width, Ink.FAINT),
            BLANK,
            *wrapped(told(M("What did you do?")), width),
        ]

    def entries(self) -> Sequence[Entry]:
        return tuple(Entry(reason, self._settling(reason)) for reason in SETTLE_REASONS)

    def _settling(self, reason: Message) -> Callable[[], None]:
        def settle() -> None:
            self.desk.session.settle(self._item, told(reason))
            self.desk.shell.settled()
            self.desk.shell.back()
            self._list.say(sentence(Tone.ACCEPTED, M("SETTLED"), scanned=_goods(self._item)))

        return settle

    def help(self) -> Sequence[Message | str]:
        return (M("Do with the goods what the screen says, then choose what you did. It is recorded with your name."),)
