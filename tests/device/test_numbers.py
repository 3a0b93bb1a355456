"""Numbers on a device: fetched while online, taken durably, each once; and what it says when there are none."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import update

from scantrail.device.store import DeviceStore, NumbersLeft, NumbersUsedUp, StoreDamaged
from scantrail.device.sync_command import sync_status
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.numbers import NumberFormat, SsccSeries
from scantrail.domain.people.site import Site
from scantrail.protocol.link import Link
from scantrail.protocol.messages import GLOBAL_STREAM, NumbersAnswer
from scantrail.protocol.numbers import BLOCK
from scantrail.server.administration import restored
from scantrail.server.database.schema import number_series
from scantrail.server.records.master import put_sites
from tests.device.online import OnlineDevice, cut, lost_answer, online_device, served_site
from tests.server.site import ServedSite, tell
from tests.support.devices import SERVER_EPOCH, new_store
from tests.support.worlds import SITE

SERIES = SsccSeries(0, "9521234")
NUMBERING = replace(SITE, company_prefix=SERIES.company_prefix)

TAKER = """
import sys
from pathlib import Path
from scantrail.device.store import DeviceStore
from scantrail.domain.names.numbers import SsccSeries

store = DeviceStore.open(Path(sys.argv[1]))
while True:
    print(*store.numbers.take(SsccSeries(0, "9521234"), 3), flush=True)
"""


def set_site(served: ServedSite, site: Site = NUMBERING) -> None:
    """The desk changes the site's settings."""
    with served.database.writing() as connection:
        put_sites(connection, [site])
        tell(connection, GLOBAL_STREAM, [(RowKind.SITE, site.id)])


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> AsyncIterator[OnlineDevice]:
    set_site(served)
    made = await online_device(tmp_path, served)
    await made.sync.now()
    yield made
    made.store.close()


def asked(device: OnlineDevice) -> int:
    """How often the server was asked for numbers since."""
    count = sum(each.url.path == "/v1/numbers" for each in device.line.asked)
    device.line.asked.clear()
    return count


async def no_numbers(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """The line breaks only where numbers are asked for."""
    return await (cut(request, go_on) if request.url.path == "/v1/numbers" else go_on())


def left(device: OnlineDevice) -> int:
    return device.store.numbers.left(SERIES).left


async def test_the_first_exchange_brings_a_block_and_the_next_ones_ask_for_none(device: OnlineDevice) -> None:
    assert (asked(device), left(device)) == (1, BLOCK)
    await device.sync.now()
    assert asked(device) == 0
    assert device.store.numbers.take(SERIES, 2) == ("095212340000000013", "095212340000000020")


async def test_a_block_is_fetched_when_half_of_one_is_used_and_goes_on_behind_it(device: OnlineDevice) -> None:
    device.store.numbers.take(SERIES, BLOCK // 2)
    await device.sync.now()
    assert left(device) == BLOCK // 2
    device.store.numbers.take(SERIES, 1)
    await device.sync.now()
    assert left(device) == BLOCK // 2 - 1 + BLOCK
    taken = device.store.numbers.take(SERIES, BLOCK)
    assert taken == tuple(SERIES.number(BLOCK // 2 + 2 + at) for at in range(BLOCK))


async def test_an_answer_lost_on_the_way_costs_no_number(device: OnlineDevice) -> None:
    device.store.numbers.take(SERIES, BLOCK)
    device.line.fault = lost_answer
    await device.sync.now()
    device.line.fault = None
    device.hand.clock.move(61)
    await device.sync.now()
    assert device.store.numbers.take(SERIES, 1) == (SERIES.number(BLOCK + 1),)


async def test_numbers_that_cannot_be_had_hold_nothing_up_and_are_asked_for_a_minute_later(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.store.numbers.take(SERIES, BLOCK)
    with served.database.writing() as connection:
        put_sites(connection, [replace(NUMBERING, sscc_extension=4)])
    asked(device)
    for _poll in range(3):
        device.hand.does()
        assert (await device.sync.now()).link is Link.ONLINE
    assert (device.store.count_pending(), asked(device)) == (0, 1)
    with pytest.raises(NumbersUsedUp, match=r"No SSCC numbers left on this device\. Cartons of MAIN are numbered from"):
        device.store.numbers.take(SERIES, 1)
    with served.database.writing() as connection:
        put_sites(connection, [NUMBERING])
    device.hand.clock.move(61)
    await device.sync.now()
    assert device.store.numbers.left(SERIES).refusal == ""
    assert left(device) == BLOCK


async def test_a_server_that_cannot_be_reached_is_asked_for_numbers_a_minute_later(device: OnlineDevice) -> None:
    device.store.numbers.take(SERIES, BLOCK)
    device.line.fault = no_numbers
    asked(device)
    for _poll in range(3):
        await device.sync.now()
    assert asked(device) == 1
    device.hand.clock.move(61)
    await device.sync.now()
    assert asked(device) == 1


async def test_another_series_of_the_site_is_fetched_and_the_old_one_is_kept(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.store.numbers.take(SERIES, 1)
    set_site(served, replace(NUMBERING, sscc_extension=4))
    await device.sync.now()
    other = device.store.carton_numbers_left()
    assert other is not None
    assert (other.series, other.left) == ("SSCC 4 9521234", BLOCK)
    set_site(served)
    await device.sync.now()
    assert device.store.numbers.take(SERIES, 1) == (SERIES.number(2),)


async def test_a_restored_server_is_told_at_once_what_is_held(device: OnlineDevice, served: ServedSite) -> None:
    asked(device)
    restored(served.database, served.now)
    await device.sync.now()
    assert (asked(device), left(device)) == (1, BLOCK)
    await device.sync.now()
    assert asked(device) == 0


async def test_a_server_that_has_lost_something_unsaid_is_told_at_once_what_is_held(device: OnlineDevice) -> None:
    asked(device)
    device.store.resend_from(0)
    await device.sync.now()
    assert (asked(device), left(device)) == (1, BLOCK)


async def test_status_tells_what_is_left_also_while_the_store_is_open(device: OnlineDevice, tmp_path: Path) -> None:
    device.store.numbers.take(SERIES, 30)
    device.line.fault = cut
    status = await sync_status(tmp_path / "Scanner-05", device.line)
    assert [(each.series, each.left) for each in status.numbers] == [("SSCC 0 9521234", BLOCK - 30)]
    assert "  numbers    SSCC 0 9521234: 970 carton numbers left" in status.lines()


async def test_a_site_that_numbers_no_cartons_asks_for_none(tmp_path: Path, served: ServedSite) -> None:
    device = await online_device(tmp_path, served)
    await device.sync.now()
    assert (asked(device), device.store.carton_numbers_left()) == (0, None)
    device.store.close()


def with_block(folder: Path, count: int = BLOCK, first: int = 1) -> DeviceStore:
    store = new_store(folder, NUMBERING)
    store.numbers.put(SERIES, NumbersAnswer(1, count, first, "r"), SERVER_EPOCH)
    return store


def test_more_than_there_are_takes_none(tmp_path: Path) -> None:
    with with_block(tmp_path, 10) as store:
        with pytest.raises(NumbersUsedUp, match="Only 10 SSCC numbers are left on this device, 11 are wanted"):
            store.numbers.take(SERIES, 11)
        assert len(store.numbers.take(SERIES, 10)) == 10
        with pytest.raises(NumbersUsedUp, match=r"No SSCC numbers left on this device\. Connect to the network"):
            store.numbers.take(SERIES, 1)


def test_a_device_that_never_got_a_number_says_why_until_it_gets_its_first(tmp_path: Path) -> None:
    with new_store(tmp_path, NUMBERING) as store:
        for _time in range(2):
            store.numbers.note_refusal(SERIES, "Ask the office.")
        with pytest.raises(NumbersUsedUp, match=r"No SSCC numbers left on this device\. Ask the office\."):
            store.numbers.take(SERIES, 1)
        store.numbers.put(SERIES, NumbersAnswer(7), SERVER_EPOCH)
        asked = store.numbers.request(SERIES, store.epoch, SERVER_EPOCH)
        assert asked is not None
        assert (asked.turn, asked.left, asked.held) == (1, 0, None)
        store.numbers.put(SERIES, NumbersAnswer(1, BLOCK, 1, "r"), SERVER_EPOCH)
        assert store.numbers.left(SERIES) == NumbersLeft(SERIES.name, BLOCK)


@pytest.mark.parametrize(
    "answer",
    [
        NumbersAnswer(2, BLOCK, 1, "r"),
        NumbersAnswer(2, BLOCK, BLOCK, "r"),
        NumbersAnswer(2, BLOCK, 10**9, "r"),
        NumbersAnswer(2, -5, BLOCK + 7, "r"),
    ],
)
def test_a_block_that_cannot_be_new_is_left_and_said(tmp_path: Path, answer: NumbersAnswer) -> None:
    with with_block(tmp_path) as store:
        store.numbers.put(SERIES, answer, SERVER_EPOCH)
        found = store.numbers.left(SERIES)
        assert (found.left, "scantrail restored" in found.refusal) == (BLOCK, True)


def test_a_series_whose_numbers_are_all_used_goes_on_behind_them_whatever_comes_of_another(tmp_path: Path) -> None:
    other = SsccSeries(4, SERIES.company_prefix)
    with with_block(tmp_path) as store:
        store.numbers.take(SERIES, BLOCK)
        for turn in (1, 2):
            store.numbers.put(other, NumbersAnswer(turn, BLOCK, turn * BLOCK, "r"), SERVER_EPOCH)
            store.numbers.take(other, BLOCK)
        assert store.numbers.left(SERIES).left == 0
        asked = store.numbers.request(SERIES, store.epoch, SERVER_EPOCH)
        assert asked is not None
        assert (asked.turn, asked.left) == (2, 0)


def test_what_the_server_was_told_of_one_series_it_does_not_know_of_another(tmp_path: Path) -> None:
    other = SsccSeries(4, SERIES.company_prefix)
    with with_block(tmp_path) as store:
        store.numbers.put(other, NumbersAnswer(1, BLOCK, 1, "r"), SERVER_EPOCH)
        store.resend_from(0)
        for each in (SERIES, other):
            store.numbers.note_refusal(each, "Ask the office.")
        store.numbers.put(other, NumbersAnswer(2), SERVER_EPOCH)
        assert [store.numbers.left(each).refusal for each in (SERIES, other)] == ["Ask the office.", ""]
        assert store.numbers.request(other, store.epoch, SERVER_EPOCH) is None
        assert store.numbers.request(SERIES, store.epoch, SERVER_EPOCH) is not None


@pytest.mark.parametrize("turn", [1, 3])
def test_an_answer_to_another_turn_changes_nothing(tmp_path: Path, turn: int) -> None:
    with with_block(tmp_path) as store:
        store.numbers.put(SERIES, NumbersAnswer(turn, BLOCK, 5 * BLOCK, "r"), SERVER_EPOCH)
        assert store.numbers.left(SERIES).left == BLOCK


def test_a_killed_process_leaves_no_number_that_it_told(tmp_path: Path) -> None:
    with_block(tmp_path, 100_000).close()
    with subprocess.Popen([sys.executable, "-c", TAKER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _line in range(20)]
        process.send_signal(signal.SIGKILL)
        told += [line for line in process.stdout if line.endswith("\n")]
    seen = [number for line in told for number in line.split()]
    assert seen == sorted(set(seen))
    with DeviceStore.open(tmp_path) as store:
        assert store.numbers.take(SERIES, 1)[0] > seen[-1]


def test_what_cannot_be_written_down_takes_no_number(tmp_path: Path) -> None:
    with with_block(tmp_path) as store:
        database = store._database._connection
        database.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreDamaged, match="cannot be read or written"):
            store.numbers.take(SERIES, 1)
        database.exec_driver_sql("PRAGMA query_only = OFF")
        assert store.numbers.take(SERIES, 1) == (SERIES.number(1),)


async def test_a_device_fetches_every_series_that_its_site_has_switched_on(
    device: OnlineDevice, served: ServedSite
) -> None:
    formats = (NumberFormat("pick_list", "PL-YYYY-NNNN"), NumberFormat("serial CM-500-STD", "CM500-YYYY-NNNNNN"))
    set_site(served, replace(NUMBERING, number_series=formats))
    await device.sync.now()
    lists, serials = (each.series(2025) for each in formats)
    assert device.store.numbers.take(lists, 2) == ("PL-2025-0001", "PL-2025-0002")
    assert device.store.numbers.take(serials, 1) == ("CM500-2025-000001",)
    with pytest.raises(NumbersUsedUp, match="Only 18 pick_list numbers are left"):
        device.store.numbers.take(lists, 19)
    asked(device)
    await device.sync.now()
    assert asked(device) == 0


async def test_a_series_that_gives_none_holds_up_no_other(device: OnlineDevice, served: ServedSite) -> None:
    lists = NumberFormat("pick_list", "PL-YYYY-NNNN")
    set_site(served, replace(NUMBERING, number_series=(lists,)))
    device.store.numbers.take(SERIES, BLOCK)
    with served.database.writing() as connection:
        connection.execute(update(number_series).values(given=number_series.c.last))
    await device.sync.now()
    assert device.store.numbers.left(SERIES).left == 0
    assert "are given" in device.store.numbers.left(SERIES).refusal
    assert device.store.numbers.take(lists.series(2025), 1) == ("PL-2025-0001",)
