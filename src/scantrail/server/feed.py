"""The change feed: which row changed, in commit order, one entry a row (sync, pull)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from scantrail.protocol.messages import Changes, Row, RowKind
from scantrail.server.documents import document_rows
from scantrail.server.log import Stream
from scantrail.server.schema import feed, holds, meta, places, products, sites, streams, units, workers
from scantrail.server.sets import chunks, insert_rows, rows_with

PAGE = 500
"""Rows in one page of changes."""

_LAST = 2**62
"""No stream comes so far, and both engines can compare with it."""


def mark(connection: Connection, stream: Stream, changed: Iterable[tuple[RowKind, str]]) -> None:
    """List these rows as changed now, after every act the stream has so far."""
    wanted = sorted(set(changed), key=lambda each: (each[0].value, each[1]))
    by_kind: dict[RowKind, list[str]] = {}
    for kind, thing in wanted:
        by_kind.setdefault(kind, []).append(thing)
    for kind, things in by_kind.items():
        for part in chunks(things):
            connection.execute(
                delete(feed).where(feed.c.stream == stream.id, feed.c.kind == kind.value, feed.c.id.in_(part))
            )
    rows = [
        {"stream": stream.id, "kind": kind.value, "id": thing, "position": stream.next_position()}
        for kind, thing in wanted
    ]
    insert_rows(connection, feed, rows)


def server_epoch(connection: Connection) -> str:
    """Random, made with the database: another one means that the server was restored or replaced."""
    return str(connection.execute(select(meta.c.value).where(meta.c.key == "server_epoch")).scalar_one())


def changes_after(connection: Connection, cursor: Mapping[str, int], limit: int = PAGE) -> Changes:
    """The next page of what changed after a cursor, in commit order stream by stream."""
    reached: dict[str, int] = {}
    entries: list[tuple[RowKind, str, int]] = []
    more = False
    for stream in connection.execute(select(streams.c.id).order_by(streams.c.id)).scalars().all():
        room = limit - len(entries)
        after = min(cursor.get(stream, 0), _LAST)
        found = connection.execute(
            select(feed.c.kind, feed.c.id, feed.c.position)
            .where(feed.c.stream == stream, feed.c.position > after)
            .order_by(feed.c.position)
            .limit(room + 1)
        ).all()
        more = more or len(found) > room
        taken = found[:room]
        entries.extend((RowKind(row.kind), row.id, row.position) for row in taken)
        reached[stream] = taken[-1].position if taken else after
    return Changes(server_epoch(connection), reached, tuple(_rows(connection, entries)), more)


def _rows(connection: Connection, entries: list[tuple[RowKind, str, int]]) -> Iterable[Row]:
    bodies: dict[RowKind, dict[str, dict[str, Any]]] = {
        kind: _BODIES[kind](connection, [thing for each, thing, _ in entries if each is kind])
        for kind in {kind for kind, _, _ in entries}
    }
    for kind, thing, position in entries:
        yield Row(kind, thing, position, bodies[kind][thing])


Bodies = Callable[[Connection, Iterable[str]], dict[str, dict[str, Any]]]


def _from(table: Table) -> Bodies:
    def load(connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        return {row.id: json.loads(row.body) for row in rows_with(connection, table, table.c.id, ids)}

    return load


_BODIES: dict[RowKind, Bodies] = {
    RowKind.SITE: _from(sites),
    RowKind.PRODUCT: _from(products),
    RowKind.PLACE: _from(places),
    RowKind.WORKER: _from(workers),
    RowKind.HOLD: _from(holds),
    RowKind.DOCUMENT: document_rows,
    RowKind.UNIT: _from(units),
}
