"""The guided screen: every scan goes to the session, and its verdict shows only when it is on record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from scantrail.device.store import AttentionItem, StoreError
from scantrail.domain.acts.act import ActId, Grant
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.scans.reading import Reading
from scantrail.domain.things.photo import NoPhoto
from scantrail.domain.wordings import explain
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.guided import Guided, draw_guided, item_lines
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, wrapped
from scantrail.handheld.drawing.scrolling import Scroll
from scantrail.handheld.drawing.verdict import Proof, Shown, is_whole, whole_lines
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Entry, Page, TextPage, sentence
from scantrail.handheld.pages.grant import GrantPage
from scantrail.handheld.text import told
from scantrail.protocol.link import Link
from scantrail.protocol.outbox import ActState
from scantrail.words import M, Message
from scantrail.workflows.base import (
    NO_PHOTO_HERE,
    Answer,
    AskException,
    AskUndo,
    Back,
    Choice,
    Choose,
    Confirm,
    Granted,
    Tone,
    Verdict,
)

_ASKS: dict[Action, Answer] = {
    Action.CONFIRM: Confirm(),
    Action.EXCEPTION: AskException(),
    Action.UNDO: AskUndo(),
}
_PROOFS: dict[ActState, Proof] = {
    ActState.PENDING: Proof.WAITING,
    ActState.WAITING: Proof.WAITING,
    ActState.APPLIED: Proof.CONFIRMED,
}


class GuidedPage(Page):
    """What to do now, and whether the last scan was right."""

    keys = (Action.EXCEPTION, Action.UNDO, Action.HELP, Action.LIST)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._verdict: Verdict | None = None
        self._act: ActId | None = None
        """The record behind the verdict; None when nothing was recorded with it."""
        self._cut: Shown | None = None
        """The verdict, if the glass has no room for all of it."""
        self._choices: tuple[Choice, ...] = ()
        """What was there to choose from when somebody last looked: of another list, the first is marked."""

    @property
    def task(self) -> DocumentId | None:
        """The document worked on; None when it is done, or left."""
        if self.desk.session.task is None:
            return None
        prompt = self.desk.session.prompt()
        return None if prompt.finished else DocumentId(prompt.task)

    def draw(self, size: Size) -> list[Line]:
        shell = self.desk.shell
        shown = self.shown or self._of_verdict()
        self.entries()
        lines = draw_guided(Guided(self.desk.session.prompt(), shown, shell.bar, shell.typed, self.scroll), size)
        self._cut = shown if shown is not None and not is_whole(shown, lines) else None
        return lines

    def _of_verdict(self) -> Shown | None:
        return Shown.of(self._verdict, self._proof(self._verdict)) if self._verdict else None

    def _proof(self, verdict: Verdict) -> Proof:
        state = self.desk.store.act_state(self._act) if self._act else None
        if state is None or verdict.tone not in (Tone.ACCEPTED, Tone.NOTED):
            return Proof.NONE
        offline = self.desk.sync.state.link is not Link.ONLINE
        return Proof.PROVISIONAL if offline and state is ActState.PENDING else _PROOFS.get(state, Proof.NONE)

    def take(self, reading: Reading) -> None:
        before = self.desk.session.verdict_act
        self._answered(self.desk.session.scan(reading), before)

    def entries(self) -> Sequence[Entry]:
        choices = self.desk.session.prompt().choices
        if choices != self._choices:
            self._choices, self.scroll = choices, Scroll()
        return tuple(Entry(each.label, partial(self._give, Choose(each.key)), key=each.key) for each in choices)

    def by_key(self) -> dict[str, Entry]:
        """The choices; on the page of checks, which Enter answers, the number of each that is not so."""
        prompt = self.desk.session.prompt()
        if not prompt.checks or prompt.choices:
            return super().by_key()
        numbers = map(str, range(1, len(prompt.checks) + 1))
        return {key: Entry("", partial(self._give, Choose(key))) for key in numbers}

    def do(self, action: Action) -> bool:
        if action is Action.LIST:
            self.desk.shell.open(ItemsPage(self.desk, self._cut))
        elif action is Action.BACK:
            self._back()
        elif action is Action.PHOTO:
            self._photograph()
        elif self.desk.session.prompt().finished:
            if action is Action.CONFIRM:
                self.desk.shell.home()
        elif action in _ASKS and not (action is Action.CONFIRM and self.entries()):
            self._give(_ASKS[action])
        else:
            return super().do(action)
        return True

    def _back(self) -> None:
        """Out of a question; where there is none, out of the task, which stays on record as it is."""
        before = self.desk.session.prompt()
        self._give(Back())
        if self.desk.session.prompt() == before:
            self.desk.shell.back()

    def _photograph(self) -> None:
        if self.desk.session.prompt().photo_name:
            self.desk.shell.photograph(self._photo_taken)
        else:
            self._answered(NO_PHOTO_HERE, self.desk.session.verdict_act)

    def _photo_taken(self, picture: bytes) -> None:
        before = self.desk.session.verdict_act
        try:
            self._answered(self.desk.session.add_photo(picture), before)
        except NoPhoto as error:
            self.say(sentence(Tone.REFUSED, M("NO PHOTO"), error.reason))
        except StoreError as error:
            self.say(sentence(Tone.REFUSED, M("NOT RECORDED"), error.message))

    def _give(self, answer: Answer) -> None:
        before, question = self.desk.session.verdict_act, self._question()
        self._answered(self.desk.session.answer(answer), before)
        if self.shown is not None or before == self.desk.session.verdict_act:
            self._next_question(question)

    def _question(self) -> object:
        """What is asked now; an answer that tells what to do belongs to its question."""
        prompt = self.desk.session.prompt()
        return prompt.verb, prompt.expected, prompt.choices

    def _next_question(self, before: object) -> None:
        """Take a refusal away when another question is asked: two orders must not stand on one glass."""
        if self._question() == before:
            return
        if self._verdict is not None and self._verdict.tone is Tone.REFUSED:
            self._verdict, self._act = None, None
        if self.shown is not None and self.shown.tone is Tone.REFUSED:
            self.shown = None

    def _answered(self, verdict: Verdict | None, before: ActId | None) -> None:
        prompt = self.desk.session.prompt()
        if prompt.asks_grant:
            self.desk.shell.open(GrantPage(self.desk, prompt.hint, self._allowed))
        if verdict is None:
            return
        now = self.desk.session.verdict_act
        self.shown, self._verdict, self._act = None, verdict, now if now != before else None
        self.desk.shell.ring(verdict.tone)

    def _allowed(self, grant: Grant) -> None:
        self._give(Granted(grant))

    def contested(self, item: AttentionItem) -> None:
        """The server did not accept something done before: the person reads at once what to do with the goods."""
        goods = ", ".join(item.serials) or item.scanned
        why = explain(item.refusal)
        self.say(Shown(Tone.REFUSED, why.title, goods, why.because, item.todo))

    def changed(self) -> None:
        question = self._question()
        news = self.desk.session.refresh()
        self._next_question(question)
        if news is not None:
            self.say(Shown.of(news))
        elif self.desk.session.is_closed and self._question() != question:
            self.shown, self._verdict, self._act = None, None, None
            self.desk.shell.ring(Tone.REFUSED)

    def closed(self) -> None:
        self.desk.session.leave()

    def help(self) -> Sequence[Message | str]:
        prompt = self.desk.session.prompt()
        return (
            prompt.verb,
            *prompt.expected[:1],
            prompt.hint,
            *self.desk.session.help,
        )


class ItemsPage(TextPage):
    """The whole list of the open task, with nothing cut; first the last verdict, if its glass had no room for it."""

    def __init__(self, desk: Desk, verdict: Shown | None = None) -> None:
        super().__init__(desk)
        self._verdict = verdict

    def title(self) -> Message | str:
        prompt = self.desk.session.prompt()
        return M("{document}  {done} of {total}", document=prompt.task, done=prompt.done, total=prompt.total)

    def body(self, width: int) -> list[Line]:
        prompt = self.desk.session.prompt()
        lines = [*whole_lines(self._verdict, width), BLANK] if self._verdict is not None else []
        lines += wrapped(told(prompt.about, None), width, Ink.FAINT)
        for each in prompt.instructions:
            lines += wrapped(f"! {each}", width, Ink.NOTE)
        return [*lines, BLANK, *(line for item in self.desk.session.items() for line in item_lines(item, width))]

    def take(self, reading: Reading) -> None:
        """A scan belongs to the task: back to it, and judge it there."""
        self.desk.shell.back_with(reading)

    def help(self) -> Sequence[Message | str]:
        return (M("✓ done, ▸ now, – short. Scan on at any time; Esc goes back to the step."),)
