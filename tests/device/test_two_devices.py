"""Two real devices and the real server: the same unit picked twice, and a list taken over in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scantrail.device.session import Session
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.worker import Worker
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import explain
from scantrail.server.records.documents import put_documents
from scantrail.workflows.base import AskException, AskUndo, Choose, Confirm, Tone, Verdict
from tests.device.online import OnlineDevice, online_device, served_site
from tests.server.site import ServedSite, tell
from tests.support.worlds import MIKE, MODULE, SARAH, any_line, pick_list

FIRST = pick_list(any_line(MODULE, 1), number="PL-2025-0101", order="SO-2025-1301")
SECOND = pick_list(any_line(MODULE, 1), number="PL-2025-0102", order="SO-2025-1302")


@dataclass
class Picker:
    """A worker with a device."""

    device: OnlineDevice
    session: Session

    def scan(self, text: str) -> Verdict:
        self.device.hand.clock.move(5)
        verdict = self.session.scan(Reading(text, Carrier.WEDGE))
        assert verdict is not None
        return verdict

    def picks(self, number: str, serial: str) -> Verdict:
        if self.session.task != number:
            assert self.session.open(number) is None
        for text in ("A-15-03", "CM-500-STD"):
            self.scan(text)
        return self.scan(serial)

    def gives_back(self) -> Verdict:
        self.session.answer(AskException())
        choices = {str(each.label): each.key for each in self.session.prompt().choices}
        verdict = self.session.answer(Choose(choices["Give this list back"]))
        assert verdict is not None
        return verdict

    def confirms_all(self) -> None:
        while not self.session.prompt().finished:
            self.session.answer(Confirm())

    async def syncs(self) -> None:
        await self.device.sync.now()
        self.session.refresh()


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    site = served_site(tmp_path)
    with site.database.writing() as connection:
        put_documents(connection, [FIRST, SECOND])
        tell(connection, "MAIN", [(RowKind.DOCUMENT, FIRST.number), (RowKind.DOCUMENT, SECOND.number)])
    return site


@asynccontextmanager
async def working(folder: Path, site: ServedSite, name: str, worker: Worker) -> AsyncIterator[Picker]:
    device = await online_device(folder, site, name)
    await device.sync.now()
    session = Session(device.store, device.hand.clock, device.sync.kick)
    session.start(worker, offline=False)
    try:
        yield Picker(device, session)
    finally:
        await device.server.close()
        device.store.close()


def list_on(site: ServedSite, listed: PickList) -> PickList:
    return site.pick_list(listed.number)


async def test_the_second_of_two_pickers_of_one_unit_is_told_and_picks_another(
    tmp_path: Path, served: ServedSite
) -> None:
    async with (
        working(tmp_path, served, "Scanner-05", SARAH) as sarah,
        working(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        assert sarah.picks(FIRST.number, "CM500-2025-0049").tone is Tone.ACCEPTED
        assert mike.picks(SECOND.number, "CM500-2025-0049").tone is Tone.ACCEPTED, "nobody can know yet"
        mike.session.answer(Confirm())
        await sarah.syncs()
        await mike.syncs()
        (item,) = mike.device.store.attention()
        assert item.refusal.code == GoodsCode.ALREADY_PICKED
        assert str(explain(item.refusal).because).startswith("Sarah Johnson picked it for PL-2025-0101")
        assert (mike.session.prompt().done, mike.session.prompt().codes) == (0, ("CM500-2025-0050",))
        assert mike.scan("CM500-2025-0049").tone is Tone.REFUSED
        assert mike.scan("CM500-2025-0050").tone is Tone.ACCEPTED
        mike.confirms_all()
        mike.session.settle(item, "Put back")
        await mike.syncs()
        assert mike.device.store.attention() == ()
    assert served.unit(49).document == FIRST.number
    assert served.unit(50).document == SECOND.number
    assert list_on(served, SECOND).status is DocumentStatus.COMPLETED


async def test_whoever_knows_of_the_others_list_is_sent_to_another_unit(tmp_path: Path, served: ServedSite) -> None:
    async with (
        working(tmp_path, served, "Scanner-05", SARAH) as sarah,
        working(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        assert sarah.session.open(FIRST.number) is None
        assert mike.session.open(SECOND.number) is None, "without a network both are on the way to the same one"
        for picker in (sarah, mike, sarah):
            await picker.syncs()
        assert [list_on(served, each).lines[0].reserved for each in (FIRST, SECOND)] == [(served.unit(49).id,)] * 2
        for picker in (sarah, mike):
            picker.scan("A-15-03")
            picker.scan("CM-500-STD")
            assert picker.session.prompt().codes == ("CM500-2025-0050",), "each leaves it to the other"
        mike.session.leave()
        assert sarah.scan("CM500-2025-0050").tone is Tone.ACCEPTED
        sarah.confirms_all()
        for picker in (sarah, mike):
            await picker.syncs()
        assert mike.session.open(SECOND.number) is None
        assert mike.session.prompt().codes == ("CM500-2025-0049",)
        assert sarah.device.store.attention() == mike.device.store.attention() == ()
    assert list_on(served, FIRST).lines[0].reserved == ()


async def test_a_list_taken_over_goes_on_at_its_step_and_the_first_device_is_told(
    tmp_path: Path, served: ServedSite
) -> None:
    async with (
        working(tmp_path, served, "Scanner-05", SARAH) as sarah,
        working(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        sarah.picks("PL-2025-0091", "CM500-2025-0046")
        await sarah.syncs()
        await mike.syncs()
        refused = mike.session.open("PL-2025-0091")
        assert refused is not None
        assert str(refused.because) == "Sarah Johnson works on PL-2025-0091 on Scanner-05 now."
        assert mike.session.open("PL-2025-0091", reason="shift ended") is None
        asked = mike.session.prompt()
        assert (str(asked.verb), asked.expected) == ("SCAN WHAT YOU GET", ("CM500-2025-0046",))
        assert str(asked.hint).startswith("Sarah Johnson picked it, it is in CART-05.")
        mike.session.answer(Confirm())
        assert str(mike.session.prompt().verb) == "CONDITION GOOD?", "the last step that the server knows"
        await mike.syncs()
        assert str(mike.scan("CM500-2025-0046").title) == "HANDED OVER", "also later, at any step"
        sarah.session.answer(Confirm())
        assert sarah.scan("CM500-2025-0047").tone is Tone.ACCEPTED, "her device has not heard yet"
        await sarah.syncs()
        assert {item.refusal.code for item in sarah.device.store.attention()} == {TaskCode.LIST_TAKEN_OVER}
        assert str(sarah.session.prompt().verb) == "LIST TAKEN OVER", "told before she scans"
        assert str(sarah.scan("CM500-2025-0048").because) == "Mike Chen works on PL-2025-0091 on Scanner-06 now."
        mike.session.answer(Confirm())
        assert mike.scan("CM500-2025-0047").tone is Tone.ACCEPTED
        await mike.syncs()
    picked = {each.serial: each.by for each in served.listing().picked}
    assert picked == {"CM500-2025-0046": SARAH.id, "CM500-2025-0047": MIKE.id}
    assert {served.unit(number).place for number in (46, 47)} == {"MAIN/CART-06"}, "one list, one cart"


async def test_of_two_that_open_a_list_at_once_the_loser_is_not_asked_what_became_of_goods(
    tmp_path: Path, served: ServedSite
) -> None:
    async with (
        working(tmp_path, served, "Scanner-05", SARAH) as sarah,
        working(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        assert sarah.session.open(FIRST.number) is None
        assert mike.session.open(FIRST.number) is None
        mike.scan("A-15-03")
        await sarah.syncs()
        await mike.syncs()
        assert mike.device.store.attention() == ()
        asked = mike.session.prompt()
        assert str(asked.verb) == "LIST TAKEN OVER"
        assert "Nothing of it is in your cart." in str(asked.hint)
        mike.session.leave()
        await mike.syncs()
        assert list_on(served, FIRST).taken == Taken("Scanner-05", SARAH.id)
        sarah.session.leave()
        await sarah.syncs()
        await mike.syncs()
        assert list_on(served, FIRST).taken is None
        assert mike.session.open(FIRST.number) is None, "given back: no reason is asked"


async def test_a_list_is_given_back_by_choice_once_nothing_of_it_is_in_the_cart(
    tmp_path: Path, served: ServedSite
) -> None:
    async with working(tmp_path, served, "Scanner-05", SARAH) as sarah:
        sarah.picks("PL-2025-0091", "CM500-2025-0046")
        sarah.session.answer(Confirm())
        refused = sarah.gives_back()
        assert str(refused.because) == "CM500-2025-0046 of PL-2025-0091 must leave your cart first."
        sarah.session.answer(AskUndo())
        sarah.session.answer(Choose("1"))
        assert sarah.scan("A-15-03").tone is Tone.NOTED
        assert sarah.gives_back().tone is Tone.ACCEPTED
        assert sarah.session.prompt().finished
        await sarah.syncs()
    assert served.pick_list().taken is None


async def test_what_is_picked_for_a_list_that_is_cancelled_goes_back_unit_by_unit(
    tmp_path: Path, served: ServedSite
) -> None:
    async with working(tmp_path, served, "Scanner-05", SARAH) as sarah:
        sarah.picks("PL-2025-0091", "CM500-2025-0046")
        await sarah.syncs()
        with served.database.writing() as connection:
            put_documents(connection, [replace(served.pick_list(), status=DocumentStatus.CANCELLED)])
            tell(connection, "MAIN", [(RowKind.DOCUMENT, "PL-2025-0091")])
        await sarah.syncs()
        asked = sarah.session.prompt()
        assert (str(asked.verb), asked.expected) == ("PUT BACK", ("CM500-2025-0046",))
        sarah.session.leave()
        assert [each.number for each in sarah.device.store.to_put_back()] == ["PL-2025-0091"]
        assert sarah.session.open("PL-2025-0091") is None, "also from the list itself"
        assert sarah.scan("CM500-2025-0047").tone is Tone.REFUSED
        sarah.scan("CM500-2025-0046")
        assert sarah.session.prompt().expected == ("A-15-03",)
        sarah.scan("A-15-03")
        assert str(sarah.session.prompt().verb) == "LIST CANCELLED"
        await sarah.syncs()
        assert sarah.device.store.to_put_back() == ()
        assert sarah.device.store.attention() == ()
    assert (served.unit(46).place, served.listing().picked) == ("MAIN/A-15-03", [])


async def test_a_unit_quarantined_meanwhile_is_named_with_its_status(tmp_path: Path, served: ServedSite) -> None:
    async with working(tmp_path, served, "Scanner-05", SARAH) as sarah:
        sarah.picks("PL-2025-0091", "CM500-2025-0046")
        served.change(replace(served.unit(46), status=Status.QUARANTINE))
        await sarah.syncs()
        (item,) = sarah.device.store.attention()
        assert str(explain(item.refusal).because) == "Its status is Quarantine."
