"""Two devices at random against the real server: whatever they do, and whenever they sync, all agree in the end."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from scantrail.device.session import Session
from scantrail.domain.acts.act import ActId
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.protocol.outbox import ActState
from scantrail.server.records.documents import put_documents
from scantrail.words import say
from scantrail.workflows.base import Answer, AskException, AskUndo, Back, Choose, Confirm, Verdict
from tests.device.events import LIST
from tests.device.online import OnlineDevice, assert_list_agrees, online_device, served_site
from tests.server.site import ServedSite, tell
from tests.support.worlds import MIKE, MODULE, PLACES, SARAH, any_line, named_by, pick_list

OTHERS = tuple(
    pick_list(any_line(MODULE, 2), number=f"PL-2025-010{each}", order=f"SO-2025-130{each}") for each in (1, 2)
)
LISTS = (LIST, *(each.number for each in OTHERS))
SERIALS = tuple(f"CM500-2025-{number:04d}" for number in (46, 47, 48, 49, 50, 51))
TEXTS = (*SERIALS, *(place.code for place in PLACES), "CM-500-STD", "TS-200", LIST, "")
KEYS: tuple[Answer, ...] = (Confirm(), AskException(), AskUndo(), Back())
STEPS = 120


class Wanderer:
    """Somebody who does anything, and now and then what is asked."""

    def __init__(self, device: OnlineDevice, worker: Worker, chance: Random) -> None:
        self.device, self.chance = device, chance
        self.session = Session(device.store, device.hand.clock, device.sync.kick)
        self.session.start(worker, offline=False)

    async def does_something(self) -> None:
        self.device.hand.clock.move(5)
        if self.session.task is None or self.chance.random() < 0.02:
            reason = self.chance.choice(["", "shift ended"])
            self.session.open(self.chance.choice(LISTS), reason)
            return
        if self.chance.random() < 0.08:
            await self.syncs()
            return
        said = self._acts()
        if said:
            assert "?" not in said

    def _acts(self) -> str:
        asked = self.session.prompt()
        if asked.choices and self.chance.random() < 0.8:
            verdict = self.session.answer(Choose(self.chance.choice(asked.choices).key))
        elif self.chance.random() < 0.7 and (asked.confirms or asked.expected):
            verdict = self.session.answer(Confirm()) if asked.confirms else self._scan(asked.expected[0])
        elif self.chance.random() < 0.5:
            verdict = self._scan(self.chance.choice(TEXTS))
        else:
            verdict = self.session.answer(self.chance.choice(KEYS))
        parts = (verdict.title, verdict.because or "", verdict.todo or "") if verdict else ()
        return " ".join(say(part) for part in parts)

    def _scan(self, text: str) -> Verdict | None:
        return self.session.scan(Reading(text, Carrier.WEDGE))

    async def syncs(self) -> None:
        await self.device.sync.now()
        self.session.refresh()


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    site = served_site(tmp_path)
    with site.database.writing() as connection:
        put_documents(connection, OTHERS)
        tell(connection, "MAIN", [(RowKind.DOCUMENT, each.number) for each in OTHERS])
    return site


@pytest.mark.parametrize("seed", range(6))
async def test_devices_and_server_agree_after_anything(tmp_path: Path, served: ServedSite, seed: int) -> None:
    chance = Random(seed)
    devices = [await online_device(tmp_path, served, name) for name in ("Scanner-05", "Scanner-06")]
    for device in devices:
        await device.sync.now()
    both = [Wanderer(device, worker, chance) for device, worker in zip(devices, (SARAH, MIKE), strict=True)]
    for _step in range(STEPS):
        await chance.choice(both).does_something()
    for _round in range(2):
        for each in both:
            await each.syncs()
    for device in devices:
        assert device.store.count_pending() == 0
        for number in LISTS:
            assert_list_agrees(device, served, number)
        _units_agree(device, served)
        _nothing_is_dropped(device)
        await device.server.close()
        device.store.close()
    for number in LISTS:
        _adds_up(served.pick_list(number), served.listing(number))


def _units_agree(device: OnlineDevice, served: ServedSite) -> None:
    picked = [(each.serial, number) for number in LISTS for each in served.listing(number).picked]
    on_lists = dict(picked)
    assert len(on_lists) == len(picked), "a unit is picked twice"
    for serial in SERIALS:
        for known in device.store.units_called(serial):
            truth = served.unit(int(serial[-4:]))
            assert known == truth
            assert (truth.status is Status.PICKED) == (serial in on_lists)
            if serial in on_lists:
                assert truth.document == on_lists[serial]


def _adds_up(listed: PickList, listing: Listing) -> None:
    assert {each.unit for each in listing.picked if each.condition is None} == set(listed.unstated)
    for line in listed.lines:
        picked = {each.unit for each in listing.picked_on(line.id)}
        assert line.done == len(picked)
        assert line.done + line.short + line.remaining == line.quantity
        if line.kind is LineKind.EXACT:
            named = {each.unit for each in named_by(listing, line.id)}
            to_pick = named - picked - set(line.missing)
            assert picked | set(line.missing) <= named
            assert (len(line.missing), len(to_pick)) == (line.short, line.remaining)


def _nothing_is_dropped(device: OnlineDevice) -> None:
    """What a verdict took from the device's view waits for a person."""
    refused = [each for each in range(1, 10 * STEPS) if _state(device, each) in (ActState.REFUSED, ActState.CONTESTED)]
    assert bool(refused) == bool(device.store.attention())


def _state(device: OnlineDevice, seq: int) -> ActState | None:
    identity = device.store.identity
    return device.store.act_state(ActId(identity.device, identity.epoch, seq))
