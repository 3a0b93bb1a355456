"""The rows mirrored from the server: written in its order, a later state over an earlier one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.domain.products import Product
from scantrail.domain.units import Unit
from scantrail.protocol.messages import Changes, Row, RowKind
from scantrail.protocol.rows import TABLE_NAMES, columns_of, gtins_of, labels_of, value_of

TABLES: dict[RowKind, Table] = {kind: schema.mirrored.tables[name] for kind, name in TABLE_NAMES.items()}
"""Where each kind of row is kept."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How far this device has followed the server."""

    server_epoch: str
    cursor: dict[str, int]
    heads: dict[str, str]
    complete: bool
    """Whether everything there was at the first sync has arrived."""


_FOLLOWED = select(schema.followed)
_FOLLOW = update(schema.followed).values(
    server_epoch=bindparam("at_epoch"),
    cursor=bindparam("at_cursor"),
    heads=bindparam("at_heads"),
    complete=bindparam("all_here"),
)
_LAST_UNIT = select(func.max(text("rowid"))).select_from(schema.units)


def _put(table: Table) -> Any:
    """A row of another site's stream stands at position 0: it is news, and contains no act of this site's stream."""
    statement = insert(table)
    new = statement.excluded
    changed: dict[str, Any] = {column.name: new[column.name] for column in table.c if not column.primary_key}
    changed["position"] = func.max(new.position, table.c.position)
    newer = or_(new.position >= table.c.position, new.position == 0)
    return statement.on_conflict_do_update(index_elements=[table.c.id], set_=changed, where=newer)


_PUT = {kind: _put(table) for kind, table in TABLES.items()}
_LABEL = insert(schema.labels)
_PUT_LABEL = _LABEL.on_conflict_do_update(
    index_elements=[schema.labels.c.serial, schema.labels.c.product], set_={"unit": _LABEL.excluded.unit}
)
_PUT_GTIN = insert(schema.gtins).on_conflict_do_nothing()


class Mirror:
    """The server's rows as this device has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def followed(self) -> Followed:
        """How far this device has followed the server."""
        row = self._database.rows(_FOLLOWED)[0]
        return Followed(row.server_epoch, json.loads(row.cursor), json.loads(row.heads), row.complete)

    def has(self, changes: Changes) -> bool:
        """Whether a page without rows tells nothing new of how far the server is."""
        reached = self.followed()
        is_there = (reached.cursor, reached.heads) == (changes.cursor, reached.heads | changes.heads)
        return is_there and (changes.more or reached.complete)

    def count(self) -> int:
        """About how many rows there are: the last unit's number is known without counting."""
        return int(self._database.rows(_LAST_UNIT)[0][0] or 0)

    def take(self, changes: Changes) -> None:
        """Write a page of changes and its cursor, inside a transaction.

        Raises:
            PlainError: a row cannot be read; the transaction must not be committed.
        """
        by_kind: dict[RowKind, list[Row]] = {}
        for row in changes.rows:
            by_kind.setdefault(row.kind, []).append(row)
        for kind, rows in by_kind.items():
            if kind not in TABLES:
                continue
            values = [value_of(row) for row in rows]
            self._many(_PUT[kind], [columns_of(row, value) for row, value in zip(rows, values, strict=True)])
            self._index(values)
        before = self.followed()
        complete = before.complete or not changes.more
        self._follow(Followed(changes.server_epoch, changes.cursor, before.heads | changes.heads, complete))

    def _index(self, values: Sequence[Any]) -> None:
        """Keep serials and GTINs findable. They are never taken away: a serial names its unit for ever (R1)."""
        units = [value for value in values if isinstance(value, Unit)]
        self._many(_PUT_LABEL, [label for unit in units for label in labels_of(unit)])
        self._many(_PUT_GTIN, gtins_of(value for value in values if isinstance(value, Product)))

    def _many(self, statement: Any, values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._database.execute(statement, values)

    def drop(self, server_epoch: str) -> None:
        """Forget all rows, inside a transaction: another server's history begins."""
        for table in schema.MIRRORED:
            self._database.execute(delete(table))
        self._follow(Followed(server_epoch, {}, {}, complete=False))

    def _follow(self, reached: Followed) -> None:
        values = {
            "at_epoch": reached.server_epoch,
            "at_cursor": json.dumps(reached.cursor),
            "at_heads": json.dumps(reached.heads),
            "all_here": reached.complete,
        }
        self._database.execute(_FOLLOW, values)
