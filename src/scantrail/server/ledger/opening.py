"""How a site stands when its transaction begins: one round trip, which takes the site's lock as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from scantrail.protocol.intake import Head
from scantrail.server.database.engine import LOCK
from scantrail.server.database.flights import Query, fly
from scantrail.server.ledger.log import Stream, head_of


@dataclass(frozen=True, slots=True)
class Opened:
    """A site, and a device's store, as they stand."""

    stream: Stream
    server_epoch: str
    masters: str
    """The version of what only imports change."""
    head: Head
    """The last act of the device's store that is in the log, or waits."""
    waits: bool
    """Whether any act waits at the site."""
    has_verdicts: bool
    """Whether verdicts are kept for the device on acts that waited."""
    positions: Mapping[str, int]
    """How far every stream is."""
    heads: Mapping[str, str]
    """The newest entry of every stream's log, as devices are told it."""


def opened(connection: Connection, site: str, device: str = "", epoch: str = "", *, lock: bool = False) -> Opened:
    """Read how a site stands, and with `lock` take its lock before; without it the caller holds that."""
    asked = _STANDING.asks(site, device, epoch)
    rows = fly(connection, *((LOCK.asks([site]), asked) if lock else (asked,)))[-1]
    (own,) = (row for row in rows if row[0] == site)
    server_epoch, masters, seq, link, signed_in, waits, has_verdicts = own[5:]
    return Opened(
        Stream(*own[:5]),
        server_epoch,
        masters,
        Head(seq, link, signed_in) if seq is not None else Head(),
        bool(waits),
        bool(has_verdicts),
        {row[0]: row[1] for row in rows},
        {row[0]: head_of(row[1], row[2]) for row in rows},
    )


# Not the statement that takes the lock: on PostgreSQL that one sees the other tables as they were before it waited.
_STANDING = Query.of_both(
    "SELECT id, position, head, system_seq, system_hash,"
    " (SELECT value FROM meta WHERE key = 'server_epoch'),"
    " (SELECT value FROM meta WHERE key = 'masters'),"
    " (SELECT seq FROM device_heads WHERE device = $2 AND epoch = $3),"
    " (SELECT hash FROM device_heads WHERE device = $2 AND epoch = $3),"
    " (SELECT signed_in FROM device_heads WHERE device = $2 AND epoch = $3),"
    " EXISTS (SELECT 1 FROM waiting WHERE site = $1 AND judged_position IS NULL),"
    " EXISTS (SELECT 1 FROM waiting WHERE site = $1 AND device = $2 AND judged_position IS NOT NULL)"
    " FROM streams ORDER BY id"
)
