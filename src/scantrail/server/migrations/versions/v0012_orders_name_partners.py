"""Orders and places point to partners: each name that stands in them becomes a partner, which devices are told of."""

import json
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NAMED_IN = {"sales_order": ("customer", "customer"), "purchase_order": ("supplier", "supplier")}
"""In documents of a kind: the field with the name, and what sort of partner it names."""

_OWN_PLACES = ("customer", "supplier", "service_centre")
"""Kinds of places that a partner's name stands in."""

_CHUNK = 1_000

meta = sa.table("meta", sa.column("key"), sa.column("value"))
streams = sa.table("streams", sa.column("id"), sa.column("position"))
feed = sa.table("feed", sa.column("stream"), sa.column("kind"), sa.column("id"), sa.column("position"))
places = sa.table("places", sa.column("id"), sa.column("body"))
documents = sa.table("documents", sa.column("id"), sa.column("kind"), sa.column("body"))
parties = sa.table("parties", sa.column("id"), sa.column("number"), sa.column("name"), sa.column("body"))


def upgrade() -> None:
    """Make the partners, then change what names them."""
    known = {row.name: row.id for row in op.get_bind().execute(sa.select(parties.c.name, parties.c.id))}
    made: dict[str, dict[str, Any]] = {}
    for row in _rows(places):
        body = json.loads(row.body)
        if body.get("kind") in _OWN_PLACES and body.get("name") and not body.get("party"):
            body["party"] = _party(body["kind"], body["name"], known, made)
            _put(places, row.id, body)
    for kind, (field, sort) in _NAMED_IN.items():
        for row in _rows(documents, documents.c.kind == kind):
            body = json.loads(row.body)
            body[field] = _party(sort, body[field], known, made)
            _put(documents, row.id, body)
    _add(list(made.values()))


def _rows(table: sa.TableClause, *where: sa.ColumnElement[bool]) -> Iterator[Any]:
    """Rows in order of their ids, some at a time, so that they may be changed on the way."""
    last = ""
    while True:
        wanted = sa.select(table).where(table.c.id > last, *where).order_by(table.c.id).limit(_CHUNK)
        found = op.get_bind().execute(wanted).all()
        yield from found
        if len(found) < _CHUNK:
            return
        last = found[-1].id


def _put(table: sa.TableClause, key: str, body: dict[str, Any]) -> None:
    changed = sa.update(table).where(table.c.id == key).values(body=json.dumps(body, separators=(",", ":")))
    op.get_bind().execute(changed)


def _party(sort: str, name: str, known: dict[str, str], made: dict[str, dict[str, Any]]) -> str:
    """The partner of this name, made where there is none yet."""
    if name not in known:
        known[name] = str(uuid4())
        made[name] = {"id": known[name], "kind": sort, "name": name}
    return known[name]


def _add(bodies: list[dict[str, Any]]) -> None:
    """Write partners and list them for the devices of all sites."""
    if not bodies:
        return
    bind = op.get_bind()
    rows = [{"id": each["id"], "number": "", "name": each["name"]} for each in bodies]
    texts = [json.dumps(each, separators=(",", ":")) for each in bodies]
    bind.execute(sa.insert(parties), [{**row, "body": text} for row, text in zip(rows, texts, strict=True)])
    position = bind.execute(sa.select(streams.c.position).where(streams.c.id == "*")).scalar_one()
    listed = [{"stream": "*", "kind": "party", "id": each["id"]} for each in bodies]
    bind.execute(sa.insert(feed), [{**each, "position": position + at} for at, each in enumerate(listed, 1)])
    bind.execute(sa.update(streams).where(streams.c.id == "*").values(position=position + len(listed)))
    bind.execute(sa.update(meta).where(meta.c.key == "masters").values(value=secrets.token_hex(8)))
