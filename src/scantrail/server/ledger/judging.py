"""A push from end to end: under the site's lock each act is judged, logged, and its changes written at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from json import JSONDecodeError
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.world import World
from scantrail.domain.attention import registered_in
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.judge import judge, needs_of
from scantrail.domain.names.identifiers import SiteId, UnitId
from scantrail.domain.plain import PlainError, from_plain
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.unit import Unit
from scantrail.gs1.said import said_by
from scantrail.protocol.intake import LONGEST_WHY, BrokenChain, Head, part_of
from scantrail.protocol.messages import ActVerdict, Outcome, Push, PushAnswer
from scantrail.protocol.taking import Alarm, AlarmKind, Entry, Known, Rules, end_waits, give_up, judge_again, take
from scantrail.protocol.waiting import Waiting, is_over
from scantrail.server.database.engine import AWAY, Database, RowUnreadable, is_servers_trouble
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import alarms, device_heads, log
from scantrail.server.ledger.feed import changes_after, mark, nothing_after
from scantrail.server.ledger.log import LogWriter, has_head, load_stream, save_stream
from scantrail.server.ledger.waiting import WaitingRows, oldest_waiting, waits_at
from scantrail.server.records.documents import documents_by_number, put_documents
from scantrail.server.records.master import all_sites, open_holds, places_by_id, products_by_id, workers_by_id
from scantrail.server.records.units import put_units, units_by_id, units_labelled

_LOGGER = logging.getLogger(__name__)

RULES = Rules(judge, said_by, ZoneInfo)
"""What every act of a device is judged by."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that has proved who it is."""

    id: str
    site: str
    public_key: str
    is_leaving: bool = False
    """Whether it was revoked and may only send what it still has."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    acknowledged: int
    """Every act of its device's store up to here is in the log, or waits."""
    verdicts: tuple[ActVerdict, ...]


def take_push(database: Database, device: Device, push: Push, now: datetime) -> PushAnswer:
    """Take a batch, as `take_acts` does; then answer with what the device has not seen."""
    taken = take_acts(database, device, push, now)
    with database.reading() as connection:
        changes = nothing_after if device.is_leaving else changes_after
        return PushAnswer(taken.acknowledged, taken.verdicts, changes(connection, push.seen, device.site), now)


def take_acts(database: Database, device: Device, push: Push, now: datetime) -> Taken:
    """Judge and log a batch, all in one transaction.

    Whatever else fails, the batch is taken again act by act, so that one bad record stops none of the others. If the
    database goes away in the middle of that, the acts before are taken, and those after it answered with `retry`.

    Raises:
        BrokenChain: the batch does not follow on what the server has.
        DBAPIError: the database is away or too busy; the device comes again with all of it.
        RowUnreadable: the first act needs a row that cannot be read; the device comes again.
    """
    try:
        verdicts = _take(database, device, push, now)
    except BrokenChain:
        raise
    except Exception as error:
        if is_servers_trouble(error) and not isinstance(error, RowUnreadable):
            raise
        is_usual = isinstance(error, IntegrityError)  # another site's act came in between
        told = "The batch of %s from act %s is taken act by act: %r"
        _LOGGER.warning(told, device.id, push.first_seq, error, exc_info=not is_usual)
        verdicts = _one_by_one(database, device, push, now)
    with database.reading() as connection:
        return Taken(_head(connection, push.device, push.epoch).seq, verdicts)


def _one_by_one(database: Database, device: Device, push: Push, now: datetime) -> tuple[ActVerdict, ...]:
    """Take act by act. From the first that cannot be taken even so, the device is asked to send again later."""
    verdicts: list[ActVerdict] = []
    for at in range(len(push.acts)):
        try:
            verdicts.extend(_single(database, device, part_of(push, at, at + 1), now))
        except Exception:
            if not verdicts:
                raise
            _LOGGER.exception("The batch of %s is taken up to act %s.", device.id, push.first_seq + at - 1)
            break
    left = range(push.first_seq + len(verdicts), push.first_seq + len(push.acts))
    return (*verdicts, *(ActVerdict(seq, Outcome.RETRY) for seq in left))


def _single(database: Database, device: Device, push: Push, now: datetime) -> tuple[ActVerdict, ...]:
    """Take a push of one act; one that cannot be judged or written becomes a dead letter."""
    try:
        return _once_more(lambda: _take(database, device, push, now))
    except BrokenChain:
        raise
    except Exception as error:
        if is_servers_trouble(error):
            raise
        _LOGGER.exception("Act %s of %s becomes a dead letter.", push.first_seq, device.id)
        return _take(database, device, push, now, broken=str(error)[:LONGEST_WHY])


def _once_more(take: Callable[[], tuple[ActVerdict, ...]]) -> tuple[ActVerdict, ...]:
    """Another site may have registered the same unit meanwhile: looked at again, it is on record."""
    try:
        return take()
    except IntegrityError:
        return take()


def _take(database: Database, device: Device, push: Push, now: datetime, broken: str = "") -> tuple[ActVerdict, ...]:
    """Take a batch in one transaction that holds the site's lock."""
    with database.writing() as connection:
        database.lock(connection, [device.site])
        records = _SqlRecords(connection, device.site, now)
        records.forget_read(push)
        verdicts = take(push, records, RULES, now, broken)
        records.write()
    return verdicts


def judge_waiting(connection: Connection, site: SiteId, now: datetime, changed: Iterable[tuple[RowKind, str]]) -> None:
    """After rows of a site were changed: judge again the acts that may have waited for that.

    The caller holds the site's lock and has written the rows.
    """
    if waits_at(connection, site):
        records = _SqlRecords(connection, site, now)
        judge_again(records, RULES, now, {(kind.value, thing) for kind, thing in changed})
        records.write()


def judge_over(database: Database, now: datetime) -> None:
    """Judge for good every act that has waited as long as its site's acts may."""
    with database.reading() as connection:
        sites, oldest = all_sites(connection), oldest_waiting(connection)
    for site, since in oldest.items():
        if is_over(since, now, sites[site]):
            _end_waits(database, site, now)


def _end_waits(database: Database, site: SiteId, now: datetime) -> None:
    """One site that cannot be judged keeps no other from it."""
    try:
        with database.writing() as connection:
            database.lock(connection, [site])
            records = _SqlRecords(connection, site, now)
            end_waits(records, RULES, now)
            records.write()
    except AWAY as error:
        _LOGGER.warning("What has waited too long at %s could not be judged: %s", site, error)
    except Exception:
        _LOGGER.exception("What has waited too long at %s could not be judged.", site)


def judge_for_good(connection: Connection, site: SiteId, now: datetime, chosen: Iterable[ActId]) -> None:
    """Judge these acts although they wait. The caller holds the site's lock."""
    records = _SqlRecords(connection, site, now)
    give_up(records, RULES, now, chosen)
    records.write()


class _SqlRecords:
    """A site's records in the database. What is appended and put is written set-wise by `write`."""

    def __init__(self, connection: Connection, site: SiteId, now: datetime) -> None:
        self.site = site
        self._connection = connection
        self._now = now
        self._stream = load_stream(connection, site)
        self._writer = LogWriter(self._stream, now)
        self._waiting = WaitingRows(connection, self._stream)
        self._units: list[Unit] = []
        self._registered: set[UnitId] = set()
        self._documents: list[PickList] = []

    def head(self, device: str, epoch: str) -> Head:
        return _head(self._connection, device, epoch)

    def known(self, push: Push) -> Mapping[int, Known]:
        rows = self._connection.execute(
            select(log.c.seq, log.c.hash, log.c.position, log.c.outcome, log.c.refusal).where(
                log.c.device == push.device,
                log.c.epoch == push.epoch,
                log.c.seq >= push.first_seq,
                log.c.seq < push.first_seq + len(push.acts),
            )
        )
        logged = {row.seq: Known(row.hash, _repeated_verdict(row.seq, row.position, row.refusal)) for row in rows}
        return self._waiting.known(push) | logged

    def world(self, acts: Sequence[Act]) -> World:
        with _readable_rows(self.site):
            return load_world(self._connection, self.site, acts)

    def append(self, entry: Entry) -> int:
        if entry.act is not None and entry.outcome is Outcome.APPLIED:
            self._registered |= registered_in(entry.act)
        return self._writer.append(entry)

    def waiting(self) -> Sequence[Waiting]:
        with _readable_rows(self.site):
            return self._waiting.all()

    def forget_read(self, push: Push) -> None:
        """Drop the late verdicts that the pushing device has got; one of another history has got none of these."""
        if has_head(self._connection, self.site, push.seen.heads.get(self.site, "")):
            self._waiting.forget_read(push.device, push.seen.cursor.get(self.site, 0))

    def keep_waiting(self, waiting: Waiting) -> None:
        self._waiting.keep(waiting)

    def judged_late(self, waiting: Waiting, position: int) -> None:
        self._waiting.judged(waiting, position)

    def put(self, units: Iterable[Unit], documents: Iterable[PickList]) -> None:
        self._units += units
        self._documents += documents

    def save_head(self, device: str, epoch: str, head: Head) -> None:
        mine = (device_heads.c.device == device, device_heads.c.epoch == epoch)
        self._connection.execute(delete(device_heads).where(*mine))
        self._connection.execute(insert(device_heads).values(device=device, epoch=epoch, seq=head.seq, hash=head.hash))

    def alarm(self, alarm: Alarm) -> None:
        received = alarm.received
        _LOGGER.warning("%s: act %s: %s", alarm.kind.value, received.id, received.why)
        self._connection.execute(
            insert(alarms).values(
                raised_at=instant_text(self._now),
                kind=alarm.kind.value,
                device=received.id.device,
                epoch=received.id.epoch,
                seq=received.id.seq,
                detail=json.dumps(received.why),
                payload=received.exact,
            )
        )
        if alarm.kind is AlarmKind.MISUSE:
            self._writer.attention.misused(received.id, received.exact, instant_text(self._now))

    def write(self) -> None:
        """Write the log, the changed rows, and the feed after every act of it."""
        heard = self._writer.write(self._connection) + self._waiting.write()
        put_units(self._connection, self._units, self._registered)
        put_documents(self._connection, self._documents)
        changed = [(RowKind.UNIT, unit.id) for unit in self._units]
        changed += [(RowKind.DOCUMENT, document.number) for document in self._documents]
        mark(self._connection, self._stream, [*changed, *heard])
        save_stream(self._connection, self._stream)


@contextmanager
def _readable_rows(site: SiteId) -> Iterator[None]:
    """What cannot be read of the server's own rows, told as such: no record becomes a dead letter for it."""
    try:
        yield
    except (PlainError, JSONDecodeError) as error:
        raise RowUnreadable(f"A row that {site} needs cannot be read: {error}") from error


def load_world(connection: Connection, site: str, acts: Sequence[Act]) -> World:
    """Everything these acts are judged against, in a constant number of queries."""
    needs = needs_of([act.draft for act in acts], {act.actor for act in acts})
    documents = documents_by_number(connection, needs.documents)
    lists = [document for document in documents.values() if isinstance(document, PickList)]
    named = {unit for each in lists for line in each.lines for unit in line.units}
    named |= {unit for each in lists for unit in each.handled}
    labels = units_labelled(connection, needs.labels)
    units = units_by_id(connection, needs.units | named | set(labels.values()))
    products = {unit.product for unit in units.values()} | {line.product for each in lists for line in each.lines}
    products |= needs.products
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
        holds=Holds(open_holds(connection)),
        labels=labels,
    )


def _repeated_verdict(seq: int, position: int, refusal: str | None) -> ActVerdict:
    """A duplicate is answered with its first verdict, so that an answer lost on the way is made good."""
    first = from_plain(Refusal, json.loads(refusal)) if refusal else None
    return ActVerdict(seq, Outcome.DUPLICATE, position, first)


def _head(connection: Connection, device: str, epoch: str) -> Head:
    row = connection.execute(
        select(device_heads.c.seq, device_heads.c.hash).where(
            device_heads.c.device == device, device_heads.c.epoch == epoch
        )
    ).one_or_none()
    return Head(row.seq, row.hash) if row else Head()
