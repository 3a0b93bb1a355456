"""The server's rows as a device keeps them: which tables, and by which facts of its body each row is looked up.

The server writes the same tables into a site's snapshot, so what one side writes the other can use as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.kinds import DOCUMENTS, kind_of, kind_told
from scantrail.domain.documents.listed import Listed
from scantrail.domain.names.identifiers import SiteId, gtin14, site_of
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import PlainError
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Row

TABLE_NAMES: Mapping[RowKind, str] = {
    RowKind.SITE: "sites",
    RowKind.PRODUCT: "products",
    RowKind.PLACE: "places",
    RowKind.WORKER: "workers",
    RowKind.HOLD: "holds",
    RowKind.DOCUMENT: "documents",
    RowKind.LISTED: "listed",
    RowKind.UNIT: "units",
}
"""The table of each kind of row that a device searches; all other kinds lie together in `others`."""

OTHERS = """CREATE TABLE others (
    kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id))"""
"""Makes the table of rows that are found by kind and id alone."""


def _table(name: str, *columns: str) -> str:
    listed = ", ".join(("id TEXT NOT NULL PRIMARY KEY", *columns, "position INTEGER NOT NULL", "body TEXT NOT NULL"))
    return f"CREATE TABLE {name} ({listed})"


def _named(name: str, by: str, product: str, more: str = "") -> str:
    key = f"PRIMARY KEY ({by}, {product})"
    return f"CREATE TABLE {name} ({by} TEXT NOT NULL, {product} TEXT NOT NULL, {more}{key}) WITHOUT ROWID"


LISTED = _table("listed", "document TEXT NOT NULL")
"""Makes the table of units on documents."""

LISTED_ON = "CREATE INDEX listed_on ON listed (document)"

STATEMENTS = (
    _table(
        "units",
        "product TEXT NOT NULL",
        "status TEXT NOT NULL",
        "place TEXT NOT NULL",
        "document TEXT",
        "sales_order TEXT",
        "received TEXT NOT NULL",
        "serial TEXT NOT NULL",
    ),
    _named("labels", "serial", "product", "unit TEXT NOT NULL, "),
    _table("products", "sku TEXT NOT NULL"),
    _named("gtins", "gtin", "product"),
    _table("places", "site TEXT NOT NULL", "code TEXT NOT NULL", "route INTEGER NOT NULL", "pickable BOOLEAN NOT NULL"),
    _table("workers"),
    _table("holds", "open BOOLEAN NOT NULL"),
    _table("sites"),
    _table("documents", "kind TEXT NOT NULL", "site TEXT NOT NULL", "status TEXT NOT NULL"),
    LISTED,
    _table("attention"),
    OTHERS,
    """CREATE TABLE followed (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    server_epoch TEXT NOT NULL, cursor TEXT NOT NULL, heads TEXT NOT NULL, complete BOOLEAN NOT NULL)""",
)
"""What makes the tables, in SQLite's SQL.

`followed` has one row: how far these rows follow the server. `attention` is empty but in a snapshot.
"""

INDEXES = (
    "CREATE INDEX units_in_stock ON units (product, status, place, received, serial)",
    "CREATE INDEX units_promised ON units (sales_order, product) WHERE status = 'allocated'",
    "CREATE INDEX products_sku ON products (sku)",
    "CREATE INDEX places_code ON places (code)",
    "CREATE INDEX documents_open ON documents (site, kind, status)",
    LISTED_ON,
)
"""What makes the indexes; with many rows, quicker after these than before."""

UNIT_FACTS: Mapping[str, str] = {
    "id": "json_extract({body}, '$.id')",
    "product": "json_extract({body}, '$.product')",
    "status": "json_extract({body}, '$.status')",
    "place": "json_extract({body}, '$.place')",
    "document": "json_extract({body}, '$.document')",
    "sales_order": "json_extract({body}, '$.order')",
    "received": "coalesce(json_extract({body}, '$.received'), '')",
    "serial": "json_extract({body}, '$.serial')",
}
"""How SQLite finds a unit's columns in its body, the same as `columns_of` does: for a million at once."""


def value_of(row: Row) -> Any:
    """The domain value in a row.

    Raises:
        PlainError: the row does not hold what its kind says, or names another thing than its id.
    """
    kind = KINDS[row.kind]
    value = kind.read(row.body)
    if kind.name(value) != row.id:
        raise PlainError(f"{row.kind} {row.id}: its body is of {kind.name(value)!r}")
    return value


def columns_of(row: Row, value: Any) -> dict[str, Any]:
    """A row as its table keeps it."""
    try:
        body = json.dumps(row.body, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise PlainError(f"{row.kind} {row.id}: {error}") from error
    return {"id": row.id, "position": row.position, "body": body, **_looked_up_by(row, value)}


def _looked_up_by(row: Row, value: Any) -> dict[str, Any]:
    if row.kind not in TABLE_NAMES:
        return {"kind": str(row.kind)}
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
        case Listed():
            return {"document": value.document}
        case Worker() | Site():
            return {}
        case _:
            return {"kind": str(kind_of(value)), "site": value.site, "status": value.status.value}


def labels_of(unit: Unit) -> list[dict[str, str]]:
    """Every serial, present or former, that names a unit, as rows of `labels`."""
    serials = (unit.serial, *unit.former_serials)
    return [{"serial": each, "product": unit.product, "unit": unit.id} for each in serials]


def gtins_of(products: Iterable[Product]) -> list[dict[str, str]]:
    """The GTINs of products, as rows of `gtins`."""
    return [{"gtin": gtin14(each.gtin), "product": product.id} for product in products for each in product.gtins]


_UNIT = (
    "id", "product", "serial", "former_serials", "status", "place", "document", "order", "changed_at", "changed_by",
    "left_at",
)  # fmt: skip
"""What a device holds of a unit that is not at its site: all that a refusal says of it, and no more."""

_DOCUMENT = ("document_kind", "number", "site", "status")
"""What it holds of another site's document: that it is theirs. Customers, lines and progress are not its business."""

_WORKER = ("id", "name", "site", "active")
"""What it holds of another site's worker: a name, for what that person has done. The badge is a key to sign in with."""


def whole_at(row: Row) -> SiteId | None:
    """The only site whose devices hold a row whole; None where the devices of every site do."""
    detail = _DETAILS.get(row.kind)
    return None if detail is None else detail.site(row.body)


def body_for(site: SiteId, row: Row) -> dict[str, Any]:
    """A row's body in the detail in which a device of a site holds it: of what is elsewhere, only the essentials."""
    return row.body if whole_at(row) in (None, site) else _DETAILS[row.kind].elsewhere(row.body)


def compact(body: dict[str, Any]) -> dict[str, Any]:
    """The essentials of a unit's body."""
    return {name: body[name] for name in _UNIT if name in body}


def _worker_elsewhere(body: dict[str, Any]) -> dict[str, Any]:
    return _essentials(body, _WORKER, _required(Worker))


def _document_elsewhere(body: dict[str, Any]) -> dict[str, Any]:
    kind = kind_told(body["document_kind"])
    described = DOCUMENTS[kind] if kind is not None else None
    # Of a kind that only a newer version knows nobody can say here what its readers need.
    return body if described is None else _essentials(body, _DOCUMENT, _required(described.holds))


def _essentials(body: dict[str, Any], told: Collection[str], required: Collection[str]) -> dict[str, Any]:
    """A body with what is told; what its class requires beside is there, and empty."""
    return {
        name: value if name in told else type(value)()
        for name, value in body.items()
        if name in told or name in required
    }


def _required(holds: type[Any]) -> frozenset[str]:
    return frozenset(each.name for each in fields(holds) if each.default is MISSING and each.default_factory is MISSING)


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much the devices of a site hold of a kind of things that are at sites."""

    site: Callable[[dict[str, Any]], SiteId]
    """By a thing's body, the site whose devices hold it whole."""
    elsewhere: Callable[[dict[str, Any]], dict[str, Any]]
    """What the devices of other sites hold of the body."""


_DETAILS: Mapping[RowKind, _Detail] = {
    RowKind.UNIT: _Detail(lambda body: site_of(body["place"]), compact),
    RowKind.DOCUMENT: _Detail(lambda body: body["site"], _document_elsewhere),
    RowKind.WORKER: _Detail(lambda body: body["site"], _worker_elsewhere),
}
"""By kind. What is not here, the devices of every site hold whole."""

UNTOLD_ELSEWHERE: frozenset[RowKind] = frozenset({RowKind.LISTED})
"""Kinds of rows that only the devices of the site are told in whose stream they are; others need nothing of them."""
