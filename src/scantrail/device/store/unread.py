"""Rows that this version cannot understand, kept as they came until one that can is installed.

They lie in the file with the server's rows, so that they stand or fall with the cursor that has passed them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from scantrail.device.store.database import Database
from scantrail.device.store.sets import keys
from scantrail.domain.acts.kinds import RowKind, is_known
from scantrail.domain.plain import PlainError
from scantrail.protocol.messages import Row, UnreadRow

Named = tuple[str, str]
"""A row's kind and id."""

_PUT = text("""
INSERT INTO rows.unread (kind, id, position, body) VALUES (:kind, :id, :position, :body)
ON CONFLICT (kind, id) DO UPDATE SET position = max(excluded.position, position), body = excluded.body
WHERE excluded.position >= position OR excluded.position = 0""")
_REMOVE = text("DELETE FROM rows.unread WHERE kind = :kind AND id = :id AND (position <= :position OR :position = 0)")
_POSITIONS = text("""
SELECT kind, id, position FROM rows.unread WHERE id IN (SELECT value FROM json_each(:ids))""")
_ALL = text("SELECT kind, id, position, body FROM rows.unread ORDER BY position")
_COUNT = text("SELECT count(*) FROM rows.unread")
_DROP = text("DELETE FROM rows.unread")


class Unread:
    """The rows that are kept aside."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """How many there are."""
        return int(self._database.rows(_COUNT)[0][0])

    def positions(self, ids: Sequence[str]) -> Mapping[Named, int]:
        """Where those of these ids stand in their streams."""
        return {(row.kind, row.id): row.position for row in self._database.rows(_POSITIONS, ids=keys(ids))}

    def known(self) -> tuple[Row, ...]:
        """Those of a kind that this version knows, in the server's order; what they hold is another question.

        Raises:
            ValueError: a body is damaged.
        """
        return tuple(
            Row(RowKind(row.kind), row.id, row.position, json.loads(row.body))
            for row in self._database.rows(_ALL)
            if is_known(row.kind)
        )

    def put(self, rows: Sequence[Row | UnreadRow]) -> None:
        """Keep rows, inside a transaction.

        Raises:
            PlainError: one cannot be stored; the transaction must not be committed.
        """
        if rows:
            self._database.execute(_PUT, [{**_named(row), "body": _text(row)} for row in rows])

    def remove(self, rows: Sequence[Row]) -> None:
        """Forget, inside a transaction, what came before these rows, which can be read."""
        if rows:
            self._database.execute(_REMOVE, [_named(row) for row in rows])

    def drop(self) -> None:
        """Forget all, inside a transaction: another server's history begins."""
        self._database.execute(_DROP)


def _named(row: Row | UnreadRow) -> dict[str, object]:
    return {"kind": row.kind, "id": row.id, "position": row.position}


def _text(row: Row | UnreadRow) -> str:
    try:
        return json.dumps(row.body, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise PlainError(f"{row.kind} {row.id}: {error}") from error
