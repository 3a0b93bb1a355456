"""A device from its enrolment code to its revocation, and how the server says that it is well."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from scantrail.server.database.schema import devices
from scantrail.server.devices.enrolment_codes import ALPHABET, MOST_WRONG, WITHIN, canonical_code, new_code
from scantrail.server.devices.presence import Presence
from scantrail.server.devices.register import DeviceState, ListedDevice, listed_devices, revoke
from tests.server.site import ServedSite, TestDevice


def listed(served: ServedSite, name: str = "Scanner-05") -> ListedDevice:
    with served.database.writing() as connection:
        presence: Presence = served.http.app.state.presence  # type: ignore[attr-defined]  # reason: it is a FastAPI app
        presence.write(connection)
        return next(each for each in listed_devices(connection, "MAIN") if each.name == name)


def revoked(served: ServedSite, *, at_once: bool = False) -> None:
    with served.database.writing() as connection:
        assert revoke(connection, "Scanner-05", served.now, at_once=at_once)


def ask(device: TestDevice, method: str, path: str) -> Any:
    return device.site.http.request(method, path, headers=device.headers)


def test_a_code_has_ten_characters_that_no_hand_mistakes_and_begins_with_none_of_a_command_line() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(f"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", code) for code in codes)
    assert not set("ILOU") & set("".join(codes))


def test_a_code_may_be_typed_small_without_its_dash_and_with_look_alikes(served: ServedSite) -> None:
    code = served.enrolment_code("Scanner-05")
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert canonical_code(typed) == canonical_code(code)
    device = served.device("Scanner-06")
    assert device.enrol(typed).json()["device"] == "Scanner-05"


def test_who_guesses_codes_is_made_to_wait_and_then_may_go_on(served: ServedSite) -> None:
    device = served.device()
    code = served.enrolment_code("Scanner-06")
    statuses = [device.enrol("WRONG-CODES").status_code for _ in range(MOST_WRONG)]
    assert statuses == [403] * MOST_WRONG
    told = device.enrol(code)
    assert (told.status_code, told.headers["Retry-After"]) == (429, "60")
    served.now += WITHIN
    assert device.enrol(code).status_code == 200


def test_the_list_says_how_each_device_stands_and_when_it_was_last_heard_of(served: ServedSite) -> None:
    served.enrolment_code("Scanner-09")
    assert (listed(served, "Scanner-09").state, listed(served, "Scanner-09").last_seen) == (DeviceState.EXPECTED, None)
    device = served.device()
    enrolled_at = served.now
    served.now += timedelta(minutes=3)
    device.pick(46)
    device.push()
    found = listed(served)
    assert (found.state, found.enrolled_at, found.last_seen) == (DeviceState.ENROLLED, enrolled_at, served.now)
    assert found.acts == 3


def test_a_revoked_device_sends_what_it_has_is_told_nothing_else_and_then_its_token_ends(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    revoked(served)
    assert listed(served).state is DeviceState.LEAVING
    answer = device.push()
    assert [verdict.outcome.value for verdict in answer.verdicts] == ["applied"] * 3
    assert answer.changes.rows == ()
    for path in ("/v1/changes", "/v1/units?serial=CM500-2025-0046", "/v1/snapshot", "/v1/attention"):
        told = ask(device, "GET", path)
        assert (told.status_code, told.json()["code"]) == (403, "revoked"), path
        assert told.json()["detail"] == "Scanner-05 was revoked: it takes no more work."
    assert ask(device, "GET", "/v1/photos/lacking").status_code == 200
    assert ask(device, "POST", "/v1/left").status_code == 200
    assert listed(served).state is DeviceState.REVOKED
    assert device.post(device.batch()).status_code == 401


def test_a_device_in_use_cannot_end_its_own_token(served: ServedSite) -> None:
    device = served.device()
    assert ask(device, "POST", "/v1/left").json()["code"] == "not_revoked"
    assert listed(served).state is DeviceState.ENROLLED


def test_a_stolen_device_is_answered_nothing_from_now_on(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    revoked(served, at_once=True)
    assert device.post(device.batch()).status_code == 401
    assert listed(served).state is DeviceState.REVOKED


def test_revoking_ends_a_code_that_was_not_used_yet_and_a_new_one_brings_the_name_back(served: ServedSite) -> None:
    device = served.device()
    code = served.enrolment_code("Scanner-05")
    revoked(served)
    assert device.enrol(code).status_code == 403
    again = served.device()
    assert listed(served).state is DeviceState.ENROLLED
    assert ask(again, "GET", "/v1/changes").status_code == 200


def test_a_name_that_no_device_has_revokes_nothing(served: ServedSite) -> None:
    with served.database.writing() as connection:
        assert not revoke(connection, "Scanner-99", served.now, at_once=True)
        assert connection.execute(update(devices).values(revoked=False)).rowcount == 0


def test_the_process_lives_and_the_database_is_ready(served: ServedSite) -> None:
    assert served.http.get("/healthz").json() == {"status": "ok"}
    assert served.http.get("/readyz").json()["status"] == "ready"


def test_a_database_of_another_version_is_not_ready_while_the_process_lives(served: ServedSite) -> None:
    with served.database.writing() as connection:
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar_one()
        connection.exec_driver_sql("update alembic_version set version_num = '0001'")
    told = served.http.get("/readyz")
    with served.database.writing() as connection:
        connection.exec_driver_sql(f"update alembic_version set version_num = '{version}'")
    assert (told.status_code, told.json()["code"]) == (503, "wrong_version")
    assert "is of version 0001" in told.json()["detail"]
    assert served.http.get("/healthz").status_code == 200


def test_a_database_that_is_away_is_not_ready_while_the_process_lives(served: ServedSite) -> None:
    def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        raise OperationalError(statement, {}, Exception("server closed the connection"))

    event.listen(served.database.engine, "before_cursor_execute", fail)
    told = served.http.get("/readyz")
    event.remove(served.database.engine, "before_cursor_execute", fail)
    assert (told.status_code, told.json()["code"], told.headers["Retry-After"]) == (503, "unavailable", "2")
    assert served.http.get("/healthz").status_code == 200
