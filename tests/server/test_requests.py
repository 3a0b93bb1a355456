"""Who may ask, what is understood, and what a refusal says."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.protocol.messages import GLOBAL_STREAM, Changes
from scantrail.server.database.schema import metadata
from scantrail.server.migrations import migrate
from scantrail.server.people.sign_in import FREE_TRIES
from scantrail.server.records.units import put_units
from tests.server.site import PIN, ServedSite
from tests.support.worlds import CLERK, SARAH, module


def test_health_needs_no_token(served: ServedSite) -> None:
    assert served.http.get("/v1/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/units?serial=x", "/v1/units/x", "/v1/units/x/timeline"])
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nobody's"}, {"Authorization": "Basic x"}])
def test_everything_else_needs_a_devices_token(served: ServedSite, path: str, header: dict[str, str]) -> None:
    answered = served.http.get(path, headers=header)
    assert answered.status_code == 401
    assert answered.headers["content-type"] == "application/problem+json"


def test_an_enrolment_code_works_once(served: ServedSite) -> None:
    device = served.device()
    code = served.enrolment_code("Scanner-06")
    assert [device.enrol(code).status_code, device.enrol(code).status_code] == [200, 403]


def test_an_enrolment_code_ends_after_an_hour(served: ServedSite) -> None:
    device, code = served.device(), served.enrolment_code("Scanner-06")
    served.now += timedelta(hours=1, seconds=1)
    assert device.enrol(code).status_code == 403


@pytest.mark.parametrize("key", ["", "zz", "00", "é" * 32])
def test_what_is_no_key_is_not_enrolled(served: ServedSite, key: str) -> None:
    body = {"code": served.enrolment_code("Scanner-06"), "public_key": key}
    assert served.http.post("/v1/enrol", json=body).status_code == 403


def test_enrolling_again_ends_the_old_token(served: ServedSite) -> None:
    device = served.device()
    again = served.device()
    assert served.http.get("/v1/changes", headers=device.headers).status_code == 401
    assert served.http.get("/v1/changes", headers=again.headers).status_code == 200


def sign_in(served: ServedSite, badge: str, pin: str, headers: dict[str, str]) -> int:
    return int(served.http.post("/v1/sign-in", json={"badge": badge, "pin": pin}, headers=headers).status_code)


def test_a_worker_signs_in_with_badge_and_pin(served: ServedSite) -> None:
    headers = served.device().headers
    answered = served.http.post("/v1/sign-in", json={"badge": SARAH.badge, "pin": PIN}, headers=headers)
    assert answered.json()["worker"] == SARAH.id


@pytest.mark.parametrize(("badge", "pin"), [(SARAH.badge, "9999"), ("nobody", PIN), (SARAH.badge, "")])
def test_a_wrong_badge_or_pin_is_refused_alike(served: ServedSite, badge: str, pin: str) -> None:
    assert sign_in(served, badge, pin, served.device().headers) == 403


def test_wrong_pins_make_even_the_right_one_wait(served: ServedSite) -> None:
    headers = served.device().headers
    codes = [sign_in(served, SARAH.badge, "0000", headers) for _ in range(FREE_TRIES)]
    assert codes == [403] * FREE_TRIES
    assert sign_in(served, SARAH.badge, PIN, headers) == 429
    assert sign_in(served, CLERK.badge, PIN, headers) == 200, "another worker need not wait"
    assert sign_in(served, SARAH.badge, PIN, served.device("Scanner-02").headers) == 200, "nor another device"
    served.now += timedelta(minutes=1)
    assert sign_in(served, SARAH.badge, PIN, headers) == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"device": 1}', b"\xff", b"[" * 100_000, b"null"])
def test_a_garbled_push_is_refused_with_what_was_expected(served: ServedSite, body: bytes) -> None:
    device = served.device()
    answered = served.http.post("/v1/push", content=body, headers=device.headers)
    assert answered.status_code == 422
    assert "Push" in answered.json()["detail"]


def test_a_batch_comes_compressed(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    body = gzip.compress(json.dumps(to_plain(device.batch())).encode())
    answered = served.http.post("/v1/push", content=body, headers={**device.headers, "Content-Encoding": "gzip"})
    assert answered.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not gzip", 400),
        (gzip.compress(b" " * 100_000_000), 413),
        (gzip.compress(b"{}")[:-9], 413),
        (b" " * 5_000_000, 413),
    ],
    ids=["not gzip", "too much when unpacked", "cut short", "too much as it comes"],
)
def test_a_body_that_unpacks_to_too_much_or_to_nothing_is_refused(served: ServedSite, body: bytes, status: int) -> None:
    headers = {**served.device().headers, "Content-Encoding": "gzip"}
    assert served.http.post("/v1/push", content=body, headers=headers).status_code == status


def pages(served: ServedSite, limit: int) -> list[Changes]:
    device = served.device("Scanner-99")
    cursor: dict[str, int] = {}
    found: list[Changes] = []
    while not found or found[-1].more:
        query = {"seen": json.dumps({"cursor": cursor}), "limit": str(limit)}
        answered = served.http.get("/v1/changes", params=query, headers=device.headers)
        found.append(from_plain(Changes, answered.json()))
        cursor = found[-1].cursor
    return found


@pytest.mark.parametrize("limit", [1, 3, 7, 500])
def test_pages_of_changes_bring_every_row_once(served: ServedSite, limit: int) -> None:
    rows = [(row.kind, row.id) for page in pages(served, limit) for row in page.rows]
    assert len(rows) == len(set(rows))
    not_here = {RowKind.HOLD, RowKind.CONTAINER, RowKind.QUANTITY}
    assert {kind for kind, _ in rows} == set(KINDS) - not_here - {RowKind.PERSON}
    assert all(len(page.rows) <= limit for page in pages(served, limit))


def test_a_row_that_changes_twice_is_listed_once_at_its_last_place(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.pick(47)
    changes = pages(served, 500)[0]
    before = changes.cursor
    device.push()
    listed = [row for row in pages(served, 500)[0].rows if row.id == "PL-2025-0091"]
    assert len(listed) == 1
    assert listed[0].position > before["MAIN"]


def test_no_pin_and_no_verifier_is_ever_in_a_row(served: ServedSite) -> None:
    assert "argon2" not in str([page.rows for page in pages(served, 500)])


GARBLED = ["x", "[]", '{"cursor":{"MAIN":"1"}}', "{}},{{", '{"cursor":{"MAIN":1.5}}', '{"heads":{"MAIN":1}}']


@pytest.mark.parametrize("seen", GARBLED)
def test_a_garbled_cursor_is_refused(served: ServedSite, seen: str) -> None:
    headers = served.device().headers
    assert served.http.get("/v1/changes", params={"seen": seen}, headers=headers).status_code == 422


def test_the_cursor_names_every_stream(served: ServedSite) -> None:
    assert set(pages(served, 500)[-1].cursor) == {GLOBAL_STREAM, "MAIN", "EAST"}


def test_a_units_timeline_tells_its_life_oldest_first(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    answered = served.http.get(f"/v1/units/{module(46).id}/timeline", headers=device.headers).json()
    assert [entry["type"] for entry in answered["timeline"]] == ["UnitRegistered", "UnitPicked"]
    picked = answered["timeline"][-1]
    assert (picked["actor_name"], picked["device"], picked["scanned"]) == (
        "Sarah Johnson",
        "Scanner-05",
        "CM500-2025-0046",
    )
    assert picked["story"] == "Picked from A-15-03 to CART-05 for PL-2025-0091, SO-2025-1289"


def test_units_are_found_by_serial_whatever_its_case(served: ServedSite) -> None:
    headers = served.device().headers
    found = served.http.get("/v1/units", params={"serial": " cm500-2025-0046"}, headers=headers).json()
    assert [unit["id"] for unit in found] == [module(46).id]


def test_a_serial_is_given_to_one_unit_only_and_the_database_sees_to_it(served: ServedSite) -> None:
    impostor = replace(module(46), id="another")
    with pytest.raises(IntegrityError), served.database.writing() as connection:
        put_units(connection, [impostor], [impostor.id])


def test_the_migrations_make_the_tables_that_the_code_uses(served: ServedSite) -> None:
    with served.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(served: ServedSite) -> None:
    before = served.http.get("/v1/health").json()
    migrate(served.database)
    assert served.http.get("/v1/health").json() == before


@pytest.mark.parametrize("packed", ["gzip", "identity"])
@pytest.mark.parametrize(("path", "status"), [("/v1/changes?limit=500", 200), ("/v1/changes?seen=x", 422)])
def test_every_answer_says_what_was_asked_and_answered_however_it_is_packed(
    served: ServedSite, path: str, status: int, packed: str
) -> None:
    headers = {**served.device().headers, "Accept-Encoding": packed}
    answered = served.http.get(path, headers=headers)
    assert (answered.status_code, answered.headers.get("Content-Encoding", "identity")) == (
        status,
        packed if status == 200 else "identity",
    )
    assert answered.headers[HEADER] == digest_of(path.partition("?")[2].encode(), answered.content)


def test_a_device_that_goes_out_of_reach_while_it_sends_is_no_fault_of_the_servers(served: ServedSite) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in served.device().headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/v1/push", "headers": headers, "query_string": b""}
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        told.append(message)

    async def asked() -> None:
        await served.http.app(scope, receive, send)

    asyncio.run(asked())
    assert told[0]["status"] == 400
