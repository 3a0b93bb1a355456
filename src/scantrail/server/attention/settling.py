"""The desk settles what needs attention, and that is an act of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from scantrail.domain.acts.act import ActId, Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.naming import rows_named, with_names
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.correcting.corrections import correction, correction_problem
from scantrail.domain.facts.correcting.events import UnitCorrected
from scantrail.domain.names.identifiers import DocumentId, SiteId, WorkerId, site_of
from scantrail.domain.people.worker import Right
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import explain
from scantrail.protocol.fields import Name
from scantrail.server.attention.items import AttentionItem, Goods, item_called
from scantrail.server.attention.waiting_items import anything_called, present_name, records_of
from scantrail.server.database.engine import Database
from scantrail.server.database.flights import fly
from scantrail.server.database.schema import attention
from scantrail.server.ledger.attention_rows import AttentionKind
from scantrail.server.ledger.judging import judge_for_good
from scantrail.server.ledger.log import SERVER_DEVICE, Dated
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.records.documents import documents_by_number
from scantrail.server.records.listed import unit_listed
from scantrail.server.records.master import all_sites, places_by_id, workers_by_id
from scantrail.server.records.rows import names_of
from scantrail.server.records.units import units_by_id
from scantrail.words import M, Message

LONGEST_REASON = 200
"""Characters of a reason or a note."""


class NotSettled(Exception):
    """An item cannot be settled; `status` is that of an HTTP answer."""

    def __init__(self, status: int, reason: Message) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Found:
    """Where a person has found the goods of an item, and as what."""

    place: Name
    """A place's code at the item's site."""
    status: Status
    serial: Name = ""
    """Which of them, where the item is about several."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A settled item."""

    item: AttentionItem
    is_new: bool
    """False when somebody had settled it before."""
    short: tuple[DocumentId, ...] = ()
    """Completed lists that lack a unit now, since it was found elsewhere."""


def resolve(
    database: Database,
    name: str,
    *,
    worker: WorkerId,
    reason: str,
    note: str = "",
    found: Found | None = None,
    now: datetime,
    site: SiteId | None = None,
) -> Resolved:
    """Settle an item as an act of a person at the desk; `site` limits it to that site's.

    One that waits is judged for good first. Where the goods are `found` is recorded in the same act, as a correction;
    what waited for that is judged again.

    Raises:
        NotSettled: there is no such item, the person has no right to, or the reason is none.
    """
    _check_words(reason, note)
    present = _judged(database, name, site, worker, now, found)
    with database.writing() as connection:
        if present != name and item_called(connection, present, site) is None:
            raise NotSettled(409, M("{name} waits no more: it has applied. Nothing is left to settle.", name=name))
        item = _item(connection, present, site)
        database.lock(connection, {item.site, *(site_of(each.place) for each in item.goods)})
        item = _item(connection, present, site)
        if item.settled is not None:
            _must_agree(item, found)
            return Resolved(item, is_new=False)
        _check_right(connection, worker, item.site)
        corrections = _corrections(connection, item, found) if found else ()
        is_record = found is not None and item.kind is not AttentionKind.MISUSE
        corrects = ActId(item.device, item.epoch, item.seq) if is_record else None
        events: tuple[Event, ...] = (*corrections, *_settlements(connection, item))
        draft = Draft(events, item.document, reason=reason, note=note, corrects=corrects)
        short = _settle(connection, item, draft, worker, now)
        return Resolved(_item(connection, item.id, site), is_new=True, short=short)


def _judged(
    database: Database, name: str, site: SiteId | None, worker: WorkerId, now: datetime, where: Found | None
) -> str:
    """Judge an item for good if it waits; gives what it is called then."""
    with database.writing() as connection:
        found = anything_called(connection, name, site)
        if found is None or found.kind is not AttentionKind.WAITING:
            return present_name(connection, name)
        database.lock(connection, [found.site])
        item = anything_called(connection, name, site)
        if item is not None and item.kind is AttentionKind.WAITING:
            _check_right(connection, worker, item.site)
            if item.code == ActCode.EARLIER_WAITS:
                raise NotSettled(409, M("An earlier record about the same goods or list waits. Settle that first."))
            if where is not None:
                _corrections(connection, item, where)
            judge_for_good(connection, item.site, now, records_of(connection, item))
        return present_name(connection, name)


def _check_words(reason: str, note: str) -> None:
    if not reason.strip():
        raise NotSettled(422, M("Say why: what was done with the goods."))
    for text in (reason, note):
        if len(text) > LONGEST_REASON or not text.isprintable():
            raise NotSettled(422, M("Expected printable text of at most {limit} characters.", limit=LONGEST_REASON))


def _check_right(connection: Connection, worker: WorkerId, site: SiteId) -> None:
    person = workers_by_id(connection, [worker]).get(worker)
    if person is None:
        raise NotSettled(403, M("No worker {worker} is on record.", worker=worker))
    if person.site != site:
        elsewhere = M("{worker} works at {other}, not at {site}.", worker=person.name, other=person.site, site=site)
        raise NotSettled(403, elsewhere)
    if not person.may(Right.SETTLE):
        raise NotSettled(403, M("{worker} may not settle this. A supervisor may.", worker=person.name))


def _item(connection: Connection, name: str, site: SiteId | None) -> AttentionItem:
    item = item_called(connection, name, site)
    if item is None:
        raise NotSettled(404, M("Nothing that needs attention is called {name}.", name=name))
    return item


def _corrections(connection: Connection, item: AttentionItem, found: Found) -> tuple[UnitCorrected, ...]:
    name = f"{item.site}/{found.place.upper()}"
    place = places_by_id(connection, [name]).get(name)
    if place is None:
        raise NotSettled(422, M("{site} has no place {place}.", site=item.site, place=found.place))
    (unit,) = units_by_id(connection, [_named(item, found).unit]).values()
    problem = correction_problem(unit, place, found.status, item.site, all_sites(connection))
    if problem is not None:
        raise NotSettled(409, with_names(problem, names_of(connection, rows_named(problem))))
    number = unit.document if unit.status is Status.PICKED else None
    document = documents_by_number(connection, [number] if number else []).get(number or "")
    if not isinstance(document, PickList):
        return (correction(unit, place.id, found.status, None, None),)
    listed = unit_listed(connection, document.number, unit.id)
    return (correction(unit, place.id, found.status, document, listed),)


def _named(item: AttentionItem, found: Found) -> Goods:
    """The one unit that was found: nobody has looked for the others of an item."""
    named = [each for each in item.goods if each.serial == found.serial or not found.serial]
    if len(named) == 1:
        return named[0]
    if not item.goods:
        raise NotSettled(422, M("{name} is about no goods that are on record.", name=item.id))
    serials = ", ".join(each.serial for each in item.goods)
    raise NotSettled(422, M("{name} is about {serials}. Say which was found.", name=item.id, serials=serials))


def _must_agree(item: AttentionItem, found: Found | None) -> None:
    """Settling twice with the same place and status is answered as already settled.

    A different answer is refused, because it would not be recorded.
    """
    if found is None:
        return
    goods = _named(item, found)
    found_as = (found.status, Status.ALLOCATED) if found.status is Status.AVAILABLE else (found.status,)
    if goods.place != f"{item.site}/{found.place.upper()}" or goods.status not in found_as:
        raise NotSettled(409, M("{name} is settled already: where it was found was not recorded.", name=item.id))


def _settlements(connection: Connection, item: AttentionItem) -> tuple[AttentionSettled, ...]:
    link = ""
    if item.kind is AttentionKind.MISUSE:
        link = connection.execute(select(attention.c.hash).where(attention.c.id == item.id)).scalar_one()
    units = [each.unit for each in item.goods]
    return tuple(AttentionSettled(item.device, item.epoch, item.seq, unit, link) for unit in units or (None,))


def _settle(
    connection: Connection, item: AttentionItem, draft: Draft, worker: WorkerId, now: datetime
) -> tuple[DocumentId, ...]:
    """Record it; gives the completed lists that lack a unit now.

    Raises:
        NotSettled: the table of facts refuses it.
    """
    records = SqlRecords.of(connection, item.site, now)
    judgement = records.judged(draft, By(worker, SERVER_DEVICE, now, Recorder.DESK))
    if judgement.refusal is not None:
        raise NotSettled(409, explain(judgement.refusal).because)
    records.record([Dated(draft, now, worker)])
    records.put(judgement.changed)
    lists = [value for value in judgement.changed.values() if isinstance(value, PickList)]
    fly(connection, *records.finish())
    return tuple(listed.number for listed in lists if listed.status is DocumentStatus.COMPLETED)
