"""The rows mirrored from the server: written in its order, a later state over an earlier one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.schema import table_of
from scantrail.device.store.unread import Unread
from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.plain import PlainError, UnknownValue, from_plain
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Changes, LateVerdict, Row, SettledRecord
from scantrail.protocol.rows import columns_of, gtins_of, labels_of, value_of


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


@cache
def _put(table: Table) -> Any:
    """A row of another site's stream stands at position 0: it is news, and contains no act of this site's stream."""
    statement = insert(table)
    new = statement.excluded
    changed: dict[str, Any] = {column.name: new[column.name] for column in table.c if not column.primary_key}
    changed["position"] = func.max(new.position, table.c.position)
    newer = or_(new.position >= table.c.position, new.position == 0)
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed, where=newer)


@cache
def _remove(kind: RowKind) -> Any:
    table = table_of(kind)
    older = or_(table.c.position <= bindparam("at"), bindparam("at") == 0)
    gone = delete(table).where(table.c.id == bindparam("of"), older)
    return gone.where(table.c.kind == str(kind)) if table is schema.others else gone


_ABOUT_JOURNAL: dict[RowKind, type[Any]] = {RowKind.ATTENTION: SettledRecord, RowKind.VERDICT: LateVerdict}
"""Rows that are kept as no rows: the body of each kind."""
_LABEL = insert(schema.labels)
_PUT_LABEL = _LABEL.on_conflict_do_update(
    index_elements=[schema.labels.c.serial, schema.labels.c.product], set_={"unit": _LABEL.excluded.unit}
)
_PUT_GTIN = insert(schema.gtins).on_conflict_do_nothing()


class Mirror:
    """The server's rows as this device has them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unread = Unread(database)

    def count_unread(self) -> int:
        """How many rows this version could not understand."""
        return self._unread.count()

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

    def take(self, changes: Changes) -> tuple[Row, ...]:
        """Write a page of changes and its cursor, inside a transaction; gives the rows that it could read.

        A row that only a newer version understands is kept aside, and what was known before of the same thing is
        taken away: by a state that is known to be past, no scan may be accepted.

        Raises:
            PlainError: a row makes no sense to any version; the transaction must not be committed.
        """
        self._unread.put(changes.unread)
        read = self._put_rows(changes.rows)
        before = self.followed()
        complete = before.complete or not changes.more
        self._follow(Followed(changes.server_epoch, changes.cursor, before.heads | changes.heads, complete))
        return read

    def take_unread(self) -> tuple[Row, ...]:
        """Write, inside a transaction, the rows kept aside that this version understands; gives those."""
        return self._put_rows(self._unread.known(), excused=PlainError)

    def _put_rows(self, rows: Sequence[Row], excused: type[PlainError] = UnknownValue) -> tuple[Row, ...]:
        """Write rows; those whose reading fails in the `excused` way are kept aside."""
        aside = self._unread.positions([row.id for row in rows])
        by_kind: dict[RowKind, list[tuple[Row, Any]]] = {}
        unknown = []
        for row in rows:
            if 0 < row.position < aside.get((row.kind, row.id), 0):
                continue  # a later state is here already, and not understood
            try:
                by_kind.setdefault(row.kind, []).append((row, _value(row)))
            except excused:
                unknown.append(row)
        for kind, found in by_kind.items():
            if kind in KINDS:
                self._many(_put(table_of(kind)), [columns_of(row, value) for row, value in found])
                self._index([value for _, value in found])
        read = tuple(row for found in by_kind.values() for row, _ in found)
        if aside:
            self._unread.remove(read)
        self._set_aside(unknown)
        return read

    def _set_aside(self, rows: Sequence[Row]) -> None:
        self._unread.put(rows)
        for row in rows:
            # A site's former settings stay: without any, nobody could work until the upgrade.
            if row.kind in KINDS and row.kind not in (RowKind.SITE, RowKind.SETTINGS):
                self._database.execute(_remove(row.kind), {"of": row.id, "at": row.position})

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
        self._unread.drop()
        self._follow(Followed(server_epoch, {}, {}, complete=False))

    def _follow(self, reached: Followed) -> None:
        values = {
            "at_epoch": reached.server_epoch,
            "at_cursor": json.dumps(reached.cursor),
            "at_heads": json.dumps(reached.heads),
            "all_here": reached.complete,
        }
        self._database.execute(_FOLLOW, values)


def _value(row: Row) -> Any:
    return from_plain(_ABOUT_JOURNAL[row.kind], row.body) if row.kind in _ABOUT_JOURNAL else value_of(row)
