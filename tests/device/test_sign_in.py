"""Badge and PIN: verified by the server when it can be reached, else by what the device kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.device.identity.sign_in import FREE_TRIES, LOCKED_AFTER, SignIn, SignInRefused, delay_s
from scantrail.server.people.sign_in import pin_verifier
from scantrail.server.records.master import put_workers
from tests.device.online import OnlineDevice, cut, online_device, served_site
from tests.server.site import PIN, ServedSite
from tests.support.devices import changes_of
from tests.support.worlds import MIKE, SARAH

HOUR = 3600.0


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
def desk(device: OnlineDevice) -> SignIn:
    return SignIn(device.store, device.server, device.hand.clock)


async def refused(desk: SignIn, badge: str = SARAH.badge, pin: str = PIN) -> str:
    """Why a sign-in is refused."""
    with pytest.raises(SignInRefused) as refusal:
        await desk.sign_in(badge, pin)
    return str(refusal.value)


async def test_online_the_server_decides(desk: SignIn) -> None:
    signed_in = await desk.sign_in(f" {SARAH.badge} ", PIN)
    assert (signed_in.worker, signed_in.offline) == (SARAH, False)
    assert "do not belong" in await refused(desk, pin="0000")
    assert "do not belong" in await refused(desk, badge="nobody")


async def test_offline_works_where_the_worker_signed_in_online_before(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    signed_in = await desk.sign_in(SARAH.badge, PIN)
    assert (signed_in.worker, signed_in.offline) == (SARAH, True)
    assert await refused(desk, pin="0000") == "The PIN is not right. Try again."


async def test_offline_without_an_earlier_sign_in_says_what_to_do(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    for badge in (MIKE.badge, "nobody"):
        assert (await refused(desk, badge)).endswith("Sign in once while online on this device.")


async def test_the_devices_own_verifier_ends_with_the_shift(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    device.hand.clock.move(11 * HOUR)
    assert (await desk.sign_in(SARAH.badge, PIN)).offline
    device.hand.clock.move(1 * HOUR)
    assert "has run out" in await refused(desk)


async def test_a_clock_set_back_does_not_prolong_the_shift(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    device.hand.clock.move(-1 * HOUR)
    assert "has run out" in await refused(desk)


async def test_wrong_pins_are_slowed_down_and_a_right_one_ends_the_row(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    for _ in range(FREE_TRIES):
        assert "not right" in await refused(desk, pin="0000")
    assert "Wait 5 s" in await refused(desk), "even the right one waits"
    device.hand.clock.move(5)
    assert (await desk.sign_in(SARAH.badge, PIN)).offline
    assert "not right" in await refused(desk, pin="0000")


async def test_setting_the_clock_forward_does_not_shorten_the_wait(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    for _ in range(FREE_TRIES):
        await refused(desk, pin="0000")
    mono = device.hand.clock.mono_ms
    device.hand.clock.move(600)
    device.hand.clock.mono_ms = mono + 1000
    assert "Wait" in await refused(desk)


async def test_after_ten_wrong_pins_only_the_server_lets_the_worker_in(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    device.line.fault = cut
    for count in range(LOCKED_AFTER):
        device.hand.clock.move(delay_s(count))
        assert "not right" in await refused(desk, pin="0000")
    device.hand.clock.move(HOUR)
    assert "locked on this device" in await refused(desk)
    device.line.fault = None
    assert not (await desk.sign_in(SARAH.badge, PIN)).offline
    device.line.fault = cut
    assert (await desk.sign_in(SARAH.badge, PIN)).offline


async def test_one_workers_wrong_pins_do_not_slow_another(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(MIKE.badge, PIN)
    device.line.fault = cut
    for _ in range(FREE_TRIES + 1):
        await refused(desk, pin="0000")
    assert (await desk.sign_in(MIKE.badge, PIN)).worker == MIKE


async def test_a_worker_whom_the_server_refuses_now_cannot_go_on_offline(
    desk: SignIn, device: OnlineDevice, served: ServedSite
) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    dismiss(served)
    assert "do not belong" in await refused(desk)
    device.line.fault = cut
    assert "Sign in once while online" in await refused(desk)


async def test_a_wrong_pin_online_does_not_take_the_right_one_away_offline(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    await refused(desk, pin="0000")
    device.line.fault = cut
    assert (await desk.sign_in(SARAH.badge, PIN)).offline


async def test_a_worker_known_to_be_inactive_is_refused_offline(desk: SignIn, device: OnlineDevice) -> None:
    await desk.sign_in(SARAH.badge, PIN)
    epoch = device.store.server_epoch
    device.store.apply_changes(changes_of((replace(SARAH, active=False),), position=1000, epoch=epoch))
    device.line.fault = cut
    assert "Sign in once while online" in await refused(desk)


@pytest.mark.parametrize(
    ("badge", "pin"), [("\ud800", PIN), (SARAH.badge, "\ud800"), ("a\x00b", PIN), ("\x1b[31m", "1")]
)
async def test_a_hostile_badge_or_pin_is_a_sentence(desk: SignIn, badge: str, pin: str) -> None:
    assert await refused(desk, badge, pin)


async def test_before_the_first_sync_a_worker_waits_for_the_rows(tmp_path: Path, served: ServedSite) -> None:
    fresh = await online_device(tmp_path / "fresh", served)
    desk = SignIn(fresh.store, fresh.server, fresh.hand.clock)
    assert "has not reached this device yet" in await refused(desk)
    await fresh.sync.now()
    assert (await desk.sign_in(SARAH.badge, PIN)).worker == SARAH
    fresh.store.close()


async def test_the_pin_itself_is_nowhere_in_the_store(tmp_path: Path, served: ServedSite) -> None:
    device = await online_device(tmp_path / "x", served)
    await device.sync.now()
    await SignIn(device.store, device.server, device.hand.clock).sign_in(SARAH.badge, PIN)
    verifier = device.store.keeping.verifier(SARAH.id)
    assert verifier is not None
    assert verifier.argon2.startswith("$argon2id$")
    assert PIN not in verifier.argon2
    device.store.close()


def dismiss(served: ServedSite) -> None:
    """The desk takes Sarah off the site."""
    with served.database.writing() as connection:
        put_workers(connection, [replace(SARAH, active=False)], {SARAH.id: pin_verifier(PIN)})


def test_the_delay_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [delay_s(count) for count in (0, 2, 3, 4, 5)] == [0, 0, 5, 10, 20]
    assert delay_s(1000) == 900
