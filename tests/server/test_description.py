"""What the server says of itself: for those who run it, made from what it answers with; strangers are not told."""

from __future__ import annotations

from dataclasses import make_dataclass
from pathlib import Path

import pytest
from fastapi import APIRouter

from scantrail.domain.things.unit import Unit
from scantrail.server.http.app import ROUTERS
from scantrail.server.http.description import description_of
from scantrail.server.http.schemas import Schemas
from scantrail.server.ledger.snapshots import Snapshots
from tests.server.site import ServedSite
from tests.server.test_hostile_requests import expect_problem


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc", "/docs/oauth2-redirect"])
def test_nobody_is_told_over_the_network_what_there_is_to_ask(served: ServedSite, path: str) -> None:
    for headers in ({}, served.device().headers):
        expect_problem(served.http.get(path, headers=headers), 404)


def test_everything_that_is_answered_is_described() -> None:
    paths = description_of(ROUTERS)["paths"]
    assert paths["/v1/changes"]["get"]["security"] == [{"device": []}]
    assert paths["/v1/enrol"]["post"]["security"] == []
    assert set(paths["/v1/photos/{sha256}"]) == {"get", "put"}


def test_an_endpoint_that_says_nothing_of_itself_is_a_fault() -> None:
    router = APIRouter()

    @router.get("/v1/silent")
    def silent() -> None: ...

    with pytest.raises(KeyError):
        description_of([router])


def test_a_field_with_a_default_may_be_left_out_as_it_is_in_every_answer() -> None:
    schemas = Schemas()
    schemas.of(Unit)
    assert schemas.components["Unit"]["required"] == ["id", "product", "serial", "status", "place"]


def test_two_classes_of_one_name_are_never_taken_for_each_other() -> None:
    other = make_dataclass("Unit", [("number", int)])
    schemas = Schemas()
    schemas.of(other)
    with pytest.raises(TypeError, match="have one name"):
        schemas.of(tuple[Unit, ...])


def test_what_has_no_form_in_plain_data_is_not_described() -> None:
    with pytest.raises(TypeError, match="no form"):
        Schemas().of(complex)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"/v1/photos/{'0' * 64}", "GET, PUT"),
        ("OPTIONS", "/v1/photos/lacking", "GET"),
        ("TRACE", "/v1/push", "POST"),
        ("POST", "/v1/changes", "GET, HEAD"),
    ],
)
def test_a_method_that_there_is_not_is_answered_with_those_that_there_are(
    served: ServedSite, method: str, path: str, allowed: str
) -> None:
    answered = served.http.request(method, path, headers=served.device().headers)
    expect_problem(answered, 405)
    assert answered.headers["Allow"] == allowed


def test_who_is_not_known_is_told_how_to_say_who_it_is(served: ServedSite) -> None:
    answered = served.http.get("/v1/attention")
    expect_problem(answered, 401)
    assert answered.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=999999-", 416),
        ("bytes=0-0,2-2,4-4", 400),
        ("bytes=-5", 400),
        ("bytes=5-1", 400),
        ("bytes=" + "9" * 5_000 + "-", 400),
        ("lines=1-", 400),
        ("", 400),
    ],
)
def test_of_a_snapshot_nothing_is_given_but_all_from_a_byte_on(
    served: ServedSite, tmp_path: Path, asked: str, status: int
) -> None:
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    served.http.app.state.snapshots = snapshots  # type: ignore[attr-defined] # the application is a FastAPI
    snapshot = snapshots.write("MAIN")
    assert snapshot is not None
    headers = {**served.device().headers, "Range": asked}
    expect_problem(served.http.get(f"/v1/snapshot/{snapshot.sha256}", headers=headers), status)


def test_a_message_that_is_too_large_in_itself_says_so(served: ServedSite) -> None:
    answered = served.http.post("/v1/enrol", content=b"[" * 100)
    expect_problem(answered, 422)
    assert answered.json()["code"] == "too_large"
