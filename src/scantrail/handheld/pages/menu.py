"""The menu: the open task first, then what else there is to do, with counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from scantrail.domain.documents import PickList
from scantrail.domain.readings import Reading
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.attention import AttentionPage
from scantrail.handheld.pages.base import ChoicePage, Entry, sentence, sync_now
from scantrail.handheld.pages.lists import ListsPage, open_list, progress_of
from scantrail.handheld.pages.look_up import LookUpPage
from scantrail.handheld.pages.scan_lab import ScanLabPage
from scantrail.words import M, Message, OperatorError
from scantrail.workflows.base import Tone


class MenuPage(ChoicePage):
    """What next?"""

    keys = (Action.HELP, Action.LOOK_UP, Action.SYNC)

    def title(self) -> Message:
        return M("WHAT NEXT?")

    def entries(self) -> Sequence[Entry]:
        desk, shell = self.desk, self.desk.shell
        lists = desk.session.pick_lists()
        return (
            *(self._resume(each) for each in lists if self._is_ours(each)),
            Entry(M("Pick lists"), lambda: shell.open(ListsPage(desk)), str(len(lists))),
            Entry(M("Needs attention"), lambda: shell.open(AttentionPage(desk)), str(shell.bar.attention)),
            Entry(M("Look up"), lambda: shell.open(LookUpPage(desk))),
            Entry(M("Sync now"), lambda: shell.start(sync_now(self))),
            *(Entry(label, self._starting(label, run)) for label, run in desk.extra_entries),
            Entry(M("Scan lab"), lambda: shell.open(ScanLabPage(desk))),
            Entry(M("Sign out"), self._sign_out),
            Entry(M("Leave Scantrail"), shell.leave),
        )

    def _resume(self, pick_list: PickList) -> Entry:
        label = M("Resume {document}", document=pick_list.number)
        return Entry(label, lambda: open_list(self, pick_list.number), progress_of(pick_list))

    def _is_ours(self, pick_list: PickList) -> bool:
        taken, worker = pick_list.taken, self.desk.session.worker
        return (
            taken is not None
            and taken.device == self.desk.store.device
            and worker is not None
            and (taken.worker == worker.id)
        )

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        if found.documents and self.desk.store.pick_list(found.documents[0]) is not None:
            open_list(self, found.documents[0])
        else:
            page = LookUpPage(self.desk)
            self.desk.shell.open(page)
            page.take(reading)

    def do(self, action: Action) -> None:
        if action is not Action.BACK:
            super().do(action)

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
            M("Type the number of what you want, then Enter. Or go there with the arrows, then Enter."),
            M("Scan a pick list's number to open it, or any other code to look it up."),
        )
