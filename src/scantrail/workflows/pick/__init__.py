"""The guided pick: bin, product, serial, condition, and at the end the checklist (R14, R15).

The state is the pick list itself; only what is asked beside it (a reason, the bin of an undo) is a mode.
"""

from __future__ import annotations

from collections.abc import Collection

from scantrail.domain.acts.kinds import Thing, document, place, unit, worker
from scantrail.domain.acts.needs import Needs
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.listed import Listed, line_naming
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.scans.reading import Candidates
from scantrail.words import M
from scantrail.workflows.base import Book, Job, Workflow
from scantrail.workflows.pick.answers import answer
from scantrail.workflows.pick.handing import opening_mode
from scantrail.workflows.pick.items import all_items
from scantrail.workflows.pick.modes import CLOSED_STEPS, WORKING, Mode
from scantrail.workflows.pick.news import news
from scantrail.workflows.pick.prompt import prompt
from scantrail.workflows.pick.reserving import reservations
from scantrail.workflows.pick.route import Route
from scantrail.workflows.pick.state import Pick


def _pick(job: Job) -> Pick:
    stock = job.book.stock(job.today)
    return Pick(
        world=job.world,
        pick_list=job.document,
        book=job.book,
        route=Route.of(job),
        stock=stock,
        device=job.device,
        worker=job.worker,
        today=job.today,
        mode=job.mode,
        reserved_elsewhere=job.book.reserved_elsewhere(stock),
        asked=job.book.listing.asked,
    )


def _needs(pick_list: PickList, mode: Mode, book: Book) -> Needs:
    """The list, the unit that is asked about, where the picker stands, and who has handled units of the list."""
    asked = getattr(mode, "unit", None)
    things: set[Thing] = {document(pick_list.number), *map(worker, book.listing.people)}
    things |= {place(pick_list.at_place)} if pick_list.at_place else set()
    return Needs(frozenset(things | {unit(asked)} if asked else things))


def _leads_to(pick_list: PickList, rows: Collection[Listed], found: Candidates) -> bool:
    is_on_it = any(row.picked is not None or line_naming(pick_list, row) is not None for row in rows)
    return is_on_it or pick_list.order in found.documents


PICK = Workflow(
    name="pick",
    works_on=DocumentKind.PICK_LIST,
    title=M("Pick lists"),
    heading=M("PICK LISTS"),
    none_open=M("NO OPEN PICK LISTS"),
    beginning=WORKING,
    needs=_needs,
    view=_pick,
    prompt=prompt,
    items=all_items,
    answer=answer,
    opening=opening_mode,
    taken=reservations,
    news=news,
    is_closed=lambda pick: pick.step in CLOSED_STEPS,
    is_untouched=lambda pick: pick.is_untouched,
    leads_to=_leads_to,
    help=(
        M("Scan what the screen asks for. The answer stays until the next scan; a refusal says what to do."),
        M("F4 reports what is wrong: short, damaged, bin empty. F5 takes a scan back. Esc goes one step back."),
        M("F7 takes a photo of damage, or of a label that cannot be read, while its reason is asked."),
        M("Everything is on record as soon as its answer shows: leave the task at any time, it goes on there."),
    ),
    list_help=(
        M("The most urgent list is first: by priority (P1 before P5), then by the day it is required."),
        M("Scan a list's number, or type its number in this table and Enter."),
        M("A list with a device's name is worked on there; taking it over asks for a reason."),
    ),
)
