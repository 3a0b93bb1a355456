"""What the store promises when power, disk or another process get in the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.store import (
    DeviceStore,
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreInUse,
    StoreMissing,
)
from scantrail.device.store.database import FILE
from scantrail.device.store.rows_file import make_rows, prepare_rows
from scantrail.domain.acts.act import Draft
from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.protocol.snapshot import FORM, Snapshot
from scantrail.sqlite import sqlite3
from tests.device.events import LIST, picked
from tests.support.devices import IDENTITY, FakeClock, Hand, changes_of, new_store
from tests.support.worlds import exact_line, module, named_on, pick_list, promised

UNIT = promised(46)
PICKS = pick_list(exact_line(UNIT))

SNAPSHOT = Snapshot(FORM, "0" * 64, 1, 1, 0, "epoch")

RECORDER = """
import sys
from pathlib import Path
from scantrail.device.store import DeviceStore
from scantrail.domain.acts.act import Draft
from scantrail.domain.facts.work.events import PlaceConfirmed
from tests.support.devices import FakeClock

store = DeviceStore.open(Path(sys.argv[1]))
drafts = [Draft(events=(PlaceConfirmed("PL-2025-0091", "MAIN/A-15-03"),), document="PL-2025-0091")] * int(sys.argv[2])
clock = FakeClock()
while True:
    acts = store.record(drafts, actor="sarah", site="MAIN", now=clock.now())
    print(acts[-1].id.seq, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_store(tmp_path, UNIT, PICKS, *named_on(PICKS, UNIT)).close()
    return tmp_path


def recorder(folder: Path, acts_at_once: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(folder), str(acts_at_once)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("after", [1, 3, 10, 25, 50])
def test_a_killed_process_loses_nothing_it_has_told_and_leaves_nothing_by_halves(folder: Path, after: int) -> None:
    at_once = 7
    with recorder(folder, at_once) as process:
        assert process.stdout is not None
        told = 0
        for _ in range(after):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        told = max([told, *(int(line) for line in process.stdout if line.endswith("\n"))])
    with DeviceStore.open(folder) as store:
        entries = store.pending(100_000)
    assert len(entries) >= told
    assert len(entries) % at_once == 0, "drafts recorded together are there together"
    assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1))
    links = [decode_act(exact).previous for _, exact in entries]
    assert links == ["", *(act_hash(exact) for _, exact in entries[:-1])]


def test_recording_goes_on_after_a_kill_with_the_next_number(folder: Path) -> None:
    with recorder(folder, 1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    with DeviceStore.open(folder) as store:
        before = len(store.pending(100_000))
        assert Hand(store).does(PlaceConfirmed(LIST, None)).id.seq == before + 1


def test_a_commit_is_on_the_disk_before_it_is_told_in_the_journal_and_in_the_rows(folder: Path) -> None:
    with DeviceStore.open(folder) as store:
        for file in ("main", "rows"):
            ((level,),) = store._database._raw.execute(f"PRAGMA {file}.synchronous").fetchall()
            assert level == 2, f"{file}: FULL"
        make_rows(folder / "rows-7.db")
        with store._database.using_rows("rows-7.db"):
            pass
        assert store._database._raw.execute("PRAGMA rows.synchronous").fetchall() == [(2,)], "of rows that are new too"


def make_and_prepare(path: Path) -> None:
    make_rows(path)
    prepare_rows(path, SNAPSHOT)


@pytest.mark.parametrize("make", [make_rows, make_and_prepare])
def test_a_rows_file_and_its_name_are_on_the_disk_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    happened: list[str] = []

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                ((level,),) = super().execute("PRAGMA synchronous").fetchall()
                happened.append(f"committed, level {level}")
            return super().execute(sql, *parameters)

    def flush(handle: int) -> None:
        happened.append(Path(f"/proc/self/fd/{handle}").resolve().name)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
    monkeypatch.setattr(os, "fsync", flush)
    make(tmp_path / "rows-7.db")
    assert len(happened) % 3 == 0
    assert happened[-3:] == ["committed, level 2", "rows-7.db", tmp_path.name]
    assert {each for each in happened if each.startswith("committed")} == {"committed, level 2"}


def test_a_second_process_is_told_that_the_store_is_in_use(folder: Path) -> None:
    with recorder(folder, 1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(StoreInUse, match="already running on this device"):
            DeviceStore.open(folder)
        process.kill()
    DeviceStore.open(folder).close()


def test_a_folder_without_a_store_says_how_to_enrol(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="scantrail enrol"):
        DeviceStore.open(tmp_path)
    with pytest.raises(StoreMissing):
        DeviceStore.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_store_is_never_made_over_another(folder: Path) -> None:
    with pytest.raises(StoreExists):
        DeviceStore.create(folder, IDENTITY)
    with DeviceStore.open(folder) as store:
        assert store.device == "Scanner-05"


@pytest.mark.parametrize("damage", [b"this is no database" * 400, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_file_is_named_and_left_as_it_is(folder: Path, damage: bytes) -> None:
    (folder / FILE).write_bytes(damage)
    for extra in ("-wal", "-shm"):
        (folder / f"{FILE}{extra}").unlink(missing_ok=True)
    with pytest.raises(StoreDamaged, match="take the device to a supervisor"):
        DeviceStore.open(folder)
    assert (folder / FILE).read_bytes() == damage


def test_a_store_written_by_a_newer_version_is_not_touched(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreDamaged, match="newer Scantrail"):
        DeviceStore.open(folder)


@pytest.fixture
def full(folder: Path) -> Iterator[DeviceStore]:
    """A store that has room for only a few records more."""
    with DeviceStore.open(folder) as store:
        for file in ("main", "rows"):
            pages = store._database._connection.exec_driver_sql(f"PRAGMA {file}.page_count").scalar_one()
            store._database._connection.exec_driver_sql(f"PRAGMA {file}.max_page_count = {pages + 2}")
        yield store


def test_a_full_disk_is_loud_and_nothing_is_half_written(full: DeviceStore) -> None:
    note = "x" * 3000
    draft = Draft(events=(picked(UNIT),), document=LIST, note=note)
    clock = FakeClock()

    def record_on() -> None:
        for _ in range(50):
            full.record((Draft(note=note),) * 3, actor="sarah", site="MAIN", now=clock.now())

    with pytest.raises(StoreFull, match="NOT recorded"):
        record_on()
    kept = full.pending(1000)
    assert len(kept) % 3 == 0
    with pytest.raises(StoreFull):
        full.record((draft,) * 3, actor="sarah", site="MAIN", now=clock.now())
    assert full.pending(1000) == kept
    found = full.unit(UNIT.id)
    assert found == UNIT, "the pick that was not recorded does not show"


def test_a_full_disk_also_refuses_rows_from_the_server_and_keeps_the_cursor(full: DeviceStore) -> None:
    before = full.cursor()
    with pytest.raises(StoreFull):
        full.apply_changes(changes_of([module(number) for number in range(100, 400)], position=50))
    assert full.cursor() == before
    assert full.units_called("CM500-2025-0100") == ()


def test_work_goes_on_when_there_is_room_again(full: DeviceStore) -> None:
    drafts = (Draft(note="x" * 3000),) * 50
    with pytest.raises(StoreFull):
        full.record(drafts, actor="sarah", site="MAIN", now=FakeClock().now())
    full._database._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    before = len(full.pending(1000))
    assert Hand(full).does(picked(UNIT), document=LIST).id.seq == before + 1


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "handheld"
    with new_store(folder):
        modes = {each.name: oct(each.stat().st_mode & 0o777) for each in folder.iterdir()}
    assert set(modes.values()) == {"0o600"}, json.dumps(modes)
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
