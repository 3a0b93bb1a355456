"""What tells that there is something new: how far every stream is, which server this is, who is enrolled."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from scantrail.server.database.flights import Query, fly

DEVICES = "devices"
"""The key in `meta` of a text that is another one after every enrolment and revocation, and every token that ends."""

_READ = Query.of_both(
    "SELECT epoch.value AS epoch, devices.value AS devices, streams.id, streams.position, streams.head FROM meta epoch "
    "LEFT JOIN meta devices ON devices.key = 'devices' LEFT JOIN streams ON TRUE WHERE epoch.key = 'server_epoch'"
)
_NOTE = text(
    "INSERT INTO meta (key, value) VALUES ('devices', :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True, slots=True)
class Counter:
    """How far one stream is."""

    position: int
    """The last number given, to an act or to a row of the feed."""
    head: str
    """Hash of the newest entry of its log."""


@dataclass(frozen=True, slots=True)
class Counters:
    """How far everything is, at one moment."""

    server_epoch: str
    devices: str
    """Another one after every enrolment and revocation."""
    streams: Mapping[str, Counter]
    """By stream, in order of their names."""


def read_counters(connection: Connection) -> Counters:
    """The counters now, in one statement."""
    (rows,) = fly(connection, _READ.asks())
    streams = {name: Counter(position, head) for _, _, name, position, head in rows if name is not None}
    epoch, devices, *_ = rows[0]
    return Counters(epoch, devices or "", dict(sorted(streams.items())))


def note_devices_changed(connection: Connection) -> None:
    """Let every process of the server look again which tokens are good, within the fifth of a second."""
    connection.execute(_NOTE, {"value": secrets.token_hex(8)})
