"""Requests that no device of ours would send: each gets a problem that says what was expected."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from scantrail.protocol.messages import Outcome
from scantrail.server.http.app import create_app
from scantrail.server.http.requests import SMALL
from scantrail.server.people.sign_in import FREE_TRIES
from tests.server.site import PIN, ServedSite
from tests.support.worlds import SARAH

HOSTILE = ["nul\x00", "\ud800", "x" * 10_000, "\x1b[2J"]


def expect_problem(answered: Any, status: int) -> None:
    assert answered.status_code == status
    assert answered.headers["content-type"] == "application/problem+json"
    problem = answered.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/", 404),
        ("DELETE", "/v1/health", 405),
        ("GET", "/v1/units", 422),
        ("GET", "/v1/changes?limit=many", 422),
        ("GET", "/v1/units/no-such-unit", 404),
        ("GET", "/v1/units/no-such-unit/timeline", 404),
        ("GET", "/v1/units/%00", 422),
        ("GET", "/v1/units/%00/timeline", 422),
        ("GET", "/v1/units?serial=%00", 422),
        ("GET", "/v1/units?serial=" + "9" * 1000, 422),
    ],
)
def test_what_there_is_not_is_answered_with_a_problem(served: ServedSite, method: str, path: str, status: int) -> None:
    expect_problem(served.http.request(method, path, headers=served.device().headers), status)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_badge_or_code_is_refused_in_a_sentence(served: ServedSite, text: str) -> None:
    device = served.device()
    escaped = "".join(f"\\u{ord(each):04x}" for each in text)
    badge = f'{{"badge": "{escaped}", "pin": "1"}}'
    status = 413 if len(badge) > SMALL.bytes else 422
    expect_problem(served.http.post("/v1/sign-in", content=badge, headers=device.headers), status)
    code = f'{{"code": "{escaped}", "public_key": "{"00" * 32}"}}'
    expect_problem(served.http.post("/v1/enrol", content=code), status)


@pytest.mark.parametrize("pin", HOSTILE)
def test_a_hostile_pin_is_refused_in_a_sentence(served: ServedSite, pin: str) -> None:
    device = served.device()
    escaped = "".join(f"\\u{ord(each):04x}" for each in pin)
    body = f'{{"badge": "{SARAH.badge}", "pin": "{escaped}"}}'
    status = 413 if len(body) > SMALL.bytes else 422
    expect_problem(served.http.post("/v1/sign-in", content=body, headers=device.headers), status)


@pytest.mark.parametrize("epoch", HOSTILE)
def test_a_hostile_epoch_is_refused_before_anything_is_kept_under_it(served: ServedSite, epoch: str) -> None:
    device = served.device()
    device.pick(46)
    expect_problem(device.post(replace(device.batch(), epoch=epoch)), 422)


@pytest.mark.parametrize("position", [-1, 2**63, 10**40])
def test_a_cursor_from_nowhere_does_no_harm(served: ServedSite, position: int) -> None:
    device = served.device()
    device.cursor = {"MAIN": position, "no such stream": 3}
    query = {"seen": f'{{"cursor": {{"MAIN": {position}, "no such stream": 3}}}}'}
    assert served.http.get("/v1/changes", params=query, headers=device.headers).status_code == 200
    device.pick(46)
    assert device.outcomes() == [Outcome.APPLIED] * 3


def test_a_long_garbled_message_is_not_sent_back_whole(served: ServedSite) -> None:
    body = b'{"device": ["' + b"x" * 100_000 + b'"]}'
    answered = served.http.post("/v1/push", content=body, headers=served.device().headers)
    expect_problem(answered, 422)
    assert len(answered.content) < 1000


def test_a_fault_of_the_servers_own_is_told_without_its_inside(served: ServedSite) -> None:
    device = served.device()

    def broken() -> Any:
        raise RuntimeError("the secret inside")

    http = TestClient(create_app(served.database, broken), raise_server_exceptions=False)
    answered = http.post("/v1/sign-in", json={"badge": SARAH.badge, "pin": PIN}, headers=device.headers)
    expect_problem(answered, 500)
    assert "secret" not in answered.text


def test_pins_tried_at_once_are_not_all_free(served: ServedSite) -> None:
    headers = served.device().headers
    tries = FREE_TRIES * 3
    start, codes = threading.Barrier(tries), []

    def try_pin(pin: str) -> None:
        start.wait()
        body = {"badge": SARAH.badge, "pin": pin}
        codes.append(served.http.post("/v1/sign-in", json=body, headers=headers).status_code)

    threads = [threading.Thread(target=try_pin, args=(f"{at:04d}",)) for at in range(tries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [403] * FREE_TRIES + [429] * (tries - FREE_TRIES)


@pytest.mark.parametrize("head", HOSTILE)
def test_a_hostile_head_is_refused_in_a_sentence(served: ServedSite, head: str) -> None:
    device = served.device()
    device.pick(46)
    expect_problem(device.post(replace(device.batch(), head=head)), 422)


def test_a_key_is_kept_as_it_is_however_it_was_spaced(served: ServedSite) -> None:
    device = served.device()
    spaced = " ".join(f"{each:02X}" for each in device.key.public_key().public_bytes_raw())
    body = {"code": served.enrolment_code("Scanner-05"), "public_key": spaced}
    device.token = served.http.post("/v1/enrol", json=body).json()["token"]
    device.pick(46)
    assert device.outcomes() == [Outcome.APPLIED] * 3
