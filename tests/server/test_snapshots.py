"""A site's snapshot holds what following the changes from their beginning would bring, on both databases."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from scantrail.device.store import DeviceStore
from scantrail.domain.acts.kinds import RowKind, document
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.listed import SetAside
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.protocol.messages import GLOBAL_STREAM, Seen
from scantrail.protocol.rows import TABLE_NAMES
from scantrail.protocol.snapshot import Snapshot, SnapshotAnswer
from scantrail.server.database.schema import log, meta, streams
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.snapshots import SOON_S, Snapshots
from scantrail.server.records.master import put_places, put_workers
from scantrail.sqlite import sqlite3
from tests.server.site import VERIFIER, ServedSite, tell
from tests.support.devices import IDENTITY
from tests.support.worlds import NOW, SARAH, module, named_on

ALL = ("labels", "gtins", "others", *TABLE_NAMES.values())
SHIPPED = module(
    90, status=Status.SHIPPED, place="ACME/", document="SH-1", changed_at=NOW, changed_by="mike", notes="x"
)
ELSEWHERE = module(91, place="EAST/B-01", former_serials=("CM500-2025-0191",), lot="L1", firmware="3.0")


@pytest.fixture
def snapshots(served: ServedSite, tmp_path: Path) -> Snapshots:
    return Snapshots(served.database, tmp_path / "snapshots", smallest=1, too_far=3)


def changed(served: ServedSite, stream: str, *values: Any, registered: bool = False) -> None:
    """What an import does: rows written, and listed in a stream."""
    from scantrail.server.records.units import put_units

    units = [value for value in values if isinstance(value, Unit)]
    with served.database.writing() as connection:
        put_units(connection, units, [unit.id for unit in units] if registered else ())
        tell(connection, stream, [(RowKind.UNIT, unit.id) for unit in units])


def followed(served: ServedSite, folder: Path) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of a device that has followed the changes, five at a time."""
    with DeviceStore.create(folder, IDENTITY) as store:
        while True:
            with served.database.reading() as connection:
                changes = changes_after(connection, Seen(store.cursor()), "MAIN", 5)
            store.apply_changes(changes)
            if not changes.more:
                break
    return tables(folder / "rows-0.db")


def tables(path: Path) -> dict[str, set[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {name: set(connection.execute(f"SELECT * FROM {name}")) for name in ALL}


def unpacked(snapshots: Snapshots, snapshot: Snapshot, folder: Path) -> Path:
    packed = snapshots.file("MAIN", snapshot.sha256)
    assert packed is not None
    content = zstd.decompress(packed.read_bytes())
    assert (packed.stat().st_size, len(content)) == (snapshot.size, snapshot.unpacked)
    path = folder / "unpacked.db"
    path.write_bytes(content)
    return path


def test_it_holds_the_same_rows_as_the_changes(served: ServedSite, snapshots: Snapshots, tmp_path: Path) -> None:
    with served.database.writing() as connection:
        put_places(connection, [Place("EAST/B-01", "EAST", "B-01", PlaceKind.BIN, True, 1)])
    changed(served, "MAIN", SHIPPED, ELSEWHERE, registered=True)
    changed(served, "EAST", ELSEWHERE)
    served.change(
        Hold("H-1", HoldKind.RECALL, "cracks", lot="L1"), replace(served.pick_list(), status=DocumentStatus.OPEN)
    )
    theirs = replace(served.pick_list(), number="PL-EAST", site="EAST")
    eve = replace(SARAH, id="eve", badge="WKR-9001", site="EAST")
    served.change(theirs)
    with served.database.writing() as connection:
        put_workers(connection, [eve], {eve.id: VERIFIER})
        tell(connection, "EAST", [(RowKind.DOCUMENT, theirs.number), (RowKind.WORKER, eve.id)])
    snapshot = snapshots.write("MAIN")
    assert snapshot is not None
    expected = followed(served, tmp_path / "follower")
    assert tables(unpacked(snapshots, snapshot, tmp_path)) == expected
    assert len(expected["units"]) == 7
    assert "WKR-9001" not in repr(expected)
    assert snapshot.cursor.keys() == {"MAIN", "EAST", GLOBAL_STREAM}
    assert snapshot.rows == sum(len(expected[name]) for name in (*TABLE_NAMES.values(), "others"))


def test_of_a_completed_list_it_has_only_the_units_that_were_found_damaged(
    served: ServedSite, snapshots: Snapshots, tmp_path: Path
) -> None:
    over = replace(served.pick_list(), number="PL-OVER", status=DocumentStatus.COMPLETED)
    gone, broken = named_on(over, module(49), module(50))
    aside = SetAside(module(50).id, Status.AVAILABLE, "MAIN/A-15-03", "MAIN/QC-01", SARAH.id, NOW)
    served.change(over, gone, replace(broken, set_aside=aside))
    with served.database.writing() as connection:
        tell(connection, "MAIN", [document(over.number), *((RowKind.LISTED, row.id) for row in (gone, broken))])
    snapshot = snapshots.write("MAIN")
    assert snapshot is not None
    table = TABLE_NAMES.get(RowKind.LISTED, "others")
    with closing(sqlite3.connect(unpacked(snapshots, snapshot, tmp_path))) as connection:
        found = {name for (name,) in connection.execute(f"SELECT id FROM {table} WHERE id LIKE 'PL-%'")}
    assert found == {*(row.id for row in served.listing()), broken.id}


def test_of_a_unit_elsewhere_a_device_knows_what_a_refusal_says_and_no_more(served: ServedSite, tmp_path: Path) -> None:
    changed(served, "MAIN", SHIPPED, ELSEWHERE, registered=True)
    followed(served, tmp_path / "follower")
    with DeviceStore.open(tmp_path / "follower") as store:
        (shipped,) = store.units_called(SHIPPED.serial)
        assert shipped == Unit(
            SHIPPED.id, SHIPPED.product, SHIPPED.serial, Status.SHIPPED, "ACME/",
            document="SH-1", changed_at=NOW, changed_by="mike",
        )  # fmt: skip
        (elsewhere,) = store.units_called("CM500-2025-0191")
        assert (elsewhere.site, elsewhere.serial, elsewhere.firmware) == ("EAST", ELSEWHERE.serial, "")
        assert store.unit(module(46).id) == served.unit(46), "of its own site it knows everything"


def test_a_unit_that_leaves_the_site_is_downgraded_whatever_number_the_other_site_counts_it_by(
    served: ServedSite, tmp_path: Path
) -> None:
    followed(served, tmp_path / "follower")
    changed(served, "EAST", replace(served.unit(49), place="EAST/B-01"))
    with DeviceStore.open(tmp_path / "follower") as store, served.database.reading() as connection:
        store.apply_changes(changes_after(connection, Seen(store.cursor()), "MAIN"))
        found = store.unit(module(49).id)
    assert found is not None
    assert (found.place, found.firmware, found.status) == ("EAST/B-01", "", Status.AVAILABLE)


def test_one_is_written_when_a_device_asks_and_served_until_it_is_too_far_behind(
    served: ServedSite, snapshots: Snapshots
) -> None:
    assert snapshots.answer("MAIN").retry_after == SOON_S
    for writer in snapshots._writers.values():
        writer.join()
    first = snapshots.answer("MAIN").snapshot
    assert first is not None
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED))
    device.push()
    assert snapshots.answer("MAIN").snapshot == first, "two positions behind: the changes bring them"
    device.record(ConditionStated(module(50).id, Condition.DAMAGED))
    device.push(first=2)
    assert snapshots.answer("MAIN").snapshot == first, "too far behind, but better than waiting"
    for writer in snapshots._writers.values():
        writer.join()
    second = snapshots.answer("MAIN").snapshot
    assert second is not None
    assert second.cursor["MAIN"] == first.cursor["MAIN"] + 4
    assert snapshots.file("MAIN", first.sha256), "a device may be in the middle of it"


def test_a_site_with_few_rows_has_none(served: ServedSite, tmp_path: Path) -> None:
    few = Snapshots(served.database, tmp_path, smallest=1000).answer("MAIN")
    assert (few.snapshot, few.retry_after) == (None, 0)


UNDONE = [
    meta.update().values(value="another"),
    streams.update().values(position=2),
    log.update().values(row_hash="0" * 64),
]


@pytest.mark.parametrize("undone", UNDONE)
def test_one_of_a_server_that_was_restored_since_is_not_served(
    served: ServedSite, snapshots: Snapshots, undone: Any
) -> None:
    snapshots.write("MAIN")
    with served.database.writing() as connection:
        connection.execute(undone)
    assert snapshots.answer("MAIN").snapshot is None
    for writer in snapshots._writers.values():
        writer.join()


def test_where_none_can_be_written_devices_do_not_wait(served: ServedSite, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no folder")
    snapshots = Snapshots(served.database, tmp_path / "full", smallest=1)
    snapshots.answer("MAIN")
    for writer in snapshots._writers.values():
        writer.join()
    assert snapshots.answer("MAIN") == SnapshotAnswer()


def test_one_that_could_not_be_written_is_tried_again_later(served: ServedSite, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no folder")
    snapshots = Snapshots(served.database, tmp_path / "full", smallest=1, again_s=0)
    snapshots.answer("MAIN")
    snapshots._writers["MAIN"].join()
    (tmp_path / "full").unlink()
    assert snapshots.answer("MAIN").retry_after == SOON_S
    snapshots._writers["MAIN"].join()
    assert snapshots.answer("MAIN").snapshot is not None


def test_two_processes_do_not_write_the_same_one(served: ServedSite, snapshots: Snapshots, tmp_path: Path) -> None:
    import fcntl

    snapshots.write("MAIN")
    (folder,) = (tmp_path / "snapshots").iterdir()
    with (folder / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert snapshots.write("MAIN") is None
    assert snapshots.write("MAIN") is not None


def test_a_device_gets_its_own_sites_bytes_from_where_it_asks(served: ServedSite, snapshots: Snapshots) -> None:
    served.http.app.state.snapshots = snapshots  # type: ignore[attr-defined] # the application is a FastAPI
    device, snapshot = served.device(), snapshots.write("MAIN")
    assert snapshot is not None
    path = snapshots.file("MAIN", snapshot.sha256)
    assert path is not None
    told = served.http.get("/v1/snapshot", headers=device.headers).json()
    assert told["snapshot"]["sha256"] == snapshot.sha256
    where = f"/v1/snapshot/{snapshot.sha256}"
    rest = served.http.get(where, headers={**device.headers, "Range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, path.read_bytes()[100:])
    assert served.http.get(where).status_code == 401
    assert served.http.get("/v1/snapshot/" + "0" * 64, headers=device.headers).status_code == 404
    assert served.http.get("/v1/snapshot/..%2F..%2Flock", headers=device.headers).status_code == 404
    east = snapshots.write("EAST")
    assert east is not None
    assert served.http.get(f"/v1/snapshot/{east.sha256}", headers=device.headers).status_code == 404
