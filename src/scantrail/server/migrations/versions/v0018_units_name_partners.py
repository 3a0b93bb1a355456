"""Units name their owner and supplier by id: each name in their rows becomes a partner; devices are told of both."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_OWNERS = {"customer": "customer", "consigned": "supplier", "supplier": "supplier"}
"""By how somebody owns a unit, what sort of partner that is. What is `owned` is ours, and of no partner."""

_CHUNK = 5_000

meta = sa.table("meta", sa.column("key"), sa.column("value"))
streams = sa.table("streams", sa.column("id"), sa.column("position"))
feed = sa.table("feed", sa.column("stream"), sa.column("kind"), sa.column("id"), sa.column("position"))
units = sa.table("units", sa.column("id"), sa.column("site"), sa.column("body"))
parties = sa.table("parties", sa.column("id"), sa.column("number"), sa.column("name"), sa.column("body"))


def upgrade() -> None:
    """Change the rows of units, then add the partners that were missing."""
    bind = op.get_bind()
    found = bind.execute(sa.select(streams.c.id, streams.c.position).with_for_update())
    positions: dict[str, int] = {row.id: row.position for row in found}
    partners = _Partners()
    for page in _pages():
        changed = [(row, body) for row in page if (body := _with_ids(json.loads(row.body), partners)) is not None]
        if changed:
            put = sa.update(units).where(units.c.id == sa.bindparam("key")).values(body=sa.bindparam("text"))
            bind.execute(put, [{"key": row.id, "text": _text(body)} for row, body in changed])
        # Of a unit that is at no site of ours a device has the essentials only, and those are as they were.
        _tell("unit", [(row.site, row.id) for row, _body in changed if row.site in positions], positions)
    _add(partners.made, positions)
    for stream, position in positions.items():
        bind.execute(sa.update(streams).where(streams.c.id == stream).values(position=position))


def _pages() -> Iterator[list[Any]]:
    """Units with an owner or supplier in order of their ids, some at a time, so that they may be changed on the way."""
    last = ""
    with_names = sa.or_(units.c.body.like('%"owner":%'), units.c.body.like('%"supplier":%'))
    while True:
        wanted = sa.select(units).where(units.c.id > last, with_names).order_by(units.c.id).limit(_CHUNK)
        found = list(op.get_bind().execute(wanted).all())
        if found:
            yield found
        if len(found) < _CHUNK:
            return
        last = found[-1].id


class _Partners:
    """The partners on record and those that are made here, by name."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self._of_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """Of each name, the kind and id of all who have it."""
        for row in op.get_bind().execute(sa.select(parties.c.id, parties.c.name, parties.c.body)):
            self._of_name[row.name].append((json.loads(row.body)["kind"], row.id))

    def called(self, name: str, sort: str) -> str | None:
        """The id of the partner of exactly this name, made where there is none yet.

        None where several have the name and it does not tell which is meant: in a row it stays readable.
        """
        having = self._of_name[name]
        if not having:
            having.append((sort, str(uuid4())))
            self.made.append({"id": having[0][1], "kind": sort, "name": name})
        fitting = having if len(having) == 1 else [each for each in having if each[0] == sort]
        return fitting[0][1] if len(fitting) == 1 else None


def _with_ids(body: dict[str, Any], partners: _Partners) -> dict[str, Any] | None:
    """A unit's body with ids in the place of names; None where it stays as it is."""
    changed = dict(body)
    owner, supplier = body.get("owner", {}), body.get("supplier")
    sort, name = _OWNERS.get(owner.get("type")), owner.get("name")
    party = partners.called(name, sort) if sort and name else None
    if party is not None:
        changed["owner"] = {"type": owner["type"], "party": party}
    supplied_by = partners.called(supplier, "supplier") if supplier else None
    if supplied_by is not None:
        changed["supplier"] = supplied_by
    return changed if changed != body else None


def _add(bodies: list[dict[str, Any]], positions: dict[str, int]) -> None:
    """Write partners and list them for the devices of all sites."""
    if not bodies:
        return
    rows = [{"id": each["id"], "number": "", "name": each["name"], "body": _text(each)} for each in bodies]
    op.get_bind().execute(sa.insert(parties), rows)
    _tell("party", [("*", each["id"]) for each in bodies], positions)
    op.get_bind().execute(sa.update(meta).where(meta.c.key == "masters").values(value=secrets.token_hex(8)))


def _tell(kind: str, rows: list[tuple[str, str]], positions: dict[str, int]) -> None:
    """List rows as changed, each after everything that its stream has, and move the `positions` on."""
    of_stream: dict[str, list[str]] = defaultdict(list)
    for stream, key in rows:
        of_stream[stream].append(key)
    for stream, keys in of_stream.items():
        of_these = (feed.c.stream == stream, feed.c.kind == kind, feed.c.id.in_(keys))
        op.get_bind().execute(sa.delete(feed).where(*of_these))
        entries = [{"id": key, "position": positions[stream] + at} for at, key in enumerate(keys, 1)]
        op.get_bind().execute(sa.insert(feed), [{"stream": stream, "kind": kind, **each} for each in entries])
        positions[stream] += len(keys)


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"))
