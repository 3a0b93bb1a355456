"""A worker's session on a device: guided work on the store. Recorded, durably, before anything is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.store import AttentionItem, StoreError, StoreNotReady
from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import By
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.sessions import WorkerSignedIn, WorkerSignedOut
from scantrail.domain.facts.work.events import TaskReleased, TaskTaken
from scantrail.domain.judge import absorb, judge, needs_of
from scantrail.domain.moments import local
from scantrail.domain.names.codes import CodePrefix
from scantrail.domain.names.identifiers import DocumentId, PlaceId, SiteId, UnitId, WorkerId
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Candidates, Reading, Said
from scantrail.domain.things.photo import Photo
from scantrail.domain.things.place import Place
from scantrail.domain.things.unit import Unit
from scantrail.gs1.said import said_by
from scantrail.workflows import pick as picking
from scantrail.workflows.base import (
    NO_PHOTO_HERE,
    REPEAT_MS,
    Answer,
    AttachPhoto,
    Prompt,
    Scan,
    Verdict,
    repeat_verdict,
)


class PhotoStore(Protocol):
    """Where a session keeps photos."""

    def keep(self, content: bytes, stem: str) -> Photo:
        """Write a photo down, durably."""


class SessionStore(Protocol):
    """A device's store, as far as a session needs it. What is recorded is durable when the call returns."""

    @property
    def device(self) -> str:
        """The device's id."""

    @property
    def site(self) -> SiteId:
        """The site the device works at."""

    @property
    def code_prefixes(self) -> tuple[CodePrefix, ...]:
        """What this site's labels put before the codes of things."""

    @property
    def ready(self) -> bool:
        """Whether everything the server keeps for this site is here, so that scans are judged rightly."""

    @property
    def photos(self) -> PhotoStore:
        """The photos kept beside the journal."""

    def record(
        self, drafts: Sequence[Draft], *, actor: WorkerId, site: SiteId, now: Times, versions: Mapping[str, int]
    ) -> tuple[Act, ...]:
        """Make drafts acts and write them down, all or none."""

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit."""

    def pick_list(self, number: DocumentId) -> PickList | None:
        """A pick list."""

    def pick_lists(self) -> tuple[PickList, ...]:
        """The lists to choose from."""

    def candidates(self, said: Said) -> Candidates:
        """Everything known here that a code may mean."""

    def world_for(self, pick_list: PickList, extra_units: Iterable[Unit] = ()) -> World:
        """Everything it takes to judge scans for a pick list."""

    def places(self, places: Collection[PlaceId]) -> Mapping[PlaceId, Place]:
        """Those of the places that are on record here."""

    def stock_for(self, pick_list: PickList, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take."""

    def reserved_elsewhere(self, number: DocumentId, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open lists than this one."""

    def versions(self, number: DocumentId) -> dict[str, int]:
        """The row versions that acts on a pick list are judged by."""

    def attention(self) -> tuple[AttentionItem, ...]:
        """What did not apply and nobody has settled."""


@dataclass(frozen=True, slots=True)
class LastRead:
    """The scan before this one, to tell a double read."""

    text: str
    mono_ms: int


class NoWorker(RuntimeError):
    """Work was asked for before anybody signed in."""


class NoTask(RuntimeError):
    """A step was answered while no task is open."""


class Session:
    """Who works on this device, on what, and the last verdict.

    Every method that records returns after the commit; `on_recorded` then tells the sync that something waits.
    """

    def __init__(self, store: SessionStore, clock: Clock, on_recorded: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._clock = clock
        self._on_recorded = on_recorded
        self._worker: Worker | None = None
        self._task: picking.Pick | None = None
        self._last_read: LastRead | None = None
        self.verdict: Verdict | None = None
        """The last verdict of the open task; it stays until the next one."""
        self.verdict_act: ActId | None = None
        """The act behind it, whose confirmation by the server is shown beside it."""

    @property
    def worker(self) -> Worker | None:
        """Who is signed in."""
        return self._worker

    @property
    def task(self) -> DocumentId | None:
        """The number of the open pick list."""
        return self._task.pick_list.number if self._task else None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is picked for the open list any more: it is complete, cancelled, or another device's."""
        return self._task is not None and self._task.step in picking.CLOSED_STEPS

    def start(self, worker: Worker, *, offline: bool) -> None:
        """A worker whose PIN was verified begins; `offline` says that the device verified it by itself.

        Raises:
            StoreError: it was not recorded, and nobody is signed in.
        """
        self._worker = worker
        try:
            self._record([Draft(events=(WorkerSignedIn(worker.id, offline),))])
        except StoreError:
            self._worker = None
            raise

    def end(self) -> None:
        """The worker signs out. An open task stays as it is, on record."""
        if self._worker is None:
            return
        self.leave()
        self._record([Draft(events=(WorkerSignedOut(self._worker.id),))])
        self._worker = None

    def pick_lists(self) -> tuple[PickList, ...]:
        """The lists to choose from, most urgent first."""
        return self._store.pick_lists()

    def open(self, number: DocumentId, reason: str = "") -> Verdict | None:
        """Take a pick list, or resume it at its step. Another device's list is taken over only with a reason.

        Returns None when the task is open, else why it is not.

        Raises:
            StoreError: taking it was not recorded, and no task is open.
        """
        worker, pick_list = self._signed_in(), self._store.pick_list(number)
        self.leave()
        self._must_be_ready()
        if pick_list is None:
            return Verdict.of_refusal(refuse(ActCode.UNKNOWN_DOCUMENT, document=number), number)
        self._task = self._load(pick_list)
        taken = pick_list.taken
        if pick_list.status is DocumentStatus.CANCELLED and pick_list.site == self._store.site:
            return None
        if taken is not None and (taken.device, taken.worker) == (self._store.device, worker.id):
            self._task = replace(self._task, mode=picking.opening_mode(self._task))
            return None
        events: tuple[Event, ...] = (TaskTaken(number), *picking.reservations(self._task))
        draft = Draft(events=events, document=number, reason=reason)
        try:
            refused = self._record_judged(draft, number)
        except StoreError:
            self._close()
            raise
        if refused is not None:
            self._close()
            return refused
        task = self._open_task()
        self._task = replace(task, mode=picking.opening_mode(task))
        return None

    def look(self, number: DocumentId) -> None:
        """Show a list that another device has taken over, with what is to be brought there. Nothing is recorded."""
        pick_list = self._store.pick_list(number)
        self.leave()
        self._must_be_ready()
        if pick_list is not None:
            self._task = self._load(pick_list)

    def leave(self) -> None:
        """Back to the menu. What was done is on record; a list on which nothing was done is given back.

        If that cannot be recorded now, the list stays with this person, as the menu shows.
        """
        task = self._task
        try:
            if task is not None and task.is_untouched and self._store.ready:
                number = task.pick_list.number
                self._record_judged(Draft(events=(TaskReleased(number),), document=number), number)
        except StoreError:
            pass
        finally:
            self._close()

    def _close(self) -> None:
        self._task = None
        self._last_read = None
        self.verdict = None
        self.verdict_act = None

    def refresh(self) -> Verdict | None:
        """Look at the open task again after a sync brought changes, unless a part of them is still on its way.

        Gives what the person must know of them beside the next prompt.
        """
        if self._task is None or not self._store.ready:
            return None
        before = self._task
        self._reload()
        return picking.news(before, self._open_task())

    def prompt(self) -> Prompt:
        """What to do now in the open task.

        Raises:
            NoTask: no task is open.
        """
        return picking.prompt(self._open_task())

    def scan(self, reading: Reading) -> Verdict | None:
        """Judge a scan or a typed text at the present step.

        Raises:
            NoTask: no task is open.
            StoreError: nothing was recorded; the same scan again is no double read.
        """
        now = self._clock.now()
        previous, self._last_read = self._last_read, LastRead(reading.text, now.mono_ms)
        if previous and previous.text == reading.text and now.mono_ms - previous.mono_ms < REPEAT_MS:
            self.verdict = repeat_verdict(reading.text.strip())
            return self.verdict
        try:
            candidates = self.candidates(reading)
            task = self._open_task()
            self._task = self._load(task.pick_list, task.mode, candidates.units)
            return self.answer(Scan(reading, candidates))
        except StoreError:
            self._last_read = None
            raise

    def candidates(self, reading: Reading) -> Candidates:
        """Everything that a scan or a typed text may mean here."""
        return self._store.candidates(self._said(reading))

    def _said(self, reading: Reading) -> Said:
        return said_by(reading, self._store.code_prefixes, self._clock.now().wall.date())

    def answer(self, given: Answer) -> Verdict | None:
        """Take any answer to the present prompt; gives the verdict, if there is one.

        Raises:
            NoTask: no task is open.
            StoreNotReady: the server's rows are being fetched anew; nothing was recorded.
        """
        self._must_be_ready()
        task = self._open_task()
        outcome = picking.answer(task, given)
        verdict = outcome.verdict
        if outcome.draft is not None:
            verdict = self._record_judged(outcome.draft, verdict.scanned if verdict else "", outcome.before) or verdict
        self._task = replace(self._open_task(), mode=outcome.mode)
        self.verdict = verdict or self.verdict
        return verdict

    def add_photo(self, content: bytes) -> Verdict | None:
        """Keep a picture for what is being reported; it is recorded with its reason.

        Raises:
            NoTask: no task is open.
            NoPhoto: the bytes are no photo that is kept.
            StoreError: it could not be kept.
        """
        name = self.prompt().photo_name
        if not name:
            self.verdict = NO_PHOTO_HERE
            return self.verdict
        return self.answer(AttachPhoto(self._store.photos.keep(content, name)))

    def settle(self, item: AttentionItem, reason: str, note: str = "") -> None:
        """A person has dealt with the goods of an act that did not apply; `note` says where or with whom they are."""
        events = tuple(AttentionSettled(*item.act, unit) for unit in item.units or (None,))
        self._record([Draft(events=events, document=item.document, reason=reason, note=note)])

    def _record_judged(self, draft: Draft, scanned: str, before: tuple[Draft, ...] = ()) -> Verdict | None:
        """Judge a draft as the server will, then record it, or its refusal; gives the verdict on a refusal.

        `before` is recorded with it, in one transaction, where all of it may be.
        """
        task, now = self._open_task(), self._clock.now()
        drafts, refusal = [*before, draft], self._refusal_of((*before, draft), task, now)
        if refusal is not None:
            drafts = [replace(draft, events=(), refusal=refusal)]
        self.verdict_act = self._record(drafts, now, self._store.versions(task.pick_list.number)).id
        self._reload()
        return Verdict.of_refusal(refusal, scanned) if refusal else None

    def _refusal_of(self, drafts: tuple[Draft, ...], task: picking.Pick, now: Times) -> Refusal | None:
        """Why the first of these drafts that may not be recorded may not, each judged after those before it."""
        for draft in drafts:
            by = By(self._signed_in().id, self._store.device, now.wall)
            said = self._said(draft.reading) if draft.reading else None
            needs = needs_of((draft,), (by.actor,))
            task.world.places.update(self._store.places(needs.of(RowKind.PLACE) - task.world.places.keys()))
            judgement = judge(draft, by, said, task.world, task.today)
            if judgement.refusal is not None:
                return judgement.refusal
            absorb(task.world, judgement)
        return None

    def _record(self, drafts: Sequence[Draft], now: Times | None = None, versions: dict[str, int] | None = None) -> Act:
        """Record drafts, all or none; gives the last of their acts."""
        acts = self._store.record(
            drafts,
            actor=self._signed_in().id,
            site=self._store.site,
            now=now or self._clock.now(),
            versions=versions or {},
        )
        self._on_recorded()
        return acts[-1]

    def _must_be_ready(self) -> None:
        """After a server was restored its rows come anew: what is half here would be judged wrongly."""
        if not self._store.ready:
            raise StoreNotReady

    def _reload(self) -> None:
        task = self._open_task()
        pick_list = self._store.pick_list(task.pick_list.number)
        self._task = self._load(pick_list or task.pick_list, task.mode)

    def _load(
        self, pick_list: PickList, mode: picking.Mode = picking.WORKING, known: tuple[Unit, ...] = ()
    ) -> picking.Pick:
        """The task as it stands; `known` are units beside the list's own that its next act is judged by."""
        asked = getattr(mode, "unit", None)
        asked_about = self._store.unit(asked) if asked else None
        world = self._store.world_for(pick_list, (*known, *((asked_about,) if asked_about else ())))
        today = self._today(world.site.time_zone)
        stock = self._store.stock_for(pick_list, today)
        return picking.Pick(
            world=world,
            pick_list=pick_list,
            stock=stock,
            device=self._store.device,
            worker=self._signed_in().id,
            today=today,
            mode=mode,
            reserved_elsewhere=self._store.reserved_elsewhere(pick_list.number, stock),
        )

    def _today(self, time_zone: str) -> date:
        return local(self._clock.now().wall, time_zone).date()

    def _signed_in(self) -> Worker:
        if self._worker is None:
            raise NoWorker("Nobody is signed in on this device.")
        return self._worker

    def _open_task(self) -> picking.Pick:
        if self._task is None:
            raise NoTask("No task is open on this device.")
        return self._task
