"""The first load as one file: cut, changed, hostile, killed in the middle; and what the device makes of it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from backports import zstd

from scantrail.device.exchange import first_load, snapshot_file
from scantrail.device.exchange.sync import SyncState
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore, prepare_rows
from scantrail.device.transport import Offline, answers
from scantrail.domain.acts.act import ActId
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.names.numbers import SsccSeries
from scantrail.domain.plain import to_plain
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.link import Link
from scantrail.protocol.messages import NumbersAnswer, Push, Seen
from scantrail.protocol.outbox import ActState, build_push
from scantrail.protocol.snapshot import FORM, Snapshot
from scantrail.server.database.schema import meta
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.sqlite import sqlite3
from scantrail.words import say
from tests.device.online import Fault, OnlineDevice, assert_list_agrees, cut, online_device, said, served_site
from tests.server.site import ServedSite
from tests.server.test_waiting import bring, lose
from tests.support.devices import IDENTITY
from tests.support.worlds import module, promised

UNIT = promised(46)


def application(site: ServedSite) -> Any:
    return site.http.app


def snapshots_of(site: ServedSite) -> Snapshots:
    found: Snapshots = application(site).state.snapshots
    return found


def snapshot_of(site: ServedSite) -> Snapshot:
    found = snapshots_of(site).answer("MAIN").snapshot
    assert found is not None
    return found


def rows_in(site: ServedSite, snapshot: Snapshot) -> bytes:
    path = snapshots_of(site).file("MAIN", snapshot.sha256)
    assert path is not None
    return zstd.decompress(path.read_bytes())


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    """A server that has a snapshot ready."""
    site = served_site(tmp_path)
    snapshots = Snapshots(site.database, tmp_path / "snapshots", smallest=1)
    snapshots.write("MAIN")
    application(site).state.snapshots = snapshots
    return site


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> AsyncIterator[OnlineDevice]:
    made = await online_device(tmp_path, served)
    yield made
    made.store.close()


def asked(device: OnlineDevice, path: str) -> list[httpx2.Request]:
    return [request for request in device.line.asked if request.url.path.startswith(path)]


def home(device: OnlineDevice) -> set[str]:
    return {path.name for path in device.store.folder.iterdir() if "-shm" not in path.name and "-wal" not in path.name}


async def test_the_day_arrives_as_one_file_and_changes_follow(device: OnlineDevice, served: ServedSite) -> None:
    await device.sync.now()
    assert device.store.ready
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert_list_agrees(device, served)
    assert [len(asked(device, path)) for path in ("/v1/snapshot/", "/v1/changes")] == [1, 1]
    told = [state.loading for state in device.states if state.loading]
    assert (told[-1].done, told[-1].total) == (24, 24)
    assert device.sync.state.loading is None
    (rows,) = (name for name in home(device) if name.startswith("rows-"))
    assert rows != "rows-0.db"
    assert not any(name.startswith("snapshot-") for name in home(device))
    device.picks(UNIT)
    assert (await device.sync.now()).link is Link.ONLINE
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert served.unit(46).status is Status.PICKED


def cut_after(size: int) -> Fault:
    """The line breaks in the middle of a snapshot."""

    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if not request.url.path.startswith("/v1/snapshot/"):
            return response
        content = await response.aread()

        async def pieces() -> AsyncIterator[bytes]:
            yield content[:size]
            raise httpx2.ReadError("connection reset", request=request)

        return httpx2.Response(response.status_code, headers=response.headers, content=pieces(), request=request)

    return fault


async def test_a_cut_download_goes_on_where_it_stopped_also_after_a_restart(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.line.fault = cut_after(500)
    state = await device.sync.now()
    assert state.link is Link.OFFLINE
    assert state.loading is not None
    assert 0 < state.loading.done < state.loading.total
    assert not device.store.ready
    device.line.fault = cut_after(300)
    await device.sync.now()
    device.line.fault = None
    await device.sync.now()
    assert [request.headers["Range"] for request in asked(device, "/v1/snapshot/")] == [
        "bytes=0-",
        "bytes=500-",
        "bytes=800-",
    ]
    assert device.store.unit(UNIT.id) == served.unit(46)


async def test_own_work_lies_over_the_rows_of_a_snapshot_and_is_sent(device: OnlineDevice, served: ServedSite) -> None:
    await device.sync.now()
    device.line.fault = cut
    device.picks(UNIT)
    before = device.store.pending(100)
    take(device.store, served, snapshot_of(served))
    assert device.store.pending(100) == before
    found = device.store.unit(UNIT.id)
    assert found is not None
    assert found.status is Status.PICKED
    device.line.fault = None
    await device.sync.now()
    assert device.store.count_pending() == 0
    assert device.store.unit(UNIT.id) == served.unit(46)


async def test_what_waits_is_asked_for_again_where_a_snapshot_passes_over_its_verdict(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()
    listed = served.pick_list()
    device.line.fault = cut
    seq = device.picks(UNIT)
    device.store.resend_from(0)
    lose(served, listed)
    device.line.fault = None
    answer = await device.server.push(push_of(device))
    device.store.apply_answer(replace(answer, changes=replace(answer.changes, rows=(), cursor={}, more=True)))
    assert device.store.count_pending() == 0
    bring(served, listed)
    snapshots_of(served).write("MAIN")
    take(device.store, served, snapshot_of(served))
    await device.sync.now()
    assert device.store.act_state(ActId(device.store.device, device.store.epoch, seq)) is ActState.APPLIED
    assert device.store.unit(UNIT.id) == served.unit(46)


def push_of(device: OnlineDevice) -> Push:
    """What the sync would send now."""
    store = device.store
    keys = DeviceKeys.load(store.folder)
    return build_push(
        device=store.device,
        epoch=store.epoch,
        batch=store.pending(100),
        now=device.hand.clock.now(),
        seen=Seen(),
        sign=keys.sign,
    )


def take(store: DeviceStore, served: ServedSite, snapshot: Snapshot) -> None:
    file = store.folder / "taken.rows"
    file.write_bytes(rows_in(served, snapshot))
    prepare_rows(file, snapshot)
    store.take_snapshot(file)


@pytest.mark.parametrize("epoch", ["the same", "another"])
async def test_a_restored_server_brings_a_fresh_snapshot_and_gets_every_kept_act_again(
    device: OnlineDevice, served: ServedSite, epoch: str
) -> None:
    await device.sync.now()
    backup = {table.name: rows_of(served, table.name) for table in meta.metadata.sorted_tables}
    device.picks(UNIT)
    await device.sync.now()
    assert served.unit(46).status is Status.PICKED
    restore(served, backup)
    if epoch == "another":
        with served.database.writing() as connection:
            connection.execute(meta.update().where(meta.c.key == "server_epoch").values(value="another"))
    snapshots_of(served).write("MAIN")
    await device.sync.now()
    assert len(asked(device, "/v1/snapshot/")) == 2
    assert served.unit(46).status is Status.PICKED, "the work that the server had lost is there again"
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert device.store.count_pending() == 0


async def test_a_restored_server_that_says_nothing_and_is_soon_further_is_noticed_by_an_idle_device(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()
    backup = {table.name: rows_of(served, table.name) for table in meta.metadata.sorted_tables}
    device.picks(UNIT)
    await device.sync.now()
    far = device.store.cursor()["MAIN"]
    restore(served, backup)
    other = served.device("Scanner-06")
    for _each in range(far):
        other.record(ConditionStated(module(50).id, Condition.DAMAGED))
    other.push()
    await device.sync.now()
    assert device.store.cursor()["MAIN"] > far
    assert served.unit(46).status is Status.PICKED, "what the server had lost is there again"
    for number in (46, 50):
        assert device.store.unit(module(number).id) == served.unit(number)


async def test_the_history_that_rows_are_of_is_known_from_the_file_and_from_every_answer(
    device: OnlineDevice, served: ServedSite
) -> None:
    take(device.store, served, snapshot_of(served))
    assert device.store.heads() == heads_of(served)
    for number in (46, 47):
        device.picks(promised(number))
        await device.sync.now()
        assert device.store.heads() == heads_of(served)


def heads_of(served: ServedSite) -> dict[str, str]:
    with served.database.reading() as connection:
        return changes_after(connection, Seen(), "MAIN").heads


@pytest.mark.parametrize("comes_back", ["before the act", "with the next act waiting"])
async def test_while_the_rows_of_a_restored_server_are_on_their_way_work_goes_on_with_those_of_before(
    device: OnlineDevice, served: ServedSite, comes_back: str
) -> None:
    await device.sync.now()
    backup = {table.name: rows_of(served, table.name) for table in meta.metadata.sorted_tables}
    device.picks(UNIT)
    await device.sync.now()
    restore(served, backup)
    with served.database.writing() as connection:
        connection.execute(meta.update().where(meta.c.key == "server_epoch").values(value="another"))
    snapshots_of(served).write("MAIN")
    if comes_back == "with the next act waiting":
        device.picks(promised(47))
    device.line.fault = cut_after(500)
    assert (await device.sync.now()).link is Link.OFFLINE
    assert device.store.ready
    found = device.store.unit(UNIT.id)
    assert found is not None
    assert found.status is Status.PICKED
    device.picks(promised(48))
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert served.unit(46).status is Status.PICKED
    assert served.unit(48).status is Status.PICKED
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert device.store.count_pending() == 0


async def test_a_restored_server_that_has_every_act_is_known_by_its_answer_to_the_next_one(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()
    device.picks(UNIT)
    await device.sync.now()
    with served.database.writing() as connection:
        connection.execute(meta.update().where(meta.c.key == "server_epoch").values(value="another"))
    snapshots_of(served).write("MAIN")
    device.picks(promised(47))
    device.line.fault = cut_after(500)
    assert (await device.sync.now()).link is Link.OFFLINE
    assert device.store.ready, "work goes on with the rows of before"
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert device.store.unit(promised(47).id) == served.unit(47)


async def test_a_server_that_lacks_acts_which_nobody_keeps_any_more_is_not_followed_anew(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()
    backup = {table.name: rows_of(served, table.name) for table in meta.metadata.sorted_tables}
    device.picks(UNIT)
    await device.sync.now()
    served.now += timedelta(days=40)
    device.hand.does()
    await device.sync.now()
    device.store.forget_old()
    restore(served, backup)
    device.hand.does()
    device.line.asked.clear()
    await device.sync.now()
    assert asked(device, "/v1/snapshot/") == []
    assert device.store.unit(UNIT.id) is not None


async def test_numbers_are_shown_again_to_a_server_whose_rows_are_taken_anew(
    device: OnlineDevice, served: ServedSite
) -> None:
    series = SsccSeries(0, "9521234")
    await device.sync.now()
    epoch = device.store.server_epoch
    device.store.numbers.put(series, NumbersAnswer(1, 1000, 1, "receipt"), epoch)
    assert device.store.numbers.request(series, device.store.epoch, epoch) is None
    take(device.store, served, snapshot_of(served))
    asks = device.store.numbers.request(series, device.store.epoch, epoch)
    assert asks is not None
    assert asks.held is not None
    assert (asks.left, asks.held.receipt) == (1000, "receipt")


async def test_a_server_that_is_another_one_at_every_answer_is_given_up_for_now(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()

    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        if request.url.path == "/v1/changes":
            another = meta.update().where(meta.c.key == "server_epoch").values(value=f"epoch {len(device.line.asked)}")
            with served.database.writing() as connection:
                connection.execute(another)
            snapshots_of(served).write("MAIN")
        return await go_on()

    device.line.fault = fault
    state = await device.sync.now()
    assert state.link is Link.OFFLINE
    assert say(state.reason) == "The server is being put back from a backup."
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert device.store.ready


def rows_of(served: ServedSite, table: str) -> list[dict[str, object]]:
    with served.database.reading() as connection:
        found = connection.execute(meta.metadata.tables[table].select())
        return [dict(row._mapping) for row in found]


def restore(served: ServedSite, backup: dict[str, list[dict[str, object]]]) -> None:
    with served.database.writing() as connection:
        for table in reversed(meta.metadata.sorted_tables):
            connection.execute(table.delete())
        for table in meta.metadata.sorted_tables:
            if backup[table.name]:
                connection.execute(table.insert(), backup[table.name])


# Files that are not what they should be: the day then comes with the changes, and the screen says why.


def served_instead(served: ServedSite, change: Callable[[Path], object]) -> None:
    """The server gives out a snapshot with its rows changed, told truly."""
    told = snapshot_of(served)
    packed = snapshots_of(served).file("MAIN", told.sha256)
    assert packed is not None
    rows = packed.with_suffix(".rows")
    rows.write_bytes(rows_in(served, told))
    change(rows)
    content = zstd.compress(rows.read_bytes())
    new = replace(told, sha256=sha256(content).hexdigest(), size=len(content), unpacked=rows.stat().st_size)
    (packed.parent / f"{new.sha256}.zst").write_bytes(content)
    (packed.parent / "newest.json").write_text(json.dumps(to_plain(new)))


def sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return change


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(each ^ 0x5A for each in content[4096:])
    path.write_bytes(content)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a trigger": sql("CREATE TRIGGER t AFTER UPDATE ON units BEGIN DELETE FROM labels; END"),
    "a view for a table": sql("DROP TABLE workers", "CREATE VIEW workers AS SELECT 1 AS id, 1 AS position, 1 AS body"),
    "a table of the journal's name": sql("CREATE TABLE journal (seq INTEGER)"),
    "no index": sql("DROP INDEX units_in_stock"),
    "another status than the body's": sql("UPDATE units SET status = 'available'"),
    "a body that is no JSON": sql("UPDATE units SET body = '{'"),
    "a list as a body": sql("UPDATE units SET body = '[]'"),
    "no labels": sql("DELETE FROM labels"),
    "a worker that cannot be read": sql("UPDATE workers SET body = '{}'"),
    "a place at another site": sql("UPDATE places SET site = 'EAST'"),
    "pages of noise": overwritten,
    "no database": lambda path: path.write_bytes(b"<html>Please accept the terms</html>"),
    "a few bytes": lambda path: path.write_bytes(b"x" * 100),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
async def test_rows_that_the_changes_would_not_bring_are_not_taken(
    device: OnlineDevice, served: ServedSite, change: Callable[[Path], object]
) -> None:
    served_instead(served, change)
    await device.sync.now()
    notes = {say(state.loading.note) for state in device.states if state.loading and state.loading.note}
    assert len(notes) == 1
    assert notes.pop().startswith("The day's file cannot be used (")
    assert len(asked(device, "/v1/snapshot/")) == 1
    assert device.store.ready, "everything has come one by one"
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert "rows-0.db" in home(device)
    assert not any(name.startswith("snapshot-") for name in home(device))


def flipped(content: bytes) -> bytes:
    return content[:200] + bytes([content[200] ^ 1]) + content[201:]


ON_THE_WAY: dict[str, Callable[[bytes], bytes]] = {
    "a bit": flipped,
    "the end": lambda content: content[:-1] + b"\0",
    "more than there is": lambda content: content + b"more",
    "noise": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("change", ON_THE_WAY.values(), ids=ON_THE_WAY)
async def test_bytes_that_were_changed_on_the_way_are_not_taken(
    device: OnlineDevice, served: ServedSite, change: Callable[[bytes], bytes]
) -> None:
    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if not request.url.path.startswith("/v1/snapshot/"):
            return response
        content = change(await response.aread())

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        return httpx2.Response(206, content=pieces(), request=request)

    device.line.fault = fault
    await device.sync.now()
    assert "rows-0.db" in home(device)
    assert device.store.unit(UNIT.id) == served.unit(46)


@pytest.mark.parametrize(
    "lie",
    [
        {"form": FORM + 1},
        {"unpacked": 100},
        {"unpacked": 2**60},
        {"unpacked": 2**36},
        {"sha256": "../" * 21 + "x"},
        {"size": 0},
        {"size": 2**36},
        {"size": 10**30},
        {"rows": 10**30},
    ],
)
async def test_a_description_that_cannot_be_true_is_not_followed(
    device: OnlineDevice, served: ServedSite, lie: dict[str, object]
) -> None:
    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if request.url.path != "/v1/snapshot":
            return response
        told = json.loads(await response.aread())
        told["snapshot"] |= lie
        return said(request, json.dumps(told).encode())

    device.line.fault = fault
    await device.sync.now()
    assert device.store.ready
    assert "rows-0.db" in home(device)


def answered_by(change: Callable[[bytes], AsyncIterator[bytes]]) -> Fault:
    """The snapshot's bytes come otherwise."""

    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if not request.url.path.startswith("/v1/snapshot/"):
            return response
        return httpx2.Response(206, content=change(await response.aread()), request=request)

    return fault


async def test_a_file_that_never_ends_is_cut_where_it_should_have_ended(device: OnlineDevice) -> None:
    sizes: list[int] = []

    async def endless(content: bytes) -> AsyncIterator[bytes]:
        while True:
            sizes.append(sum(path.stat().st_size for path in device.store.folder.glob("snapshot-*")))
            yield content

    device.line.fault = answered_by(endless)
    await device.sync.now()
    assert len(sizes) <= 2
    assert not any(name.startswith("snapshot-") for name in home(device))
    assert device.store.ready, "everything has come one by one"


async def test_a_file_that_trickles_is_left_and_goes_on_later(
    device: OnlineDevice, served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trickle(content: bytes) -> AsyncIterator[bytes]:
        for each in content:
            yield bytes([each])

    monkeypatch.setattr(answers, "LONGEST_S", 0.0)
    told = snapshot_of(served)
    with pytest.raises(Offline, match="too slowly"):
        async for _piece in pieces_over(trickle, device, told):
            pass


def pieces_over(
    change: Callable[[bytes], AsyncIterator[bytes]], device: OnlineDevice, told: Snapshot
) -> AsyncIterator[bytes]:
    device.line.fault = answered_by(change)
    return device.server.snapshot_bytes(told, 0)


async def test_a_file_that_has_no_room_here_is_not_fetched(
    device: OnlineDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_file, "disk_usage", lambda _folder: SimpleNamespace(free=1 << 20))
    await device.sync.now()
    assert asked(device, "/v1/snapshot/") == []
    notes = [say(state.loading.note) for state in device.states if state.loading and state.loading.note]
    assert "this device has 1 MB free" in notes[0]
    assert device.store.ready


@pytest.mark.parametrize("pause", [-(10**30), -1, 10**30])
async def test_no_pause_that_a_server_asks_for_holds_or_ends_the_first_load(
    device: OnlineDevice, pause: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_load, "LONGEST_PAUSE_S", 0.01)

    async def asks(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        if request.url.path != "/v1/snapshot" or len(asked(device, "/v1/snapshot")) > 2:
            return await go_on()
        return said(request, json.dumps({"retry_after": pause}).encode())

    device.line.fault = asks
    async with asyncio.timeout(20):
        await device.sync.now()
    assert device.store.ready


async def test_a_server_that_has_none_is_followed_change_by_change(device: OnlineDevice, served: ServedSite) -> None:
    async def unknown(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        if request.url.path != "/v1/snapshot":
            return await go_on()
        problem = {"title": "Not Found", "status": 404, "detail": "The server has no GET /v1/snapshot."}
        return said(request, json.dumps(problem).encode(), 404)

    device.line.fault = unknown
    await device.sync.now()
    assert device.store.unit(UNIT.id) == served.unit(46)


async def test_one_that_is_being_written_is_waited_for(device: OnlineDevice, served: ServedSite) -> None:
    waits: list[SyncState] = []

    async def busy(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        if request.url.path != "/v1/snapshot" or len(waits) == 2:
            return await go_on()
        waits.append(device.sync.state)
        return said(request, b'{"retry_after": 1}')

    device.line.fault = busy
    async with asyncio.timeout(10):
        await device.sync.now()
    assert waits[1].loading is not None
    assert waits[1].loading.note is not None
    assert len(asked(device, "/v1/snapshot/")) == 1


# A kill at any point leaves the rows that were there, or all of the new ones, and every act.

KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from scantrail.device.store import database, store

folder, at = Path(sys.argv[1]), sys.argv[2]
with store.DeviceStore.open(folder) as opened:
    place, name = {
        "renamed": (store, "make_durable"),
        "durable": (database.Database, "using_rows"),
        "attached": (database.Database, "writing"),
        "committed": (database, "remove_others"),
    }[at]
    setattr(place, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    opened.take_snapshot(folder / "new.rows")
"""


@pytest.mark.parametrize(
    ("at", "is_new"), [("renamed", False), ("durable", False), ("attached", False), ("committed", True)]
)
async def test_a_kill_while_rows_are_swapped_leaves_the_old_ones_or_all_of_the_new(
    device: OnlineDevice, served: ServedSite, at: str, is_new: bool
) -> None:
    device.picks(UNIT)
    before, folder, snapshot = device.store.pending(100), device.store.folder, snapshot_of(served)
    device.store.close()
    (folder / "new.rows").write_bytes(rows_in(served, snapshot))
    prepare_rows(folder / "new.rows", snapshot)
    program = [sys.executable, "-c", KILLED, str(folder), at]
    killed = await asyncio.create_subprocess_exec(*program)
    assert await killed.wait() == -signal.SIGKILL
    device.store = DeviceStore.open(folder)
    assert device.store.pending(100) == before
    assert device.store.is_empty is not is_new
    assert (device.store.unit(UNIT.id) is not None) is is_new
    assert len(list(folder.glob("rows-*.db"))) == 1


def test_rows_whose_file_is_gone_come_again(tmp_path: Path) -> None:
    DeviceStore.create(tmp_path, IDENTITY).close()
    (tmp_path / "rows-0.db").unlink()
    with DeviceStore.open(tmp_path) as store:
        assert store.is_empty
