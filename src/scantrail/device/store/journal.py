"""The journal: every act of this device, durable before anybody is told, and the server's word on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, and_, bindparam, delete, func, insert, literal_column, null, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from scantrail.device.store.attention import Trouble, open_troubles, settled_troubles
from scantrail.device.store.database import Database
from scantrail.device.store.photos import STILL_NEEDED, forget_photos, name_photos
from scantrail.device.store.schema import acknowledged, journal, journal_things, meta, others, table_of, units
from scantrail.device.store.sets import keys, one_of
from scantrail.device.store.things import FREES, act_in, effects_of
from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.refusal import RAW_CODE, Refusal
from scantrail.domain.attention import needs_a_person
from scantrail.domain.documents.listed import listed_id
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.names.identifiers import DocumentId, SiteId, UnitId, WorkerId
from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import NEW_OUTCOME, ActVerdict, LateVerdict, Row, SettledRecord
from scantrail.protocol.outbox import ActState, Entry, state_of

KEPT = timedelta(days=30)
"""How long acts that are done with are kept at least, to be sent again to a restored server; by the server's clock."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this device is."""

    device: str
    site: SiteId
    epoch: str
    """Random, made with the store: part of every act's id."""
    server_url: str


_IDENTITY = select(meta.c.device, meta.c.site, meta.c.epoch, meta.c.server_url)
_END = select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)
_ADD = insert(journal)
_ADD_THINGS = insert(journal_things)
_FIRST_PENDING = select(func.min(journal.c.seq)).where(journal.c.state == ActState.PENDING.value)
_FROM = (
    select(journal.c.seq, journal.c.exact)
    .where(journal.c.seq >= bindparam("first"))
    .order_by(journal.c.seq)
    .limit(bindparam("most"))
)
_COUNT_PENDING = select(func.count()).select_from(journal).where(journal.c.state == ActState.PENDING.value)
_JUDGED = (
    update(journal)
    .where(journal.c.seq == bindparam("act"))
    .values(state=bindparam("word"), position=bindparam("place"), refusal=bindparam("why"))
)
_JUDGED_LATE = _JUDGED.where(journal.c.hash == bindparam("link"))
_SETTLED = (
    update(journal)
    .where(journal.c.seq == bindparam("act"), journal.c.settled_by.is_(None))
    .values(settled_by=bindparam("by"))
)
_SETTLED_ELSEWHERE = (
    update(journal)
    .where(journal.c.seq == bindparam("act"), journal.c.hash == bindparam("link"), journal.c.settled_by.is_(None))
    .values(settled_by=journal.c.seq)
)
_NOT_SETTLED_ELSEWHERE = update(journal).where(journal.c.settled_by == journal.c.seq).values(settled_by=None)
_STATE = select(journal.c.state).where(journal.c.seq == bindparam("act"))
_TROUBLE = (
    select(journal.c.exact, journal.c.refusal, journal.c.settled_by)
    .where(journal.c.state.in_([ActState.REFUSED.value, ActState.CONTESTED.value]), journal.c.has_events)
    .order_by(journal.c.seq)
)
_WAITING = (
    select(journal.c.exact, journal.c.refusal)
    .where(journal.c.state == literal_column("'waiting'"), journal.c.has_events)
    .order_by(journal.c.seq)
)
_RESEND = (
    update(journal)
    .where(journal.c.seq >= bindparam("first"))
    .values(state=ActState.PENDING.value, position=0, refusal=null())
)
_RESEND_WAITING = (
    update(journal)
    .where(journal.c.state == literal_column("'waiting'"))
    .values(state=ActState.PENDING.value, refusal=null())
)
_RESEND_NOT_KNOWN = _RESEND_WAITING.where(
    func.json_extract(journal.c.refusal, f"$.facts.{RAW_CODE}").like(f"{NEW_OUTCOME}%")
)
_OUTSTANDING = journal.c.state.in_([ActState.PENDING.value, ActState.WAITING.value])
_THINGS = select(journal_things.c.kind, journal_things.c.id).where(one_of(journal_things.c.seq, "seqs"))
_PUT_DAY = sqlite_insert(acknowledged)
_PUT_DAY = _PUT_DAY.on_conflict_do_update(
    index_elements=[acknowledged.c.day], set_={"seq": func.max(acknowledged.c.seq, _PUT_DAY.excluded.seq)}
)
_DROP_DAYS = delete(acknowledged).where(acknowledged.c.seq >= bindparam("first"))
_LAST_SEQ = select(func.max(journal.c.seq))
_LAST_DAY = select(func.max(acknowledged.c.day))
_LONG_ACKNOWLEDGED = select(func.max(acknowledged.c.seq)).where(acknowledged.c.day <= bindparam("before"))
_FIRST_OUTSTANDING = select(func.min(journal.c.seq)).where(
    or_(journal.c.state.in_([ActState.PENDING.value, ActState.WAITING.value]), STILL_NEEDED)
)
_LAST_ABOUT = (
    select(journal_things.c.id)
    .where(journal_things.c.kind == str(RowKind.DOCUMENT), one_of(journal_things.c.id, "ids"))
    .order_by(journal_things.c.seq.desc())
    .limit(1)
)
_OLD = select(journal.c.seq).where(journal.c.seq < bindparam("first"))


@cache
def _unseen(kind: RowKind) -> Select[Any]:
    """Acts about things of a kind that the server's rows do not contain yet, oldest first."""
    mirror = table_of(kind)
    same = mirror.c.id == journal_things.c.id
    missing = and_(
        journal.c.state == ActState.APPLIED.value,
        journal.c.position > func.coalesce(mirror.c.position, -1),
    )
    return (
        select(journal_things.c.id, journal.c.exact)
        .join(journal, journal.c.seq == journal_things.c.seq)
        .outerjoin(mirror, and_(same, mirror.c.kind == str(kind)) if mirror is others else same)
        .where(journal_things.c.kind == str(kind), one_of(journal_things.c.id, "ids"), or_(_OUTSTANDING, missing))
        .order_by(journal.c.seq)
    )


_LISTED_ON = (
    select(journal_things.c.id)
    .distinct()
    .where(
        journal_things.c.kind == str(RowKind.LISTED),
        journal_things.c.id >= bindparam("begins"),
        func.substr(journal_things.c.id, 1, bindparam("size")) == bindparam("begins"),
    )
)
_TOUCHED = (
    select(journal_things.c.id)
    .distinct()
    .join(journal, journal.c.seq == journal_things.c.seq)
    .outerjoin(units, units.c.id == journal_things.c.id)
    .where(
        journal_things.c.kind == str(RowKind.UNIT),
        or_(
            _OUTSTANDING,
            and_(
                journal.c.state == ActState.APPLIED.value,
                journal.c.position > func.coalesce(units.c.position, -1),
            ),
        ),
    )
)
_FREED = _TOUCHED.where(journal_things.c.effect == FREES)


class Journal:
    """The acts of this device."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = database.rows(_IDENTITY)[0]
        self.identity = Identity(row.device, row.site, row.epoch, row.server_url)

    def record(
        self,
        drafts: Sequence[Draft],
        *,
        actor: WorkerId,
        site: SiteId,
        now: Times,
        versions: Mapping[str, int],
    ) -> tuple[Act, ...]:
        """Make drafts acts, in one durable transaction; see `DeviceStore.record`."""
        with self._database.writing():
            end = self._database.rows(_END)
            seq, head = (end[0].seq + 1, end[0].hash) if end else (1, "")
            acts = []
            for draft in drafts:
                identity = ActId(self.identity.device, self.identity.epoch, seq)
                act = Act(identity, head, site, actor, now, draft, dict(versions))
                head = self._add(act, encode_act(act))
                acts.append(act)
                seq += 1
        return tuple(acts)

    def _add(self, act: Act, exact: bytes) -> str:
        link = act_hash(exact)
        entry = {
            "seq": act.id.seq,
            "exact": exact,
            "hash": link,
            "document": act.draft.document,
            "recorded": act.times.wall.isoformat(),
            "has_events": bool(act.draft.events),
            "state": ActState.PENDING.value,
            "position": 0,
        }
        self._database.execute(_ADD, entry)
        things = [
            {"kind": str(kind), "id": thing, "seq": act.id.seq, "effect": effect}
            for (kind, thing), effect in effects_of(act).items()
        ]
        if things:
            self._database.execute(_ADD_THINGS, things)
        name_photos(self._database, act)
        for event in act.draft.events:
            if isinstance(event, AttentionSettled) and (event.device, event.epoch) == act.id[:2]:
                self._database.execute(_SETTLED, {"act": event.seq, "by": act.id.seq})
        return link

    def last_about(self, documents: Collection[DocumentId]) -> DocumentId | None:
        """Which of the documents the newest act is about; None when no act is about any of them."""
        rows = self._database.rows(_LAST_ABOUT, ids=keys(documents))
        return rows[0][0] if rows else None

    def pending(self, limit: int) -> tuple[Entry, ...]:
        """Consecutive acts from the first that is not acknowledged; one acknowledged in between goes along."""
        first = self._database.rows(_FIRST_PENDING)[0][0]
        if first is None:
            return ()
        return tuple((row.seq, row.exact) for row in self._database.rows(_FROM, first=first, most=limit))

    def count_pending(self) -> int:
        """How many acts the server has not acknowledged."""
        return int(self._database.rows(_COUNT_PENDING)[0][0])

    def acknowledged(self) -> int:
        """The newest act up to which the server has acknowledged all; 0 before the first."""
        first = self._database.rows(_FIRST_PENDING)[0][0]
        return int(first - 1 if first else self._database.rows(_LAST_SEQ)[0][0] or 0)

    def state(self, act: ActId) -> ActState | None:
        """How far an act is; None when it is not this store's."""
        if act[:2] != (self.identity.device, self.identity.epoch):
            return None
        rows = self._database.rows(_STATE, act=act.seq)
        return ActState(rows[0].state) if rows else None

    def take_verdicts(self, verdicts: Iterable[ActVerdict]) -> set[Thing]:
        """Keep the server's word on acts, inside a transaction; gives what they are about."""
        words = tuple(verdicts)
        judged = [_judged(verdict.seq, state_of(verdict), verdict.position, verdict.refusal) for verdict in words]
        if judged:
            self._database.execute(_JUDGED, judged)
        self._settle_what_needs_nobody({verdict.seq for verdict in words if verdict.refusal is not None})
        return self._things(verdict.seq for verdict in words)

    def take_late(self, rows: Iterable[Row]) -> set[Thing]:
        """Keep the final word on own acts that waited, inside a transaction; gives what they are about.

        Raises:
            PlainError: a row cannot be read; the transaction must not be committed.
        """
        mine = (self.identity.device, self.identity.epoch)
        verdicts = [from_plain(LateVerdict, row.body) for row in rows]
        own = [each for each in verdicts if (each.device, each.epoch) == mine]
        judged = [
            {**_judged(each.seq, ActState(each.outcome.value), each.position, each.refusal), "link": each.hash}
            for each in own
        ]
        if judged:
            self._database.execute(_JUDGED_LATE, judged)
        self._settle_what_needs_nobody({each.seq for each in own if each.refusal is not None})
        return self._things(each.seq for each in own)

    def _settle_what_needs_nobody(self, seqs: Collection[int]) -> None:
        """Nobody settles what nobody is told of: it must not be kept for ever."""
        refused = (_trouble(row) for row in self._database.rows(_TROUBLE) if seqs)
        settled = [each.act.id.seq for each in refused if each.act.id.seq in seqs and each.settled_by is not None]
        if settled:
            self._database.execute(_SETTLED, [{"act": seq, "by": seq} for seq in settled])

    def _things(self, seqs: Iterable[int]) -> set[Thing]:
        return {(RowKind(row.kind), row.id) for row in self._database.rows(_THINGS, seqs=keys(seqs))}

    def take_settled(self, rows: Iterable[Row]) -> None:
        """Take note, inside a transaction, of own acts that somebody has settled elsewhere.

        Raises:
            PlainError: a row cannot be read; the transaction must not be committed.
        """
        mine = (self.identity.device, self.identity.epoch)
        settled = [from_plain(SettledRecord, row.body) for row in rows]
        own = [{"act": each.seq, "link": each.hash} for each in settled if (each.device, each.epoch) == mine]
        if own:
            self._database.execute(_SETTLED_ELSEWHERE, own)

    def forget_settled(self) -> None:
        """Show again, inside a transaction, what was settled elsewhere: the server that said so is another now."""
        self._database.execute(_NOT_SETTLED_ELSEWHERE)

    def resend_from(self, first: int) -> None:
        """Take acts for unacknowledged again, inside a transaction: the server has lost them."""
        self._database.execute(_RESEND, {"first": first})
        self._database.execute(_DROP_DAYS, {"first": first})

    def resend_waiting(self) -> None:
        """Ask again, inside a transaction, what became of the acts that wait."""
        self._database.execute(_RESEND_WAITING)

    def resend_not_known(self) -> None:
        """Ask again, inside a transaction, what became of acts whose outcome was not known here."""
        self._database.execute(_RESEND_NOT_KNOWN)

    def acknowledge(self, upto: int, at: datetime) -> None:
        """Keep up to which act the server has all, by its own clock, inside a transaction."""
        self._database.execute(_PUT_DAY, {"day": at.date().isoformat(), "seq": upto})

    def last_heard(self) -> date | None:
        """The last day on which the server acknowledged acts, by its own clock."""
        (last,) = self._database.rows(_LAST_DAY)[0]
        return date.fromisoformat(last) if last else None

    def unseen(self, kind: RowKind, ids: Iterable[str]) -> dict[str, list[Act]]:
        """For each thing, the acts that still count and that its row from the server does not contain."""
        found: dict[str, list[Act]] = {}
        for row in self._database.rows(_unseen(kind), ids=keys(ids)):
            found.setdefault(row.id, []).append(act_in(row.exact))
        return found

    def listed_on(self, number: DocumentId) -> frozenset[str]:
        """The ids of the rows of units on a document that own acts are about."""
        begins = listed_id(number, "")
        return frozenset(row.id for row in self._database.rows(_LISTED_ON, begins=begins, size=len(begins)))

    def freed(self) -> tuple[UnitId, ...]:
        """Units that own acts, unknown to their rows, may have brought back into stock."""
        return tuple(row.id for row in self._database.rows(_FREED))

    def touched(self) -> tuple[UnitId, ...]:
        """Units with own acts that their rows do not contain yet."""
        return tuple(row.id for row in self._database.rows(_TOUCHED))

    def troubles(self) -> tuple[Trouble, ...]:
        """Every act that did not apply although it changes something, oldest first."""
        return tuple(_trouble(row) for row in self._database.rows(_TROUBLE))

    def waiting(self) -> tuple[Trouble, ...]:
        """Every act that changes something and that the server keeps for want of an earlier step, oldest first."""
        return tuple(
            Trouble(act_in(row.exact), from_plain(Refusal, json.loads(row.refusal)), None)
            for row in self._database.rows(_WAITING)
        )

    def forget_old(self) -> None:
        """Drop the oldest acts, as far as all of them are done with and no restored server could ask for them.

        What is kept has no gaps, and has the chain's end.
        """
        first = self._first_kept()
        old = [row.seq for row in self._database.rows(_OLD, first=first)]
        if not old:
            return
        covered = [{"act": seq, "by": by} for seq, by in settled_troubles(self.troubles()).items() if seq >= first]
        with self._database.writing():
            if covered:  # their first trouble goes: none of them may come up as a new one
                self._database.execute(_SETTLED, covered)
            forget_photos(self._database, old)
            for table in (journal_things, journal):
                self._database.execute(delete(table).where(one_of(table.c.seq, "old")), {"old": keys(old)})

    def _first_kept(self) -> int:
        """The oldest act that stays: acknowledged too lately, not done with, or the last."""
        (last,) = self._database.rows(_LAST_DAY)[0]
        if last is None:
            return 0
        before = (date.fromisoformat(last) - KEPT).isoformat()
        (upto,) = self._database.rows(_LONG_ACKNOWLEDGED, before=before)[0]
        (end,) = self._database.rows(_LAST_SEQ)[0]
        (outstanding,) = self._database.rows(_FIRST_OUTSTANDING)[0]
        stays = [trouble.act.id.seq for trouble in open_troubles(self.troubles())]
        return int(min(each for each in ((upto or 0) + 1, end or 0, outstanding, *stays) if each is not None))


def _judged(seq: int, state: ActState, position: int, refusal: Refusal | None) -> dict[str, Any]:
    why = json.dumps(to_plain(refusal)) if refusal else None
    return {"act": seq, "word": state.value, "place": position, "why": why}


def _trouble(row: SqlRow[Any]) -> Trouble:
    act, refusal = act_in(row.exact), from_plain(Refusal, json.loads(row.refusal))
    settled_by = row.settled_by if needs_a_person(act, refusal) else act.id.seq
    return Trouble(act, refusal, settled_by)
