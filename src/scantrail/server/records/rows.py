"""Rows by thing: where the rows of each kind are kept, and how they are read and written set-wise.

A further kind is an entry in `KEPT`. Neither the statements of a push nor their number grow with the kinds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from scantrail.domain.acts.kinds import KINDS, RowKind, Thing
from scantrail.domain.acts.needs import Label
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.server.database import schema
from scantrail.server.database.bodies import text_of
from scantrail.server.database.flights import Answer, Pairs, Parameter, Query, Row, fly
from scantrail.server.database.sets import rows_with
from scantrail.server.database.writes import Write, put_into
from scantrail.server.records.documents import document_row
from scantrail.server.records.listed import listed_row
from scantrail.server.records.units import unit_row


@dataclass(frozen=True, slots=True)
class Kept:
    """How the rows of one kind are kept."""

    table: Table
    """With the columns `id` and `body`."""
    columns: Callable[[Any], Row] | None = None
    """The columns of a value beside its body; None for what an import alone writes."""

    @property
    def put(self) -> Write:
        """The statement that writes rows."""
        return put_into(self.table)


KEPT: dict[RowKind, Kept] = {
    RowKind.UNIT: Kept(schema.units, unit_row),
    RowKind.DOCUMENT: Kept(schema.documents, document_row),
    RowKind.LISTED: Kept(schema.listed, listed_row),
    RowKind.SITE: Kept(schema.sites),
    RowKind.SETTINGS: Kept(schema.settings),
    RowKind.PRODUCT: Kept(schema.products),
    RowKind.PLACE: Kept(schema.places),
    RowKind.WORKER: Kept(schema.workers),
    RowKind.PARTY: Kept(schema.parties),
    RowKind.HOLD: Kept(schema.holds),
}
"""The kinds with a table of their own; rows of all others lie together in `others`, found by kind and id alone."""

CHANGING = tuple(kind for kind, kept in KEPT.items() if kept.columns is not None)
"""The kinds that acts change."""

MASTERS = tuple(kind for kind in KEPT if kind not in CHANGING)
"""The kinds that an import alone changes."""

Ids = Mapping[RowKind, Collection[str]]
"""Of each kind, which rows."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that were read."""

    values: dict[RowKind, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
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
    told, name = KINDS[kind].written(value), KINDS[kind].name(value)
    kept = KEPT.get(kind)
    if kept is None:
        return ChangedRow(kind, name, {"kind": str(kind), "id": name, "body": text_of(told)}, told)
    assert kept.columns is not None
    return ChangedRow(kind, name, {**kept.columns(value), "body": text_of(told)}, told)


def rows_to_put(rows: Iterable[ChangedRow]) -> list[tuple[Write, list[Row]]]:
    """What writes these rows, a part for each table."""
    parts: dict[Write, list[Row]] = {}
    for row in rows:
        parts.setdefault(KEPT[row.kind].put if row.kind in KEPT else _PUT_OTHER, []).append(row.columns)
    return list(parts.items())


_PUT_OTHER = put_into(schema.others)


def bodies_of(connection: Connection, kind: RowKind, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rows of a kind by id, as they travel; those that are not on record are left out."""
    kept = KEPT.get(kind)
    if kept is None:
        keys: list[Parameter] = [[] for _ in CHANGING]
        (rows,) = fly(connection, _changing().asks(*keys, Pairs([(str(kind), each) for each in ids]), Pairs([])))
        return {name: json.loads(body) for _, name, _, body in rows}
    return {row.id: json.loads(row.body) for row in rows_with(connection, kept.table, kept.table.c.id, ids)}


def values_of(connection: Connection, kind: RowKind, ids: Iterable[str]) -> dict[str, Any]:
    """Values of a kind by id; those that are not on record are left out.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    return {name: KINDS[kind].read(body) for name, body in bodies_of(connection, kind, ids).items()}


def names_of(connection: Connection, rows: Iterable[Thing]) -> dict[Thing, str]:
    """What partners and people are called, of those that are on record."""
    by_kind: dict[RowKind, list[str]] = defaultdict(list)
    for kind, name in rows:
        by_kind[kind].append(name)
    found = ((kind, values_of(connection, kind, ids)) for kind, ids in by_kind.items())
    return {(kind, name): value.name for kind, values in found for name, value in values.items()}


def read_rows(connection: Connection, wanted: Ids, labels: Iterable[Label] = ()) -> Found:
    """Rows that acts change, and the units that labels have ever named: one statement.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    pairs = list(labels)
    others = [(str(kind), name) for kind, names in wanted.items() if kind not in KEPT for name in names]
    if not pairs and not others and not any(wanted.get(kind) for kind in CHANGING):
        return Found()
    keys: list[Parameter] = [list(wanted.get(kind, ())) for kind in CHANGING]
    (rows,) = fly(connection, _changing().asks(*keys, Pairs(others), Pairs(pairs)))
    return _found(rows)


def in_hand(connection: Connection, numbers: Iterable[DocumentId]) -> list[str]:
    """The ids of the rows of every unit that is picked for these documents."""
    (rows,) = fly(connection, _IN_HAND.asks(list(numbers)))
    return [name for (name,) in rows]


_IN_HAND = Query(
    "SELECT id FROM listed WHERE document = ANY($1) AND picked",
    "SELECT id FROM listed WHERE document IN (SELECT value FROM json_each(?1)) AND picked",
)


def read_masters(connection: Connection, wanted: Ids) -> tuple[Found, Answer]:
    """Rows that only imports change, and the open holds: one round trip.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    keys: list[Parameter] = [list(wanted.get(kind, ())) for kind in MASTERS]
    rows, holds = fly(connection, _masters().asks(*keys), _HOLDS.asks())
    return _found(rows), holds


_HOLDS = Query.of_both("SELECT body FROM holds WHERE open ORDER BY id")


def _found(rows: Answer) -> Found:
    found = Found()
    for kind, key, serial, body in rows:
        if kind == _LABEL:
            found.labels[key, serial] = body
        else:
            row_kind = RowKind(kind)
            found.values[row_kind][key] = KINDS[row_kind].read(json.loads(body))
    return found


_LABEL = "label"
_LABELLED = (
    "SELECT 'label', labels.product, labels.serial, labels.unit FROM labels JOIN {wanted}"
    " UNION ALL SELECT 'unit', units.id, '', units.body FROM labels JOIN {wanted} JOIN units ON units.id = labels.unit"
)


_OTHERS = "SELECT others.kind, others.id, '', others.body FROM others JOIN {wanted}"


@cache
def _changing() -> Query:
    """Of the kinds that acts change, the rows with the ids of its parameters, as (kind, id, '', body).

    Then those of kinds without a table of their own, by kind and id; then labels, as (label, product, serial, unit),
    and their units.
    """
    postgres, sqlite = _by_ids(CHANGING)
    at = len(CHANGING) + 1
    pairs = f"unnest(${at}::text[], ${at + 1}::text[]) AS wanted (kind, id) USING (kind, id)"
    postgres.append(_OTHERS.format(wanted=pairs))
    pairs = f"json_each(?{at}) AS wanted ON others.kind = wanted.value ->> 0 AND others.id = wanted.value ->> 1"
    sqlite.append(_OTHERS.format(wanted=pairs))
    pairs = f"unnest(${at + 2}::text[], ${at + 3}::text[]) AS wanted (product, serial) USING (product, serial)"
    postgres.append(_LABELLED.format(wanted=pairs))
    pairs = (
        f"json_each(?{at + 1}) AS wanted ON labels.product = wanted.value ->> 0 AND labels.serial = wanted.value ->> 1"
    )
    sqlite.append(_LABELLED.format(wanted=pairs))
    return Query(" UNION ALL ".join(postgres), " UNION ALL ".join(sqlite))


@cache
def _masters() -> Query:
    """Of the kinds that an import alone changes, the rows with the ids of its parameters."""
    return Query(*(" UNION ALL ".join(each) for each in _by_ids(MASTERS)))


def _by_ids(kinds: tuple[RowKind, ...]) -> tuple[list[str], list[str]]:
    each = [_one(kind) for kind in kinds]
    postgres = [f"{select} = ANY(${at})" for at, select in enumerate(each, 1)]
    sqlite = [f"{select} IN (SELECT value FROM json_each(?{at}))" for at, select in enumerate(each, 1)]  # noqa: S608 - our own names
    return postgres, sqlite


def _one(kind: RowKind) -> str:
    return f"SELECT '{kind}', id, '', body FROM {KEPT[kind].table.name} WHERE id"  # noqa: S608 - our own names
