"""Requests made to stop the server: each is refused before it costs much, and others are answered meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError

from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.plain import to_plain
from scantrail.protocol.limits import check_json
from scantrail.protocol.messages import Outcome, Seen
from scantrail.protocol.outbox import MAX_BYTES
from scantrail.server.database.schema import alarms, sign_in_failures
from scantrail.server.devices.enrolment_codes import MOST_WRONG, MOST_WRONG_OF_ALL, WITHIN, WrongCodes
from scantrail.server.http import requests, turns
from scantrail.server.http.rates import MOST_KEPT, REQUESTS, Rate, Rates
from scantrail.server.http.requests import BATCH, SMALL
from scantrail.server.http.turns import Turns
from scantrail.server.people.sign_in import sign_in as verify_pin
from tests.server.site import PIN, ServedSite, TestDevice
from tests.server.test_hostile_requests import expect_problem
from tests.support.worlds import NOW, SARAH

PATIENCE_S = 30

SMALL_DOORS = ["/v1/enrol", "/v1/token", "/v1/sign-in", "/v1/numbers", "/v1/attention/MAIN-1/resolve"]

BOMBS = {
    "16 MB of lists": b"[" + b"[]," * 5_000_000 + b"[]]",
    "16 MB of one text": b'"' + b"x" * 16_000_000 + b'"',
    "a little too much": b" " * (SMALL.bytes + 1),
}


@pytest.mark.parametrize("door", SMALL_DOORS)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_body_that_unpacks_to_a_huge_one_is_never_unpacked(served: ServedSite, door: str, bomb: str) -> None:
    body = gzip.compress(BOMBS[bomb])
    headers = {**served.device().headers, "Content-Encoding": "gzip"}
    tracemalloc.start()
    answered = served.http.post(door, content=body, headers=headers)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    expect_problem(answered, 413)
    assert peak < 2_000_000


@pytest.mark.parametrize("body", [b"[" * 8_000, b"[[]," * 4_000, b'{"code":' * 2_000, '{"code": 1}'.encode("utf-16")])
@pytest.mark.parametrize("door", SMALL_DOORS)
def test_what_is_nested_or_has_many_elements_is_never_parsed(
    served: ServedSite, monkeypatch: pytest.MonkeyPatch, door: str, body: bytes
) -> None:
    device = served.device()
    monkeypatch.setattr(json, "loads", None)
    expect_problem_without_json(served.http.post(door, content=body, headers=device.headers), 422)


def expect_problem_without_json(answered: Any, status: int) -> None:
    assert answered.status_code == status
    assert "Expected a message of type" in answered.text


def test_a_body_that_says_it_is_too_large_is_not_even_read(served: ServedSite) -> None:
    headers = [(b"content-length", str(SMALL.bytes + 1).encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/enrol", "headers": headers, "query_string": b""}
    told: list[dict[str, Any]] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        told.append(message)

    async def asked() -> None:
        await served.http.app(scope, receive, send)

    asyncio.run(asked())
    assert told[0]["status"] == 413


def test_a_large_batch_is_read_beside_the_event_loop(served: ServedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    device = served.device()
    for _ in range(100):
        device.record(WorkerSignedIn(SARAH.id, offline=False), note="x" * 1_000)
    beside: list[bool] = []
    check = check_json

    def watched(*what: Any) -> None:
        try:
            asyncio.get_running_loop()
            beside.append(False)
        except RuntimeError:
            beside.append(True)
        check(*what)

    monkeypatch.setattr(requests, "check_json", watched)
    assert device.outcomes() == [Outcome.APPLIED] * 100
    assert beside == [True]


def test_a_batch_has_no_more_bytes_than_a_device_sends(served: ServedSite) -> None:
    device = served.device()
    for _ in range(MAX_BYTES // 15_000 + 1):
        device.record(
            WorkerSignedIn(SARAH.id, offline=False), note="x" * 2_000, reason="x" * 2_000, reading="x" * 11_500
        )
    expect_problem(device.post(device.batch()), 413)
    assert device.push(last=50).acknowledged == 50


def test_a_batch_of_the_most_that_a_device_sends_is_small_enough_whatever_it_is_made_of() -> None:
    for text in ("é", "\u2028", "\U0001f4e6", '"', "\\", "\x01", "\ud800"):
        exact = json.dumps(text * 2_000, ensure_ascii=False).encode("utf-8", "surrogatepass")
        acts = [exact.decode("utf-8", "surrogatepass")] * (MAX_BYTES // len(exact))
        assert len(json.dumps(acts)) < BATCH.bytes * 0.95


WRONG_SEEN: list[dict[str, Any]] = [
    {"device": "\ud800", "epoch": "e", "acknowledged": 1},
    {"device": "Scanner-05", "epoch": "\x00", "acknowledged": 1},
    {"device": "x" * 201, "acknowledged": 1},
    {"cursor": {"\x00": 1}},
    {"cursor": {"x" * 201: 1}},
    {"heads": {"MAIN": "\ud800"}},
    {"heads": {"MAIN": "x" * 201}},
]


@pytest.mark.parametrize("seen", WRONG_SEEN)
def test_what_a_device_says_it_has_seen_is_looked_at_before_it_is_looked_up(
    served: ServedSite, seen: dict[str, Any]
) -> None:
    device = served.device()
    asked = served.http.get("/v1/changes", params={"seen": json.dumps(seen)}, headers=device.headers)
    expect_problem(asked, 422)
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    expect_problem(device.post(replace(device.batch(), seen=Seen(**seen))), 422)


@pytest.mark.parametrize("number", [-1, 2**63, 10**40])
def test_a_number_from_nowhere_in_what_was_seen_does_no_harm(served: ServedSite, number: int) -> None:
    device = served.device()
    seen = Seen({"MAIN": number}, {"MAIN": f"{number}:x"}, acknowledged=number)
    asked = served.http.get("/v1/changes", params={"seen": json.dumps(to_plain(seen))}, headers=device.headers)
    assert asked.status_code == 200
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    assert device.post(replace(device.batch(), seen=seen)).status_code == 200


def test_numbers_that_are_none_are_refused(served: ServedSite) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    push = to_plain(device.batch())
    for name, number in (("first_seq", float("nan")), ("first_seq", float("inf")), ("first_seq", 1.0)):
        answered = served.http.post("/v1/push", content=json.dumps({**push, name: number}), headers=device.headers)
        expect_problem(answered, 422)


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    now = [0.0]
    rates, rate = Rates(lambda: now[0]), Rate(at_once=3, a_second=0.5)
    assert [rates.wait_s("a", rate) for _ in range(5)] == [0, 0, 0, 2, 2]
    assert rates.wait_s("b", rate) == 0
    now[0] = 2.0
    assert [rates.wait_s("a", rate) for _ in range(2)] == [0, 2]
    now[0] = 1_000.0
    assert [rates.wait_s("a", rate) for _ in range(4)] == [0, 0, 0, 2]


def test_what_is_known_of_those_who_ask_has_a_limit() -> None:
    rates, rate = Rates(lambda: 0.0), Rate(1, 1)
    for at in range(MOST_KEPT + 100):
        assert rates.wait_s(str(at), rate) == 0
    assert len(rates._left) == MOST_KEPT


def still(served: ServedSite) -> None:
    """Let no time go by between requests."""
    served.http.app.state.rates = Rates(lambda: 0.0)  # type: ignore[attr-defined]


def test_a_device_that_asks_without_end_is_told_to_wait_and_another_is_answered(served: ServedSite) -> None:
    still(served)
    device, other = served.device(), served.device("Scanner-06")
    answers = [served.http.get("/v1/units/x", headers=device.headers) for _ in range(REQUESTS.at_once + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {404}
    expect_problem(answers[-1], 429)
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert served.http.get("/v1/units/x", headers=other.headers).status_code == 404


def sign_in(device: TestDevice, badge: str) -> Any:
    return device.site.http.post("/v1/sign-in", json={"badge": badge, "pin": PIN}, headers=device.headers)


def test_badges_are_not_tried_one_after_the_other_on_one_device(
    served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    still(served)
    monkeypatch.setattr(turns, "SIGN_INS", Rate(3, 0.5))
    device, other = served.device(), served.device("Scanner-06")
    codes = [sign_in(device, f"badge-{at}").status_code for at in range(5)]
    assert codes == [403] * 3 + [429] * 2
    assert sign_in(other, SARAH.badge).status_code == 200


def test_few_pins_are_verified_at_once_and_of_many_more_some_are_sent_away(
    served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.http.app.state.turns = Turns(at_once=2, most_waiting=2)  # type: ignore[attr-defined]
    go, begun, verify = threading.Event(), threading.Semaphore(0), verify_pin
    inside: list[int] = []
    most: list[int] = []

    def slow(*what: Any) -> Any:
        inside.append(1)
        most.append(len(inside))
        begun.release()
        go.wait(PATIENCE_S)
        inside.pop()
        return verify(*what)

    monkeypatch.setattr(turns, "sign_in", slow)
    devices = [served.device(f"Scanner-{at:02d}") for at in range(10)]
    sent_away = threading.Semaphore(0)

    def tried(device: TestDevice) -> Any:
        answered = sign_in(device, SARAH.badge)
        if answered.status_code == 429:
            sent_away.release()
        return answered

    with ThreadPoolExecutor(len(devices)) as pool:
        tries = [pool.submit(tried, device) for device in devices]
        came = all(waited.acquire(timeout=PATIENCE_S) for waited in [begun] * 2 + [sent_away] * 6)
        meanwhile = served.http.get("/healthz").status_code
        go.set()
        answers = [each.result(PATIENCE_S) for each in tries]
    assert came
    assert meanwhile == 200, "others are answered meanwhile"
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [429] * 6
    assert max(most) == 2
    assert all(int(each.headers["Retry-After"]) > 0 for each in answers if each.status_code == 429)


def test_tried_badges_do_not_fill_the_database(served: ServedSite) -> None:
    device = served.device()
    for at in range(5):
        sign_in(device, f"badge-{at}")
    served.now += timedelta(days=2)
    sign_in(device, "another")
    with served.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(sign_in_failures)).scalar_one() == 1


def test_wrong_codes_from_one_address_keep_no_other_from_enrolling() -> None:
    wrong = WrongCodes()
    for _ in range(MOST_WRONG):
        wrong.note(NOW, "10.0.0.1")
    assert wrong.wait_s(NOW, "10.0.0.1") == 60
    assert wrong.wait_s(NOW, "10.0.0.2") == 0
    assert wrong.wait_s(NOW + WITHIN, "10.0.0.1") == 0


def test_wrong_codes_from_everywhere_make_all_wait() -> None:
    wrong = WrongCodes()
    for at in range(MOST_WRONG_OF_ALL):
        wrong.note(NOW, f"10.0.0.{at}")
    assert wrong.wait_s(NOW, "10.0.1.1") == 60


def test_large_bodies_of_one_device_are_counted_until_they_are_in(served: ServedSite) -> None:
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    crowd = served.http.app.state.crowd  # type: ignore[attr-defined]
    with crowd.sending(device.name), crowd.sending(device.name), crowd.sending(device.name):
        assert device.post(device.batch()).status_code == 200
        with crowd.sending(device.name):
            expect_problem(device.post(device.batch()), 429)
        assert served.device("Scanner-06").enrol("x").status_code == 403
    assert device.post(device.batch()).status_code == 200


@pytest.mark.parametrize("error", [errors.ReadOnlySqlTransaction, errors.QueryCanceled, errors.AdminShutdown])
def test_a_database_that_may_not_be_written_is_away(served: ServedSite, error: type[errors.Error]) -> None:
    device = served.device()
    device.pick(46)
    failing = [True]

    def fail(_connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        if failing[0] and statement.startswith("INSERT INTO log"):
            raise DBAPIError.instance(statement, None, error("why"), errors.Error)

    event.listen(served.database.engine, "before_cursor_execute", fail)
    answered = device.post(device.batch())
    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "2")
    failing[0] = False
    assert device.outcomes() == [Outcome.APPLIED] * 3
    with served.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(alarms)).scalar_one() == 0
