"""Rows by thing: where the rows of each kind are kept, and how they are read and written set-wise.

A further kind is an entry in `KEPT`. Neither the statements of a push nor their number grow with the kinds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.needs import Label
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.kinds import DOCUMENT_TYPES
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.server.database import schema
from scantrail.server.database.bodies import text_of
from scantrail.server.database.flights import Answer, Pairs, Parameter, Query, Row, fly
from scantrail.server.database.writes import Write, put_into
from scantrail.server.records.documents import document_row
from scantrail.server.records.units import unit_row


@dataclass(frozen=True, slots=True)
class Kept:
    """How the rows of one kind are kept."""

    table: Table
    """With the columns `id` and `body`."""
    type_of: Callable[[str], Any]
    """The class of a value, by its form."""
    columns: Callable[[Any], Row] | None = None
    """The columns of a value beside its body; None for what an import alone writes."""
    form: str = ""
    """The column that says of which class a value is, where a kind has several."""

    @property
    def put(self) -> Write:
        """The statement that writes rows."""
        return put_into(self.table)


KEPT: Mapping[RowKind, Kept] = {
    RowKind.UNIT: Kept(schema.units, lambda _form: Unit, unit_row),
    RowKind.DOCUMENT: Kept(
        schema.documents, lambda form: DOCUMENT_TYPES[DocumentKind(form)], document_row, form="kind"
    ),
    RowKind.SITE: Kept(schema.sites, lambda _form: Site),
    RowKind.PRODUCT: Kept(schema.products, lambda _form: Product),
    RowKind.PLACE: Kept(schema.places, lambda _form: Place),
    RowKind.WORKER: Kept(schema.workers, lambda _form: Worker),
}

CHANGING = tuple(kind for kind, kept in KEPT.items() if kept.columns is not None)
"""The kinds that acts change."""

MASTERS = tuple(kind for kind in KEPT if kind not in CHANGING)
"""The kinds that an import alone changes."""

Ids = Mapping[RowKind, Collection[str]]
"""Of each kind, which rows."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that were read."""

    values: Mapping[RowKind, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KEPT})
    labels: dict[Label, UnitId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row in its new state."""

    kind: RowKind
    id: str
    columns: Row
    """As it is kept."""
    told: dict[str, Any]
    """As the change feed carries it."""


def changed_row(kind: RowKind, value: Any) -> ChangedRow:
    """A value as it is kept and told."""
    kept = KEPT[kind]
    assert kept.columns is not None
    plain = to_plain(value)
    columns = {**kept.columns(value), "body": text_of(plain)}
    told = {f"{kind.value}_{kept.form}": columns[kept.form], **plain} if kept.form else plain
    return ChangedRow(kind, columns["id"], columns, told)


def rows_to_put(rows: Iterable[ChangedRow]) -> list[tuple[Write, list[Row]]]:
    """What writes these rows, a part for each kind."""
    parts: dict[RowKind, list[Row]] = {}
    for row in rows:
        parts.setdefault(row.kind, []).append(row.columns)
    return [(KEPT[kind].put, part) for kind, part in parts.items()]


def read_rows(connection: Connection, wanted: Ids, labels: Iterable[Label] = ()) -> Found:
    """Rows that acts change, and the units that labels have ever named: one statement.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    pairs = list(labels)
    if not pairs and not any(wanted.get(kind) for kind in CHANGING):
        return Found()
    keys: list[Parameter] = [list(wanted.get(kind, ())) for kind in CHANGING]
    (rows,) = fly(connection, _reading(CHANGING, labelled=True).asks(*keys, Pairs(pairs)))
    return _found(rows)


def read_masters(connection: Connection, wanted: Ids) -> tuple[Found, Answer]:
    """Rows that only imports change, and the open holds: one round trip.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    keys: list[Parameter] = [list(wanted.get(kind, ())) for kind in MASTERS]
    rows, holds = fly(connection, _reading(MASTERS, labelled=False).asks(*keys), _HOLDS.asks())
    return _found(rows), holds


_HOLDS = Query.of_both("SELECT body FROM holds WHERE open ORDER BY id")


def _found(rows: Answer) -> Found:
    found = Found()
    for kind, key, form, body in rows:
        if kind == _LABEL:
            found.labels[key, form] = body
        else:
            row_kind = RowKind(kind)
            found.values[row_kind][key] = from_plain(KEPT[row_kind].type_of(form), json.loads(body))
    return found


_LABEL = "label"
_LABELLED = (
    "SELECT 'label', labels.product, labels.serial, labels.unit FROM labels JOIN {wanted}"
    " UNION ALL SELECT 'unit', units.id, '', units.body FROM labels JOIN {wanted} JOIN units ON units.id = labels.unit"
)


@cache
def _reading(kinds: tuple[RowKind, ...], *, labelled: bool) -> Query:
    """Of each kind the rows with the ids of its parameter, as (kind, id, form, body); then labels, and their units."""
    each = [_one(kind) for kind in kinds]
    postgres = [f"{select} = ANY(${at})" for at, select in enumerate(each, 1)]
    sqlite = [f"{select} IN (SELECT value FROM json_each(?{at}))" for at, select in enumerate(each, 1)]  # noqa: S608 - our own names
    if labelled:
        at = len(kinds) + 1
        pairs = f"unnest(${at}::text[], ${at + 1}::text[]) AS wanted (product, serial) USING (product, serial)"
        postgres.append(_LABELLED.format(wanted=pairs))
        pairs = (
            f"json_each(?{at}) AS wanted ON labels.product = wanted.value ->> 0 AND labels.serial = wanted.value ->> 1"
        )
        sqlite.append(_LABELLED.format(wanted=pairs))
    return Query(" UNION ALL ".join(postgres), " UNION ALL ".join(sqlite))


def _one(kind: RowKind) -> str:
    kept = KEPT[kind]
    form = kept.form or "''"
    return f"SELECT '{kind.value}', id, {form}, body FROM {kept.table.name} WHERE id"  # noqa: S608 - our own names
