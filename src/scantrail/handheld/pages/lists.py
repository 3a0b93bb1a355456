"""The documents of a job, most urgent first, and taking over one that another device works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.device.store import AttentionItem
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import DocumentStatus, Work
from scantrail.domain.documents.kinds import kind_of, type_of
from scantrail.domain.names.codes import kind_name
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.scans.reading import Candidates, Reading
from scantrail.handheld.drawing.lines import Ink, Line, wrapped
from scantrail.handheld.drawing.verdict import Shown
from scantrail.handheld.pages.attention import SettlePage
from scantrail.handheld.pages.base import ChoicePage, Desk, Entry, Page
from scantrail.handheld.pages.guided import GuidedPage
from scantrail.handheld.text import told
from scantrail.words import M, Message
from scantrail.workflows.base import Tone, Verdict, Workflow

TAKE_OVER_REASONS = (M("Handed over to me"), M("Colleague is away"), M("Device broken or empty"))


class ListsPage(ChoicePage):
    """Which document?"""

    def __init__(self, desk: Desk, workflow: Workflow) -> None:
        super().__init__(desk)
        self._workflow = workflow

    def title(self) -> Message:
        return self._workflow.heading if self.desk.session.documents(self._workflow) else self._workflow.none_open

    def entries(self) -> Sequence[Entry]:
        desk = self.desk
        cancelled = (
            Entry(each.number, self._opening(each.number), M("put back"))
            for each in desk.store.to_put_back()
            if kind_of(each) == self._workflow.works_on
        )
        open_lists = (
            Entry(each.number, self._opening(each.number), type_of(each).summary(each))
            for each in desk.session.documents(self._workflow)
        )
        return (*cancelled, *open_lists)

    def _opening(self, number: DocumentId) -> Callable[[], None]:
        return lambda: open_list(self, number)

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        number = found.documents[0] if found.documents else found.text
        if self.desk.store.document(number) is not None:
            open_list(self, number)
        else:
            self.say(_no_list(self.desk, self._workflow, found))

    def help(self) -> Sequence[Message | str]:
        return self._workflow.list_help


def _no_list(desk: Desk, workflow: Workflow, found: Candidates) -> Shown:
    """What was scanned instead of a list, and which list it leads to."""
    units = [unit.id for unit in found.units]
    lists = ((each, desk.store.listed(each.number, units)) for each in desk.session.documents(workflow))
    named = next((each for each, rows in lists if workflow.leads_to(each, rows, found)), None)
    if named is not None:
        todo: Message | str = M("Open {document} for it.", document=named.number)
    elif found.units:
        todo = M("No open list names it. F2 looks it up; here, scan or choose a list.")
    else:
        todo = M("Scan or choose a list.")
    if not found.kinds and not found.documents:
        return Shown(Tone.REFUSED, M("UNKNOWN CODE"), found.text, M("Nothing on record has this code."), todo)
    kind = M("no pick list") if found.documents else kind_name(found.kinds)
    return Shown(Tone.REFUSED, M("NOT A LIST"), found.text, M("That is {what}.", what=kind), todo)


def progress_of(document: Work) -> str:
    """How far it is: done of wanted."""
    return next(iter(type_of(document).summary(document)), "")


def open_list(page: Page, number: DocumentId) -> None:
    """Begin or resume a list, from any screen."""
    desk = page.desk
    document = desk.store.document(number)
    contested = _contested_goods(desk, document) if document is not None else None
    if contested is not None:
        desk.shell.open(SettlePage(desk, contested, page))
    elif document is not None and _is_worked_on_by_another_device(document, desk):
        desk.shell.open(TakeOverPage(desk, document))
    else:
        _enter(page, number)


def _is_worked_on_by_another_device(document: Work, desk: Desk) -> bool:
    is_ours = document.site == desk.store.site
    is_open = document.status in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
    return is_ours and is_open and document.taken is not None and document.taken.device != desk.store.device


def _contested_goods(desk: Desk, document: Work) -> AttentionItem | None:
    """Goods in a cart for a cancelled list that the server never knew of: they are put back first."""
    if document.status is not DocumentStatus.CANCELLED:
        return None
    return next((each for each in desk.store.attention() if each.units and each.document == document.number), None)


def _enter(page: Page, number: DocumentId, reason: str = "") -> None:
    desk = page.desk
    if desk.store.document(number) is None:
        page.say(Shown.of(Verdict.of_refusal(refuse(ActCode.UNKNOWN_DOCUMENT, document=number), number)))
        return
    refused = desk.session.open(number, reason)
    if refused is not None:
        page.say(Shown.of(refused))
        return
    if isinstance(page, TakeOverPage):
        desk.shell.back()
    desk.shell.open(GuidedPage(desk))


class TakeOverPage(ChoicePage):
    """Why is a list taken from the device that works on it?"""

    def __init__(self, desk: Desk, document: Work) -> None:
        super().__init__(desk)
        self._document = document

    def title(self) -> Message:
        return M("TAKE OVER {document}?", document=self._document.number)

    def above(self, width: int) -> list[Line]:
        taken = self._document.taken
        if taken is None:
            return []
        worker = self.desk.store.worker(taken.worker)
        facts = {"worker": worker.name if worker else taken.worker, "device": taken.device}
        unsent = M("What {device} has not sent yet is missing here: ask {worker} what is in the cart.", **facts)
        return [
            *wrapped(told(M("{worker} works on it on {device}.", **facts)), width),
            *wrapped(told(unsent), width, Ink.NOTE),
            *wrapped(told(M("Take it over only with a reason:")), width),
        ]

    def entries(self) -> Sequence[Entry]:
        return tuple(Entry(reason, self._taking(reason)) for reason in TAKE_OVER_REASONS)

    def _taking(self, reason: Message) -> Callable[[], None]:
        return lambda: _enter(self, self._document.number, told(reason))

    def help(self) -> Sequence[Message | str]:
        return (
            M("Who had this list is told at once when online, and brings what is picked to you: scan each unit then."),
            M("Esc leaves the list where it is."),
        )
