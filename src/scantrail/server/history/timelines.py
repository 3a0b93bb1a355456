"""A unit's whole life, oldest first (R23, R24, R33)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, tuple_

from scantrail.domain.acts.fact import no_rows
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.naming import rows_named, with_names
from scantrail.domain.facts import EVENT_TYPES, FACTS, told
from scantrail.domain.facts.stored import UnknownEvent, event_from_plain
from scantrail.domain.names.identifiers import SiteId, UnitId, WorkerId
from scantrail.domain.plain import UnknownValue
from scantrail.domain.things.photo import Photo
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.bodies import from_body
from scantrail.server.database.schema import event_things, events, log
from scantrail.server.history.photos import arrived
from scantrail.server.ledger.log import Context
from scantrail.server.records.master import time_zones, workers_by_id
from scantrail.server.records.rows import names_of
from scantrail.words import M, Message, say


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo of an act, and whether its bytes are here."""

    photo: Photo
    received: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a unit, with the act it belongs to."""

    position: int
    site: str
    type: str
    family: str
    effective_at: datetime
    """When it happened, as well as is known."""
    recorded_at: datetime
    """When the server got it."""
    actor: str
    actor_name: str
    device: str
    story: str
    """The event in one sentence."""
    event: dict[str, Any]
    document: str | None = None
    reason: str = ""
    note: str = ""
    scanned: str = ""
    carrier: str = ""
    photos: tuple[ShownPhoto, ...] = ()
    time_zone: str = ""
    """Of the site where it was recorded."""
    allowed_by: str = ""
    """Who allowed it on the spot, by name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a timeline at a site."""

    site: SiteId
    is_whole: bool
    """Whether the unit is there now: then what was done with it elsewhere is told as well."""


_EVENT = tuple_(events.c.stream, events.c.position, events.c.at)
_THING = event_things.c.stream, event_things.c.position, event_things.c.at


def timeline_of(connection: Connection, unit: UnitId, reader: Reader | None = None) -> tuple[TimelineEntry, ...]:
    """Everything that happened to a unit, as far as a reader may see it; by when it happened, then by place in the log.

    What another site only remarked about a unit, and did nothing with it, is never told to a site's reader.
    """
    also = select(*_THING).where(event_things.c.kind == str(RowKind.UNIT), event_things.c.id == unit)
    rows = connection.execute(
        select(events, log.c.context, log.c.actor, log.c.device, log.c.received_at)
        .join(log, (log.c.stream == events.c.stream) & (log.c.position == events.c.position))
        .where(or_(events.c.unit == unit, _EVENT.in_(also)), *_seen_by(reader))
        .order_by(events.c.effective_at, events.c.position, events.c.at)
    ).all()
    contexts = [from_body(Context, row.context) if row.context else Context() for row in rows]
    granting = {context.grant.worker for context in contexts if context.grant}
    names = {each.id: each.name for each in workers_by_id(connection, {row.actor for row in rows} | granting).values()}
    here = arrived(connection, [photo.sha256 for context in contexts for photo in context.photos])
    zones = time_zones(connection)
    stories = [story_of(json.loads(row.body)) for row in rows]
    called = names_of(connection, {each for story in stories for each in rows_named(story)})
    return tuple(
        _entry(row, context, with_names(story, called), names, here, zones.get(row.stream, ""))
        for row, context, story in zip(rows, contexts, stories, strict=True)
    )


def _seen_by(reader: Reader | None) -> tuple[ColumnElement[bool], ...]:
    if reader is None:
        return ()
    here = events.c.stream.in_((reader.site, GLOBAL_STREAM))
    return (or_(here, events.c.type.not_in(_REMARKS)) if reader.is_whole else here,)


_REMARKS = tuple(name for name, event in EVENT_TYPES.items() if FACTS[event].touches is no_rows)
"""Events that change nothing, so that no site's scope has limited which units they name."""


def story_of(body: Any) -> Message:
    """What is told of a stored event; of one that a newer version wrote, that it is not known here."""
    try:
        return told(event_from_plain(body))
    except (UnknownEvent, UnknownValue):
        return M("Something that this version does not know")


def _entry(
    row: Any, context: Context, story: Message, names: Mapping[WorkerId, str], here: frozenset[str], zone: str
) -> TimelineEntry:
    reading = context.reading
    return TimelineEntry(
        position=row.position,
        site=row.stream,
        type=row.type,
        family=row.family,
        effective_at=datetime.fromisoformat(row.effective_at),
        recorded_at=datetime.fromisoformat(row.received_at),
        actor=row.actor,
        actor_name=names.get(row.actor, row.actor),
        device=row.device,
        story=say(story),
        event=json.loads(row.body),
        document=row.document,
        reason=context.reason,
        note=context.note,
        scanned=reading.text if reading else "",
        carrier=reading.carrier.value if reading else "",
        photos=tuple(ShownPhoto(photo, photo.sha256 in here) for photo in context.photos),
        time_zone=zone,
        allowed_by=names.get(context.grant.worker, context.grant.worker) if context.grant else "",
    )
