"""The rows mirrored from the server: written in its order, a later state over an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.domain.documents import DOCUMENT_TYPES, DocumentKind
from scantrail.domain.holds import Hold
from scantrail.domain.identifiers import gtin14
from scantrail.domain.people import Worker
from scantrail.domain.places import Place
from scantrail.domain.plain import PlainError, from_plain
from scantrail.domain.products import Product
from scantrail.domain.sites import Site
from scantrail.domain.units import Unit
from scantrail.protocol.messages import Changes, Row, RowKind

TABLES: dict[RowKind, Table] = {
    RowKind.SITE: schema.sites,
    RowKind.PRODUCT: schema.products,
    RowKind.PLACE: schema.places,
    RowKind.WORKER: schema.workers,
    RowKind.HOLD: schema.holds,
    RowKind.DOCUMENT: schema.documents,
    RowKind.UNIT: schema.units,
}
"""Where each kind of row is kept; attention rows are about the journal, which takes them."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How far this device has followed the server."""

    server_epoch: str
    cursor: dict[str, int]
    complete: bool
    """Whether everything there was at the first sync has arrived."""


_FOLLOWED = select(schema.meta.c.server_epoch, schema.meta.c.cursor, schema.meta.c.complete)
_FOLLOW = update(schema.meta).values(
    server_epoch=bindparam("at_epoch"), cursor=bindparam("at_cursor"), complete=bindparam("all_here")
)


def _put(table: Table) -> Any:
    statement = insert(table)
    newer = statement.excluded.position >= table.c.position
    changed = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
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
        return Followed(row.server_epoch, json.loads(row.cursor), row.complete)

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
        complete = self.followed().complete or not changes.more
        self._follow(changes.server_epoch, changes.cursor, complete=complete)

    def _index(self, values: Iterable[Any]) -> None:
        """Keep serials and GTINs findable. They are never taken away: a serial names its unit for ever (R1)."""
        labels, gtins = [], []
        for value in values:
            if isinstance(value, Unit):
                serials = (value.serial, *value.former_serials)
                labels += [{"serial": each, "product": value.product, "unit": value.id} for each in serials]
            elif isinstance(value, Product):
                gtins += [{"gtin": gtin14(each.gtin), "product": value.id} for each in value.gtins]
        self._many(_PUT_LABEL, labels)
        self._many(_PUT_GTIN, gtins)

    def _many(self, statement: Any, values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._database.execute(statement, values)

    def drop(self, server_epoch: str) -> None:
        """Forget all rows, inside a transaction: another server's history begins."""
        for table in schema.MIRRORED:
            self._database.execute(delete(table))
        self._follow(server_epoch, {}, complete=False)

    def _follow(self, server_epoch: str, cursor: dict[str, int], *, complete: bool) -> None:
        self._database.execute(
            _FOLLOW, {"at_epoch": server_epoch, "at_cursor": json.dumps(cursor), "all_here": complete}
        )


_TYPES: dict[RowKind, type[Any]] = {
    RowKind.SITE: Site,
    RowKind.PRODUCT: Product,
    RowKind.PLACE: Place,
    RowKind.WORKER: Worker,
    RowKind.HOLD: Hold,
    RowKind.UNIT: Unit,
}


def value_of(row: Row) -> Any:
    """The domain value in a row.

    Raises:
        PlainError: the row does not hold what its kind says, or names another thing than its id.
    """
    if row.kind is RowKind.DOCUMENT:
        value: Any = from_plain(DOCUMENT_TYPES[_document_kind(row.body)], row.body)
        named = value.number
    else:
        value = from_plain(_TYPES[row.kind], row.body)
        named = value.id
    if named != row.id:
        raise PlainError(f"{row.kind.value} {row.id}: its body is of {named!r}")
    return value


def _document_kind(body: dict[str, Any]) -> DocumentKind:
    try:
        return DocumentKind(body.get("document_kind"))
    except ValueError as error:
        raise PlainError(f"document_kind: unknown {body.get('document_kind')!r}") from error


def columns_of(row: Row, value: Any) -> dict[str, Any]:
    """A row as its table keeps it."""
    try:
        body = json.dumps(row.body, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise PlainError(f"{row.kind.value} {row.id}: {error}") from error
    return {"id": row.id, "position": row.position, "body": body, **_looked_up_by(row, value)}


def _looked_up_by(row: Row, value: Any) -> dict[str, Any]:
    match value:
        case Unit():
            return {
                "product": value.product,
                "serial": value.serial,
                "status": value.status.value,
                "place": value.place,
                "document": value.document,
                "sales_order": value.order,
                "received": value.received.isoformat() if value.received else "",
            }
        case Product():
            return {"sku": value.sku.upper()}
        case Place():
            return {"site": value.site, "code": value.code.upper(), "route": value.route, "pickable": value.pickable}
        case Hold():
            return {"open": value.open}
        case Worker() | Site():
            return {}
        case _:
            return {"kind": row.body["document_kind"], "site": value.site, "status": value.status.value}
