"""What waits for an earlier step, as a person at the desk reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, literal, null, select

from scantrail.domain.acts.act import ActId
from scantrail.domain.attention import Topic, topic_of
from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.acts import decode_act
from scantrail.server.attention.items import AttentionItem, item_called, told_items
from scantrail.server.database.schema import waiting
from scantrail.server.ledger.attention_rows import AttentionKind
from scantrail.server.ledger.waiting import STILL

Head = tuple[str, str, Topic]
"""A device's store, and what an act of it is about."""


def waiting_items(connection: Connection, site: SiteId | None = None) -> tuple[AttentionItem, ...]:
    """What waits, in the order it arrived: one item for a document and its units, told by the first record."""
    heads: dict[Head, list[Row[Any]]] = {}
    for row in _rows(connection, site):
        heads.setdefault(_head_of(row), []).append(row)
    return told_items(connection, [(rows[0], len(rows) - 1) for rows in heads.values()])


def anything_called(connection: Connection, name: str, site: SiteId | None = None) -> AttentionItem | None:
    """An item that waits, or needs attention, or is settled; a record that waited has its old name for a while."""
    found = next((item for item in waiting_items(connection, site) if item.id == name), None)
    return found or item_called(connection, present_name(connection, name), site)


def present_name(connection: Connection, name: str) -> str:
    """What a record is called since it was judged, if it waited under this name."""
    row = connection.execute(select(waiting).where(waiting.c.id == name, ~STILL)).one_or_none()
    return f"{row.site}-{row.judged_position}" if row else name


def records_of(connection: Connection, item: AttentionItem) -> list[ActId]:
    """The records that an item which waits stands for."""
    rows = list(_rows(connection, item.site))
    head = next(_head_of(row) for row in rows if row.id == item.id)
    return [ActId(row.device, row.epoch, row.seq) for row in rows if _head_of(row) == head]


def _head_of(row: Row[Any]) -> Head:
    return row.device, row.epoch, topic_of(decode_act(row.payload))


def _rows(connection: Connection, site: SiteId | None) -> Sequence[Row[Any]]:
    """Acts that wait, with the columns of an item that needs attention."""
    query = select(
        waiting,
        waiting.c.since.label("opened_at"),
        literal(AttentionKind.WAITING.value).label("kind"),
        null().label("settled_position"),
        null().label("settled_by"),
    ).where(STILL)
    if site is not None:
        query = query.where(waiting.c.site == site)
    return connection.execute(query.order_by(waiting.c.site, waiting.c.arrived)).all()
