"""What needs attention, as a person at the desk reads it: which goods, whose scan, why not, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, tuple_

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.attention import desk_todo, place_in, units_in
from scantrail.domain.facts import told
from scantrail.domain.names.identifiers import SiteId, UnitId, WorkerId
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import from_plain
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.server.database.bodies import from_body
from scantrail.server.database.schema import alarms, attention, log
from scantrail.server.ledger.attention_rows import AttentionKind
from scantrail.server.ledger.log import Context
from scantrail.server.records.master import products_by_id, time_zones, workers_by_id
from scantrail.server.records.units import units_by_id
from scantrail.words import M, say


@dataclass(frozen=True, slots=True)
class Goods:
    """A unit that a record is about, as it is on record now."""

    unit: UnitId
    serial: str
    product: str
    """The product's name."""
    status: Status
    site: SiteId
    place: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Who has dealt with it."""

    by: WorkerId
    name: str
    at: datetime
    device: str
    """`server` for the desk."""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """A record that did not apply, with everything that a person at the desk has to know."""

    id: str
    site: SiteId
    time_zone: str
    """The site's."""
    kind: AttentionKind
    device: str
    epoch: str
    seq: int
    actor: WorkerId
    actor_name: str
    effective_at: datetime
    """When it happened, as well as is known."""
    received_at: datetime
    code: Code
    title: str
    because: str
    """Why it did not apply."""
    todo: str
    """What the desk has done with the goods."""
    goods: tuple[Goods, ...] = ()
    scanned: str = ""
    carrier: str = ""
    """How the text was read."""
    document: str | None = None
    place: str | None = None
    """Where the goods were or the person stood."""
    recorded: tuple[str, ...] = ()
    """What the record says happened, a sentence an event."""
    reason: str = ""
    note: str = ""
    following: int = 0
    """Further records that did not apply because of this one, or wait with it; settling it settles them."""
    settled: Settled | None = None


def open_items(connection: Connection, site: SiteId | None = None) -> tuple[AttentionItem, ...]:
    """What needs attention now, oldest first: one item for a document and its units, told by the first record."""
    where = attention.c.settled_position.is_(None)
    rows = _rows(connection, where if site is None else and_(where, attention.c.site == site))
    first: dict[tuple[str, str, str], int] = {}
    heads: list[tuple[Row[Any], int]] = []
    for row in rows:
        topic = (row.device, row.epoch, row.topic)
        if topic in first:
            head, following = heads[first[topic]]
            heads[first[topic]] = (head, following + 1)
            continue
        first[topic] = len(heads)
        heads.append((row, 0))
    return told_items(connection, heads)


def item_called(connection: Connection, name: str, site: SiteId | None = None) -> AttentionItem | None:
    """An item, open or settled; of a record that follows from another, that one."""
    row = next(iter(_rows(connection, attention.c.id == name)), None)
    if row is None or site not in (None, row.site):
        return None
    same = and_(
        attention.c.device == row.device,
        attention.c.epoch == row.epoch,
        attention.c.topic == row.topic,
        attention.c.settled_position.is_not_distinct_from(row.settled_position),
    )
    rows = _rows(connection, same)
    return told_items(connection, [(rows[0], len(rows) - 1)])[0]


def items_of(connection: Connection, device: str, epoch: str, first: int, last: int) -> tuple[AttentionItem, ...]:
    """The open items that records of a device's store, from one to another, have raised."""
    rows = _rows(
        connection,
        and_(
            attention.c.device == device,
            attention.c.epoch == epoch,
            attention.c.seq.between(first, last),
            attention.c.settled_position.is_(None),
        ),
    )
    heads = {(row.topic): row for row in reversed(rows)}
    return told_items(connection, [(row, 0) for row in sorted(heads.values(), key=lambda row: int(row.seq))])


def _rows(connection: Connection, where: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Items with their act and the act that settled them, in the order in which they came."""
    settling = log.alias("settling")
    return connection.execute(
        select(
            attention,
            log.c.payload,
            log.c.refusal,
            log.c.actor,
            log.c.effective_at,
            settling.c.actor.label("settled_by"),
            settling.c.received_at.label("settled_at"),
            settling.c.device.label("settled_on"),
            settling.c.context.label("settled_context"),
        )
        .outerjoin(log, and_(log.c.stream == attention.c.site, log.c.position == attention.c.position))
        .outerjoin(
            settling,
            and_(settling.c.stream == attention.c.site, settling.c.position == attention.c.settled_position),
        )
        .where(where)
        .order_by(attention.c.site, attention.c.position, attention.c.id)
    ).all()


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows that items name."""

    acts: Mapping[str, Act | None]
    """By item; None for bytes that cannot be read."""
    units: Mapping[UnitId, Unit]
    products: Mapping[str, Product]
    workers: Mapping[WorkerId, Worker]
    time_zones: Mapping[SiteId, str]

    def name(self, worker: WorkerId) -> str:
        """A person's name, or the id where nobody is on record."""
        found = self.workers.get(worker)
        return found.name if found else worker


def told_items(connection: Connection, heads: Sequence[tuple[Row[Any], int]]) -> tuple[AttentionItem, ...]:
    """Items as people read them: each a row with its record, and how many more follow from it."""
    known = _known(connection, [row for row, _ in heads])
    return tuple(_item(row, following, known) for row, following in heads)


def _known(connection: Connection, rows: Sequence[Row[Any]]) -> _Known:
    copies = _misuse_payloads(connection, rows)
    acts = {row.id: _act_in(row.payload or copies.get(row.id), row.kind) for row in rows}
    read = [act for act in acts.values() if act is not None]
    units = units_by_id(connection, {unit for act in read for unit in units_in(act)})
    people = {act.actor for act in read} | {row.settled_by for row in rows if row.settled_by}
    products = products_by_id(connection, {unit.product for unit in units.values()})
    return _Known(acts, units, products, workers_by_id(connection, people), time_zones(connection))


def _misuse_payloads(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, bytes]:
    named = {(row.device, row.epoch, row.seq, row.hash): row.id for row in rows if row.kind == _MISUSE}
    if not named:
        return {}
    number = tuple_(alarms.c.device, alarms.c.epoch, alarms.c.seq)
    found = connection.execute(
        select(alarms).where(alarms.c.kind == _MISUSE, number.in_({record[:3] for record in named}))
    )
    payloads = {(row.device, row.epoch, row.seq, act_hash(row.payload)): row.payload for row in found}
    return {name: payloads[record] for record, name in named.items()}


_NOTHING_YET = M("It goes on by itself when that comes. If that never comes, settle it with a reason.")
_MISUSE = AttentionKind.MISUSE.value


def _act_in(exact: bytes | None, kind: str) -> Act | None:
    """The act, as far as it can be read: a record with another's number may be no act at all."""
    if exact is None or kind == AttentionKind.DEAD_LETTER.value:
        return None
    try:
        return decode_act(exact)
    except ValueError:
        return None


def _item(row: Row[Any], following: int, known: _Known) -> AttentionItem:
    act = known.acts[row.id]
    identity = ActId(row.device, row.epoch, row.seq)
    refusal = from_plain(Refusal, json.loads(row.refusal)) if row.refusal else refuse(ActCode.MISUSE, act=str(identity))
    goods = _goods(act, known)
    actor = act.actor if act else ""
    reading = act.draft.reading if act else None
    serials = ", ".join(each.serial for each in goods) or (reading.text if reading else "")
    waits, why = row.kind == AttentionKind.WAITING.value, explain(refusal)
    todo = desk_todo(
        act, refusal, picker=known.name(actor) or row.device, goods=serials or say(M("the goods")), device=row.device
    )
    return AttentionItem(
        id=row.id,
        site=row.site,
        time_zone=known.time_zones.get(row.site, ""),
        kind=AttentionKind(row.kind),
        device=row.device,
        epoch=row.epoch,
        seq=row.seq,
        actor=actor,
        actor_name=known.name(actor),
        effective_at=datetime.fromisoformat(row.effective_at or row.opened_at),
        received_at=datetime.fromisoformat(row.opened_at),
        code=refusal.code,
        title=say(M("WAITS") if waits else why.title),
        because=say(why.waits_for if waits else why.because),
        todo=say(_NOTHING_YET if waits else todo),
        goods=goods,
        scanned=reading.text if reading else "",
        carrier=reading.carrier.value if reading else "",
        document=act.draft.document if act else None,
        place=place_in(act) if act else None,
        recorded=tuple(dict.fromkeys(say(told(event)) for event in act.draft.events)) if act else (),
        reason=act.draft.reason if act else "",
        note=act.draft.note if act else "",
        following=following,
        settled=_settled(row, known),
    )


def _goods(act: Act | None, known: _Known) -> tuple[Goods, ...]:
    units = sorted(units_in(act)) if act else ()
    found = (known.units[unit] for unit in units if unit in known.units)
    return tuple(
        Goods(
            unit=unit.id,
            serial=unit.serial,
            product=known.products[unit.product].name,
            status=unit.status,
            site=unit.site,
            place=unit.place,
            document=unit.document,
        )
        for unit in found
    )


def _settled(row: Row[Any], known: _Known) -> Settled | None:
    if row.settled_position is None:
        return None
    context = from_body(Context, row.settled_context) if row.settled_context else Context()
    return Settled(
        by=row.settled_by,
        name=known.name(row.settled_by),
        at=datetime.fromisoformat(row.settled_at),
        device=row.settled_on,
        reason=context.reason,
        note=context.note,
    )
