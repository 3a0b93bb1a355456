"""Photos arrive after their acts, once, whole, and for their own site alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from scantrail.domain.facts.picking.events import AllocationReleased
from scantrail.domain.facts.quality.events import ConditionStated, LabelUnreadable
from scantrail.domain.things.photo import LARGEST, Photo, photo_of
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import Outcome
from scantrail.server.database.schema import devices, log
from scantrail.server.history.timelines import ShownPhoto, timeline_of
from tests.server.site import ServedSite, TestDevice
from tests.server.test_hostile_requests import expect_problem
from tests.support.photos import chunk, jpeg, png, segment
from tests.support.worlds import MODULE, module

UNIT = module(49).id
CONTENT = jpeg("damage")
PHOTO = photo_of(CONTENT, "damage-CM500-2025-0049-1")


def reports(device: TestDevice, *photos: Photo) -> None:
    """Record damage with photos and push it."""
    seq = device.record(ConditionStated(UNIT, Condition.DAMAGED), reason="housing", photos=photos)
    device.push(seq)


def send(device: TestDevice, content: bytes = CONTENT, sha256: str = PHOTO.sha256, **headers: str) -> Any:
    return device.site.http.put(
        f"/v1/photos/{sha256}", content=content, headers={**device.headers, "Content-Type": "image/jpeg", **headers}
    )


def fetch(device: TestDevice, sha256: str = PHOTO.sha256) -> Any:
    return device.site.http.get(f"/v1/photos/{sha256}", headers=device.headers)


def lacking(device: TestDevice) -> list[str]:
    found: list[str] = device.site.http.get("/v1/photos/lacking", headers=device.headers).json().get("sha256", [])
    return found


def shown(served: ServedSite) -> tuple[ShownPhoto, ...]:
    with served.database.reading() as connection:
        return timeline_of(connection, UNIT)[-1].photos


def test_a_photo_is_taken_after_its_act_and_shown_as_received(served: ServedSite) -> None:
    device = served.device()
    reports(device, PHOTO)
    assert (shown(served), lacking(device)) == ((ShownPhoto(PHOTO, received=False),), [PHOTO.sha256])
    answered = send(device)
    assert (answered.status_code, answered.json()) == (201, {"sha256": PHOTO.sha256, "size": len(CONTENT)})
    assert (shown(served), lacking(device)) == ((ShownPhoto(PHOTO, received=True),), [])


def test_the_same_photo_again_changes_nothing(served: ServedSite) -> None:
    device = served.device()
    reports(device, PHOTO)
    reports(device, PHOTO, PHOTO)
    assert lacking(device) == [PHOTO.sha256]
    assert [send(device).status_code for _ in range(3)] == [201, 200, 200]
    assert fetch(device).content == CONTENT


def test_a_photo_is_handed_out_as_a_file_and_never_as_a_page(served: ServedSite) -> None:
    device = served.device()
    reports(device, PHOTO)
    expect_problem(fetch(device), 404)
    send(device)
    answered = fetch(device)
    assert (answered.status_code, answered.content) == (200, CONTENT)
    assert answered.headers["content-type"] == "image/jpeg"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["content-disposition"] == f'attachment; filename="{PHOTO.sha256[:16]}.jpg"'


def test_a_photo_that_no_act_names_is_not_taken(served: ServedSite) -> None:
    device = served.device()
    expect_problem(send(device), 404)
    assert send(device).json()["code"] == "photo_unnamed"


def test_the_photos_of_a_contested_act_are_evidence_too(served: ServedSite) -> None:
    device = served.device()
    device.record(ConditionStated(UNIT, Condition.DAMAGED, "PL-2025-0091"), document="PL-2025-0091", photos=(PHOTO,))
    assert device.push().verdicts[0].refusal is not None
    assert send(device).status_code == 201


def test_the_photos_of_a_refused_act_are_evidence_too(served: ServedSite) -> None:
    device = served.device()
    device.record(AllocationReleased(UNIT, "SO-2025-1289"), reason="not found", photos=(PHOTO,))
    assert device.outcomes() == [Outcome.REFUSED], "that is the desk's"
    assert lacking(device) == [PHOTO.sha256]
    assert send(device).status_code == 201


def test_another_site_neither_sees_nor_sends_it(served: ServedSite) -> None:
    here, elsewhere = served.device(), served.device("Scanner-77")
    reports(here, PHOTO)
    with served.database.writing() as connection:
        connection.execute(update(devices).where(devices.c.id == "Scanner-77").values(site="EAST"))
    expect_problem(send(elsewhere), 404)
    send(here)
    expect_problem(fetch(elsewhere), 404)
    assert fetch(served.device("Scanner-06")).content == CONTENT, "a colleague of the same site may look"


def test_without_a_token_there_is_nothing(served: ServedSite) -> None:
    reports(served.device(), PHOTO)
    for method in ("GET", "PUT"):
        expect_problem(served.http.request(method, f"/v1/photos/{PHOTO.sha256}"), 401)
    expect_problem(served.http.get("/v1/photos/lacking"), 401)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (jpeg("another picture"), 422, "photo_changed"),
        (CONTENT[:-1], 422, "photo_changed"),
        (b"", 415, "no_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "no_photo"),
        (jpeg(extra=segment(0xE1, b"Exif\x00\x00GPS 52.5 13.4")), 415, "no_photo"),
        (png(chunk(b"eXIf", b"GPS")), 415, "no_photo"),
        (jpeg(size=LARGEST + 1), 413, "too_large"),
    ],
    ids=["another", "cut short", "nothing", "svg", "EXIF", "PNG with EXIF", "too large"],
)
def test_other_bytes_are_not_taken_for_it(served: ServedSite, content: bytes, status: int, code: str) -> None:
    device = served.device()
    reports(device, PHOTO)
    answered = send(device, content)
    expect_problem(answered, status)
    assert answered.json()["code"] == code
    assert lacking(device) == [PHOTO.sha256]


@pytest.mark.parametrize("name", ["..%2F..%2Fserver.db", "%00", "x" * 64, "A" * 64, "a" * 65, "%25"])
def test_a_name_that_is_no_hash_finds_nothing(served: ServedSite, name: str) -> None:
    device = served.device()
    reports(device, PHOTO)
    send(device)
    for method in ("GET", "PUT"):
        expect_problem(served.http.request(method, f"/v1/photos/{name}", headers=device.headers, content=CONTENT), 404)


def test_the_kind_is_what_the_bytes_are_whatever_the_sender_says(served: ServedSite) -> None:
    device, picture = served.device(), png()
    photo = photo_of(picture, "label-1")
    reports(device, photo)
    assert send(device, picture, photo.sha256, **{"Content-Type": "text/html"}).status_code == 201
    assert fetch(device, photo.sha256).headers["content-type"] == "image/png"


def test_a_name_made_to_deceive_stays_text(served: ServedSite) -> None:
    device = served.device()
    named = Photo('../"x\r\nSet-Cookie: y.jpg', "text/html", -1, 0, 2**60, PHOTO.sha256)
    reports(device, named)
    send(device)
    assert shown(served)[0].photo == named
    headers = fetch(device).headers
    assert "set-cookie" not in headers
    assert headers["content-type"] == "image/jpeg"


def test_a_purge_of_the_exact_bytes_leaves_the_photos(served: ServedSite) -> None:
    device = served.device()
    reports(device, PHOTO)
    send(device)
    with served.database.writing() as connection:
        connection.execute(update(log).values(payload=None))
    assert shown(served) == (ShownPhoto(PHOTO, received=True),)
    assert fetch(device).content == CONTENT


def test_a_label_that_cannot_be_read_is_taken_with_its_photo_although_no_unit_is_known(served: ServedSite) -> None:
    device, before = served.device(), served.unit(49)
    event = LabelUnreadable("PL-2025-0091", "1", MODULE.id, "MAIN/A-15-03")
    device.record(event, reason="torn", document="PL-2025-0091", photos=(PHOTO,))
    assert device.outcomes() == [Outcome.APPLIED]
    assert send(device).status_code == 201
    assert served.unit(49) == before
