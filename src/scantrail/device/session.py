"""A worker's session on a device: guided work on the store. Recorded, durably, before anything is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scantrail import workflows
from scantrail.device.clock import Clock
from scantrail.device.session_store import SessionStore
from scantrail.device.store import AttentionItem, StoreError, StoreNotReady
from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import unit, worker
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import By
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.kinds import kind_of
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.sessions import WorkerSignedIn, WorkerSignedOut
from scantrail.domain.facts.work.events import TaskReleased, TaskTaken
from scantrail.domain.judge import absorb, judge, needs_of
from scantrail.domain.moments import local
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Candidates, Reading, Said
from scantrail.domain.things.unit import Unit
from scantrail.gs1.said import said_by
from scantrail.words import Message
from scantrail.workflows.base import (
    NO_PHOTO_HERE,
    REPEAT_MS,
    Answer,
    AttachPhoto,
    Item,
    Job,
    Prompt,
    Scan,
    Verdict,
    Workflow,
    repeat_verdict,
)


@dataclass(frozen=True, slots=True)
class LastRead:
    """The scan before this one, to tell a double read."""

    text: str
    mono_ms: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A document that is open on this device, with the workflow that works on it."""

    workflow: Workflow
    job: Job
    view: Any
    """The job as the workflow sees it."""

    @classmethod
    def of(cls, workflow: Workflow, job: Job) -> _Opened:
        """A job, seen by its workflow."""
        return cls(workflow, job, workflow.view(job))

    @property
    def number(self) -> DocumentId:
        """The document's number."""
        number: DocumentId = self.job.document.number
        return number

    def in_mode(self, mode: Any) -> _Opened:
        """The same job, asking for something else."""
        return self.of(self.workflow, replace(self.job, mode=mode))


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
        self._job: _Opened | None = None
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
        """The number of the open document."""
        return self._job.number if self._job else None

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is done for the open document: it is complete, cancelled, or another device's."""
        return self._job is not None and self._job.workflow.is_closed(self._job.view)

    @property
    def help(self) -> tuple[Message, ...]:
        """What the keys do in the open task."""
        return self._open_job().workflow.help

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

    def documents(self, workflow: Workflow) -> tuple[Any, ...]:
        """The documents of a job to choose from, most urgent first."""
        return self._store.open_documents(workflow.works_on)

    def open(self, number: DocumentId, reason: str = "") -> Verdict | None:
        """Take a document, or resume it at its step. Another device's is taken over only with a reason.

        Returns None when the task is open, else why it is not.

        Raises:
            StoreError: taking it was not recorded, and no task is open.
        """
        worker, document = self._signed_in(), self._store.document(number)
        workflow = workflows.workflow_on(kind_of(document)) if document is not None else None
        self.leave()
        self._must_be_ready()
        if workflow is None:
            return Verdict.of_refusal(refuse(ActCode.UNKNOWN_DOCUMENT, document=number), number)
        self._job = self._load(workflow, document)
        taken: Taken | None = document.taken
        if document.status is DocumentStatus.CANCELLED and document.site == self._store.site:
            return None
        if taken is not None and (taken.device, taken.worker) == (self._store.device, worker.id):
            self._begin()
            return None
        events: tuple[Event, ...] = (TaskTaken(number), *workflow.taken(self._job.view))
        draft = Draft(events=events, document=number, reason=reason)
        try:
            refused = self._record_judged(draft, number)
        except StoreError:
            self._close()
            raise
        if refused is not None:
            self._close()
            return refused
        self._begin()
        return None

    def _begin(self) -> None:
        opened = self._open_job()
        self._job = opened.in_mode(opened.workflow.opening(opened.view))

    def look(self, number: DocumentId) -> None:
        """Show a document that another device has taken over, with what is to be brought there. Nothing is recorded."""
        document = self._store.document(number)
        workflow = workflows.workflow_on(kind_of(document)) if document is not None else None
        self.leave()
        self._must_be_ready()
        if workflow is not None:
            self._job = self._load(workflow, document)

    def leave(self) -> None:
        """Back to the menu. What was done is on record; a document on which nothing was done is given back.

        If that cannot be recorded now, it stays with this person, as the menu shows.
        """
        opened = self._job
        try:
            if opened is not None and opened.workflow.is_untouched(opened.view) and self._store.ready:
                number = opened.number
                self._record_judged(Draft(events=(TaskReleased(number),), document=number), number)
        except StoreError:
            pass
        finally:
            self._close()

    def _close(self) -> None:
        self._job = None
        self._last_read = None
        self.verdict = None
        self.verdict_act = None

    def refresh(self) -> Verdict | None:
        """Look at the open task again after a sync brought changes, unless a part of them is still on its way.

        Gives what the person must know of them beside the next prompt.
        """
        if self._job is None or not self._store.ready:
            return None
        before = self._job
        self._reload()
        return before.workflow.news(before.view, self._open_job().view)

    def prompt(self) -> Prompt:
        """What to do now in the open task.

        Raises:
            NoTask: no task is open.
        """
        opened = self._open_job()
        return opened.workflow.prompt(opened.view)

    def items(self) -> Iterable[Item]:
        """The whole list beside the prompt of the open task.

        Raises:
            NoTask: no task is open.
        """
        opened = self._open_job()
        return opened.workflow.items(opened.view)

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
            opened = self._open_job()
            self._job = self._load(opened.workflow, opened.job.document, opened.job.mode, candidates.units)
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
            StoreNotReady: the server's rows are being fetched again; nothing was recorded.
        """
        self._must_be_ready()
        opened = self._open_job()
        outcome = opened.workflow.answer(opened.view, given)
        verdict = outcome.verdict
        if outcome.draft is not None:
            verdict = self._record_judged(outcome.draft, verdict.scanned if verdict else "", outcome.before) or verdict
        self._job = self._open_job().in_mode(outcome.mode)
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
        opened, now = self._open_job(), self._clock.now()
        drafts, refusal = [*before, draft], self._refusal_of((*before, draft), opened.job, now)
        if refusal is not None:
            drafts = [replace(draft, events=(), refusal=refusal)]
        self.verdict_act = self._record(drafts, now, self._store.versions(opened.number)).id
        self._reload()
        return Verdict.of_refusal(refusal, scanned) if refusal else None

    def _refusal_of(self, drafts: tuple[Draft, ...], job: Job, now: Times) -> Refusal | None:
        """Why the first of these drafts that may not be recorded may not, each judged after those before it.

        The job's own world does not change: if nothing can be recorded now, the same is judged again later.
        """
        world = job.world.copied()
        for draft in drafts:
            by = By(self._signed_in().id, self._store.device, now.wall)
            said = self._said(draft.reading) if draft.reading else None
            needs = needs_of((draft,), (by.actor,))
            missing = frozenset(thing for thing in needs.things if world.row(thing) is None)
            if missing or needs.labels or needs.in_hand:
                world.add(self._store.load(replace(needs, things=missing)))
            judgement = judge(draft, by, said, world, job.today)
            if judgement.refusal is not None:
                return judgement.refusal
            absorb(world, judgement)
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
        """After a server was restored all rows come again: what is half here would be judged wrongly."""
        if not self._store.ready:
            raise StoreNotReady

    def _reload(self) -> None:
        opened = self._open_job()
        document = self._store.document(opened.number) or opened.job.document
        self._job = self._load(opened.workflow, document, opened.job.mode)

    def _load(self, workflow: Workflow, document: Any, mode: Any = None, known: Iterable[Unit] = ()) -> _Opened:
        """The task as it stands; `known` are units beside its own that its next act is judged by."""
        mode = workflow.beginning if mode is None else mode
        worker_id = self._signed_in().id
        beside = Needs(frozenset({worker(worker_id), *(unit(each.id) for each in known)}))
        book = self._store.book(document)
        world = self._store.load(workflow.needs(document, mode, book).with_all((beside,)))
        world.places.update(book.places())
        today = self._today(world.site.time_zone)
        return _Opened.of(workflow, Job(world, document, book, self._store.device, worker_id, today, mode))

    def _today(self, time_zone: str) -> date:
        return local(self._clock.now().wall, time_zone).date()

    def _signed_in(self) -> Worker:
        if self._worker is None:
            raise NoWorker("Nobody is signed in on this device.")
        return self._worker

    def _open_job(self) -> _Opened:
        if self._job is None:
            raise NoTask("No task is open on this device.")
        return self._job
