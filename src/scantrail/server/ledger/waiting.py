"""Repository of acts that wait for an earlier step, and of the late verdicts that their devices have not read yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, select, update

from scantrail.domain.acts.act import ActId
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.messages import ActVerdict, LateVerdict, Outcome, Push
from scantrail.protocol.taking import Known
from scantrail.protocol.waiting import Waiting
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import feed, log, waiting
from scantrail.server.database.sets import chunks, insert_rows, rows_with
from scantrail.server.ledger.log import Stream

STILL = waiting.c.judged_position.is_(None)
"""Acts that wait; the others are kept for their verdicts."""


def oldest_waiting(connection: Connection) -> Mapping[str, datetime]:
    """By site, since when the act waits that has waited longest."""
    oldest = select(waiting.c.site, func.min(waiting.c.since).label("since")).where(STILL).group_by(waiting.c.site)
    return {row.site: datetime.fromisoformat(row.since) for row in connection.execute(oldest)}


class WaitingRows:
    """A site's acts that wait, inside a transaction under its lock."""

    def __init__(self, connection: Connection, stream: Stream) -> None:
        self._connection = connection
        self._stream = stream
        self._names: dict[ActId, str] = {}
        self._fresh: list[dict[str, Any]] = []
        self._changed: dict[ActId, str] = {}
        self._judged: dict[ActId, int] = {}

    def all(self) -> list[Waiting]:
        """Those that wait, in the order they arrived."""
        still = select(waiting).where(waiting.c.site == self._stream.id, STILL).order_by(waiting.c.arrived)
        rows = self._connection.execute(still).all()
        self._names = {ActId(row.device, row.epoch, row.seq): row.id for row in rows}
        return [_waiting(row) for row in rows]

    def known(self, push: Push) -> dict[int, Known]:
        """Those acts of a batch that wait, by seq."""
        rows = self._connection.execute(
            select(waiting.c.seq, waiting.c.hash, waiting.c.refusal).where(
                waiting.c.device == push.device,
                waiting.c.epoch == push.epoch,
                waiting.c.seq >= push.first_seq,
                waiting.c.seq < push.first_seq + len(push.acts),
                STILL,
            )
        )
        return {
            row.seq: Known(row.hash, ActVerdict(row.seq, Outcome.DUPLICATE, 0, _refusal(row.refusal))) for row in rows
        }

    def keep(self, each: Waiting) -> None:
        """Keep an act that waits, or what it waits for now."""
        refusal = json.dumps(to_plain(each.refusal))
        if each.id in self._names:
            self._changed[each.id] = refusal
        else:
            self._fresh.append(self._row(each, refusal))

    def _row(self, each: Waiting, refusal: str) -> dict[str, Any]:
        arrived = self._stream.next_position()
        self._names[each.id] = f"{self._stream.id}-w{arrived}"
        return {
            "id": self._names[each.id],
            "site": self._stream.id,
            "arrived": arrived,
            **each.id._asdict(),
            "hash": each.hash,
            "payload": each.exact,
            "things": json.dumps(sorted(each.things)),
            "refusal": refusal,
            "effective_at": instant_text(each.effective_at),
            "since": instant_text(each.since),
        }

    def judged(self, each: Waiting, position: int) -> None:
        """An act has its place in the log."""
        self._judged[each.id] = position

    def forget_read(self, device: str, seen: int) -> None:
        """Drop the verdicts that a device has read, by how far it says that it has followed this site's changes."""
        if not 0 < seen <= self._stream.position:
            return
        in_feed = and_(feed.c.stream == waiting.c.site, feed.c.kind == RowKind.VERDICT, feed.c.id == waiting.c.id)
        mine = (waiting.c.device == device, waiting.c.site == self._stream.id, ~STILL)
        query = select(waiting.c.id).join(feed, in_feed).where(*mine, feed.c.position <= seen)
        for part in chunks(self._connection.execute(query).scalars()):
            verdicts = (feed.c.stream == self._stream.id, feed.c.kind == RowKind.VERDICT)
            self._connection.execute(delete(feed).where(*verdicts, feed.c.id.in_(part)))
            self._connection.execute(delete(waiting).where(waiting.c.id.in_(part)))

    def write(self) -> list[tuple[RowKind, str]]:
        """Write it; gives the rows that the devices have to hear of."""
        insert_rows(self._connection, waiting, self._fresh)
        self._update("refusal", self._changed)
        self._update("judged_position", self._judged)
        return [(RowKind.VERDICT, self._names[act]) for act in self._judged]

    def _update(self, column: str, values: Mapping[ActId, Any]) -> None:
        if values:
            statement = update(waiting).where(waiting.c.id == bindparam("name")).values({column: bindparam("value")})
            rows = [{"name": self._names[act], "value": value} for act, value in values.items()]
            self._connection.execute(statement, rows)


def verdict_rows(connection: Connection, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Late verdicts as the change feed carries them."""
    judged = {(row.site, row.judged_position): row for row in rows_with(connection, waiting, waiting.c.id, names)}
    found: dict[str, dict[str, Any]] = {}
    for site in sorted({site for site, _position in judged}):
        places = [position for at, position in judged if at == site]
        for part in chunks(places):
            for row in connection.execute(select(log).where(log.c.stream == site, log.c.position.in_(part))):
                found[judged[site, row.position].id] = to_plain(_late_verdict(row))
    return found


def _late_verdict(row: Row[Any]) -> LateVerdict:
    refusal = _refusal(row.refusal) if row.refusal else None
    return LateVerdict(row.device, row.epoch, row.seq, row.hash, Outcome(row.outcome), row.position, refusal)


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        ActId(row.device, row.epoch, row.seq),
        row.payload,
        row.hash,
        _things(row.things),
        datetime.fromisoformat(row.effective_at),
        datetime.fromisoformat(row.since).astimezone(UTC),
        _refusal(row.refusal),
    )


# Many acts of one list wait for the same, and every push looks at all of them.


@lru_cache(maxsize=1024)
def _things(text: str) -> frozenset[Thing]:
    return frozenset((kind, thing) for kind, thing in json.loads(text))


@lru_cache(maxsize=1024)
def _refusal(text: str) -> Refusal:
    return from_plain(Refusal, json.loads(text))
