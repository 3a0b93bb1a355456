"""The change feed: which row changed, in commit order, one entry a row (sync, pull)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from scantrail.protocol.messages import Changes, Row, RowKind
from scantrail.server.attention import attention_rows
from scantrail.server.documents import document_rows
from scantrail.server.epochs import server_epoch
from scantrail.server.log import Stream
from scantrail.server.schema import feed, holds, places, products, sites, streams, units, workers
from scantrail.server.sets import chunks, insert_rows, rows_with

PAGE = 500
"""Rows in one page of changes."""


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


def changes_after(connection: Connection, cursor: Mapping[str, int], limit: int = PAGE) -> Changes:
    """The next page of what changed after a cursor, in commit order stream by stream."""
    reached: dict[str, int] = {}
    entries: list[tuple[RowKind, str, int]] = []
    more = False
    for stream in connection.execute(select(streams.c.id, streams.c.position).order_by(streams.c.id)).all():
        after = cursor.get(stream.id, 0)
        if after >= stream.position:
            reached[stream.id] = stream.position  # a device that is further on learns that this server was put back
            continue
        room = limit - len(entries)
        found = _entries(connection, stream.id, after, room + 1)
        taken, left = found[:room], found[room:]
        entries.extend(taken)
        more = more or bool(left)
        reached[stream.id] = stream.position if not left else taken[-1][2] if taken else after
    return Changes(server_epoch(connection), reached, tuple(_rows(connection, entries)), more)


def _entries(connection: Connection, stream: str, after: int, limit: int) -> list[tuple[RowKind, str, int]]:
    rows = connection.execute(
        select(feed.c.kind, feed.c.id, feed.c.position)
        .where(feed.c.stream == stream, feed.c.position > after)
        .order_by(feed.c.position)
        .limit(limit)
    )
    return [(RowKind(row.kind), row.id, row.position) for row in rows]


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
    RowKind.ATTENTION: attention_rows,
}
