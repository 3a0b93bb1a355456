"""A device's token ends, and its key gets it another: what is stolen, late, lost, copied or put back meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.messages import Outcome, TokenAnswer, TokenRequest
from scantrail.protocol.tokens import GOOD_FOR, hash_of, token_signed_bytes
from scantrail.reports.devices import device_lines
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import devices
from scantrail.server.devices.register import listed_devices, revoke
from scantrail.server.http.app import create_app
from scantrail.server.http.rates import PROOFS, TOKENS, Rates
from scantrail.server.ledger.shared_feed import FRESH_S
from scantrail.server.migrations import config
from tests.server.site import PIN, ServedSite, TestDevice
from tests.server.test_hostile_requests import expect_problem
from tests.support.clocks import Stopwatch
from tests.support.sql import statements
from tests.support.worlds import NOW, SARAH

MINUTE = timedelta(minutes=1)


def request_of(device: TestDevice, token: str, turn: int, key: Ed25519PrivateKey | None = None) -> TokenRequest:
    """What a device signs to have a token known."""
    signed = token_signed_bytes(device.name, turn, hash_of(token))
    return TokenRequest(device.name, turn, hash_of(token), (key or device.key).sign(signed).hex())


def post(served: ServedSite, request: TokenRequest) -> Any:
    return served.http.post("/v1/token", content=json.dumps(to_plain(request)))


def renewed(device: TestDevice, token: str, turn: int) -> datetime:
    """Have a token known; gives when it ends."""
    answered = post(device.site, request_of(device, token, turn))
    assert answered.status_code == 200, answered.text
    return from_plain(TokenAnswer, answered.json()).until


def poll(device: TestDevice, token: str) -> Any:
    return device.site.http.get("/v1/changes", headers={"Authorization": f"Bearer {token}"})


def is_taken(device: TestDevice, token: str) -> bool:
    status = poll(device, token).status_code
    assert status in (200, 401)
    return bool(status == 200)


def pushed(device: TestDevice, token: str) -> Any:
    if not device.exacts:
        device.pick(46)
    return device.post(device.batch(), Authorization=f"Bearer {token}")


def signed_in(device: TestDevice, token: str) -> Any:
    said = {"badge": SARAH.badge, "pin": PIN}
    return device.site.http.post("/v1/sign-in", json=said, headers={"Authorization": f"Bearer {token}"})


def looked_up(device: TestDevice, token: str) -> Any:
    return device.site.http.get("/v1/units?serial=x", headers={"Authorization": f"Bearer {token}"})


DOORS: list[Callable[[TestDevice, str], Any]] = [poll, pushed, signed_in, looked_up]


# A new one in time


@pytest.mark.parametrize("door", DOORS)
def test_a_new_token_is_good_beside_the_old_one_which_ends_when_the_new_one_is_first_used(
    served: ServedSite, door: Callable[[TestDevice, str], Any]
) -> None:
    device = served.device()
    served.now += timedelta(days=20)
    assert renewed(device, "second", 2) == served.now + GOOD_FOR
    assert door(device, device.token).status_code == 200
    assert door(device, "second").status_code == 200
    for each in DOORS:
        assert each(device, "second").status_code == 200
        expect_problem(each(device, device.token), 401)


def test_the_new_token_lives_thirty_days_from_when_it_was_asked_for(served: ServedSite) -> None:
    device = served.device()
    served.now += timedelta(days=20)
    until = renewed(device, "second", 2)
    assert is_taken(device, "second")
    served.now = until - MINUTE
    assert is_taken(device, "second")
    served.now = until
    assert not is_taken(device, "second")


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_different(served: ServedSite) -> None:
    device = served.device()
    renewed(device, "second", 2)
    served.now += timedelta(days=1)
    assert renewed(device, "second", 2) == served.now + GOOD_FOR, "nobody has used it: its time begins again"
    assert is_taken(device, device.token)
    assert is_taken(device, "second")


def test_a_token_that_is_used_already_is_not_prolonged_by_asking_for_it_again(served: ServedSite) -> None:
    device = served.device()
    until = renewed(device, "second", 2)
    assert is_taken(device, "second")
    served.now += timedelta(days=29)
    assert renewed(device, "second", 2) == until
    served.now += timedelta(days=2)
    assert not is_taken(device, "second")


def test_a_first_use_that_cannot_be_written_down_is_asked_again_and_both_tokens_stay_good(served: ServedSite) -> None:
    device = served.device()
    renewed(device, "second", 2)
    with failing(served.database, "UPDATE devices"):
        assert poll(device, "second").status_code == 503
        assert looked_up(device, "second").status_code == 503
    assert is_taken(device, device.token)
    assert is_taken(device, "second")


@contextmanager
def failing(database: Database, beginning: str) -> Iterator[None]:
    """The database is away for statements that begin so."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(beginning):
            raise OperationalError(statement, {}, Exception("server closed the connection"))

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)


# Ended


@pytest.mark.parametrize("door", DOORS)
def test_a_token_ends_after_thirty_days_and_the_device_is_told_what_to_do(
    served: ServedSite, door: Callable[[TestDevice, str], Any]
) -> None:
    device = served.device()
    served.now += GOOD_FOR - MINUTE
    assert door(device, device.token).status_code == 200
    served.now += MINUTE
    told = door(device, device.token)
    expect_problem(told, 401)
    assert told.json()["code"] == "token_ended"
    assert "gets a new one by itself" in told.json()["detail"]


def test_a_device_that_lay_in_a_drawer_for_months_gets_a_new_token_by_its_key_and_sends_what_it_has(
    served: ServedSite,
) -> None:
    device = served.device()
    device.pick(46)
    served.now += timedelta(days=200)
    assert pushed(device, device.token).status_code == 401
    renewed(device, "second", 2)
    device.token = "second"
    assert device.outcomes() == [Outcome.APPLIED] * 3


def test_a_new_token_that_was_not_used_in_its_time_is_asked_for_once_more(served: ServedSite) -> None:
    device = served.device()
    renewed(device, "second", 2)
    served.now += timedelta(days=90)
    assert not is_taken(device, "second")
    renewed(device, "second", 2)
    assert is_taken(device, "second")


# Stolen


def test_a_request_that_somebody_kept_brings_no_former_token_back(served: ServedSite) -> None:
    device = served.device()
    kept = request_of(device, "second", 2)
    assert post(served, kept).status_code == 200
    assert is_taken(device, "second")
    renewed(device, "third", 3)
    assert is_taken(device, "third")
    told = post(served, kept)
    expect_problem(told, 403)
    assert told.json()["code"] == "copied"
    assert not is_taken(device, "second")
    assert is_taken(device, "third")


def test_a_token_alone_gets_no_other_token(served: ServedSite) -> None:
    device, thief = served.device(), Ed25519PrivateKey.generate()
    good = request_of(device, "second", 2)
    forged = [
        request_of(device, "second", 2, thief),
        replace(good, turn=3),
        replace(good, token_hash=hash_of("the thief's")),
        replace(good, signature=""),
        replace(good, signature="zz" * 64),
        replace(good, device="Scanner-99"),
        replace(good, device=served.device("Scanner-06").name),
    ]
    headers = {**device.headers, "Content-Type": "application/json"}
    for each in forged:
        told = served.http.post("/v1/token", content=json.dumps(to_plain(each)), headers=headers)
        expect_problem(told, 401)
        assert told.json()["code"] == "not_enrolled"
    assert not is_taken(device, "second")
    assert not is_taken(device, "the thief's")


def test_a_revoked_device_gets_no_token_but_sends_what_it_has_however_late(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    renewed(device, "second", 2)
    with served.database.writing() as connection:
        revoke(connection, device.name, served.now, at_once=False)
    told = post(served, request_of(device, "third", 3))
    expect_problem(told, 403)
    assert told.json()["code"] == "revoked"
    served.now += timedelta(days=200)
    assert looked_up(device, device.token).json()["code"] == "revoked"
    assert device.outcomes() == [Outcome.APPLIED] * 3
    assert served.http.post("/v1/left", headers=device.headers).status_code == 200
    for token in (device.token, "second"):
        assert pushed(device, token).status_code == 401


def test_a_stolen_device_that_was_revoked_at_once_gets_no_token_for_its_key(served: ServedSite) -> None:
    device = served.device()
    renewed(device, "second", 2)
    with served.database.writing() as connection:
        revoke(connection, device.name, served.now, at_once=True)
    for token in (device.token, "second"):
        assert not is_taken(device, token)
    expect_problem(post(served, request_of(device, "third", 3)), 401)


def test_a_device_that_is_enrolled_again_leaves_no_token_and_no_key_that_count(served: ServedSite) -> None:
    before = served.device()
    renewed(before, "second", 2)
    now = served.device()
    for token in (before.token, "second"):
        assert not is_taken(before, token)
    expect_problem(post(served, request_of(before, "third", 3)), 401)
    assert renewed(now, "its second", 2) == served.now + GOOD_FOR


def test_no_device_takes_another_ones_token_or_its_own_again(served: ServedSite) -> None:
    device, other = served.device(), served.device("Scanner-06")
    renewed(other, "other's next", 2)
    for token in (other.token, "other's next", device.token):
        told = post(served, request_of(device, token, 2))
        expect_problem(told, 409)
        assert told.json()["code"] == "token_taken"
    other.pick(46)
    assert pushed(other, "other's next").status_code == 200, "the token is still its own"


# Copied, and put back


def test_of_two_copies_of_a_device_only_the_one_that_uses_its_new_token_first_goes_on(served: ServedSite) -> None:
    device = served.device()
    renewed(device, "the copy's", 2)
    renewed(device, "the device's", 2)
    assert not is_taken(device, "the copy's"), "asked for before, and never used"
    renewed(device, "the copy's", 2)
    assert is_taken(device, "the copy's")
    assert not is_taken(device, "the device's")
    told = post(served, request_of(device, "the device's", 2))
    expect_problem(told, 403)
    assert told.json()["code"] == "copied"
    assert "scantrail sync export" in told.json()["detail"]
    assert not is_taken(device, device.token)


def test_of_many_copies_that_ask_at_once_one_goes_on(served: ServedSite) -> None:
    device = served.device()
    tokens = [f"copy {number}" for number in range(8)]

    def asks(token: str) -> None:
        assert post(served, request_of(device, token, 2)).status_code in (200, 403)
        assert poll(device, token).status_code in (200, 401)

    with ThreadPoolExecutor(len(tokens)) as pool:
        list(pool.map(asks, tokens))
    assert [is_taken(device, token) for token in tokens].count(True) == 1
    assert not is_taken(device, device.token)


@pytest.mark.parametrize("known", [1, 2])
def test_a_server_put_back_from_a_backup_takes_the_device_by_its_key(served: ServedSite, known: int) -> None:
    """It knows the first token alone, or the first and a second that nobody used yet; the device has its third."""
    device = served.device()
    if known == 2:
        renewed(device, "second", 2)
    with served.database.reading() as connection:
        backup = dict(connection.execute(select(devices).where(devices.c.id == device.name)).one()._mapping)
    renewed(device, "second", 2)
    assert is_taken(device, "second")
    renewed(device, "third", 3)
    assert is_taken(device, "third")
    with served.database.writing() as connection:
        connection.execute(update(devices).where(devices.c.id == device.name).values(backup))
    assert not is_taken(device, "third")
    renewed(device, "fourth", 4)
    assert is_taken(device, "fourth")
    for former in (device.token, "second", "third"):
        assert not is_taken(device, former)


# Limits


def still(served: ServedSite) -> None:
    """Let no time go by between requests."""
    served.http.app.state.rates = Rates(lambda: 0.0)  # type: ignore[attr-defined]  # reason: it is a FastAPI app


def test_a_device_that_has_new_tokens_made_without_end_waits_and_another_does_not(served: ServedSite) -> None:
    still(served)
    device, other = served.device(), served.device("Scanner-06")
    for turn in range(2, 2 + TOKENS.at_once):
        renewed(device, f"token-{turn}", turn)
    told = post(served, request_of(device, "one more", 99))
    expect_problem(told, 429)
    assert told.headers["Retry-After"] == "60"
    renewed(other, "second", 2)


def test_who_cannot_sign_for_a_device_and_who_repeats_what_it_sent_use_nothing_of_its_limit(served: ServedSite) -> None:
    still(served)
    device = served.device()
    kept = request_of(device, "second", 2)
    assert post(served, kept).status_code == 200
    assert is_taken(device, "second")
    for _ in range(2 * TOKENS.at_once):
        expect_problem(post(served, request_of(device, "x", 9, Ed25519PrivateKey.generate())), 401)
        assert post(served, kept).status_code == 200
    renewed(device, "third", 3)


def test_one_address_asks_only_so_often_whatever_it_asks(served: ServedSite) -> None:
    still(served)
    device = served.device()
    codes = {served.http.post("/v1/token", content=b"").status_code for _ in range(PROOFS.at_once)}
    assert codes == {422}
    expect_problem(served.http.post("/v1/token", content=b""), 429)
    assert is_taken(device, device.token), "other doors do not count"


@pytest.mark.parametrize(
    "wrong", [{"turn": 0}, {"turn": 10**10}, {"token_hash": "A" * 64}, {"token_hash": "a" * 63}, {"device": "\x00"}]
)
def test_a_field_out_of_its_range_is_named(served: ServedSite, wrong: dict[str, Any]) -> None:
    told = post(served, replace(request_of(served.device(), "second", 2), **wrong))
    expect_problem(told, 422)
    assert next(iter(wrong)) in told.json()["detail"]


# What it costs, and who is told


def test_a_poll_is_refused_at_its_tokens_end_without_a_look_at_the_database(served: ServedSite) -> None:
    device, clock = served.device(), Stopwatch()
    with TestClient(create_app(served.database, lambda: served.now, monotonic=clock)) as http:
        assert http.get("/v1/changes", headers=device.headers).status_code == 200
        with statements(served.database) as sent:
            assert http.get("/v1/changes", headers=device.headers).status_code == 200
            served.now += GOOD_FOR
            assert http.get("/v1/changes", headers=device.headers).status_code == 401
    assert sent == []


def test_a_former_token_is_refused_by_every_process_within_a_fifth_of_a_second(served: ServedSite) -> None:
    device, clock = served.device(), Stopwatch()
    with TestClient(create_app(served.database, lambda: served.now, monotonic=clock)) as another:
        assert another.get("/v1/changes", headers=device.headers).status_code == 200
        renewed(device, "second", 2)
        assert is_taken(device, "second")
        clock.now += FRESH_S
        assert another.get("/v1/changes", headers=device.headers).status_code == 401
        with statements(served.database) as sent:
            for _ in range(3):
                following = {"Authorization": "Bearer second"}
                assert another.get("/v1/changes", headers=following).status_code == 200
        assert len(sent) == 1, "looked up once, and remembered then"


def test_the_administrator_sees_until_when_each_token_is_good(served: ServedSite) -> None:
    served.enrolment_code("Scanner-04")
    device, leaving = served.device(), served.device("Scanner-06")
    served.now += timedelta(days=20)
    until = renewed(device, "second", 2)
    assert is_taken(device, "second")
    with served.database.writing() as connection:
        revoke(connection, leaving.name, served.now, at_once=False)
        found = listed_devices(connection, "MAIN")
    assert [each.token_until for each in found] == [None, until, None]
    assert f"{until:%Y-%m-%d %H:%M} UTC" in "\n".join(device_lines(found))


def test_tokens_from_before_the_upgrade_count_from_its_day(database_url: str) -> None:
    database = Database(database_url)
    with database.writing() as connection:
        command.upgrade(config(connection), "0016")
        connection.execute(text("INSERT INTO sites (id, body) VALUES ('MAIN', '{}')"))
        for name, token in (("Scanner-05", "'x'"), ("Scanner-06", "NULL")):
            row = f"('{name}', 'MAIN', {token}, FALSE)"
            connection.execute(text(f"INSERT INTO devices (id, site, token_hash, revoked) VALUES {row}"))
    began = datetime.now(UTC)
    with database.writing() as connection:
        command.upgrade(config(connection), "head")
        found = connection.execute(select(devices).order_by(devices.c.id)).all()
    database.close()
    ends_at = datetime.fromisoformat(found[0].token_ends_at)
    assert began + GOOD_FOR <= ends_at <= datetime.now(UTC) + GOOD_FOR
    assert [each.token_turn for each in found] == [1, None]
    assert found[1].token_ends_at is None


def test_a_device_that_an_older_server_has_enrolled_meanwhile_goes_on_by_its_key(served: ServedSite) -> None:
    device = served.device()
    with served.database.writing() as connection:
        values = {"token_turn": None, "token_ends_at": None, "enrolled_at": NOW.astimezone(UTC).isoformat()}
        connection.execute(update(devices).where(devices.c.id == device.name).values(values))
    assert poll(device, device.token).json()["code"] == "token_ended"
    renewed(device, "second", 2)
    assert is_taken(device, "second")
