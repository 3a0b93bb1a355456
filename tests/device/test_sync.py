"""Acts go up, verdicts and rows come down, over a real server application and a line that breaks."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select

from scantrail.device.store import DeviceStore, Verifier
from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.sessions import WorkerSignedOut
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.people.worker import Role
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.digests import HEADER
from scantrail.protocol.link import Link
from scantrail.protocol.outbox import ActState
from scantrail.server.attention.items import open_items
from scantrail.server.attention.settling import resolve
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import devices
from scantrail.server.devices.register import revoke
from scantrail.server.records.master import put_sites, put_workers
from scantrail.server.records.units import put_units
from scantrail.sqlite import sqlite3
from scantrail.words import say
from tests.device.events import LIST, picked
from tests.device.online import (
    Fault,
    OnlineDevice,
    Streamed,
    assert_list_agrees,
    cut,
    lost_answer,
    online_device,
    said,
    served_site,
)
from tests.server.site import ServedSite, tell
from tests.support.worlds import NOW, SARAH, SITE, module, promised, scanned

UNIT, NEXT = promised(46), promised(47)


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> AsyncIterator[OnlineDevice]:
    made = await online_device(tmp_path, served)
    await made.sync.now()
    yield made
    made.store.close()


def status_in(store: DeviceStore, unit: UnitId = UNIT.id) -> Status:
    found = store.unit(unit)
    assert found is not None
    return found.status


async def test_the_first_sync_brings_everything_and_the_lists_appear(device: OnlineDevice) -> None:
    assert device.sync.state.link is Link.ONLINE
    assert device.store.ready
    assert [each.number for each in device.store.pick_lists()] == [LIST]
    assert device.store.units_called("CM500-2025-0046") == (device.store.unit(UNIT.id),)


async def test_work_done_offline_goes_up_when_the_network_is_back(device: OnlineDevice, served: ServedSite) -> None:
    device.line.fault = cut
    seq = device.picks(UNIT)
    assert (await device.sync.now()).link is Link.OFFLINE
    assert (device.sync.state.waiting, status_in(device.store)) == (4, Status.PICKED)
    device.line.fault = None
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert served.unit(46).status is Status.PICKED
    assert device.store.unit(UNIT.id) == served.unit(46)
    assert_list_agrees(device, served)
    assert device.hand.does().id.seq == seq + 1


async def test_an_answer_lost_on_the_way_makes_no_second_pick(device: OnlineDevice, served: ServedSite) -> None:
    device.picks(UNIT)
    device.line.fault = lost_answer
    assert (await device.sync.now()).link is Link.OFFLINE
    assert device.store.count_pending() == 4
    device.line.fault = None
    await device.sync.now()
    assert device.store.count_pending() == 0
    assert [each.serial for each in served.listing().picked] == [UNIT.serial]
    assert_list_agrees(device, served)


async def test_a_pick_that_another_device_won_becomes_one_item_that_needs_attention(
    tmp_path: Path, served: ServedSite, device: OnlineDevice
) -> None:
    other = await online_device(tmp_path, served, "Scanner-06")
    other.hand.actor = "mike"
    await other.sync.now()
    other.picks(UNIT)
    device.picks(UNIT)
    device.hand.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    await other.sync.now()
    await device.sync.now()
    item, *_others = device.store.attention()
    about_unit = [each for each in device.store.attention() if each.units == (UNIT.id,)]
    assert len(about_unit) == 1, "the condition follows from the pick and is no trouble of its own"
    assert about_unit[0].serials == (UNIT.serial,)
    assert about_unit[0].refusal.code == TaskCode.LIST_TAKEN_OVER
    assert (item.by, item.document) == ("sarah", LIST)
    assert device.store.unit(UNIT.id) == served.unit(46), "the server's truth is shown"
    assert device.store.counts().attention == len(device.store.attention())
    other.store.close()


async def test_an_item_stays_until_it_is_settled_and_a_new_trouble_is_a_new_item(
    device: OnlineDevice, served: ServedSite
) -> None:
    served.change(replace(served.unit(46), status=Status.QUARANTINE))
    device.picks(UNIT)
    device.hand.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    await device.sync.now()
    (item,) = device.store.attention()
    assert item.refusal.code == GoodsCode.STATUS
    device.hand.does(AttentionSettled(*item.act), document=LIST, reason="put back")
    assert device.store.attention() == ()
    await device.sync.now()
    assert device.store.attention() == ()
    device.hand.does(picked(UNIT), document=LIST, reading=scanned(UNIT.serial))
    await device.sync.now()
    (again,) = device.store.attention()
    assert (again.act.seq, again.scanned) == (7, UNIT.serial)


async def test_a_refused_scan_is_sent_and_needs_nobodys_attention(device: OnlineDevice) -> None:
    drafts = (Draft(document=LIST, reading=scanned("nonsense"), refusal=refuse(ScanCode.UNKNOWN_SERIAL, wanted="x")),)
    (act,) = device.store.record(drafts, actor="sarah", site="MAIN", now=device.hand.clock.now())
    await device.sync.now()
    assert device.store.act_state(act.id) is ActState.APPLIED
    assert device.store.attention() == ()


def answering(status: int, content: bytes, kind: str = "application/json", **headers: str) -> Fault:
    async def answer(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return said(request, content, status, **{"Content-Type": kind, **headers})

    return answer


def tampered(change: Callable[[dict[str, object]], None]) -> Fault:
    """The server's own answer, changed before it was sent."""

    async def answer(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        data = json.loads(await (await go_on()).aread())
        change(data)
        return said(request, json.dumps(data).encode())

    return answer


async def a_bit_flips(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """In the answer, on the way."""
    response = await go_on()
    content = bytearray(await response.aread())
    content[len(content) // 2] ^= 1
    headers = {HEADER: response.headers[HEADER]}
    return httpx2.Response(response.status_code, stream=Streamed(bytes(content)), headers=headers, request=request)


async def somewhere_else(request: httpx2.Request) -> httpx2.Response:
    content = b'{"server_epoch": "e", "cursor": {}, "rows": [], "more": false}'
    return httpx2.Response(200, stream=Streamed(content), request=request)


async def asked_otherwise(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """A digit of the cursor changes on the way to the server."""
    asked = request.url
    request.url = asked.copy_set_param("seen", '{"cursor":{"MAIN":999}}')
    response = await go_on()
    request.url = asked
    return response


def rows_become(row: dict[str, object]) -> Fault:
    def change(data: dict[str, object]) -> None:
        changes = data["changes"]
        assert isinstance(changes, dict)
        changes["rows"] = [row]

    return tampered(change)


GARBAGE: dict[str, Fault] = {
    "a web page": answering(200, b"<html>Please accept the terms</html>", "text/html"),
    "a redirect": answering(302, b"", Location="http://wifi.example/login"),
    "a redirect with JSON": answering(307, b"{}", Location="http://wifi.example/login"),
    "nothing": answering(200, b""),
    "half of it": answering(200, b'{"acknowledged": 4, "verd'),
    "not UTF-8": answering(200, b"\xff\xfe\x00"),
    "a list": answering(200, b"[]"),
    "nesting": answering(200, b"[" * 200_000),
    "a huge number": answering(200, b'{"acknowledged": ' + b"9" * 5000 + b"}"),
    "another message": answering(200, b'{"status": "ok"}'),
    "bad gateway": answering(502, b"<html>Bad gateway</html>", "text/html"),
    "busy": answering(503, b'{"title": "Busy", "status": 503, "detail": "later"}'),
    "too many": answering(429, b'{"title": "Wait", "status": 429, "detail": "later"}'),
    "not found": answering(404, b"<html>nginx</html>", "text/html"),
    "not understood": answering(422, b'{"title": "Not understood", "status": 422, "detail": "Expected a Push"}'),
    "broken gzip": answering(200, b"not gzip", **{"Content-Encoding": "gzip"}),
    "a bit flipped": a_bit_flips,
    "a yes from somewhere else": lambda request, _go_on: somewhere_else(request),
    "no verdicts": tampered(lambda data: data.update(verdicts=[])),
    "verdicts on other acts": tampered(
        lambda data: data.update(verdicts=[{"seq": n, "outcome": "applied", "position": n} for n in range(90, 94)])
    ),
    "applied at no position": tampered(
        lambda data: data.update(verdicts=[{"seq": n, "outcome": "applied"} for n in range(1, 5)])
    ),
    "a position no database holds": tampered(
        lambda data: data.update(verdicts=[{"seq": n, "outcome": "applied", "position": 2**70} for n in range(1, 5)])
    ),
    "a row of no kind": rows_become({"kind": 7, "id": "x", "position": 9, "body": {}}),
    "a row that is half there": rows_become({"kind": "unit", "id": UNIT.id, "position": 9, "body": {"id": UNIT.id}}),
    "a row of something else": rows_become(
        {"kind": "hold", "id": "H1", "position": 9, "body": {"id": "H2", "kind": "recall", "reason": "x"}}
    ),
    "a row with half a character": rows_become(
        {"kind": "hold", "id": "\ud800", "position": 9, "body": {"id": "\ud800", "kind": "recall", "reason": "x"}}
    ),
    "a row with no number": rows_become(
        {
            "kind": "hold",
            "id": "H1",
            "position": 9,
            "body": {"id": "H1", "kind": "recall", "reason": "", "x": float("nan")},
        }
    ),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
async def test_an_answer_that_makes_no_sense_is_like_no_network(
    device: OnlineDevice, served: ServedSite, garbage: Fault
) -> None:
    device.picks(UNIT)
    cursor, pending = device.store.cursor(), device.store.pending(100)
    device.line.fault = garbage
    state = await device.sync.now()
    assert state.link is Link.OFFLINE
    assert len(say(state.reason)) > 4
    assert (device.store.cursor(), device.store.pending(100)) == (cursor, pending)
    assert status_in(device.store) is Status.PICKED
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert device.store.count_pending() == 0
    assert device.store.unit(UNIT.id) == served.unit(46)


async def test_a_question_that_was_changed_on_the_way_is_noticed(device: OnlineDevice) -> None:
    await device.sync.now()
    cursor = device.store.cursor()
    device.line.fault = asked_otherwise
    state = await device.sync.now()
    assert (state.link, "changed on the way" in say(state.reason)) == (Link.OFFLINE, True)
    assert device.store.cursor() == cursor


async def test_a_refusal_that_was_changed_on_the_way_is_not_acted_on(device: OnlineDevice) -> None:
    device.picks(UNIT)
    problem = b'{"title": "Out of step", "status": 409, "detail": "Send from 1", "code": "out_of_step"}'

    async def flipped(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        headers = {HEADER: said(request, problem, 409).headers[HEADER]}
        return httpx2.Response(409, stream=Streamed(problem.replace(b"1", b"3")), headers=headers, request=request)

    device.line.fault = flipped
    state = await device.sync.now()
    assert (state.link, "changed on the way" in say(state.reason)) == (Link.OFFLINE, True)


async def test_a_device_that_was_revoked_is_told_so(device: OnlineDevice) -> None:
    device.picks(UNIT)
    device.line.fault = answering(
        401, b'{"title": "Not known", "status": 401, "detail": "This device was revoked.", "code": "not_enrolled"}'
    )
    state = await device.sync.now()
    assert (state.link, state.reason, state.waiting) == (Link.NOT_ENROLLED, "This device was revoked.", 4)


async def test_a_replaced_server_gets_everything_again_and_its_rows_replace_the_old(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    device.picks(UNIT)
    await device.sync.now()
    restored = served_site(tmp_path, "restored.db")
    copy_of_device(served, restored)
    restored.signed_in(device.store.device, device.store.epoch, None)
    restored.change(replace(restored.unit(50), notes="only on the new server"))
    device.line.connect(restored)
    device.picks(NEXT)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert [each.serial for each in restored.listing().picked] == [UNIT.serial, NEXT.serial]
    for number in range(46, 51):
        assert device.store.unit(module(number).id) == restored.unit(number)
    assert_list_agrees(device, restored)


def copy_of_device(old: ServedSite, new: ServedSite) -> None:
    """Let the new server know the device by its old token and key."""
    with old.database.reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(devices))]
    with new.database.writing() as connection:
        connection.execute(insert(devices), rows)


async def test_an_idle_device_notices_too_that_a_server_was_put_back_without_saying_so(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    served.database.close()
    shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
    device.picks(UNIT)
    await device.sync.now()
    assert device.store.count_pending() == 0
    restored = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    device.line.connect(restored)
    await device.sync.now()
    assert restored.unit(46).status is Status.PICKED, "what it had lost was sent again"
    assert device.store.unit(UNIT.id) == restored.unit(46)
    restored.database.close()


async def test_a_server_restored_from_a_backup_gets_what_it_lost_and_its_rows_are_taken_afresh(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    served.database.close()
    shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
    device.picks(UNIT)
    await device.sync.now()
    device.hand.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    restored = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    assert restored.unit(46).status is Status.ALLOCATED, "the backup is from before the pick"
    device.line.connect(restored)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert restored.unit(46).status is Status.PICKED
    assert_list_agrees(device, restored)
    assert [each.condition for each in restored.listing().picked] == [Condition.GOOD]


async def test_the_loop_sends_at_once_after_a_record(device: OnlineDevice, served: ServedSite) -> None:
    changed, polled = asyncio.Event(), asyncio.Event()

    async def watched(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        polled.set()
        return await go_on()

    device.line.fault = watched
    device.sync.on_changed = changed.set
    running = asyncio.create_task(device.sync.run())
    try:
        async with asyncio.timeout(10):
            await polled.wait()
        device.picks(UNIT)
        device.sync.kick()
        async with asyncio.timeout(10):
            while device.store.count_pending():
                await changed.wait()
                changed.clear()
    finally:
        running.cancel()
    assert served.unit(46).status is Status.PICKED


def asking(served: ServedSite, pause_s: int) -> None:
    """The server has so many devices that it asks them to come less often."""
    app: Any = served.http.app
    app.state.pace.pause_s = lambda _device: pause_s


async def pauses_of(device: OnlineDevice, exchanges: int) -> list[float]:
    """How long the device rests after each of its next exchanges."""
    pauses = []
    for _exchange in range(exchanges):
        await device.sync.now()
        pauses.append(device.sync._pause())
    return pauses


async def test_a_device_that_somebody_works_with_asks_every_five_seconds_however_quiet_it_is(
    device: OnlineDevice, served: ServedSite
) -> None:
    asking(served, 60)
    assert await pauses_of(device, 6) == [5, 5, 5, 5, 5, 5]


async def test_a_device_that_nobody_works_with_asks_less_often_until_something_happens(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.sync.is_attended = lambda: False
    assert await pauses_of(device, 4) == [10, 20, 30, 30]
    damages(served, 49)
    assert await pauses_of(device, 2) == [5, 10], "something came from the server"
    device.picks(UNIT)
    assert await pauses_of(device, 2) == [5, 10], "something was recorded"
    device.sync.is_attended = lambda: True
    assert await pauses_of(device, 2) == [5, 5], "somebody has signed in"


async def test_a_device_that_nobody_works_with_asks_no_sooner_than_a_server_with_many_devices_wants(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.sync.is_attended = lambda: False
    asking(served, 25)
    assert await pauses_of(device, 3) == [25, 25, 30]
    device.picks(UNIT)
    assert await pauses_of(device, 1) == [25], "a push is answered with it too"
    asking(served, 0)
    assert await pauses_of(device, 1) == [10]


async def test_an_idle_device_that_lost_its_server_begins_again_with_five_seconds(device: OnlineDevice) -> None:
    device.sync.is_attended = lambda: False
    await pauses_of(device, 4)
    device.line.fault = cut
    await device.sync.now()
    device.line.fault = None
    assert await pauses_of(device, 2) == [10, 20]


def damages(served: ServedSite, number: int) -> None:
    """Another device reports a unit as damaged."""
    other = served.device("Scanner-06")
    other.record(ConditionStated(module(number).id, Condition.DAMAGED))
    other.push()


async def test_stopping_in_the_middle_of_a_push_loses_nothing(device: OnlineDevice, served: ServedSite) -> None:
    arrived = asyncio.Event()

    async def hangs(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        await (await go_on()).aread()
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError

    device.line.fault = hangs
    device.picks(UNIT)
    running = asyncio.create_task(device.sync.run())
    async with asyncio.timeout(10):
        await arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert device.store.count_pending() == 4
    device.line.fault = None
    await device.sync.now()
    assert device.store.count_pending() == 0
    assert len(served.listing().picked) == 1


async def test_what_is_recorded_during_a_push_goes_with_the_next(device: OnlineDevice, served: ServedSite) -> None:
    async def scans_meanwhile(
        request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]
    ) -> httpx2.Response:
        device.line.fault = None
        device.hand.does(picked(NEXT), document=LIST)
        device.sync.kick()
        return await go_on()

    device.picks(UNIT)
    device.line.fault = scans_meanwhile
    await device.sync.now()
    assert device.store.count_pending() == 0
    assert [each.serial for each in served.listing().picked] == [UNIT.serial, NEXT.serial]


async def test_many_acts_go_in_several_pushes_and_many_rows_come_in_several_pages(
    device: OnlineDevice, served: ServedSite
) -> None:
    units = [module(number) for number in range(1000, 2200)]
    with served.database.writing() as connection:
        put_units(connection, units, [each.id for each in units])
        tell(connection, "MAIN", [(RowKind.UNIT, each.id) for each in units])
    device.store.record((Draft(note="x"),) * 1100, actor="sarah", site="MAIN", now=device.hand.clock.now())
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert len(device.store.units_called("CM500-2025-2199")) == 1
    assert sum(request.url.path == "/v1/push" for request in device.line.asked) == 3


async def test_a_device_follows_a_company_of_three_hundred_sites(device: OnlineDevice, served: ServedSite) -> None:
    with served.database.writing() as connection:
        put_sites(connection, [replace(SITE, id=f"SITE-{number:03}") for number in range(300)])
    for _exchange in range(2):
        assert (await device.sync.now()).reason == ""
    assert len(device.store.cursor()) > 300


async def test_changes_of_state_are_told_once(device: OnlineDevice) -> None:
    device.states.clear()
    await device.sync.now()
    assert device.states == []
    device.line.fault = cut
    await device.sync.now()
    await device.sync.now()
    assert [each.link for each in device.states] == [Link.OFFLINE]


async def test_an_idle_poll_changes_nothing(device: OnlineDevice) -> None:
    device.changes.clear()
    await device.sync.now()
    assert device.changes == []


async def test_what_the_desk_settles_leaves_the_device_and_comes_back_with_a_server_that_forgot_it(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    with served.database.writing() as connection:
        put_workers(connection, [replace(SARAH, id="ana", badge="WKR-2001", roles=(Role.SUPERVISOR,))], {"ana": "-"})
    served.change(replace(served.unit(46), status=Status.QUARANTINE))
    device.picks(UNIT)
    device.hand.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    await device.sync.now()
    with (
        closing(sqlite3.connect(tmp_path / "server.db")) as live,
        closing(sqlite3.connect(tmp_path / "backup.db")) as kept,
    ):
        live.backup(kept)
    (item,) = device.store.attention()
    with served.database.reading() as connection:
        (at_desk,) = open_items(connection, "MAIN")
    resolve(served.database, at_desk.id, worker="ana", reason="Put back", now=served.now)
    assert [each.act for each in device.store.attention()] == [item.act]
    await device.sync.now()
    assert device.store.attention() == ()
    device.hand.does(picked(UNIT), document=LIST, reading=scanned(UNIT.serial))
    await device.sync.now()
    (again,) = device.store.attention()
    assert again.act.seq == 6, "what went wrong after it was settled is a new item"
    restored = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    device.line.connect(restored)
    device.hand.does()
    await device.sync.now()
    assert [each.act for each in device.store.attention()] == [item.act], "nobody has settled it on this server"
    with restored.database.reading() as connection:
        assert [each.seq for each in open_items(connection, "MAIN")] == [item.act.seq]


async def test_a_revoked_device_sends_all_it_has_is_told_and_then_its_token_ends(
    served: ServedSite, device: OnlineDevice
) -> None:
    device.picks(UNIT)
    with served.database.writing() as connection:
        assert revoke(connection, "Scanner-05", served.now, at_once=False)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.REVOKED, 0)
    assert state.reason == "Scanner-05 was revoked: it takes no more work."
    assert served.unit(46).status is Status.PICKED
    device.hand.does(WorkerSignedOut(SARAH.id))
    assert (await device.sync.now()).waiting == 0
    assert (await device.sync.now()).link is Link.NOT_ENROLLED


async def test_on_a_revoked_device_nobody_signs_in_without_the_server(served: ServedSite, device: OnlineDevice) -> None:
    device.store.keeping.put_verifier(Verifier(SARAH.id, "hash", NOW, NOW + timedelta(hours=12)))
    with served.database.writing() as connection:
        revoke(connection, "Scanner-05", served.now, at_once=False)
    await device.sync.now()
    assert device.store.keeping.verifier(SARAH.id) is None
