"""Requests of every kind that the server's description allows and forbids: it answers as it says, on both databases.

`make prove` sets SCANTRAIL_REQUESTS to 1000 for each operation; the suite sends a few.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from zlib import crc32

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.python.asgi import ASGIClient, shutdown_lifespans
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.transport.serialization import Binary

from scantrail.domain.facts.picking.events import AllocationReleased
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.names.numbers import SsccSeries
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.photo import photo_of
from scantrail.domain.things.unit import Condition
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import Push, signed_bytes
from scantrail.server.http.app import ROUTERS, create_app
from scantrail.server.http.description import description_of
from scantrail.server.http.rates import Rates
from scantrail.server.http.schemas import PRINTABLE
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.people import sign_in
from scantrail.server.people.sign_in import LONGEST_PAUSE
from scantrail.server.records.master import put_sites, put_workers
from tests.server.site import PIN, ServedSite, TestDevice
from tests.support.photos import jpeg
from tests.support.worlds import SARAH, SITE, module

REQUESTS = int(os.environ.get("SCANTRAIL_REQUESTS", "8"))

BOSS = Worker("ana", "Ana Lopez", "WKR-2001", "MAIN", (Role.SUPERVISOR,))
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
"""Verifies a PIN at once: here nobody guesses."""
CONTENT = jpeg("damage")
SERIES = SsccSeries(0, "9521234")
PHOTO = photo_of(CONTENT, "damage-1")

schemathesis.openapi.format(
    PRINTABLE, st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]) | st.just(" "))
)

CONFIG = SchemathesisConfig(
    seed=1,
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(
                max_examples=REQUESTS, deterministic=True, database="none", with_security_parameters=False
            ),
            checks=ChecksConfig(
                # Bytes of any kind are what the description allows of a photo; 415 says that they are none.
                positive_data_acceptance=PositiveDataAcceptanceConfig(
                    expected_statuses=["2xx", "401", "403", "404", "409", "415", "416", "429"]
                )
            ),
        )
    ),
)
DESCRIBED = schemathesis.openapi.from_dict(description_of(ROUTERS), config=CONFIG)


class Door(NamedTuple):
    """A server, and a device that asks it."""

    client: ASGIClient
    device: TestDevice
    known: dict[str, list[str]]
    """By the name of a parameter, what there is on record."""


@pytest.fixture
def door(served: ServedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(sign_in, "_NOBODY", QUICK)
    looked = count(step=60.0)
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    app = create_app(served.database, lambda: served.now, snapshots, lambda: next(looked))
    app.state.rates = Rates(lambda: next(looked))
    with served.database.writing() as connection:
        put_workers(connection, [BOSS, SARAH], {BOSS.id: QUICK, SARAH.id: QUICK})
        put_sites(connection, [replace(SITE, company_prefix="9521234")])
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED), reason="housing", photos=(PHOTO,))
    device.record(AllocationReleased(module(46).id, "SO-1"))
    device.push()
    served_app: Any = app
    with ASGIClient(served_app) as client:
        while "snapshot" not in (told := client.get("/v1/snapshot", headers=device.headers).json()):
            assert told["retry_after"], "it could not be written"
        client.put(f"/v1/photos/{PHOTO.sha256}", data=CONTENT, headers=device.headers)
        items = client.get("/v1/attention", headers=device.headers).json()["items"]
        known = {
            "unit": [module(46).id, module(49).id],
            "item": [each["id"] for each in items],
            "sha256": [PHOTO.sha256, told["snapshot"]["sha256"]],
        }
        yield Door(client, device, known)
    shutdown_lifespans()


def some(value: Any, choices: list[Any]) -> Any:
    """One of several, by what was drawn."""
    return choices[crc32(repr(value).encode()) % len(choices)]


def with_what_there_is(case: Any, door: Door) -> None:
    """In every other request that is allowed, put what is on record in place of what was drawn."""
    case.body = whole(case.body)
    for name, value in (case.path_parameters or {}).items():
        if name in door.known:
            case.path_parameters[name] = some(value, [value, *(quote(each) for each in door.known[name])])
    match case.operation.label, case.body:
        case "POST /v1/push", dict(body):
            case.body = signed(body, door.device)
        case "POST /v1/enrol", dict(body):
            key = door.device.key.public_key().public_bytes_raw().hex()
            code = door.device.site.enrolment_code("Scanner-99")
            case.body = some(body, [body, body | {"public_key": key}, body | {"public_key": key, "code": code}])
        case "POST /v1/sign-in" | "POST /v1/attention/{item}/resolve", dict(body):
            badges = [body["badge"], SARAH.badge, BOSS.badge]
            who = {"badge": some(body, badges), "pin": some([body], [PIN, PIN, body["pin"]])}
            case.body = body | who
            if "reason" in body:
                found = {"place": "A-15-03", "status": "quarantined"}
                case.body |= some(body, [{}, {"reason": "looked"}, {"reason": "looked", "found": found}])
        case "POST /v1/numbers", dict(body):
            case.body = body | {"series": some(body, [body["series"], SERIES.name])}
        case "PUT /v1/photos/{sha256}", _:
            case.body = some(case.body, [case.body, Binary(CONTENT)])


def whole(value: Any) -> Any:
    """For JSON Schema 1.0 is a whole number; in a message it is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    return {name: whole(each) for name, each in value.items()} if isinstance(value, dict) else value


def signed(body: dict[str, Any], device: TestDevice) -> dict[str, Any]:
    """A push as the device would sign it: some with its own records, in its own place or in another."""
    push = from_plain(Push, body)
    acts = some(body, [push.acts, (*(each.decode() for each in device.exacts), *push.acts)])
    head = act_hash(acts[-1].encode("utf-8", "surrogatepass"))
    epoch, first = some(body, [("e1", 1), (push.epoch, 1), ("e1", push.first_seq), (push.epoch, push.first_seq)])
    over = signed_bytes(device.name, epoch, first, first + len(acts) - 1, head)
    signature = device.key.sign(over).hex()
    own = replace(push, device=device.name, epoch=epoch, first_seq=first, acts=acts, head=head, signature=signature)
    return {**body, **to_plain(own)}


# One server for all requests of an operation: what one of them leaves behind is there for the next.
@DESCRIBED.parametrize()
@settings(suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_its_description_says(door: Door, case: Any) -> None:
    load_all_checks()
    door.device.site.now += LONGEST_PAUSE
    if case.meta.generation.mode.is_positive:
        with_what_there_is(case, door)
    headers = door.device.headers
    case.operation.schema.app = door.client.app
    answered = case.call(session=door.client, headers=headers)
    # What no schema can say: how deep fields may be that nobody reads, and whether goods are where a person says.
    unsaid = answered.status_code == 422 and json.loads(answered.content)["code"] in ("not_settled", "too_large")
    # It takes bytes, and every text of a format of ours, for what is forbidden; test_doors has texts that are.
    unknown = isinstance(case.body, Binary) or any(
        "format" in mutation.keywords for mutation in getattr(case.meta.phase.data, "mutations", ())
    )
    case.validate_response(
        answered,
        excluded_checks=[positive_data_acceptance] * unsaid + [negative_data_rejection] * unknown,
        headers=headers,
        transport_kwargs={"session": door.client, "app": door.client.app},
    )
