"""A device's token is renewed by the device itself: answers get lost, it crashes, lies in a drawer, or is copied."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, update

from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.identity.token import PAUSE, DeviceToken
from scantrail.device.store import DeviceStore
from scantrail.device.sync_command import sync_now, sync_status
from scantrail.device.transport import Refused, Server
from scantrail.protocol.link import Link
from scantrail.protocol.messages import SignInRequest
from scantrail.protocol.tokens import GOOD_FOR, RENEWED_AFTER
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import devices
from scantrail.server.devices.register import revoke
from tests.device.online import URL, Fault, Line, OnlineDevice, cut, lost_answer, online_device, said, served_site
from tests.server.site import PIN, ServedSite
from tests.support.devices import FakeClock, Hand
from tests.support.worlds import NOW, SARAH, promised

UNIT = promised(46)
DRAWER = timedelta(days=200)
HOUR_S = PAUSE.total_seconds()


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> AsyncIterator[OnlineDevice]:
    made = await online_device(tmp_path, served)
    await made.sync.now()
    yield made
    made.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Scanner-05"


def passes(device: OnlineDevice, served: ServedSite, time: timedelta) -> None:
    """Time goes by at the device and at the server."""
    device.hand.clock.move(time.total_seconds())
    served.now += time


def asked(device: OnlineDevice) -> int:
    """How often a new token was asked for."""
    return len([each for each in device.line.asked if each.url.path == "/v1/token"])


def at_the_token(fault: Fault) -> Fault:
    """Only what is asked about tokens meets with this."""

    async def chosen(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return await (fault(request, go_on) if request.url.path == "/v1/token" else go_on())

    return chosen


def opened(folder: Path, line: Line, clock: FakeClock) -> OnlineDevice:
    """The program begins with what is on the disk."""
    store, keys = DeviceStore.open(folder), DeviceKeys.load(folder)
    server = Server(URL, keys.token, line)
    sync = Sync(store, server, keys, clock, lambda: 0.5)
    sync.refresh_token = DeviceToken(folder, keys, store.device, server, clock).refresh
    return OnlineDevice(store, line, sync, server, Hand(store, clock))


def restart(device: OnlineDevice, folder: Path) -> None:
    """The program ends, however it does, and begins again."""
    device.store.close()
    again = opened(folder, device.line, device.hand.clock)
    device.store, device.sync, device.server, device.hand = again.store, again.sync, again.server, again.hand


async def is_taken(served: ServedSite, token: str) -> bool:
    try:
        await Server(URL, token, Line(served)).lacked_photos()
    except Refused as refused:
        return refused.problem.status != 401
    return True


async def test_a_device_has_a_new_token_ten_days_before_the_old_one_ends(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    before = DeviceKeys.load(folder)
    assert (before.turn, before.until, before.since) == (1, served.now + GOOD_FOR, device.hand.clock.wall)
    passes(device, served, RENEWED_AFTER - timedelta(minutes=1))
    await device.sync.now()
    assert asked(device) == 0
    passes(device, served, timedelta(minutes=1))
    assert (await device.sync.now()).link is Link.ONLINE
    now = DeviceKeys.load(folder)
    assert (now.turn, now.until, now.following) == (2, served.now + GOOD_FOR, "")
    assert now.token != before.token
    assert await is_taken(served, before.token), "nothing was asked with the new one yet"
    assert (await device.sync.now()).link is Link.ONLINE
    assert not await is_taken(served, before.token)
    assert asked(device) == 1


async def test_the_new_token_is_on_the_disk_before_the_server_hears_of_it_and_before_it_is_used(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    kept: list[tuple[str, DeviceKeys]] = []

    async def watched(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        kept.append((request.headers["Authorization"], DeviceKeys.load(folder)))
        return await go_on()

    device.line.fault = watched
    passes(device, served, RENEWED_AFTER)
    for _ in range(2):
        await device.sync.now()
    assert all(used == f"Bearer {keys.token}" for used, keys in kept)
    (asking,) = {keys.following for _used, keys in kept} - {""}
    assert kept[-1][1].token == asking


async def test_a_lost_answer_leaves_the_old_token_in_use_and_the_same_one_is_asked_for_later(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    passes(device, served, RENEWED_AFTER)
    device.line.fault = at_the_token(lost_answer)
    for _ in range(3):
        assert (await device.sync.now()).link is Link.ONLINE
    assert asked(device) == 1, "what is not needed yet is not asked for with each exchange"
    drawn = DeviceKeys.load(folder)
    device.line.fault = None
    passes(device, served, PAUSE)
    await device.sync.now()
    assert DeviceKeys.load(folder).token == drawn.following
    assert (await device.sync.now()).link is Link.ONLINE


@pytest.mark.parametrize(
    "answer",
    [b"{}", b"[]", b'{"until": null}', b'{"until": "9999-01-01T00:00:00+00:00"}', b'{"until": "2026-01-01T00:00"}'],
)
async def test_an_answer_that_makes_no_sense_leaves_the_old_token_in_use(
    device: OnlineDevice, served: ServedSite, folder: Path, answer: bytes
) -> None:
    async def wrong(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return said(request, answer)

    before = DeviceKeys.load(folder)
    device.line.fault = at_the_token(wrong)
    passes(device, served, RENEWED_AFTER)
    for _ in range(2):
        assert (await device.sync.now()).link is Link.ONLINE
    assert (DeviceKeys.load(folder).token, asked(device)) == (before.token, 1)


async def test_a_crash_between_the_question_and_the_answer_costs_nothing(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    passes(device, served, RENEWED_AFTER)
    device.line.fault = at_the_token(lost_answer)
    await device.sync.now()
    drawn = DeviceKeys.load(folder)
    restart(device, folder)
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert DeviceKeys.load(folder).token == drawn.following
    assert (await device.sync.now()).link is Link.ONLINE


async def test_a_crash_after_the_new_tokens_first_use_costs_nothing(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    passes(device, served, RENEWED_AFTER)
    await device.sync.now()
    device.line.fault = lost_answer
    await device.sync.now()
    restart(device, folder)
    device.line.fault = None
    assert (await device.sync.now()).link is Link.ONLINE
    assert asked(device) == 1


async def test_a_device_that_has_no_room_for_a_new_token_works_on_with_the_old_one(
    device: OnlineDevice, served: ServedSite, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DeviceKeys.load(folder)
    passes(device, served, RENEWED_AFTER)
    with monkeypatch.context() as full:
        full.setattr(DeviceKeys, "save", no_room)
        assert (await device.sync.now()).link is Link.ONLINE
        assert asked(device) == 0, "what could not be kept is not asked for"
        passes(device, served, GOOD_FOR)
        state = await device.sync.now()
    assert state.link is Link.OFFLINE
    assert "No space left on device" in str(state.reason)
    assert DeviceKeys.load(folder).token == before.token
    assert (await device.sync.now()).link is Link.ONLINE


async def test_a_new_token_that_cannot_be_kept_as_the_present_one_is_not_used(
    device: OnlineDevice, served: ServedSite, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, save = DeviceKeys.load(folder), DeviceKeys.save

    def once(keys: DeviceKeys, where: Path) -> None:
        monkeypatch.setattr(DeviceKeys, "save", no_room)
        save(keys, where)

    passes(device, served, RENEWED_AFTER)
    monkeypatch.setattr(DeviceKeys, "save", once)
    for _ in range(2):
        assert (await device.sync.now()).link is Link.ONLINE
    drawn = DeviceKeys.load(folder)
    assert (drawn.token, drawn.turn) == (before.token, 1)
    monkeypatch.setattr(DeviceKeys, "save", save)
    restart(device, folder)
    for _ in range(2):
        assert (await device.sync.now()).link is Link.ONLINE
    assert DeviceKeys.load(folder).token == drawn.following
    assert not await is_taken(served, before.token)


def no_room(_keys: DeviceKeys, _folder: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Ended


async def test_a_device_that_lay_in_a_drawer_for_months_goes_on_by_itself_with_all_it_has(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    device.picks(UNIT)
    restart(device, folder)
    passes(device, served, DRAWER)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert DeviceKeys.load(folder).turn == 2
    assert asked(device) == 1


async def test_after_months_in_a_drawer_whoever_signs_in_first_notices_nothing(
    device: OnlineDevice, served: ServedSite
) -> None:
    passes(device, served, DRAWER)
    answer = await device.server.sign_in(SignInRequest(SARAH.badge, PIN))
    assert answer.worker == SARAH.id


async def test_requests_that_meet_the_end_together_ask_for_one_new_token(
    device: OnlineDevice, served: ServedSite
) -> None:
    passes(device, served, DRAWER)
    await asyncio.gather(*(device.server.lacked_photos() for _ in range(5)))
    assert asked(device) == 1


@pytest.mark.parametrize("years", [-30, 30])
async def test_a_clock_that_is_wrong_by_years_asks_no_more_often_and_no_later(
    tmp_path: Path, served: ServedSite, years: int
) -> None:
    device = await online_device(tmp_path, served)
    device.hand.clock.wall += timedelta(days=365 * years)
    for _day in range(100):
        assert (await device.sync.now()).link is Link.ONLINE
        passes(device, served, timedelta(days=1))
    assert asked(device) == 5, "once when the clock was found changed, then every 20 days"
    device.store.close()


async def test_a_device_from_before_tokens_ended_asks_for_one_at_its_first_exchange(
    device: OnlineDevice, folder: Path
) -> None:
    keys = json.loads((folder / "keys.json").read_text())
    (folder / "keys.json").write_text(json.dumps({name: keys[name] for name in ("private_key", "token")}))
    restart(device, folder)
    assert (await device.sync.now()).link is Link.ONLINE
    assert (DeviceKeys.load(folder).turn, asked(device)) == (2, 1)


async def test_an_older_server_that_knows_nothing_of_new_tokens_is_asked_once_an_hour(
    device: OnlineDevice, served: ServedSite
) -> None:
    async def older(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return said(request, b'{"title": "Not Found", "status": 404, "code": "unknown_request"}', 404)

    device.line.fault = at_the_token(older)
    passes(device, served, RENEWED_AFTER)
    for _ in range(3):
        assert (await device.sync.now()).link is Link.ONLINE
    assert asked(device) == 1
    device.hand.clock.move(HOUR_S)
    await device.sync.now()
    assert asked(device) == 2


async def test_without_an_answer_about_tokens_the_device_says_that_its_token_has_ended_and_works_on(
    device: OnlineDevice, served: ServedSite
) -> None:
    device.picks(UNIT)
    passes(device, served, DRAWER)
    device.line.fault = at_the_token(cut)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.OFFLINE, 4)
    device.line.fault = None
    assert (await device.sync.now()).waiting == 0


async def test_who_only_looks_is_told_that_the_token_has_ended_and_asks_for_none(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    passes(device, served, DRAWER)
    status = await sync_status(folder, device.line)
    assert status.link is Link.OFFLINE
    assert "gets a new one by itself" in status.reason
    assert asked(device) == 0
    device.store.close()
    assert (await sync_now(folder, lambda _state: None, device.line)).link is Link.ONLINE
    device.store = DeviceStore.open(folder)
    assert (await sync_status(folder, device.line)).link is Link.ONLINE


# Revoked, copied, put back


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_device_that_was_revoked_in_the_drawer_is_told_so_and_keeps_or_sends_its_records(
    device: OnlineDevice, served: ServedSite, at_once: bool
) -> None:
    device.picks(UNIT)
    with served.database.writing() as connection:
        revoke(connection, "Scanner-05", served.now, at_once=at_once)
    passes(device, served, DRAWER)
    state = await device.sync.now()
    assert (state.link, state.waiting) == ((Link.NOT_ENROLLED, 4) if at_once else (Link.REVOKED, 0))
    assert "revoked" in str(state.reason)
    assert asked(device) == (1 if at_once else 0)
    await device.sync.now()
    assert asked(device) == (1 if at_once else 0), "the same is not asked again within a minute"


@pytest.mark.parametrize("in_use", [True, False])
async def test_a_server_put_back_from_a_backup_gets_all_records_however_old_the_token_it_knows(
    tmp_path: Path, device: OnlineDevice, served: ServedSite, folder: Path, in_use: bool
) -> None:
    if not in_use:
        with served.database.writing() as connection:
            connection.execute(update(devices).values(token_hash="one that the device never had"))
    served.database.close()
    shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
    for _ in range(3):
        passes(device, served, RENEWED_AFTER)
        await device.sync.now()
    device.picks(UNIT)
    await device.sync.now()
    assert DeviceKeys.load(folder).turn >= 4
    put_back = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
    put_back.now = served.now
    device.line.connect(put_back)
    state = await device.sync.now()
    assert (state.link, state.waiting) == (Link.ONLINE, 0)
    assert [each.serial for each in put_back.listing().picked] == [UNIT.serial]
    with put_back.database.reading() as connection:
        known = connection.execute(select(devices.c.token_turn)).scalar_one()
    assert known == DeviceKeys.load(folder).turn
    put_back.database.close()


async def test_of_a_device_and_its_copy_the_slower_is_told_and_keeps_what_it_recorded(
    tmp_path: Path, device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    device.picks(UNIT)
    shutil.copytree(folder, tmp_path / "copy")
    passes(device, served, RENEWED_AFTER)
    for _ in range(2):
        assert (await device.sync.now()).link is Link.ONLINE
    copy = opened(tmp_path / "copy", Line(served), device.hand.clock)
    state = await copy.sync.now()
    assert (state.link, state.waiting) == (Link.NOT_ENROLLED, 4)
    assert "another device has its records and keys" in str(state.reason)
    assert "scantrail sync export" in str(state.reason)
    copy.store.close()
    restart(device, folder)
    assert (await device.sync.now()).link is Link.ONLINE


async def test_tokens_are_never_shown_and_stay_their_owners(
    device: OnlineDevice, served: ServedSite, folder: Path
) -> None:
    passes(device, served, RENEWED_AFTER)
    await device.sync.now()
    keys = replace(DeviceKeys.load(folder), following="the next")
    assert repr(keys) == "DeviceKeys(…)"
    assert (folder / "keys.json").stat().st_mode & 0o077 == 0


def test_keys_are_the_same_when_loaded_again(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    until = datetime(2025, 3, 1, tzinfo=UTC)
    keys = DeviceKeys(Ed25519PrivateKey.generate(), "token", 7, until, NOW, "the next")
    keys.save(tmp_path)
    again = DeviceKeys.load(tmp_path)
    assert (again.token, again.turn, again.until, again.since, again.following) == ("token", 7, until, NOW, "the next")
