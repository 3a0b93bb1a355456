"""The menu: the open task is 0, and what else there is to do has its number for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from scantrail import workflows
from scantrail.domain.documents.document import Work
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.scans.reading import Reading
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.attention import AttentionPage
from scantrail.handheld.pages.base import ChoicePage, Desk, Entry, sentence, sync_now
from scantrail.handheld.pages.guided import GuidedPage
from scantrail.handheld.pages.lists import ListsPage, open_list, progress_of
from scantrail.handheld.pages.look_up import LookUpPage
from scantrail.handheld.pages.scan_lab import ScanLabPage
from scantrail.words import M, Message, OperatorError
from scantrail.workflows.base import Tone, Workflow


class MenuPage(ChoicePage):
    """What next?"""

    keys: Sequence[Action] = (Action.HELP, Action.LOOK_UP, Action.SYNC)

    def __init__(self, desk: Desk, came_from: DocumentId | None = None) -> None:
        super().__init__(desk)
        self._came_from = came_from
        """The task that the menu was opened from; Esc leads back to it."""
        if came_from is not None:
            self.keys = (Action.BACK, *self.keys)

    def title(self) -> Message:
        return M("WHAT NEXT?")

    def entries(self) -> Sequence[Entry]:
        desk, shell = self.desk, self.desk.shell
        waiting = {workflow.name: desk.session.documents(workflow) for workflow in workflows.WORKFLOWS}
        documents = [each for found in waiting.values() for each in found]
        fixed = (
            *(self._job(workflow, len(waiting[workflow.name])) for workflow in workflows.WORKFLOWS),
            Entry(M("Needs attention"), lambda: shell.open(AttentionPage(desk)), str(shell.bar.attention)),
            Entry(M("Look up"), lambda: shell.open(LookUpPage(desk))),
            Entry(M("Sync now"), lambda: shell.start(sync_now(self))),
            Entry(M("Scan lab"), lambda: shell.open(ScanLabPage(desk))),
            Entry(M("Sign out"), self._sign_out),
            Entry(M("Leave Scantrail"), shell.leave),
            *(Entry(label, self._starting(label, run)) for label, run in desk.extra_entries),
            *(self._bring(each) for each in documents if self._is_in_my_cart(each)),
            *(self._put_back(each) for each in desk.store.to_put_back()),
        )
        return (*self._resume(documents), *(replace(entry, key=str(at)) for at, entry in enumerate(fixed, 1)))

    def _job(self, workflow: Workflow, waiting: int) -> Entry:
        return Entry(workflow.title, lambda: self.desk.shell.open(ListsPage(self.desk, workflow)), str(waiting))

    def _resume(self, documents: Sequence[Work]) -> list[Entry]:
        """The task that was open last; the others are among the documents of their job."""
        ours = list(filter(self._is_ours, documents))
        last = self._came_from, self.desk.store.last_worked_on([each.number for each in ours])
        ours.sort(key=lambda each: last.index(each.number) if each.number in last else len(last))
        return [
            Entry(
                M("Resume {document}", document=each.number),
                partial(open_list, self, each.number),
                progress_of(each),
                "0",
            )
            for each in ours[:1]
        ]

    def _put_back(self, document: Work) -> Entry:
        label = M("Put back {document}", document=document.number)
        return Entry(label, lambda: open_list(self, document.number), str(type_of(document).in_hand(document)))

    def _bring(self, document: Work) -> Entry:
        label = M("Hand over {document}", document=document.number)
        return Entry(label, lambda: self._show(document))

    def _show(self, document: Work) -> None:
        self.desk.session.look(document.number)
        self.desk.shell.open(GuidedPage(self.desk))

    def _is_in_my_cart(self, document: Work) -> bool:
        """Whether another device has the document now, and units of it are in this person's cart."""
        store, worker = self.desk.store, self.desk.session.worker
        if worker is None or document.taken is None or document.taken.device == store.device:
            return False
        units = (store.unit(each) for each in store.in_hand(document.number))
        return any(unit is not None and unit.place == worker.cart for unit in units)

    def _is_ours(self, document: Work) -> bool:
        taken, worker = document.taken, self.desk.session.worker
        return (
            taken is not None
            and taken.device == self.desk.store.device
            and worker is not None
            and (taken.worker == worker.id)
        )

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        if found.documents and self.desk.store.document(found.documents[0]) is not None:
            open_list(self, found.documents[0])
        else:
            page = LookUpPage(self.desk)
            self.desk.shell.open(page)
            page.take(reading)

    def do(self, action: Action) -> bool:
        if action is not Action.BACK:
            return super().do(action)
        if self._came_from is None:
            return False
        open_list(self, self._came_from)
        return True

    def _starting(self, label: str, run: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        return lambda: self.desk.shell.start(self._run(label, run))

    def _sign_out(self) -> None:
        self.desk.session.end()
        self.desk.shell.home()

    async def _run(self, label: str, run: Callable[[], Awaitable[None]]) -> None:
        self.shown = sentence(Tone.NOTED, label)
        self.desk.shell.redraw()
        try:
            await run()
            await self.desk.sync.now()
        except OperatorError as error:
            self.shown = sentence(Tone.REFUSED, label, str(error))
        else:
            self.shown = sentence(Tone.ACCEPTED, M("DONE"), scanned=label)
        self.desk.shell.redraw()

    def help(self) -> Sequence[Message | str]:
        return (
            M("Type the number of what you want. Or go there with the arrows, then press Enter."),
            M("Scan a pick list's number to open it, or any other code to look it up."),
            M("To type a code, choose Look up first: here a digit chooses."),
        )
