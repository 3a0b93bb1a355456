"""Somebody holds a handheld of another site, with its token and key, and asks for what is not that site's business."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from sqlalchemy import select

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.orders import OrderLine, PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.photo import photo_of
from scantrail.domain.things.unit import Condition, Unit
from scantrail.protocol.messages import Outcome, Row
from scantrail.protocol.rows import TABLE_NAMES, body_for, value_of
from scantrail.server.database.schema import streams
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.records.master import put_places, put_workers
from scantrail.sqlite import sqlite3
from tests.server.site import VERIFIER, ServedSite, TestDevice, tell
from tests.server.test_hostile_requests import expect_problem
from tests.support.photos import jpeg
from tests.support.worlds import CLERK, MIKE, MODULE, NOW, PLACES, PREMIUM, SARAH, exact_line, module, pick_list

LIST = "PL-2025-0091"
EAST = replace(PLACES[0], id="EAST/A-01-01", site="EAST")
LENA = replace(CLERK, id="lena", name="Lena Berg", badge="WKR-3001", site="EAST")
ARRIVED = module(91, place=EAST.id, firmware="3.0")
LINE = OrderLine("1", MODULE.id, LineKind.EXACT, 1, (module(46).serial,))

DOCUMENTS = (
    pick_list(exact_line(module(46)), customer="Premium Systems", instructions=("Ring first.",)),
    SalesOrder("SO-2025-1289", "MAIN", PREMIUM.id, (LINE,), "VIP", instructions=("Ring first.",)),
    PurchaseOrder("PO-2025-0007", "MAIN", "acme", (LINE,), "L-7"),
)


@pytest.fixture
def stolen(served: ServedSite) -> TestDevice:
    """A device of EAST, which has two people and no goods."""
    with served.database.writing() as connection:
        put_places(connection, [EAST])
        put_workers(connection, [LENA], {LENA.id: VERIFIER})
        tell(connection, "EAST", [(RowKind.WORKER, LENA.id)])
    return served.device("Scanner-40", LENA.id, site="EAST")


def follow(device: TestDevice) -> list[dict[str, Any]]:
    """Every row that a device is given from the beginning."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, int] = {}
    more = True
    while more:
        query = {"seen": json.dumps({"cursor": cursor})}
        page = device.site.http.get("/v1/changes", params=query, headers=device.headers).json()
        rows += page["rows"]
        cursor, more = page["cursor"], page["more"]
    return rows


def get(device: TestDevice, path: str, **query: str) -> Any:
    answered = device.site.http.get(path, params=query, headers=device.headers)
    assert answered.status_code == 200, answered.text
    return answered.json()


def life(device: TestDevice, wanted: Unit) -> list[tuple[str, str]]:
    """What a device is told of a unit's life: the event, and where it was recorded."""
    return [(each["type"], each["site"]) for each in get(device, f"/v1/units/{wanted.id}/timeline")["timeline"]]


def arrive(served: ServedSite) -> None:
    """A unit is registered at EAST by a device of its own."""
    dock = served.device("Scanner-41", LENA.id, site="EAST")
    dock.record(UnitRegistered(ARRIVED.id, Creation.RECEIVING, ARRIVED), reading=ARRIVED.serial)
    assert dock.outcomes() == [Outcome.APPLIED]


def test_of_other_sites_documents_and_people_a_device_is_told_that_they_are_there(
    served: ServedSite, stolen: TestDevice
) -> None:
    rows = {(row["kind"], row["id"]): row["body"] for row in follow(stolen)}
    listed = value_of(Row(RowKind.DOCUMENT, LIST, 0, rows["document", LIST]))
    assert listed == PickList(LIST, "MAIN", "", ())
    known = value_of(Row(RowKind.WORKER, SARAH.id, 0, rows["worker", SARAH.id]))
    assert known == replace(SARAH, badge="", roles=(), cart=None)
    assert value_of(Row(RowKind.WORKER, LENA.id, 0, rows["worker", LENA.id])) == LENA, "its own people are whole"
    told = json.dumps([body for (kind, _), body in rows.items() if kind != "unit"])
    assert [each for each in (SARAH.badge, MIKE.badge, CLERK.badge, module(46).id) if each in told] == []


def test_of_the_units_on_another_sites_lists_nothing_is_told_and_the_device_follows_on_behind_them(
    served: ServedSite, stolen: TestDevice
) -> None:
    assert [row["kind"] for row in follow(stolen) if row["kind"] == "listed"] == []
    assert sum(row["kind"] == "listed" for row in follow(served.device())) == 3, "its own site's devices have them"
    stolen.cursor = cursor_of(stolen)
    assert stolen.cursor["MAIN"] == position(served, "MAIN")
    device = served.device("Scanner-06", MIKE.id)
    device.pick(46)
    assert {row.kind for row in device.push().changes.rows} >= {RowKind.LISTED}
    for _page in range(2):
        page = get(stolen, "/v1/changes", seen=json.dumps({"cursor": stolen.cursor}))
        assert "listed" not in {row["kind"] for row in page["rows"]}
        assert (page["cursor"]["MAIN"], page["more"]) == (position(served, "MAIN"), False)
    assert [row["kind"] for row in page["rows"]] == ["document", "unit"]
    stolen.record(WorkerSignedIn(LENA.id, offline=False))
    changes = stolen.push().changes
    assert [row.kind for row in changes.rows] == [RowKind.DOCUMENT, RowKind.UNIT]
    assert (changes.cursor["MAIN"], changes.more) == (position(served, "MAIN"), False)


def test_where_nothing_but_units_on_another_sites_lists_has_changed_the_cursor_moves_on(
    served: ServedSite, stolen: TestDevice
) -> None:
    stolen.cursor = cursor_of(stolen)
    with served.database.writing() as connection:
        tell(connection, "MAIN", [(RowKind.LISTED, row.id) for row in served.listing()])
    page = get(stolen, "/v1/changes", seen=json.dumps({"cursor": stolen.cursor}))
    assert (page["rows"], page["more"], page["cursor"]["MAIN"]) == ([], False, position(served, "MAIN"))
    assert page["cursor"]["MAIN"] == stolen.cursor["MAIN"] + 3
    stolen.record(WorkerSignedIn(LENA.id, offline=False))
    assert stolen.push().changes.cursor["MAIN"] == page["cursor"]["MAIN"]


def test_another_sites_snapshot_has_no_unit_on_a_list(served: ServedSite, stolen: TestDevice, tmp_path: Path) -> None:
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    counts = {site: count_listed(snapshots, site, tmp_path) for site in ("MAIN", "EAST")}
    assert counts == {"MAIN": 3, "EAST": 0}


def count_listed(snapshots: Snapshots, site: str, folder: Path) -> int:
    """How many rows of units on documents a site's snapshot has; it reaches the end of every stream."""
    snapshot = snapshots.write(site)
    assert snapshot is not None
    packed = snapshots.file(site, snapshot.sha256)
    assert packed is not None
    path = folder / f"{site}.db"
    path.write_bytes(zstd.decompress(packed.read_bytes()))
    bodies = "SELECT count(*) FROM {} WHERE body LIKE '%PL-2025-0091%' AND body LIKE '%\"named\":%'"
    with closing(sqlite3.connect(path)) as connection:
        return sum(
            connection.execute(bodies.format(table)).fetchone()[0] for table in {*TABLE_NAMES.values(), "others"}
        )


def cursor_of(device: TestDevice) -> dict[str, int]:
    """Where a device is that has everything."""
    cursor: dict[str, int] = {}
    more = True
    while more:
        page = get(device, "/v1/changes", seen=json.dumps({"cursor": cursor}))
        cursor, more = page["cursor"], page["more"]
    return cursor


def position(served: ServedSite, stream: str) -> int:
    """Where a stream is."""
    with served.database.reading() as connection:
        return int(connection.execute(select(streams.c.position).where(streams.c.id == stream)).scalar_one())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.number)
def test_a_document_of_another_site_can_be_read_and_has_neither_customer_nor_lines(document: Any) -> None:
    kind = KINDS[RowKind.DOCUMENT]
    row = Row(RowKind.DOCUMENT, document.number, 0, kind.written(document))
    assert body_for("MAIN", row) == row.body
    found = value_of(replace(row, body=body_for("EAST", row)))
    assert (type(found), found.number, found.site, found.status) == (
        type(document),
        document.number,
        "MAIN",
        document.status,
    )
    assert set(to_plain(found)) <= {"number", "site", "status", "order", "lines", "customer", "supplier"}
    assert not any(getattr(found, name, ()) for name in ("order", "lines", "customer", "supplier"))


def test_a_unit_elsewhere_is_told_with_the_essentials_alone_by_serial_and_by_id(
    served: ServedSite, stolen: TestDevice
) -> None:
    arrive(served)
    secret = {"firmware", "received", "raw_serial", "manufactured"}
    for device, is_told in ((served.device(), False), (stolen, True)):
        answers = (
            *get(device, "/v1/units", serial=ARRIVED.serial),
            get(device, f"/v1/units/{ARRIVED.id}"),
            get(device, f"/v1/units/{ARRIVED.id}/timeline")["unit"],
        )
        assert len(answers) == 3
        for each in answers:
            found = from_plain(Unit, each)
            assert (found.serial, found.place, found.status) == (ARRIVED.serial, ARRIVED.place, ARRIVED.status)
            assert bool(secret & set(each)) is is_told


def test_what_other_sites_did_with_their_units_is_not_told(served: ServedSite, stolen: TestDevice) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    assert life(device, module(46)) == [("UnitRegistered", "MAIN"), ("UnitPicked", "MAIN")]
    assert life(stolen, module(46)) == []


def test_of_a_unit_that_has_come_here_its_whole_life_is_told(served: ServedSite, stolen: TestDevice) -> None:
    served.change(replace(served.unit(49), place=EAST.id))
    assert life(stolen, module(49)) == [("UnitRegistered", "MAIN")]
    assert life(served.device(), module(49)) == [("UnitRegistered", "MAIN")], "MAIN itself recorded that"


def test_nobody_writes_into_what_another_site_reads_of_its_units(served: ServedSite, stolen: TestDevice) -> None:
    stolen.record(ConditionStated(module(49).id, Condition.DAMAGED), reason="housing")
    stolen.record(AttentionSettled("Scanner-40", "e1", 1, module(49).id), reason="Ask for Eve", note="at the gate")
    assert stolen.outcomes()[-1] is Outcome.APPLIED, "it is about a record of its own"
    assert life(served.device(), module(49)) == [("UnitRegistered", "MAIN")]


def test_who_names_a_hash_is_not_given_the_photo(served: ServedSite, stolen: TestDevice) -> None:
    content = jpeg("damage")
    photo = photo_of(content, "damage-1")
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED), reason="housing", photos=(photo,))
    device.push()
    sent = served.http.put(f"/v1/photos/{photo.sha256}", content=content, headers=device.headers)
    assert sent.status_code == 201
    stolen.record(ConditionStated(module(49).id, Condition.DAMAGED), reason="housing", photos=(photo,))
    stolen.push()
    expect_problem(served.http.get(f"/v1/photos/{photo.sha256}", headers=stolen.headers), 404)
    assert served.http.get(f"/v1/photos/{photo.sha256}", headers=device.headers).content == content


def test_what_needs_attention_elsewhere_is_neither_listed_nor_found(served: ServedSite, stolen: TestDevice) -> None:
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED, LIST), document=LIST, at=NOW)
    device.push()
    (item,) = get(device, "/v1/attention")["items"]
    assert get(stolen, "/v1/attention") == {"items": [], "waiting": []}
    expect_problem(served.http.get(f"/v1/attention/{item['id']}", headers=stolen.headers), 404)
