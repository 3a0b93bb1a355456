"""What needs attention at the desk: one row for every record that did not apply although it has effects.

The rows are a projection of the log and the alarms, kept in the transaction that judges. Settling is an act.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.attention import needs_a_person, settlements_in, topic_of
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.plain import from_plain
from scantrail.domain.wordings import explain
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.protocol.messages import Outcome
from scantrail.server.database.schema import alarms, attention, devices, events, log
from scantrail.server.database.sets import insert_rows, rows_with


class AttentionKind(Enum):
    """Why something needs attention."""

    CONTESTED = "contested"
    """The world had changed when it reached the server."""
    REFUSED = "refused"
    DEAD_LETTER = "dead_letter"
    """The server cannot read it."""
    MISUSE = "misuse"
    """It bears the number of another record."""
    WAITING = "waiting"
    """It lacks an earlier step, and goes on when that comes; nothing is to be settled yet."""


NOT_APPLIED = (Outcome.REFUSED.value, Outcome.CONTESTED.value)


@dataclass(slots=True)
class AttentionWriter:
    """Collects what judging opens and settles at a site, and writes it in order; the caller holds the site's lock."""

    site: str
    _opened: dict[str, dict[str, Any]] = field(default_factory=dict)
    _settled: list[tuple[AttentionSettled, int, ActId]] = field(default_factory=list)

    def judged(
        self, act: Act | None, identity: ActId, exact: bytes, refusal: Refusal | None, position: int, received_at: str
    ) -> None:
        """An act has its place in the log; `act` is None for one that cannot be read."""
        if refusal is None:
            self._settled += [(each, position, identity) for each in settlements_in(act)] if act else []
        elif act is None:
            self._open(AttentionKind.DEAD_LETTER, identity, act_hash(exact), str(identity), position, received_at)
        elif needs_a_person(act, refusal):
            kind = AttentionKind.CONTESTED if explain(refusal).contests else AttentionKind.REFUSED
            self._open(kind, identity, act_hash(exact), _topic_text(act), position, received_at)

    def misused(self, identity: ActId, exact: bytes, received_at: str) -> None:
        """Another record came with the number of one in the log."""
        link = act_hash(exact)
        self._open(AttentionKind.MISUSE, identity, link, f"{identity}:{link}", 0, received_at)

    def _open(self, kind: AttentionKind, identity: ActId, link: str, topic: str, position: int, opened_at: str) -> None:
        topic = sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{self.site}-{position}" if position else f"{self.site}-x{topic[:12]}"
        row = {**identity._asdict(), "hash": link, "kind": kind.value, "topic": topic, "position": position}
        self._opened.setdefault(name, {"id": name, "site": self.site, **row, "opened_at": opened_at})

    def write(self, connection: Connection) -> list[tuple[RowKind, str]]:
        """Write it; gives the rows that other devices than the settling one have to hear of."""
        known = {row.id for row in rows_with(connection, attention, attention.c.id, self._opened)}
        insert_rows(connection, attention, [row for name, row in self._opened.items() if name not in known])
        heard: list[tuple[RowKind, str]] = []
        for settled, position, by in self._settled:
            names = self._settle(connection, settled, position)
            if (settled.device, settled.epoch) != by[:2]:
                heard += [(RowKind.ATTENTION, name) for name in names]
        self._opened.clear()
        self._settled.clear()
        return heard

    def _settle(self, connection: Connection, settled: AttentionSettled, position: int) -> list[str]:
        """Settle what a person dealt with, and all that had gone wrong with the same goods until then."""
        is_misuse = attention.c.kind == AttentionKind.MISUSE.value
        same_number = and_(attention.c.device == settled.device, attention.c.epoch == settled.epoch)
        named = and_(is_misuse, attention.c.hash == settled.hash) if settled.hash else ~is_misuse
        topics = select(attention.c.topic).where(same_number, attention.c.seq == settled.seq, named)
        rows = connection.execute(
            update(attention)
            .where(
                same_number,
                attention.c.site == self.site,
                attention.c.settled_position.is_(None),
                attention.c.position < position,
                attention.c.topic.in_(topics),
            )
            .values(settled_position=position)
            .returning(attention.c.id)
        )
        return sorted(row.id for row in rows)


def _topic_text(act: Act) -> str:
    document, units = topic_of(act)
    return json.dumps([document, sorted(units)])


def rebuild_attention(connection: Connection) -> None:
    """Make all rows again from the log and the alarms."""
    connection.execute(delete(attention))
    writers: dict[str, AttentionWriter] = {}
    for row in _misuses(connection):
        writer = writers.setdefault(row.site, AttentionWriter(row.site))
        writer.misused(ActId(row.device, row.epoch, row.seq), row.payload, row.raised_at)
    for row in _judged(connection):
        writer = writers.setdefault(row.stream, AttentionWriter(row.stream))
        refusal = from_plain(Refusal, json.loads(row.refusal)) if row.refusal else None
        act = None if refusal is not None and refusal.code == ActCode.UNREADABLE else decode_act(row.payload)
        identity = ActId(row.device, row.epoch, row.seq)
        writer.judged(act, identity, row.payload, refusal, row.position, row.received_at)
    for writer in writers.values():
        writer.write(connection)


def _misuses(connection: Connection) -> Iterator[Row[Any]]:
    first = select(func.min(alarms.c.id)).where(alarms.c.kind == AttentionKind.MISUSE.value)
    each = first.group_by(alarms.c.device, alarms.c.epoch, alarms.c.seq, alarms.c.payload)
    yield from connection.execute(
        select(alarms, devices.c.site)
        .join(devices, devices.c.id == alarms.c.device)
        .where(alarms.c.id.in_(each))
        .order_by(alarms.c.id)
    )


def _judged(connection: Connection) -> Iterator[Row[Any]]:
    """Acts that opened or settled something, in the order of each site's log."""
    settling = select(events.c.stream, events.c.position).where(events.c.type == AttentionSettled.__name__).subquery()
    yield from connection.execute(
        select(log)
        .where(
            or_(
                log.c.outcome.in_(NOT_APPLIED),
                select(settling)
                .where(settling.c.stream == log.c.stream, settling.c.position == log.c.position)
                .exists(),
            ),
            log.c.payload.is_not(None),
        )
        .order_by(log.c.stream, log.c.position)
    )


def attention_rows(connection: Connection, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Settled records as the change feed carries them."""
    return {
        row.id: {"device": row.device, "epoch": row.epoch, "seq": row.seq, "hash": row.hash}
        for row in rows_with(connection, attention, attention.c.id, names)
    }
