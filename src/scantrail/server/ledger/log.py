"""The log: every act in its exact bytes, chained, with the server's verdict. Nothing in it is ever changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from scantrail.domain.acts.act import Act, Draft, Grant
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.attention import document_of, unit_of
from scantrail.domain.facts import fact_of, things_of
from scantrail.domain.facts.stored import event_to_plain
from scantrail.domain.people.worker import SYSTEM
from scantrail.domain.plain import to_plain
from scantrail.domain.scans.reading import Reading
from scantrail.domain.things.photo import Photo
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import Outcome
from scantrail.protocol.taking import Entry
from scantrail.server.database.bodies import text_of, to_body
from scantrail.server.database.flights import Row
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import event_things, events, log, photo_names
from scantrail.server.database.writes import Write, insert_into
from scantrail.server.ledger.attention_rows import AttentionWriter

SERVER_DEVICE = "server"
"""The device of the server's own acts, such as imports."""


@dataclass(slots=True)
class Stream:
    """A site's counter and the head of its log, held under the site's lock."""

    id: str
    position: int
    head: str
    system_seq: int
    system_hash: str

    def as_row(self) -> Row:
        """As it is kept."""
        return {
            "id": self.id,
            "position": self.position,
            "head": self.head,
            "system_seq": self.system_seq,
            "system_hash": self.system_hash,
        }

    def next_position(self) -> int:
        """The next number, for an act or for a row of the feed."""
        self.position += 1
        return self.position


@dataclass(slots=True)
class LogWriter:
    """Collects entries under the site's lock and writes them set-wise."""

    stream: Stream
    received_at: datetime
    _log: list[dict[str, Any]] = field(default_factory=list)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _things: list[dict[str, Any]] = field(default_factory=list)
    _photos: list[dict[str, Any]] = field(default_factory=list)
    attention: AttentionWriter = field(init=False)
    """What these acts open and settle."""

    _received: str = field(init=False)

    def __post_init__(self) -> None:
        self.attention = AttentionWriter(self.stream.id)
        self._received = instant_text(self.received_at)

    def append(self, entry: Entry) -> int:
        """Give an entry its place in the log; events of refused acts are in its payload only, their photos count."""
        position = self.stream.next_position()
        row = {
            "stream": self.stream.id,
            "position": position,
            "device": entry.id.device,
            "epoch": entry.id.epoch,
            "seq": entry.id.seq,
            "hash": act_hash(entry.exact),
            "outcome": entry.outcome.value,
            "refusal": json.dumps(to_plain(entry.refusal)) if entry.refusal else None,
            "actor": entry.actor,
            "effective_at": instant_text(entry.effective_at),
            "received_at": self._received,
            "previous_row": self.stream.head,
        }
        self.stream.head = row_hash(row)
        self._log.append(
            {**row, "payload": entry.exact, "row_hash": self.stream.head, "context": _context_of(entry.act)}
        )
        if entry.act is not None:
            named = dict.fromkeys(photo.sha256 for photo in entry.act.draft.photos)
            where = {"stream": self.stream.id, "position": position, "device": entry.id.device}
            self._photos.extend({**where, "sha256": photo} for photo in named)
        if entry.act is not None and entry.outcome is Outcome.APPLIED:
            self._events.extend(self._event_rows(entry.act, position, row["effective_at"]))
            self._things.extend(self._thing_rows(entry.act, position))
        self.attention.judged(entry.act, entry.id, entry.exact, entry.refusal, position, self._received)
        return position

    def _event_rows(self, act: Act, position: int, effective_at: object) -> Iterable[dict[str, Any]]:
        for at, event in enumerate(act.draft.events):
            yield {
                "stream": self.stream.id,
                "position": position,
                "at": at,
                "unit": unit_of(event),
                "document": document_of(event),
                "type": type(event).__name__,
                "family": fact_of(event).family.value,
                "effective_at": effective_at,
                "body": text_of(event_to_plain(event)),
            }

    def _thing_rows(self, act: Act, position: int) -> Iterable[dict[str, Any]]:
        """What the row of an event has no column for. A unit on a document has no history beside the two of them."""
        for at, event in enumerate(act.draft.events):
            in_columns = {(RowKind.UNIT, unit_of(event)), (RowKind.DOCUMENT, document_of(event))}
            for kind, name in dict.fromkeys(things_of(event)):
                if kind != RowKind.LISTED and (kind, name) not in in_columns:
                    yield {"kind": str(kind), "id": name, "stream": self.stream.id, "position": position, "at": at}

    def parts(self) -> list[tuple[Write, Sequence[Row]]]:
        """What was appended, to be written with other rows; what it opens and settles is not in it."""
        return [
            (insert_into(log), self._log),
            (insert_into(events), self._events),
            (insert_into(event_things), self._things),
            (insert_into(photo_names), self._photos),
        ]


@dataclass(frozen=True, slots=True)
class Context:
    """What a timeline tells of the act behind an event."""

    reason: str = ""
    note: str = ""
    reading: Reading | None = None
    photos: tuple[Photo, ...] = ()
    grant: Grant | None = None


def _context_of(act: Act | None) -> str | None:
    if act is None:
        return None
    context = Context(act.draft.reason, act.draft.note, act.draft.reading, act.draft.photos, act.draft.grant)
    return None if context == Context() else to_body(context)


def row_hash(row: dict[str, Any]) -> str:
    """The link of the log's chain: over the row before, the header, and the hash of the payload."""
    return sha256(text_of({name: row[name] for name in _CHAINED}).encode()).hexdigest()


_CHAINED = (
    "actor",
    "device",
    "effective_at",
    "epoch",
    "hash",
    "outcome",
    "position",
    "previous_row",
    "received_at",
    "refusal",
    "seq",
    "stream",
)
"""In this order, which is part of what is hashed."""


def verify_chain(connection: Connection, stream: str) -> int | None:
    """The position of the first log row that was changed or is out of its chain; None when all is well."""
    head = ""
    rows = connection.execute(select(log).where(log.c.stream == stream).order_by(log.c.position)).mappings()
    for row in rows:
        changed = row["payload"] is not None and act_hash(row["payload"]) != row["hash"]
        if changed or row["previous_row"] != head or row_hash(dict(row)) != row["row_hash"]:
            return int(row["position"])
        head = row["row_hash"]
    return None


def head_of(position: int, link: str) -> str:
    """The newest entry of a log at a position of its stream, for a device to say again later."""
    return f"{position}:{link}"


def told_head(told: str) -> tuple[int, str] | None:
    """The position and the hash in what `head_of` gave; None where it gave no such thing."""
    position, _, link = told.partition(":")
    return (int(position), link) if position.isascii() and position.isdecimal() and len(position) <= 18 else None


def has_head(connection: Connection, stream: str, told: str) -> bool:
    """Whether an entry that a device was told is in the log; another history has others."""
    head = told_head(told)
    if head is None:
        return False
    position, link = head
    upto = select(log.c.row_hash).where(log.c.stream == stream, log.c.position <= position)
    return (connection.execute(upto.order_by(log.c.position.desc()).limit(1)).scalar() or "") == link


@dataclass(frozen=True, slots=True)
class Dated:
    """A draft of the server itself, and when it happened."""

    draft: Draft
    at: datetime
    actor: str = SYSTEM
