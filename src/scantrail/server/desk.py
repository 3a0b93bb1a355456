"""The desk settles what needs attention, and that is an act of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from scantrail.domain.acts import Draft
from scantrail.domain.events import AttentionSettled
from scantrail.domain.identifiers import SiteId, WorkerId
from scantrail.domain.people import Right
from scantrail.domain.refusals import Code
from scantrail.protocol.messages import RowKind
from scantrail.server.attention import AttentionKind
from scantrail.server.attention_items import AttentionItem, item_called
from scantrail.server.database import Database
from scantrail.server.feed import mark
from scantrail.server.judging import judge_for_good
from scantrail.server.log import Dated, append_system_acts, load_stream, save_stream
from scantrail.server.master import workers_by_id
from scantrail.server.schema import attention
from scantrail.server.waiting_items import anything_called, present_name, records_of
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
class Resolved:
    """A settled item."""

    item: AttentionItem
    is_new: bool
    """False when somebody had settled it before."""


def resolve(
    database: Database,
    name: str,
    *,
    worker: WorkerId,
    reason: str,
    note: str = "",
    now: datetime,
    site: SiteId | None = None,
) -> Resolved:
    """Settle an item as an act of a person at the desk; `site` limits it to that site's.

    One that waits is judged for good first.

    Raises:
        NotSettled: there is no such item, the person has no right to, or the reason is none.
    """
    _check_words(reason, note)
    present = _judged(database, name, site, worker, now)
    with database.writing() as connection:
        if present != name and item_called(connection, present, site) is None:
            raise NotSettled(409, M("{name} waits no more: it has applied. Nothing is left to settle.", name=name))
        found = _found(connection, present, site)
        database.lock(connection, [found.site])
        item = _found(connection, present, site)
        if item.settled is not None:
            return Resolved(item, is_new=False)
        _check_right(connection, worker, item.site)
        draft = Draft(_events(connection, item), item.document, reason=reason, note=note)
        _settle(connection, item, draft, worker, now)
        return Resolved(_found(connection, item.id, site), is_new=True)


def _judged(database: Database, name: str, site: SiteId | None, worker: WorkerId, now: datetime) -> str:
    """Judge an item for good if it waits; gives what it is called then."""
    with database.writing() as connection:
        found = anything_called(connection, name, site)
        if found is None or found.kind is not AttentionKind.WAITING:
            return present_name(connection, name)
        database.lock(connection, [found.site])
        item = anything_called(connection, name, site)
        if item is not None and item.kind is AttentionKind.WAITING:
            _check_right(connection, worker, item.site)
            if item.code is Code.EARLIER_WAITS:
                raise NotSettled(409, M("An earlier record about the same goods or list waits. Settle that first."))
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


def _found(connection: Connection, name: str, site: SiteId | None) -> AttentionItem:
    item = item_called(connection, name, site)
    if item is None:
        raise NotSettled(404, M("Nothing that needs attention is called {name}.", name=name))
    return item


def _events(connection: Connection, item: AttentionItem) -> tuple[AttentionSettled, ...]:
    link = ""
    if item.kind is AttentionKind.MISUSE:
        link = connection.execute(select(attention.c.hash).where(attention.c.id == item.id)).scalar_one()
    units = [each.unit for each in item.goods]
    return tuple(AttentionSettled(item.device, item.epoch, item.seq, unit, link) for unit in units or (None,))


def _settle(connection: Connection, item: AttentionItem, draft: Draft, worker: WorkerId, now: datetime) -> None:
    stream = load_stream(connection, item.site)
    append_system_acts(connection, stream, [Dated(draft, now, worker)], now)
    settled_now = (attention.c.site == item.site, attention.c.settled_position == stream.position)
    names = connection.execute(select(attention.c.id).where(*settled_now))
    mark(connection, stream, [(RowKind.ATTENTION, row.id) for row in names])
    save_stream(connection, stream)
