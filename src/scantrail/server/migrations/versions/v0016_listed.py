"""A unit on a pick list is a row of its own, and a document is kept as it travels. Devices are told all of it again."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from scantrail.protocol.former import is_former, taken_apart

revision = "0016"
down_revision = "0015"

_DOCUMENTS = 20
"""Documents read at once: a pick list may have named 10 000 units."""

_ROWS = 5_000

streams = sa.table("streams", sa.column("id"), sa.column("position"))
feed = sa.table("feed", sa.column("stream"), sa.column("kind"), sa.column("id"), sa.column("position"))
events = sa.table("events", *(sa.column(each) for each in ("document", "unit", "type", "body")))
documents = sa.table(
    "documents", sa.column("id"), sa.column("kind"), sa.column("site"), sa.column("status"), sa.column("body")
)
listed = sa.table(
    "listed",
    *(sa.column(each) for each in ("id", "document", "picked")),
    sa.column("set_aside", sa.Boolean),
    sa.column("body"),
)


def upgrade() -> None:
    """Take the pick lists apart, then list them and their units as changed: the lists first."""
    op.create_table(
        "listed",
        sa.Column("id", sa.String, primary_key=True, comment="the document and the unit"),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("picked", sa.Boolean, nullable=False),
        sa.Column("set_aside", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    bind = op.get_bind()
    found = bind.execute(sa.select(streams.c.id, streams.c.position).with_for_update())
    positions: dict[str, int] = {row.id: row.position for row in found}
    for page in _pages(sa.select(documents), documents.c.id, _DOCUMENTS):
        _take_apart(page, positions)
    op.create_index("ix_listed_document", "listed", ["document"])
    _insert(listed, _no_longer_listed())
    # Nobody works on a completed list: devices that had it have its units, and a snapshot leaves them out as well.
    of_sites = (
        sa.select(listed.c.id, documents.c.site)
        .join(documents, documents.c.id == listed.c.document)
        .where(sa.or_(documents.c.status != "completed", listed.c.set_aside))
    )
    for page in _pages(of_sites, listed.c.id, _ROWS):
        _tell("listed", [(row.site, row.id) for row in page], positions)
    for stream, position in positions.items():
        bind.execute(sa.update(streams).where(streams.c.id == stream).values(position=position))


def _pages(query: sa.Select[Any], key: sa.ColumnElement[Any], size: int) -> Iterator[list[Any]]:
    """Rows in order of their ids, some at a time, so that they may be changed on the way."""
    last = ""
    while True:
        found = list(op.get_bind().execute(query.where(key > last).order_by(key).limit(size)).all())
        if found:
            yield found
        if len(found) < size:
            return
        last = found[-1].id


def _take_apart(page: list[Any], positions: dict[str, int]) -> None:
    """Write documents as they travel, and the units of the pick lists among them; list those as changed."""
    changed = sa.update(documents).where(documents.c.id == sa.bindparam("key")).values(body=sa.bindparam("text"))
    heads: list[dict[str, Any]] = []
    former: list[tuple[str, str]] = []
    units: list[dict[str, Any]] = []
    for row in page:
        body = {"document_kind": row.kind, **json.loads(row.body)}
        if is_former(body):
            body, of_it = taken_apart(body)
            former.append((row.site, row.id))
            units += map(_kept, of_it)
        heads.append({"key": row.id, "text": _text(body)})
        if len(units) >= _ROWS or row is page[-1]:
            _insert(listed, units)
            units.clear()
    op.get_bind().execute(changed, heads)
    _tell("document", former, positions)


def _no_longer_listed() -> list[dict[str, Any]]:
    """Rows with nothing in them for units that records are about and that are on their list no more.

    A device that had to begin again lays its own records over the server's rows: what a row contains is not done again.
    """
    of_open_lists = (
        sa.select(events.c.document, events.c.unit, events.c.type, events.c.body)
        .join(documents, documents.c.id == events.c.document)
        .where(documents.c.kind == "pick_list", documents.c.status != "completed", events.c.unit.is_not(None))
    )
    about: set[tuple[str, str]] = set()
    for row in op.get_bind().execute(of_open_lists):
        about.add((row.document, row.unit))
        if row.type == "UnitSubstituted":
            about.add((row.document, json.loads(row.body)["instead_of"]))
    of_lists = {document for document, _unit in about}
    known = {row.id for document in of_lists for row in _rows_on(document)}
    rows = [_kept({"document": document, "unit": unit}) for document, unit in sorted(about)]
    return [row for row in rows if row["id"] not in known]


def _rows_on(document: str) -> list[Any]:
    return list(op.get_bind().execute(sa.select(listed.c.id).where(listed.c.document == document)).all())


def _insert(table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _ROWS):
        op.get_bind().execute(sa.insert(table), rows[start : start + _ROWS])


def _kept(unit: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{unit['document']}|{unit['unit']}",
        "document": unit["document"],
        "picked": "picked" in unit,
        "set_aside": "set_aside" in unit,
        "body": _text(unit),
    }


def _tell(kind: str, rows: list[tuple[str, str]], positions: dict[str, int]) -> None:
    """List rows as changed, each after everything that its site's stream has, and move the `positions` on."""
    entries = []
    for site, key in rows:
        positions[site] += 1
        entries.append({"stream": site, "kind": kind, "id": key, "position": positions[site]})
    if kind == "document" and rows:
        before = (feed.c.stream == sa.bindparam("site"), feed.c.id == sa.bindparam("key"))
        keys = [{"site": site, "key": key} for site, key in rows]
        op.get_bind().execute(sa.delete(feed).where(feed.c.kind == kind, *before), keys)
    _insert(feed, entries)


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"))
