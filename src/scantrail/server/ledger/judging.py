"""A push from end to end: under the site's lock each act is judged, logged, and its changes written at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from scantrail.domain.acts.act import ActId
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.settings import Settings
from scantrail.protocol.intake import LONGEST_WHY, BrokenChain, part_of
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, Push, PushAnswer
from scantrail.protocol.taking import end_waits, give_up
from scantrail.protocol.waiting import is_over
from scantrail.server.database.engine import AWAY, Database, RowUnreadable, is_servers_trouble
from scantrail.server.database.flights import fly
from scantrail.server.ledger.feed import changes_after, nothing_after
from scantrail.server.ledger.rules import RULES
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.ledger.waiting import oldest_waiting
from scantrail.server.ledger.writing import writing
from scantrail.server.records.master import all_settings

_LOGGER = logging.getLogger(__name__)


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
    changes: Changes | None = None
    """All that the device has not seen, where that is no more than the batch has changed; else None."""


def take_push(database: Database, device: Device, push: Push, now: datetime) -> PushAnswer:
    """Take a batch, as `take_acts` does; then answer with what the device has not seen."""
    taken = take_acts(database, device, push, now)
    if taken.changes is not None:
        return PushAnswer(taken.acknowledged, taken.verdicts, taken.changes, now)
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
        taken = _take(database, device, push, now)
    except BrokenChain:
        raise
    except Exception as error:
        if is_servers_trouble(error) and not isinstance(error, RowUnreadable):
            raise
        is_usual = isinstance(error, IntegrityError)  # another site's act came in between
        told = "The batch of %s from act %s is taken act by act: %r"
        _LOGGER.warning(told, device.id, push.first_seq, error, exc_info=not is_usual)
        taken = _one_by_one(database, device, push, now)
    return replace(taken, changes=None) if device.is_leaving else taken


def _one_by_one(database: Database, device: Device, push: Push, now: datetime) -> Taken:
    """Take act by act. From the first that cannot be taken even so, the device is asked to send again later."""
    acknowledged = 0
    verdicts: list[ActVerdict] = []
    for at in range(len(push.acts)):
        try:
            taken = _single(database, device, part_of(push, at, at + 1), now)
            acknowledged = taken.acknowledged
            verdicts.extend(taken.verdicts)
        except Exception:
            if not verdicts:
                raise
            _LOGGER.exception("The batch of %s is taken up to act %s.", device.id, push.first_seq + at - 1)
            break
    left = range(push.first_seq + len(verdicts), push.first_seq + len(push.acts))
    return Taken(acknowledged, (*verdicts, *(ActVerdict(seq, Outcome.RETRY) for seq in left)))


def _single(database: Database, device: Device, push: Push, now: datetime) -> Taken:
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


def _once_more(take: Callable[[], Taken]) -> Taken:
    """Another site may have registered the same unit meanwhile: looked at again, it is on record."""
    try:
        return take()
    except IntegrityError:
        return take()


def _take(database: Database, device: Device, push: Push, now: datetime, broken: str = "") -> Taken:
    """Take a batch in one transaction that holds the site's lock: opened, judged and committed in a few round trips."""
    with writing(database, device.site, now, push.device, push.epoch) as records:
        verdicts = records.take(push, broken)
    return Taken(records.head_after.seq, verdicts, records.own_changes(push))


def judge_over(database: Database, now: datetime) -> None:
    """Judge for good every act that has waited as long as its site's acts may."""
    with database.reading() as connection:
        wanted, oldest = all_settings(connection), oldest_waiting(connection)
    for site, since in oldest.items():
        if is_over(since, now, wanted.get(site, Settings(site)).waiting):
            _end_waits(database, site, now)


def _end_waits(database: Database, site: SiteId, now: datetime) -> None:
    """One site that cannot be judged keeps no other from it."""
    try:
        with writing(database, site, now) as records:
            end_waits(records, RULES, now)
    except AWAY as error:
        _LOGGER.warning("What has waited too long at %s could not be judged: %s", site, error)
    except Exception:
        _LOGGER.exception("What has waited too long at %s could not be judged.", site)


def judge_for_good(connection: Connection, site: SiteId, now: datetime, chosen: Iterable[ActId]) -> None:
    """Judge these acts although they wait. The caller holds the site's lock."""
    records = SqlRecords.of(connection, site, now)
    give_up(records, RULES, now, chosen)
    fly(connection, *records.finish())
