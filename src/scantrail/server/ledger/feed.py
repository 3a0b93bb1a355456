"""The change feed: which row changed, in commit order, one entry a row (sync, pull)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.messages import Changes, Row, Seen
from scantrail.protocol.rows import UNTOLD_ELSEWHERE, body_for
from scantrail.server.database.bodies import to_body
from scantrail.server.database.epoch import server_epoch
from scantrail.server.database.flights import Query, fly
from scantrail.server.database.schema import device_heads, streams
from scantrail.server.database.sets import chunks
from scantrail.server.ledger.attention_rows import attention_rows
from scantrail.server.ledger.log import Stream, has_head, head_of
from scantrail.server.ledger.waiting import verdict_rows
from scantrail.server.records.rows import bodies_of

_LOGGER = logging.getLogger(__name__)

PAGE = 500
"""Rows in one page of changes."""

PAGE_BYTES = 4_000_000
"""Bytes of the rows in one page; a single larger row goes alone. A device takes answers of up to 64 MiB."""

_AT_ONCE = 100
"""Rows read at once: those of a page that is cut short are not all read for nothing."""


def feed_rows(stream: Stream, changed: Iterable[tuple[RowKind, str]]) -> list[dict[str, Any]]:
    """Entries for changed rows, after every act the stream has so far; late verdicts before what they changed."""
    wanted = sorted(set(changed), key=lambda each: (each[0] != RowKind.VERDICT, *each))
    return [
        {"stream": stream.id, "kind": kind, "id": thing, "position": stream.next_position()} for kind, thing in wanted
    ]


def changes_after(connection: Connection, seen: Seen, site: SiteId, limit: int = PAGE) -> Changes:
    """The next page of what changed after what was seen, in commit order by stream, as a device of a site holds it.

    A cursor ahead of a stream gets the stream's own back, one of another history gets nothing: either way the device
    learns that this server was restored from a backup since.
    """
    if not _has_acts(connection, seen):
        return _of_another_history(connection)
    reached: dict[str, int] = {}
    heads: dict[str, str] = {}
    entries: list[FeedEntry] = []
    more = False
    for stream in connection.execute(select(streams).order_by(streams.c.id)).all():
        head = head_of(stream.position, stream.head)
        told = seen.heads.get(stream.id, head)
        if told != head and not has_head(connection, stream.id, told):
            return _of_another_history(connection)
        heads[stream.id] = head
        after = seen.cursor.get(stream.id, 0)
        if after >= stream.position:
            reached[stream.id] = stream.position  # a device that is further on learns that this server was put back
            continue
        room = limit - len(entries)
        found = entries_after(connection, stream.id, after, room + 1, site)
        taken, left = found[:room], found[room:]
        entries.extend(taken)
        more = more or bool(left)
        reached[stream.id] = stream.position if not left else taken[-1].position if taken else after
    rows = _page(connection, entries, site)
    unsent = {each.stream for each in entries[len(rows) :]}
    ends = {each.stream: each.position for each in entries[: len(rows)]}
    reached |= {stream: ends.get(stream, seen.cursor.get(stream, 0)) for stream in unsent}
    more = more or bool(unsent)
    return Changes(server_epoch(connection), reached, rows, more, heads)


def _page(connection: Connection, entries: Sequence[FeedEntry], site: SiteId) -> tuple[Row, ...]:
    """The first rows of these entries that together are no larger than a page; one, if there is any."""
    page: list[Row] = []
    size = 0
    for part in chunks(entries, _AT_ONCE):
        for row in rows_of(connection, part, site):
            size += len(to_body(row.body))
            if page and size > PAGE_BYTES:
                return tuple(page)
            page.append(row)
    return tuple(page)


def nothing_after(connection: Connection, seen: Seen, site: SiteId) -> Changes:
    """No news, for a device that was revoked. It is left to ask for more, and is told then why it gets none."""
    return Changes(server_epoch(connection), dict(seen.cursor), (), more=True)


def _has_acts(connection: Connection, seen: Seen) -> bool:
    """Whether the acts that a device was told are acknowledged are here."""
    if not seen.acknowledged:
        return True
    mine = (device_heads.c.device == seen.device, device_heads.c.epoch == seen.epoch)
    return seen.acknowledged <= (connection.execute(select(device_heads.c.seq).where(*mine)).scalar() or 0)


def _of_another_history(connection: Connection) -> Changes:
    """Nothing reached, by which a device learns that it has to begin again."""
    _LOGGER.warning("A device has followed a history that this database lacks: was a backup put back?")
    return Changes(server_epoch(connection), {}, (), more=False)


class FeedEntry(NamedTuple):
    """An entry of the feed."""

    kind: RowKind
    id: str
    position: int
    stream: str


def entries_after(
    connection: Connection, stream: str, after: int, limit: int, site: SiteId | None = None
) -> list[FeedEntry]:
    """The first entries of a stream after a position, in order; with a site, those that its devices are told."""
    untold = UNTOLD_ELSEWHERE if site not in (None, stream) else ()
    (rows,) = fly(connection, _ENTRIES.asks(stream, max(after, 0), limit, list(untold)))
    return [FeedEntry(RowKind(kind), name, position, stream) for kind, name, position in rows]


_ENTRIES = Query(
    "SELECT kind, id, position FROM feed WHERE stream = $1 AND position > $2 AND kind <> ALL($4)"
    " ORDER BY position LIMIT $3",
    "SELECT kind, id, position FROM feed WHERE stream = ?1 AND position > ?2"
    " AND kind NOT IN (SELECT value FROM json_each(?4)) ORDER BY position LIMIT ?3",
)


def rows_of(connection: Connection, entries: Sequence[FeedEntry], site: SiteId) -> Iterator[Row]:
    """The present rows of entries, as a device of a site holds them."""
    for entry, row in zip(entries, whole_rows(connection, entries), strict=True):
        yield row_for(site, entry.stream, row)


def whole_rows(connection: Connection, entries: Sequence[FeedEntry]) -> Iterator[Row]:
    """The present rows of entries, with everything that is on record."""
    bodies: dict[RowKind, dict[str, dict[str, Any]]] = {
        kind: _bodies(connection, kind, [each.id for each in entries if each.kind == kind])
        for kind in {each.kind for each in entries}
    }
    for entry in entries:
        yield Row(entry.kind, entry.id, entry.position, bodies[entry.kind][entry.id])


def row_for(site: SiteId, stream: str, row: Row) -> Row:
    """A row of a stream as a device of a site holds it: other sites' counters say nothing about units to it."""
    position = 0 if row.kind == RowKind.UNIT and stream != site else row.position
    return replace(row, position=position, body=body_for(site, row))


def _bodies(connection: Connection, kind: RowKind, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    message = _MESSAGES.get(kind)
    return bodies_of(connection, kind, ids) if message is None else message(connection, ids)


_MESSAGES: dict[RowKind, Callable[[Connection, Sequence[str]], dict[str, dict[str, Any]]]] = {
    RowKind.ATTENTION: attention_rows,
    RowKind.VERDICT: verdict_rows,
}
"""Rows that tell a device what has become of its own acts."""
