"""A kind of row and a fact that only this file knows go from one device to the server and to another device."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import HANDHELD, Change, Fact
from scantrail.domain.acts.kinds import KINDS, Kind, RowKind, Thing
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts import EVENT_TYPES, FACTS
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.server.database.schema import events
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.words import M
from tests.device.online import OnlineDevice, online_device
from tests.device.test_first_load import application
from tests.server.site import ServedSite
from tests.support.worlds import MIKE

NOTE = RowKind("note")


@dataclass(frozen=True)
class Note:
    """What somebody has written on the board."""

    id: str
    text: str
    by: str = ""


@dataclass(frozen=True)
class NoteWritten(Event):
    """Somebody writes on the board, or writes something else there."""

    note: str
    text: str


def _thing(event: NoteWritten) -> tuple[Thing, ...]:
    return ((NOTE, event.note),)


def _check(sight: Sight, event: NoteWritten) -> Refusal | None:
    known: Note | None = sight.row((NOTE, event.note))
    is_anothers = known is not None and known.by != sight.by.actor
    return refuse(RightCode.NO_RIGHT, worker=sight.by.actor) if is_anothers else None


def _fold(note: Note | None, event: NoteWritten, change: Change) -> Note:
    return replace(note or Note(event.note, ""), text=event.text, by=change.actor)


WRITTEN: Fact[Any] = Fact(
    NoteWritten,
    Family.WORK,
    by=HANDHELD,
    touches=_thing,
    creates=frozenset({NOTE}),
    check=_check,
    folds={NOTE: _fold},
    told=lambda event: M("Written on the board: {text}", text=event.text),
)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind and the fact are in the tables, and nowhere else."""
    kind = Kind(lambda body: from_plain(Note, body), to_plain, lambda note: note.id)
    monkeypatch.setitem(KINDS, NOTE, kind)
    monkeypatch.setitem(FACTS, NoteWritten, WRITTEN)
    monkeypatch.setitem(EVENT_TYPES, "NoteWritten", NoteWritten)


def note_on(device: OnlineDevice, name: str = "N-1") -> Note | None:
    """The note as a device sees it."""
    found: Note | None = device.store.load(Needs(frozenset({(NOTE, name)}))).row((NOTE, name))
    return found


async def test_it_goes_from_a_device_through_push_log_and_feed_to_another_device(
    tmp_path: Path, served: ServedSite
) -> None:
    first, second = await online_device(tmp_path, served), await online_device(tmp_path, served, "Scanner-06")
    for device in (first, second):
        await device.sync.now()
    first.hand.does(NoteWritten("N-1", "Lift 2 is out of order"))
    assert note_on(first) == Note("N-1", "Lift 2 is out of order", "sarah"), "at once, with no network"
    await first.sync.now()
    assert note_on(first) == Note("N-1", "Lift 2 is out of order", "sarah")
    await second.sync.now()
    assert note_on(second) == Note("N-1", "Lift 2 is out of order", "sarah")
    with served.database.reading() as connection:
        (body,) = connection.execute(select(events.c.body).where(events.c.type == "NoteWritten")).scalars()
    assert json.loads(body)["text"] == "Lift 2 is out of order"


async def test_it_is_judged_by_its_check_and_what_the_server_refuses_is_taken_back(
    tmp_path: Path, served: ServedSite
) -> None:
    first, second = await online_device(tmp_path, served), await online_device(tmp_path, served, "Scanner-06")
    for device in (first, second):
        await device.sync.now()
    first.hand.does(NoteWritten("N-1", "Sarah's"))
    await first.sync.now()
    second.hand.actor = MIKE.id
    second.hand.does(NoteWritten("N-1", "Mike's"))
    assert note_on(second) == Note("N-1", "Mike's", "mike"), "the device does not know better yet"
    await second.sync.now()
    assert note_on(second) == Note("N-1", "Sarah's", "sarah")
    assert [item.refusal.code for item in second.store.attention()] == [RightCode.NO_RIGHT]


async def test_a_device_that_comes_later_has_it_from_the_snapshot(tmp_path: Path, served: ServedSite) -> None:
    first = await online_device(tmp_path, served)
    first.hand.does(NoteWritten("N-1", "Lift 2 is out of order"))
    await first.sync.now()
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    application(served).state.snapshots = snapshots
    await asyncio.to_thread(snapshots.write, "MAIN")
    later = await online_device(tmp_path, served, "Scanner-07")
    await later.sync.now()
    assert (later.store.folder / "rows-1.db").exists(), "it came as a file"
    assert note_on(later) == Note("N-1", "Lift 2 is out of order", "sarah")
