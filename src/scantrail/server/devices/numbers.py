"""Blocks of numbers for devices: each number is given once, by all workers of the server and after any restore."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select, update

from scantrail.domain.moments import local
from scantrail.domain.names.identifiers import DeviceId, SiteId
from scantrail.domain.names.numbers import Block, Series, SsccSeries
from scantrail.domain.people.site import Site
from scantrail.protocol.messages import HeldNumbers, NumbersAnswer, NumbersRequest
from scantrail.protocol.numbers import BLOCKS_A_DAY, Counter, a_day, block_size, days_lost, has_enough
from scantrail.server.database.bodies import from_body
from scantrail.server.database.engine import Database
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import log, meta, number_blocks, number_series, sites
from scantrail.words import M, Message

NUMBERS_LOCK = "numbers"
"""Series may have numbers in common, so one lock is for all."""

_DAY = timedelta(days=1)
_LEFT_OUT = "numbers_left_out_days"


@dataclass(frozen=True, slots=True)
class NotGiven:
    """Why a device gets no numbers."""

    code: str
    reason: Message


def give_numbers(
    database: Database, device: DeviceId, site: SiteId, ask: NumbersRequest, now: datetime
) -> NumbersAnswer | NotGiven:
    """Give a device the block of its turn: the same one however often it asks."""
    with database.writing() as connection:
        database.lock_name(connection, NUMBERS_LOCK)
        known = _block_of(connection, device, ask)
        if known is not None:
            return _answer(connection, device, ask, known)
        found = _site(connection, site)
        series = _series_of(found, ask.series, now)
        if series is None:
            return _not_the_sites(found, ask.series)
        counter = _counter(connection, series)
        if isinstance(counter, NotGiven):
            return counter
        counter = _with_held(connection, device, ask, counter)
        if has_enough(ask.left, block_size(series.last)):
            return NumbersAnswer(ask.turn)
        return (
            _too_many(connection, device, series, now)
            or _next_block(connection, device, ask, counter, now)
            or _used_up(series)
        )


def skip_numbers(connection: Connection, now: datetime) -> None:
    """A backup was put back: leave out, in every series, what may have been given since it was made."""
    days = days_lost(now - _newest(connection, now))
    for row in connection.execute(select(number_series)).all():
        _keep(connection, row.name, Counter(row.given, row.last).after_restore(days))
    before = _left_out(connection)
    connection.execute(delete(meta).where(meta.c.key == _LEFT_OUT))
    connection.execute(insert(meta).values(key=_LEFT_OUT, value=str(before + days)))


def _newest(connection: Connection, now: datetime) -> datetime:
    """When the database last took something down: the backup is no older."""
    times = (log.c.received_at, number_blocks.c.given_at)
    found = [connection.execute(select(func.max(each))).scalar_one() for each in times]
    return max((datetime.fromisoformat(each) for each in found if each is not None), default=now)


def _left_out(connection: Connection) -> float:
    """Days of which a series that was begun after a backup may have given numbers before it was put back."""
    return float(connection.execute(select(meta.c.value).where(meta.c.key == _LEFT_OUT)).scalar_one_or_none() or 0)


def _block_of(connection: Connection, device: DeviceId, ask: NumbersRequest) -> Block | None:
    row = connection.execute(
        select(number_blocks.c.first, number_blocks.c.size).where(
            number_blocks.c.device == device,
            number_blocks.c.epoch == ask.epoch,
            number_blocks.c.series == ask.series,
            number_blocks.c.turn == ask.turn,
        )
    ).one_or_none()
    return Block(row.first, row.size) if row else None


def _site(connection: Connection, site: SiteId) -> Site:
    body = connection.execute(select(sites.c.body).where(sites.c.id == site)).scalar_one()
    return from_body(Site, body)


def _series_of(site: Site, name: str, now: datetime) -> Series | None:
    """The site's series with this name. About new year a device may be in another year than the server."""
    year = local(now, site.time_zone).year
    return next((each for at in (year, year - 1, year + 1) for each in site.series_in(at) if each.name == name), None)


def _counter(connection: Connection, series: Series) -> Counter | NotGiven:
    """How far a series is. One that was never used begins, unless its numbers are another's too."""
    rows = {row.name: row for row in connection.execute(select(number_series))}
    if series.name in rows:
        return Counter(rows[series.name].given, rows[series.name].last)
    other = next((name for name in sorted(rows) if series.overlaps(name)), None)
    if other is not None:
        return _overlapping(series, other)
    counter = Counter(0, series.last).after_restore(_left_out(connection))
    connection.execute(insert(number_series).values(name=series.name, given=counter.given, last=counter.last))
    return counter


def _keep(connection: Connection, name: str, counter: Counter) -> None:
    connection.execute(update(number_series).where(number_series.c.name == name).values(given=counter.given))


def _with_held(connection: Connection, device: DeviceId, ask: NumbersRequest, counter: Counter) -> Counter:
    """A device that holds more than was given proves that a backup was put back, and nobody said so."""
    if ask.held is None or not _is_receipt(connection, device, ask, ask.held):
        return counter
    highest = Block(ask.held.first, ask.held.count).last
    if highest <= counter.given:
        return counter
    counter = counter.after_restore(days_lost(timedelta()), highest)
    _keep(connection, ask.series, counter)
    return counter


def _too_many(connection: Connection, device: DeviceId, series: Series, now: datetime) -> NotGiven | None:
    """No fault in a device gives a series away, and a restore need not leave out more than is given in a day."""
    lately = (number_blocks.c.series == series.name, number_blocks.c.given_at > instant_text(now - _DAY))
    sizes = connection.execute(select(number_blocks.c.device, number_blocks.c.size).where(*lately)).all()
    if sum(row.device == device for row in sizes) >= BLOCKS_A_DAY:
        reason = M("{device} was given {count} blocks of numbers within a day.", device=device, count=BLOCKS_A_DAY)
    elif sum(row.size for row in sizes) + block_size(series.last) > a_day(series.last):
        reason = M("Of {series}, {count} numbers may be given a day.", series=series.name, count=a_day(series.last))
    else:
        return None
    return NotGiven("too_many_numbers", M("{reason} Try again tomorrow, or ask why so many are needed.", reason=reason))


def _next_block(
    connection: Connection, device: DeviceId, ask: NumbersRequest, counter: Counter, now: datetime
) -> NumbersAnswer | None:
    counter, block = counter.give()
    if block is None:
        return None
    _keep(connection, ask.series, counter)
    row = {"device": device, "epoch": ask.epoch, "series": ask.series, "turn": ask.turn}
    row |= {"first": block.first, "size": block.count, "given_at": instant_text(now)}
    connection.execute(insert(number_blocks).values(row))
    return _answer(connection, device, ask, block)


def _answer(connection: Connection, device: DeviceId, ask: NumbersRequest, block: Block) -> NumbersAnswer:
    receipt = _receipt(connection, device, ask, ask.turn, block)
    return NumbersAnswer(ask.turn, block.count, block.first, receipt)


def _is_receipt(connection: Connection, device: DeviceId, ask: NumbersRequest, held: HeldNumbers) -> bool:
    right = _receipt(connection, device, ask, held.turn, Block(held.first, held.count))
    return hmac.compare_digest(right.encode(), held.receipt.encode("utf-8", "replace"))


def _receipt(connection: Connection, device: DeviceId, ask: NumbersRequest, turn: int, block: Block) -> str:
    """What only this server, or one restored from its backup, can say of a block: nobody can claim numbers away."""
    key: str = connection.execute(select(meta.c.value).where(meta.c.key == "numbers_key")).scalar_one()
    told = json.dumps([device, ask.epoch, ask.series, turn, block.first, block.count])
    return hmac.new(bytes.fromhex(key), told.encode(), sha256).hexdigest()


def _not_the_sites(site: Site, asked: str) -> NotGiven:
    if not asked.startswith("SSCC "):
        reason = M(
            "Site {site} does not number from {series}. Its number_series say from which: scantrail import sites.csv",
            site=site.id,
            series=asked,
        )
        return NotGiven("other_series", reason)
    if site.sscc_series is None:
        reason = M(
            "Site {site} has no GS1 Company Prefix to number cartons with. "
            "Set its company_prefix: scantrail import sites.csv",
            site=site.id,
        )
        return NotGiven("no_company_prefix", reason)
    reason = M("Cartons of {site} are numbered from {series} now.", site=site.id, series=site.sscc_series.name)
    return NotGiven("other_series", reason)


def _overlapping(series: Series, other: str) -> NotGiven:
    reason = M(
        "{series} has numbers in common with {other}, of which some are given already. {todo}",
        series=series.name,
        other=other,
        todo=_another(series),
    )
    return NotGiven("series_overlaps", reason)


def _used_up(series: Series) -> NotGiven:
    reason = M("All numbers of {series} are given. {todo}", series=series.name, todo=_another(series))
    return NotGiven("series_used_up", reason)


def _another(series: Series) -> Message:
    """What to set so that there are numbers again."""
    if isinstance(series, SsccSeries):
        return M("Set another sscc_extension, or another company_prefix, for the site: scantrail import sites.csv")
    return M("Set another format in number_series for the site: scantrail import sites.csv")
