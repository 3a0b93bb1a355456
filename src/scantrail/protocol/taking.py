"""The server's side of a push: every act of a batch is judged, one after the other, and gets its place in the log.

One that lacks no more than an earlier step waits, and is judged again when that may have come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import Enum
from typing import Any, Protocol

from scantrail.domain.acts.act import Act, ActId, Draft, Times, effective_at
from scantrail.domain.acts.kinds import Thing, unit
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import By, made_by
from scantrail.domain.acts.world import World
from scantrail.domain.attention import goods_in, registered_in
from scantrail.domain.facts import things_in
from scantrail.domain.facts.sessions import signed_in_after, stranger_refusal
from scantrail.domain.judge import Judgement, absorb, goods_refusal
from scantrail.domain.names.codes import CodePrefix
from scantrail.domain.names.identifiers import SiteId, WorkerId
from scantrail.domain.scans.reading import Reading, Said
from scantrail.domain.settings import Settings
from scantrail.domain.settings.history import version_in
from scantrail.domain.wordings import explain
from scantrail.protocol.acts import decode_act
from scantrail.protocol.intake import Head, Kind, Received, receive
from scantrail.protocol.messages import ActVerdict, Outcome, Push
from scantrail.protocol.waiting import Queue, Waiting, is_over, lacks_a_step


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
    """An act of the batch that is in the log already, or waits."""

    hash: str
    verdict: ActVerdict
    """What it is answered with again."""


class SiteRecords(Protocol):
    """What the server keeps of a site, in one transaction under the site's lock: all of it is written, or nothing."""

    @property
    def site(self) -> SiteId:
        """The site."""

    def head(self, device: str, epoch: str) -> Head:
        """The last act of a device's store that is in the log, or waits."""

    def known(self, push: Push) -> Mapping[int, Known]:
        """Those acts of a batch that are in the log, or wait, by seq."""

    def world(self, acts: Sequence[Act]) -> World:
        """Everything that these acts are judged against."""

    def settings(self, version: int) -> Settings | None:
        """The site's settings as they were at a version; None where no version is kept."""

    def append(self, entry: Entry) -> int:
        """Give an entry its place in the log."""

    def alarm(self, alarm: Alarm) -> None:
        """Keep a record that was not taken, for somebody to look into."""

    def waiting(self) -> Sequence[Waiting]:
        """The site's acts that wait, in the order they arrived."""

    def keep_waiting(self, waiting: Waiting) -> None:
        """Keep an act that waits, or what it waits for now."""

    def judged_late(self, waiting: Waiting, position: int) -> None:
        """An act that waited has this place in the log; tell its device."""

    def put(self, rows: Mapping[Thing, Any]) -> None:
        """Write these rows, and list them as changed after everything that was appended."""

    def save_head(self, device: str, epoch: str, head: Head) -> None:
        """The last act of a device's store is this one now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What judging takes beside the records."""

    judge: Callable[[Draft, By, Said | None, World, date], Judgement]
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
    acts = [each.act for each in received if each.act is not None]
    bench = _Bench(records, rules, now, acts, head.signed_in)
    verdicts = tuple(
        known[each.id.seq].verdict if each.kind is Kind.DUPLICATE else bench.take(each, push.now) for each in received
    )
    bench.judge_again()
    bench.write()
    last = received[-1]
    if last.id.seq > head.seq:
        records.save_head(push.device, push.epoch, Head(last.id.seq, last.hash, bench.signed_in))
    return verdicts


def judge_again(records: SiteRecords, rules: Rules, now: datetime, changed: Iterable[Thing]) -> None:
    """Judge again what waits for these things, which others have changed."""
    bench = _Bench(records, rules, now)
    bench.judge_again(changed)
    bench.write()


def end_waits(records: SiteRecords, rules: Rules, now: datetime) -> None:
    """Give up what has waited as long as the site's acts may."""
    bench = _Bench(records, rules, now)
    bench.judge_again(chosen=bench.over())
    bench.write()


def give_up(records: SiteRecords, rules: Rules, now: datetime, chosen: Iterable[ActId]) -> None:
    """Judge these acts for good, although they lack an earlier step, and then what waited behind them."""
    bench = _Bench(records, rules, now)
    bench.judge_again(chosen=frozenset(chosen))
    bench.write()


def _dead(received: Received, why: str) -> Received:
    return replace(received, kind=Kind.UNREADABLE, act=None, why=why) if received.kind is Kind.FRESH else received


class _Bench:
    """Acts judged one after the other against one world: those of a push, then those that wait."""

    def __init__(
        self,
        records: SiteRecords,
        rules: Rules,
        now: datetime,
        acts: Sequence[Act] = (),
        signed_in: WorkerId | None = None,
    ) -> None:
        self.signed_in = signed_in
        """Who works on the pushing device; see `Head`."""
        self._records = records
        self._rules = rules
        self._now = now
        self._world = records.world(acts)
        self._zone = rules.zone(self._world.site.time_zone)
        self._queue = Queue(records.waiting())
        self._changed: dict[Thing, None] = {}

    def take(self, received: Received, device_now: Times) -> ActVerdict:
        """Judge one act, and give it its place in the log or let it wait."""
        if received.kind is Kind.MISUSE:
            return self._misused(received)
        if received.act is None:
            return self._unreadable(received, self._now)
        act, things = received.act, things_in(received.act.draft)
        happened = self._happened(act.times, device_now)
        stranger = stranger_refusal(act, self.signed_in, self._world)
        judgement = Judgement(stranger) if stranger else self._judged(act, things, happened)
        self.signed_in = signed_in_after(act, self.signed_in, is_applied=judgement.refusal is None)
        if self._waits(act, judgement.refusal):
            assert judgement.refusal is not None
            self._keep(Waiting(act.id, received.exact, received.hash, things, happened, self._now, judgement.refusal))
            return ActVerdict(act.id.seq, Outcome.WAITING, 0, judgement.refusal)
        return self._log(act, received.exact, happened, judgement)

    def judge_again(self, changed: Iterable[Thing] = (), chosen: Collection[ActId] = ()) -> None:
        """Judge what waits again, in the order it arrived, as long as something moves.

        It concerns acts about changed things; those `chosen` are judged for good.
        """
        ended = [each for each in self._queue if each.id in chosen]
        moved = {*changed, *self._changed}
        acts = self._acts(self._queue.reached_from({*moved, *(thing for each in ended for thing in each.things)}))
        for each in ended:
            moved |= self._judged_again(each, acts[each.id], for_good=True)
        while moved:
            recent, moved = moved, set()
            for each in self._queue:
                # One that was freed just now keeps its turn, before those that arrived later.
                if not (recent.isdisjoint(each.things) and moved.isdisjoint(each.things)):
                    moved |= self._judged_again(each, acts[each.id])

    def write(self) -> None:
        """Write the changed rows, set-wise."""
        self._records.put({thing: self._world.row(thing) for thing in self._changed})

    def over(self) -> frozenset[ActId]:
        """The acts that have waited as long as the site's acts may."""
        return frozenset(
            each.id for each in self._queue if is_over(each.since, self._now, self._world.settings.waiting)
        )

    def _acts(self, waiting: Sequence[Waiting]) -> dict[ActId, Act | None]:
        """Acts that wait, with all that they are judged against at hand; None for one that cannot be read any more."""
        acts = {each.id: _readable(each.exact) for each in waiting}
        if acts:
            self._world.add(self._records.world([act for act in acts.values() if act is not None]))
        return acts

    def _judged_again(self, waiting: Waiting, act: Act | None, *, for_good: bool = False) -> frozenset[Thing]:
        """Judge an act that waits; gives what it is about when that was for good."""
        if act is None:
            return self._ended(waiting, self._unjudgeable(waiting, "its bytes are no act"))
        try:
            judgement = self._judged(act, waiting.things, waiting.effective_at)
        except Exception as error:  # noqa: BLE001 - reason: one bad record must not stop every later push of its site
            return self._ended(waiting, self._unjudgeable(waiting, repr(error)))
        if not self._waits(act, judgement.refusal, for_good=for_good):
            return self._ended(waiting, self._log(act, waiting.exact, waiting.effective_at, judgement))
        if judgement.refusal is not None and judgement.refusal != waiting.refusal:
            self._keep(replace(waiting, refusal=judgement.refusal))
        return frozenset()

    def _ended(self, waiting: Waiting, verdict: ActVerdict) -> frozenset[Thing]:
        self._queue.remove(waiting)
        self._records.judged_late(waiting, verdict.position)
        return waiting.things

    def _keep(self, waiting: Waiting) -> None:
        self._queue.add(waiting)
        self._records.keep_waiting(waiting)

    def _waits(self, act: Act, refusal: Refusal | None, *, for_good: bool = False) -> bool:
        if refusal is None:
            return False
        if refusal.code == ActCode.EARLIER_WAITS:
            return True
        return not for_good and lacks_a_step(act, refusal, self._world, self._queue)

    def _judged(self, act: Act, things: frozenset[Thing], happened: datetime) -> Judgement:
        # What registers a unit is the very step that earlier acts about it may lack.
        in_line = things - set(map(unit, registered_in(act)))
        if act.draft.refusal is None and self._queue.is_behind(act.id, in_line):
            is_about_goods = self._queue.is_behind(act.id, goods_in(act))
            conflict = None if is_about_goods else goods_refusal(act.draft, made_by(act), self._world)
            return Judgement(conflict or refuse(ActCode.EARLIER_WAITS))
        today = happened.astimezone(self._zone).date()
        reading = act.draft.reading
        said = self._rules.said(reading, self._world.site.code_prefixes, today) if reading else None
        return self._rules.judge(act.draft, made_by(act, happened), said, self._as_wanted(act), today)

    def _as_wanted(self, act: Act) -> World:
        """The world as it is now, under the settings that the act's person worked by."""
        version = version_in(act.versions, act.site)
        settings = self._records.settings(version) if version is not None else None
        return self._world if settings is None else replace(self._world, settings=settings)

    def _log(self, act: Act, exact: bytes, happened: datetime, judgement: Judgement) -> ActVerdict:
        absorb(self._world, judgement)
        self._changed |= dict.fromkeys(judgement.changed)
        outcome = _outcome(judgement.refusal)
        entry = Entry(act.id, exact, outcome, act.actor, happened, act, judgement.refusal)
        return ActVerdict(act.id.seq, outcome, self._records.append(entry), judgement.refusal)

    def _happened(self, times: Times, device_now: Times) -> datetime:
        """When it happened; now, where the device's clocks make that fall outside the calendar."""
        try:
            happened = effective_at(times, device_now, self._now)
            happened.astimezone(self._zone)
        except OverflowError:
            return self._now
        return happened

    def _misused(self, received: Received) -> ActVerdict:
        self._records.alarm(Alarm(AlarmKind.MISUSE, received))
        return ActVerdict(received.id.seq, Outcome.REFUSED, 0, refuse(ActCode.MISUSE, act=str(received.id)))

    def _unjudgeable(self, waiting: Waiting, why: str) -> ActVerdict:
        told = f"it waited, and cannot be judged any more: {why}"
        received = Received(waiting.id, waiting.exact, waiting.hash, Kind.UNREADABLE, why=told)
        return self._unreadable(received, waiting.effective_at)

    def _unreadable(self, received: Received, happened: datetime) -> ActVerdict:
        self._records.alarm(Alarm(AlarmKind.DEAD_LETTER, received))
        refusal = refuse(ActCode.UNREADABLE, act=str(received.id))
        entry = Entry(received.id, received.exact, Outcome.REFUSED, received.id.device, happened, refusal=refusal)
        return ActVerdict(received.id.seq, Outcome.REFUSED, self._records.append(entry), refusal)


def _outcome(refusal: Refusal | None) -> Outcome:
    if refusal is None:
        return Outcome.APPLIED
    return Outcome.CONTESTED if explain(refusal).contests else Outcome.REFUSED


def _readable(exact: bytes) -> Act | None:
    try:
        return decode_act(exact)
    except ValueError:
        return None
