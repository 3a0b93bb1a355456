"""A job that only a test knows is worked on like any other: offline, after a crash, contested, undone, elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.domain.acts.kinds import RowKind, document
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.people.worker import Worker
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.server.ledger.writing import writing
from scantrail.server.records.rows import values_of
from scantrail.workflows.base import AskUndo, Confirm, Tone
from tests.device.online import OnlineDevice, online_device
from tests.server.site import ServedSite
from tests.support.rounds import WORK, Round, learn
from tests.support.worlds import MIKE, NOW, SARAH

BINS = ("MAIN/A-15-03", "MAIN/A-15-04")
TOUR = Round("RD-1", "MAIN", BINS)


@dataclass
class Walker:
    """A worker with a device."""

    device: OnlineDevice
    session: Session

    def scan(self, text: str) -> Tone | None:
        self.device.hand.clock.move(5)
        verdict = self.session.scan(Reading(text, Carrier.WEDGE))
        return verdict.tone if verdict else None

    async def syncs(self) -> None:
        await self.device.sync.now()
        self.session.refresh()

    def seen(self) -> Round:
        found: Round = self.device.store.document(TOUR.number)
        return found

    def dies(self, worker: Worker) -> Walker:
        """The process ends in the middle of everything, and another one begins."""
        folder = self.device.store.folder
        self.device.store.close()
        store = DeviceStore.open(folder)
        self.device.store = self.device.hand.store = store
        session = Session(store, self.device.hand.clock)
        session.start(worker, offline=True)
        return Walker(self.device, session)


@pytest.fixture(autouse=True)
def job(monkeypatch: pytest.MonkeyPatch, served: ServedSite) -> None:
    learn(monkeypatch)
    with writing(served.database, "MAIN", NOW) as records:
        records.put({document(TOUR.number): TOUR})


@asynccontextmanager
async def walking(folder: Path, site: ServedSite, name: str, worker: Worker) -> AsyncIterator[Walker]:
    device = await online_device(folder, site, name)
    await device.sync.now()
    session = Session(device.store, device.hand.clock)
    session.start(worker, offline=False)
    try:
        yield Walker(device, session)
    finally:
        await device.server.close()
        device.store.close()


def on_record(site: ServedSite) -> Round:
    with site.database.reading() as connection:
        found: Round = values_of(connection, RowKind.DOCUMENT, [TOUR.number])[TOUR.number]
    return found


async def test_it_is_worked_on_offline_and_is_done_at_the_server_and_on_another_device(
    tmp_path: Path, served: ServedSite
) -> None:
    async with (
        walking(tmp_path, served, "Scanner-05", SARAH) as sarah,
        walking(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        assert [each.number for each in sarah.session.documents(WORK)] == [TOUR.number]
        assert sarah.session.open(TOUR.number) is None
        assert sarah.session.prompt().codes == ("A-15-03", "A-15-04")
        assert sarah.scan("A-15-03") is Tone.ACCEPTED
        assert sarah.scan("B-02-01") is Tone.REFUSED, "no place of the round"
        assert sarah.scan("A-15-04") is Tone.ACCEPTED
        sarah.session.answer(Confirm())
        assert sarah.session.prompt().finished
        await sarah.syncs()
        assert sarah.device.store.attention() == ()
        await mike.syncs()
        assert mike.seen() == on_record(served)
    assert (on_record(served).visited, on_record(served).status) == (BINS, DocumentStatus.COMPLETED)


async def test_it_goes_on_where_it_was_after_the_process_has_died(tmp_path: Path, served: ServedSite) -> None:
    async with walking(tmp_path, served, "Scanner-05", SARAH) as sarah:
        assert sarah.session.open(TOUR.number) is None
        sarah.scan("A-15-03")
        again = sarah.dies(SARAH)
        assert again.session.open(TOUR.number) is None
        assert again.session.prompt().codes == ("A-15-04",)
        assert again.device.store.count_pending() > 0


async def test_what_was_done_is_undone(tmp_path: Path, served: ServedSite) -> None:
    async with walking(tmp_path, served, "Scanner-05", SARAH) as sarah:
        assert sarah.session.open(TOUR.number) is None
        sarah.scan("A-15-03")
        sarah.session.answer(AskUndo())
        assert sarah.seen().visited == ()
        await sarah.syncs()
    assert on_record(served) == replace(TOUR, status=DocumentStatus.IN_PROGRESS, taken=Taken("Scanner-05", SARAH.id))


async def test_who_went_on_while_another_had_taken_it_over_is_told(tmp_path: Path, served: ServedSite) -> None:
    async with (
        walking(tmp_path, served, "Scanner-05", SARAH) as sarah,
        walking(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        assert sarah.session.open(TOUR.number) is None
        await sarah.syncs()
        await mike.syncs()
        assert mike.session.open(TOUR.number) is not None, "only with a reason"
        assert mike.session.open(TOUR.number, reason="shift ended") is None
        await mike.syncs()
        assert sarah.scan("A-15-03") is Tone.ACCEPTED, "without a network nobody knows"
        await sarah.syncs()
        (item,) = sarah.device.store.attention()
        assert item.refusal.code == TaskCode.LIST_TAKEN_OVER
        assert sarah.session.is_closed
        assert sarah.seen().visited == ()
    assert on_record(served).taken == Taken("Scanner-06", MIKE.id)
