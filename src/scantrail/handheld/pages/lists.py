"""The pick lists, most urgent first, and taking over one that another device works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.device.store import AttentionItem
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.pick_list import PickList
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
from scantrail.workflows.base import Tone, Verdict

TAKE_OVER_REASONS = (M("Handed over to me"), M("Colleague is away"), M("Device broken or empty"))


class ListsPage(ChoicePage):
    """Which list?"""

    def title(self) -> Message:
        return M("PICK LISTS") if self.desk.session.pick_lists() else M("NO OPEN PICK LISTS")

    def entries(self) -> Sequence[Entry]:
        desk = self.desk
        cancelled = (Entry(each.number, self._opening(each.number), M("put back")) for each in desk.store.to_put_back())
        open_lists = (
            Entry(each.number, self._opening(each.number), _urgency(each)) for each in desk.session.pick_lists()
        )
        return (*cancelled, *open_lists)

    def _opening(self, number: DocumentId) -> Callable[[], None]:
        return lambda: open_list(self, number)

    def take(self, reading: Reading) -> None:
        found = self.desk.session.candidates(reading)
        number = found.documents[0] if found.documents else found.text
        if self.desk.store.pick_list(number) is not None:
            open_list(self, number)
        else:
            self.say(_no_list(self.desk, found))

    def help(self) -> Sequence[Message | str]:
        return (
            M("The most urgent list is first: by priority (P1 before P5), then by the day it is required."),
            M("Scan a list's number, or type its number in this table and Enter."),
            M("A list with a device's name is worked on there; taking it over asks for a reason."),
        )


def _no_list(desk: Desk, found: Candidates) -> Shown:
    """What was scanned instead of a list, and which list it leads to."""
    named = next((each for each in desk.session.pick_lists() if _leads_to(each, found)), None)
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


def _leads_to(pick_list: PickList, found: Candidates) -> bool:
    names_unit = any(pick_list.names(unit.id) or pick_list.picked_unit(unit.id) for unit in found.units)
    return names_unit or pick_list.order in found.documents


def progress_of(pick_list: PickList) -> str:
    """Picked of wanted."""
    return f"{len(pick_list.picked)}/{pick_list.wanted}"


def _urgency(pick_list: PickList) -> tuple[str, ...]:
    """What there is to know of a list, the most important first."""
    required = pick_list.required_by.strftime("%m-%d") if pick_list.required_by else ""
    where = pick_list.taken.device if pick_list.taken else ""
    return (progress_of(pick_list), pick_list.customer_class, where, f"P{pick_list.priority}", required)


def open_list(page: Page, number: DocumentId) -> None:
    """Begin or resume a list, from any screen."""
    desk = page.desk
    pick_list = desk.store.pick_list(number)
    contested = _contested_goods(desk, pick_list) if pick_list is not None else None
    if contested is not None:
        desk.shell.open(SettlePage(desk, contested, page))
    elif pick_list is not None and _is_worked_on_by_another_device(pick_list, desk):
        desk.shell.open(TakeOverPage(desk, pick_list))
    else:
        _enter(page, number)


def _is_worked_on_by_another_device(pick_list: PickList, desk: Desk) -> bool:
    is_ours = pick_list.site == desk.store.site
    is_open = pick_list.status in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
    return is_ours and is_open and pick_list.taken is not None and pick_list.taken.device != desk.store.device


def _contested_goods(desk: Desk, pick_list: PickList) -> AttentionItem | None:
    """Goods in a cart for a cancelled list that the server never knew of: they are put back first."""
    if pick_list.status is not DocumentStatus.CANCELLED:
        return None
    return next((each for each in desk.store.attention() if each.units and each.document == pick_list.number), None)


def _enter(page: Page, number: DocumentId, reason: str = "") -> None:
    desk = page.desk
    if desk.store.pick_list(number) is None:
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

    def __init__(self, desk: Desk, pick_list: PickList) -> None:
        super().__init__(desk)
        self._pick_list = pick_list

    def title(self) -> Message:
        return M("TAKE OVER {document}?", document=self._pick_list.number)

    def above(self, width: int) -> list[Line]:
        taken = self._pick_list.taken
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
        return lambda: _enter(self, self._pick_list.number, told(reason))

    def help(self) -> Sequence[Message | str]:
        return (
            M("Who had this list is told at once when online, and brings what is picked to you: scan each unit then."),
            M("Esc leaves the list where it is."),
        )
