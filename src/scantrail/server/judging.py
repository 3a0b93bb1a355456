"""A push from end to end: under the site's lock each act is judged, logged, and its changes written at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scantrail.domain.acts import Act, Times, effective_at
from scantrail.domain.documents import PickList
from scantrail.domain.identifiers import DocumentId, UnitId
from scantrail.domain.judge import absorb
from scantrail.domain.plain import from_plain
from scantrail.domain.refusals import Code, Refusal, refuse
from scantrail.domain.world import World, needs_of
from scantrail.gs1.said import said_by
from scantrail.protocol.acts import act_hash
from scantrail.protocol.intake import BrokenChain, Head, Kind, Received, receive
from scantrail.protocol.messages import ActVerdict, Outcome, Push, PushAnswer, RowKind
from scantrail.server.database import Database
from scantrail.server.documents import documents_by_number, put_documents
from scantrail.server.feed import changes_after, mark
from scantrail.server.log import Entry, LogWriter, instant_text, load_stream, save_stream
from scantrail.server.master import all_sites, open_holds, places_by_id, products_by_id, workers_by_id
from scantrail.server.schema import alarms, device_heads, log
from scantrail.server.scope import judged_here
from scantrail.server.units import put_units, units_by_id

_LOGGER = logging.getLogger(__name__)

_NOT_THE_RECORDS_FAULT = (BrokenChain, OperationalError, InterfaceError, PoolTimeout)
"""A whole push fails with these, to be sent again: the database is away, locked, full, or too busy."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that has proved who it is."""

    id: str
    site: str
    public_key: str


def take_push(database: Database, device: Device, push: Push, now: datetime) -> PushAnswer:
    """Judge and log a batch, all in one transaction; then answer with what the device has not seen.

    Whatever else fails, the batch is taken again act by act, so that one bad record stops none of the others.

    Raises:
        BrokenChain: the batch does not follow on what the server has.
        OperationalError: the database is away or too busy; nothing was taken, and the device comes again.
    """
    try:
        with database.writing() as connection:
            verdicts = _take(database, connection, device, push, now)
    except _NOT_THE_RECORDS_FAULT:
        raise
    except Exception:
        _LOGGER.exception("The batch of %s from act %s is taken act by act.", device.id, push.first_seq)
        verdicts = _one_by_one(database, device, push, now)
    with database.reading() as connection:
        head = _head(connection, push)
        return PushAnswer(head.seq, tuple(verdicts), changes_after(connection, push.cursor))


def _one_by_one(database: Database, device: Device, push: Push, now: datetime) -> list[ActVerdict]:
    verdicts: list[ActVerdict] = []
    for at, text in enumerate(push.acts):
        head = act_hash(text.encode("utf-8", "surrogatepass"))
        single = replace(push, first_seq=push.first_seq + at, acts=(text,), head=head)
        try:
            with database.writing() as connection:
                verdicts.extend(_take(database, connection, device, single, now))
        except _NOT_THE_RECORDS_FAULT:
            raise
        except Exception as error:
            _LOGGER.exception("Act %s of %s becomes a dead letter.", single.first_seq, device.id)
            with database.writing() as connection:
                verdicts.extend(_take(database, connection, device, single, now, broken=str(error)))
    return verdicts


def _take(
    database: Database, connection: Connection, device: Device, push: Push, now: datetime, broken: str = ""
) -> list[ActVerdict]:
    """Take a batch inside a transaction. `broken` says why these acts cannot be written: they become dead letters."""
    database.lock(connection, [device.site])
    head = _head(connection, push)
    known = _known(connection, push, head)
    received = receive(push, head, {seq: entry.hash for seq, entry in known.items()}, device.site)
    if broken:
        received = tuple(_dead(each, broken) for each in received)
    batch = _Batch(connection, device, push.now, now, [each.act for each in received if each.act is not None])
    verdicts = [known[each.id.seq].verdict if each.kind is Kind.DUPLICATE else batch.take(each) for each in received]
    batch.write()
    _save_head(connection, push, received, head)
    return verdicts


def _dead(received: Received, why: str) -> Received:
    return replace(received, kind=Kind.UNREADABLE, act=None, why=why) if received.kind is Kind.FRESH else received


class _Batch:
    """The acts of one push, judged one after the other against one world."""

    def __init__(
        self, connection: Connection, device: Device, device_now: Times, now: datetime, acts: Sequence[Act]
    ) -> None:
        self._connection = connection
        self._device = device
        self._device_now = device_now
        self._now = now
        self._world = load_world(connection, device.site, acts)
        self._zone = ZoneInfo(self._world.site.time_zone)
        self._stream = load_stream(connection, device.site)
        self._writer = LogWriter(self._stream, now)
        self._units: dict[UnitId, None] = {}
        self._documents: dict[DocumentId, None] = {}

    def take(self, received: Received) -> ActVerdict:
        """Judge one act and give it its place in the log."""
        if received.kind is Kind.MISUSE:
            return self._misused(received)
        if received.act is None:
            return self._unreadable(received)
        act = received.act
        happened = self._happened(act)
        today = happened.astimezone(self._zone).date()
        reading = act.draft.reading
        said = said_by(reading, self._world.site.code_prefixes, today) if reading else None
        judgement = judged_here(act, said, self._world, happened, today)
        absorb(self._world, judgement)
        self._units.update(dict.fromkeys(judgement.units))
        self._documents.update(dict.fromkeys(judgement.documents))
        outcome = _outcome(judgement.refusal)
        entry = Entry(act.id, received.exact, outcome, act.actor, happened, act, judgement.refusal)
        return ActVerdict(act.id.seq, outcome, self._writer.append(entry), judgement.refusal)

    def write(self) -> None:
        """Write the log, the changed rows set-wise, and the feed."""
        self._writer.write(self._connection)
        put_units(self._connection, (self._world.units[unit] for unit in self._units), ())
        put_documents(self._connection, (self._world.documents[number] for number in self._documents))
        changed = [(RowKind.UNIT, unit) for unit in self._units]
        changed += [(RowKind.DOCUMENT, number) for number in self._documents]
        mark(self._connection, self._stream, changed)
        save_stream(self._connection, self._stream)

    def _happened(self, act: Act) -> datetime:
        """When it happened; now, where the device's clocks make that fall outside the calendar."""
        try:
            happened = effective_at(act.times, self._device_now, self._now)
            happened.astimezone(self._zone)
        except OverflowError:
            return self._now
        return happened

    def _misused(self, received: Received) -> ActVerdict:
        self._alarm("misuse", received)
        return ActVerdict(received.id.seq, Outcome.REFUSED, 0, refuse(Code.MISUSE, act=str(received.id)))

    def _unreadable(self, received: Received) -> ActVerdict:
        self._alarm("dead_letter", received)
        refusal = refuse(Code.UNREADABLE, act=str(received.id))
        entry = Entry(received.id, received.exact, Outcome.REFUSED, self._device.id, self._now, refusal=refusal)
        return ActVerdict(received.id.seq, Outcome.REFUSED, self._writer.append(entry), refusal)

    def _alarm(self, kind: str, received: Received) -> None:
        _LOGGER.warning("%s: act %s: %s", kind, received.id, received.why)
        self._connection.execute(
            insert(alarms).values(
                raised_at=instant_text(self._now),
                kind=kind,
                device=received.id.device,
                epoch=received.id.epoch,
                seq=received.id.seq,
                detail=json.dumps(received.why),
                payload=received.exact,
            )
        )


def _outcome(refusal: Refusal | None) -> Outcome:
    if refusal is None:
        return Outcome.APPLIED
    return Outcome.CONTESTED if refusal.contests else Outcome.REFUSED


def load_world(connection: Connection, site: str, acts: Iterable[Act]) -> World:
    """Everything these acts are judged against, in a constant number of queries."""
    needs = needs_of(acts)
    documents = documents_by_number(connection, needs.documents)
    lists = [document for document in documents.values() if isinstance(document, PickList)]
    named = {unit for each in lists for line in each.lines for unit in line.units}
    units = units_by_id(connection, needs.units | named)
    products = {unit.product for unit in units.values()} | {line.product for each in lists for line in each.lines}
    places = needs.places | {unit.place for unit in units.values()}
    workers = needs.workers | {unit.changed_by for unit in units.values()}
    workers |= {each.taken.worker for each in lists if each.taken is not None}
    return World(
        site=all_sites(connection)[site],
        units=units,
        documents=dict(documents),
        products=products_by_id(connection, products),
        places=places_by_id(connection, places),
        workers=workers_by_id(connection, workers),
        holds=open_holds(connection),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    hash: str
    verdict: ActVerdict


def _known(connection: Connection, push: Push, head: Head) -> dict[int, _Known]:
    """Acts of this batch that are in the log already, with the verdict they got then."""
    if push.first_seq > head.seq:
        return {}
    rows = connection.execute(
        select(log.c.seq, log.c.hash, log.c.position, log.c.outcome, log.c.refusal).where(
            log.c.device == push.device,
            log.c.epoch == push.epoch,
            log.c.seq >= push.first_seq,
            log.c.seq < push.first_seq + len(push.acts),
        )
    )
    return {
        row.seq: _Known(row.hash, _repeated_verdict(row.seq, row.position, row.outcome, row.refusal)) for row in rows
    }


def _repeated_verdict(seq: int, position: int, outcome: str, refusal: str | None) -> ActVerdict:
    """A duplicate is answered with its first verdict, so that an answer lost on the way is made good."""
    first = from_plain(Refusal, json.loads(refusal)) if refusal else None
    return ActVerdict(seq, Outcome.DUPLICATE, position, first)


def _head(connection: Connection, push: Push) -> Head:
    row = connection.execute(
        select(device_heads.c.seq, device_heads.c.hash).where(
            device_heads.c.device == push.device, device_heads.c.epoch == push.epoch
        )
    ).one_or_none()
    return Head(row.seq, row.hash) if row else Head()


def _save_head(connection: Connection, push: Push, received: Sequence[Received], head: Head) -> None:
    last = received[-1]
    if last.id.seq <= head.seq:
        return
    mine = (device_heads.c.device == push.device, device_heads.c.epoch == push.epoch)
    connection.execute(delete(device_heads).where(*mine))
    connection.execute(
        insert(device_heads).values(device=push.device, epoch=push.epoch, seq=last.id.seq, hash=last.hash)
    )
