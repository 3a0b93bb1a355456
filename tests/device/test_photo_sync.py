"""Photos reach the server after their acts, whatever happens on the way, and never stop an act."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest

from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Server
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.things.photo import Photo
from scantrail.domain.things.unit import Condition
from scantrail.domain.wordings import explain
from scantrail.protocol.link import Link
from scantrail.server.database.engine import Database
from scantrail.server.history.photos import arrived
from scantrail.words import say
from tests.device.online import URL, Fault, OnlineDevice, cut, lost_answer, online_device, served_site
from tests.device.test_sync import answering, copy_of_device
from tests.server.site import ServedSite
from tests.support.photos import jpeg
from tests.support.worlds import promised

UNIT = promised(46)


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> AsyncIterator[OnlineDevice]:
    made = await online_device(tmp_path, served)
    await made.sync.now()
    await made.sync.photos.now()
    yield made
    made.store.close()


def reports(device: OnlineDevice, *contents: bytes) -> Act:
    """Record damage with photos."""
    kept = [device.store.photos.keep(content, f"damage-{at}") for at, content in enumerate(contents, 1)]
    return device.hand.does(ConditionStated(UNIT.id, Condition.DAMAGED), photos=tuple(kept))


def photo_in(act: Act) -> Photo:
    return act.draft.photos[0]


async def exchanged(device: OnlineDevice) -> None:
    await device.sync.now()
    await device.sync.photos.now()


def has(served: ServedSite, *acts: Act) -> bool:
    hashes = {photo.sha256 for act in acts for photo in act.draft.photos}
    with served.database.reading() as connection:
        return arrived(connection, hashes) == hashes


def only(path: str, fault: Fault) -> Fault:
    """A fault of requests to a path alone."""

    async def answer(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return await (fault(request, go_on) if request.url.path.startswith(path) else go_on())

    return answer


def uploads(device: OnlineDevice) -> int:
    return sum(request.method == "PUT" for request in device.line.asked)


async def test_photos_follow_their_act_one_by_one(device: OnlineDevice, served: ServedSite) -> None:
    act = reports(device, jpeg("a"), jpeg("b", size=500_000))
    await device.sync.photos.now()
    assert uploads(device) == 0, "the server does not know the act yet"
    await exchanged(device)
    assert has(served, act)
    assert (uploads(device), device.store.photos.counts().waiting) == (2, 0)


async def test_an_answer_lost_on_the_way_sends_it_again_to_no_effect(device: OnlineDevice, served: ServedSite) -> None:
    act = reports(device, jpeg())
    device.line.fault = only("/v1/photos", lost_answer)
    await exchanged(device)
    assert (device.store.photos.counts().waiting, device.sync.state.link) == (1, Link.ONLINE)
    device.line.fault = None
    await device.sync.photos.now()
    assert has(served, act)
    assert (uploads(device), device.store.photos.counts().waiting) == (2, 0)


async def test_what_waits_goes_up_after_a_restart(tmp_path: Path, device: OnlineDevice, served: ServedSite) -> None:
    act = reports(device, jpeg())
    device.line.fault = only("/v1/photos", cut)
    await exchanged(device)
    device.store.close()
    device.line.fault = None
    home = tmp_path / "Scanner-05"
    keys = DeviceKeys.load(home)
    device.store = DeviceStore.open(home)
    again = Sync(device.store, Server(URL, keys.token, device.line), keys, device.hand.clock, lambda: 0.5)
    await again.photos.now()
    assert has(served, act)


STUCK: dict[str, Fault] = {
    "no route": cut,
    "out of order": answering(503, b'{"title": "x", "status": 503, "detail": "later"}'),
    "an older server": answering(404, b'{"title": "x", "status": 404, "detail": "no such", "code": "unknown_request"}'),
    "a proxy's limit": answering(413, b"<html>Too large</html>", "text/html"),
    "a web page": answering(200, b"<html>Please accept the terms</html>", "text/html"),
}


@pytest.mark.parametrize("fault", STUCK.values(), ids=STUCK)
async def test_a_photo_that_is_stuck_stops_no_act_and_is_tried_again(
    device: OnlineDevice, served: ServedSite, fault: Fault
) -> None:
    act = reports(device, jpeg())
    device.line.fault = only("/v1/photos", fault)
    await exchanged(device)
    device.picks(UNIT)
    assert (await device.sync.now()).link is Link.ONLINE
    assert (device.store.count_pending(), device.store.photos.counts().waiting) == (0, 1)
    assert device.store.attention() == ()
    device.line.fault = None
    await device.sync.photos.now()
    assert has(served, act)


async def test_acts_go_up_while_a_photo_hangs_on_the_way(device: OnlineDevice, served: ServedSite) -> None:
    hangs, went, changed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hang(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        hangs.set()
        await went.wait()
        return await go_on()

    act = reports(device, jpeg())
    device.line.fault = only("/v1/photos", hang)
    device.sync.on_changed = changed.set
    running = asyncio.create_task(device.sync.run())
    try:
        async with asyncio.timeout(10):
            await hangs.wait()
            device.picks(UNIT)
            device.sync.kick()
            while device.store.count_pending():
                await changed.wait()
                changed.clear()
            went.set()
            while device.store.photos.counts().waiting:
                await changed.wait()
                changed.clear()
    finally:
        running.cancel()
    assert has(served, act)


async def test_a_photo_the_server_refuses_for_good_is_told_and_others_go_on(
    device: OnlineDevice, served: ServedSite
) -> None:
    bad, good = reports(device, jpeg("bad")), reports(device, jpeg("good"))
    refusing = answering(413, b'{"title": "x", "status": 413, "detail": "It is too large.", "code": "too_large"}')
    device.line.fault = only(f"/v1/photos/{photo_in(bad).sha256}", refusing)
    await exchanged(device)
    assert has(served, good)
    (item,) = device.store.attention()
    assert (item.act, item.refusal.code) == (bad.id, ActCode.PHOTO)
    assert say(explain(item.refusal).because) == "damage-1.jpg did not reach the server: It is too large."
    sent = uploads(device)
    await exchanged(device)
    assert uploads(device) == sent, "it is not tried in an endless loop"
    device.hand.does(AttentionSettled(*item.act), reason="described")
    await exchanged(device)
    assert device.store.attention() == ()


async def test_one_changed_on_the_way_is_sent_again_when_the_server_is_next_asked(
    device: OnlineDevice, served: ServedSite
) -> None:
    async def garbles(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        request.stream = httpx2.ByteStream((await request.aread()).replace(b"mark", b"m\x00rk"))
        return await go_on()

    act = reports(device, jpeg("mark"))
    device.line.fault = only(f"/v1/photos/{photo_in(act).sha256}", garbles)
    await exchanged(device)
    assert not has(served, act)
    assert "changed on the way" in say(explain(device.store.attention()[0].refusal).because)
    device.line.fault = None
    device.hand.clock.move(3600)
    await exchanged(device)
    assert has(served, act)
    assert device.store.attention() == ()


async def test_a_photo_damaged_on_the_device_is_told_and_never_sent_as_the_evidence(
    tmp_path: Path, device: OnlineDevice
) -> None:
    act = reports(device, jpeg())
    next((tmp_path / "Scanner-05" / "photos").iterdir()).write_bytes(b"\xff\xd8 rotten")
    await exchanged(device)
    (item,) = device.store.attention()
    assert item.act == act.id
    assert uploads(device) == 0


async def test_a_server_restored_without_its_photos_gets_them_again(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    before, after = reports(device, jpeg("before")), None
    await device.sync.now()
    served.database.close()
    shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
    await device.sync.photos.now()
    after = reports(device, jpeg("after"))
    await exchanged(device)
    assert has(served, before, after)
    restored = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    assert not has(restored, before), "the backup is from between an act and its photo"
    device.line.connect(restored)
    device.hand.does(ConditionStated(UNIT.id, Condition.GOOD))
    await exchanged(device)
    assert has(restored, before, after)


async def test_a_restored_server_that_lost_no_act_is_asked_within_the_hour(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    act = reports(device, jpeg())
    await device.sync.now()
    served.database.close()
    shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
    await device.sync.photos.now()
    restored = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    device.line.connect(restored)
    device.hand.clock.move(3600)
    await exchanged(device)
    assert has(restored, act)


async def test_a_replaced_server_gets_every_kept_photo(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    act = reports(device, jpeg("a"), jpeg("b"))
    await exchanged(device)
    replaced = served_site(tmp_path, "replaced.db")
    copy_of_device(served, replaced)
    device.line.connect(replaced)
    await exchanged(device)
    assert has(replaced, act)


async def test_two_devices_with_the_same_picture_both_are_done(
    tmp_path: Path, device: OnlineDevice, served: ServedSite
) -> None:
    other = await online_device(tmp_path, served, "Scanner-06")
    await other.sync.now()
    acts = reports(device, jpeg()), reports(other, jpeg())
    await exchanged(device)
    await exchanged(other)
    assert has(served, *acts)
    assert (device.store.photos.counts().waiting, other.store.photos.counts().waiting) == (0, 0)
    other.store.close()
