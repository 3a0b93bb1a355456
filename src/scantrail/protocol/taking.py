"""The server's side of a push: every act of a batch is judged, one after the other, and gets its place in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import Enum
from typing import Protocol

from scantrail.domain.acts import Act, ActId, Times, effective_at
from scantrail.domain.documents import PickList
from scantrail.domain.identifiers import DocumentId, SiteId, UnitId
from scantrail.domain.judge import Judgement, absorb
from scantrail.domain.readings import CodePrefix, Reading, Said
from scantrail.domain.refusals import Code, Refusal, refuse
from scantrail.domain.units import Unit
from scantrail.domain.world import World
from scantrail.protocol.intake import Head, Kind, Received, receive
from scantrail.protocol.messages import ActVerdict, Outcome, Push


@dataclass(frozen=True, slots=True)
class Entry:
    """An act with the server's verdict, as it goes into the log."""

    id: ActId
    exact: bytes
    outcome: Outcome
    actor: str
    effective_at: datetime
    act: Act | None = None
    """None for bytes that cannot be read."""
    refusal: Refusal | None = None


class AlarmKind(Enum):
    """What somebody has to look into."""

    MISUSE = "misuse"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A record that was not taken as an act."""

    kind: AlarmKind
    received: Received


@dataclass(frozen=True, slots=True)
class Known:
    """An act of the batch that is in the log already."""

    hash: str
    verdict: ActVerdict
    """What it is answered with again."""


class SiteRecords(Protocol):
    """What the server keeps of a site, in one transaction under the site's lock: all of it is written, or nothing."""

    @property
    def site(self) -> SiteId:
        """The site."""

    def head(self, device: str, epoch: str) -> Head:
        """The last act of a device's store that is in the log."""

    def known(self, push: Push) -> Mapping[int, Known]:
        """Those acts of a batch that are in the log, by seq."""

    def world(self, acts: Sequence[Act]) -> World:
        """Everything that these acts are judged against."""

    def append(self, entry: Entry) -> int:
        """Give an entry its place in the log."""

    def alarm(self, alarm: Alarm) -> None:
        """Keep a record that was not taken, for somebody to look into."""

    def put(self, units: Iterable[Unit], documents: Iterable[PickList]) -> None:
        """Write these rows, and list them as changed after everything that was appended."""

    def save_head(self, device: str, epoch: str, head: Head) -> None:
        """The last act of a device's store is this one now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What judging takes beside the records."""

    judge: Callable[[Act, Said | None, World, datetime, date], Judgement]
    said: Callable[[Reading, Sequence[CodePrefix], date], Said]
    zone: Callable[[str], tzinfo]
    """The clock of an IANA time zone."""


def take(push: Push, records: SiteRecords, rules: Rules, now: datetime, broken: str = "") -> tuple[ActVerdict, ...]:
    """Take a batch: a verdict for each of its acts. `broken` says why its new acts cannot be taken as acts.

    Raises:
        BrokenChain: the batch does not follow on what the server has; nothing was written.
    """
    head = records.head(push.device, push.epoch)
    known = records.known(push) if push.first_seq <= head.seq else {}
    received = receive(push, head, {seq: each.hash for seq, each in known.items()}, records.site)
    if broken:
        received = tuple(_dead(each, broken) for each in received)
    batch = _Batch(records, rules, push.now, now, [each.act for each in received if each.act is not None])
    verdicts = tuple(
        known[each.id.seq].verdict if each.kind is Kind.DUPLICATE else batch.take(each) for each in received
    )
    batch.write()
    last = received[-1]
    if last.id.seq > head.seq:
        records.save_head(push.device, push.epoch, Head(last.id.seq, last.hash))
    return verdicts


def _dead(received: Received, why: str) -> Received:
    return replace(received, kind=Kind.UNREADABLE, act=None, why=why) if received.kind is Kind.FRESH else received


class _Batch:
    """The acts of one push, judged one after the other against one world."""

    def __init__(
        self, records: SiteRecords, rules: Rules, device_now: Times, now: datetime, acts: Sequence[Act]
    ) -> None:
        self._records = records
        self._rules = rules
        self._device_now = device_now
        self._now = now
        self._world = records.world(acts)
        self._zone = rules.zone(self._world.site.time_zone)
        self._units: dict[UnitId, None] = {}
        self._documents: dict[DocumentId, None] = {}

    def take(self, received: Received) -> ActVerdict:
        """Judge one act and give it its place in the log."""
        if received.kind is Kind.MISUSE:
            return self._misused(received)
        if received.act is None:
            return self._unreadable(received)
        act = received.act
        happened = self._happened(act)
        judgement = self._judged(act, happened)
        absorb(self._world, judgement)
        self._units.update(dict.fromkeys(judgement.units))
        self._documents.update(dict.fromkeys(judgement.documents))
        outcome = _outcome(judgement.refusal)
        entry = Entry(act.id, received.exact, outcome, act.actor, happened, act, judgement.refusal)
        return ActVerdict(act.id.seq, outcome, self._records.append(entry), judgement.refusal)

    def write(self) -> None:
        """Write the changed rows, set-wise."""
        changed_lists = (self._world.pick_list(number) for number in self._documents)
        self._records.put(
            [self._world.units[unit] for unit in self._units],
            [each for each in changed_lists if each is not None],
        )

    def _judged(self, act: Act, happened: datetime) -> Judgement:
        today = happened.astimezone(self._zone).date()
        reading = act.draft.reading
        said = self._rules.said(reading, self._world.site.code_prefixes, today) if reading else None
        return self._rules.judge(act, said, self._world, happened, today)

    def _happened(self, act: Act) -> datetime:
        """When it happened; now, where the device's clocks make that fall outside the calendar."""
        try:
            happened = effective_at(act.times, self._device_now, self._now)
            happened.astimezone(self._zone)
        except OverflowError:
            return self._now
        return happened

    def _misused(self, received: Received) -> ActVerdict:
        self._records.alarm(Alarm(AlarmKind.MISUSE, received))
        return ActVerdict(received.id.seq, Outcome.REFUSED, 0, refuse(Code.MISUSE, act=str(received.id)))

    def _unreadable(self, received: Received) -> ActVerdict:
        self._records.alarm(Alarm(AlarmKind.DEAD_LETTER, received))
        refusal = refuse(Code.UNREADABLE, act=str(received.id))
        entry = Entry(received.id, received.exact, Outcome.REFUSED, received.id.device, self._now, refusal=refusal)
        return ActVerdict(received.id.seq, Outcome.REFUSED, self._records.append(entry), refusal)


def _outcome(refusal: Refusal | None) -> Outcome:
    if refusal is None:
        return Outcome.APPLIED
    return Outcome.CONTESTED if refusal.contests else Outcome.REFUSED
