"""An upgrade in the middle of a pick: lists that an earlier version kept, with all their units in one row, go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.device.store.database import FILE
from scantrail.device.store.rows_file import FIRST
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.former import taken_apart
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer, Row
from scantrail.sqlite import sqlite3
from scantrail.words import say
from scantrail.workflows.base import AskUndo, Choose, Confirm, Mark, Tone, Verdict
from tests.device.events import LIST
from tests.support.devices import FakeClock, changes_of, row_of
from tests.support.worlds import SARAH, SENSOR, any_line, module, named_on, pick_list, promised, unit

GOLDEN = Path(__file__).parent / "golden"
OTHER_LIST = "PL-2025-0092"
PICKED = promised(46)
NEXT = promised(47)
PUT_BACK = promised(48)
DAMAGED = promised(49)
INSTEAD = module(50)
SENSORS = [unit(SENSOR, f"TS2-{number:04d}", place="MAIN/B-02-01") for number in (1, 2, 3)]

AS_IT_STOOD = {
    PICKED.serial: ("1", True, True, False),
    INSTEAD.serial: ("1", True, True, False),
    NEXT.serial: ("1", True, True, False),
    PUT_BACK.serial: ("1", True, False, False),
    DAMAGED.serial: ("1", False, False, True),
    SENSORS[0].serial: ("2", False, True, False),
}
"""Each unit on the list in the store that is upgraded: its line, and whether it is named, picked and set aside."""


class Picker:
    """Sarah, who goes on with her list after the upgrade."""

    def __init__(self, store: DeviceStore) -> None:
        self.store, self.clock = store, FakeClock()
        self.clock.move(3600)
        self.session = Session(store, self.clock)
        self.session.start(SARAH, offline=True)
        assert self.session.open(LIST) is None

    def scans(self, *texts: str) -> None:
        for text in texts:
            self.clock.move(5)
            verdict = self.session.scan(Reading(text, Carrier.WEDGE))
            assert verdict is not None
            assert verdict.tone is Tone.ACCEPTED, verdict

    def confirms(self) -> Verdict | None:
        self.clock.move(5)
        return self.session.answer(Confirm())

    def picks(self, *serials: str) -> None:
        for serial in serials:
            self.scans(serial)
            self.confirms()


def written(folder: Path, **files: str) -> Path:
    """A folder with databases as an earlier version left them."""
    folder.mkdir()
    for name, script in files.items():
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.executescript((GOLDEN / script).read_text())
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pick in its middle, as the version before wrote it.

    In the server's row: 46 picked, 49 found damaged. Not sent: 50 taken instead of 49, 47 picked, 48 picked and put
    back, TS2-0001 picked. TS2-0003 was picked on another list, which the server has; then the desk put it back.
    """
    return written(tmp_path / "device", **{FILE: "store-v6.sql", FIRST: "rows-v6.sql"})


@pytest.fixture
def store(folder: Path) -> Iterator[DeviceStore]:
    with DeviceStore.open(folder) as opened:
        yield opened


def by_serial(store: DeviceStore, number: str = LIST) -> dict[str, tuple[str, bool, bool, bool]]:
    """Each unit on a list: its line, and whether it is named, picked and set aside."""
    return {
        row.serial: (row.line, row.named, row.picked is not None, row.set_aside is not None)
        for row in store.listing(number)
        if row.named or row.picked is not None or row.set_aside is not None
    }


def test_a_list_stands_where_it_stood_with_every_unit_that_was_picked(store: DeviceStore) -> None:
    assert by_serial(store) == AS_IT_STOOD
    found = store.pick_list(LIST)
    assert found is not None
    assert [(line.quantity, line.done, line.short, line.remaining) for line in found.lines] == [
        (4, 3, 0, 1),
        (3, 1, 0, 2),
    ]
    assert found.lines[1].reserved == (SENSORS[1].id, SENSORS[2].id)
    assert found.unstated == (SENSORS[0].id,)
    picked = store.listing(LIST).picked
    assert [each.serial for each in picked] == [PICKED.serial, INSTEAD.serial, NEXT.serial, SENSORS[0].serial]
    assert [each.condition for each in picked] == [Condition.GOOD] * 3 + [None]
    (aside,) = store.listing(LIST).set_aside
    assert (aside.status, aside.from_place, aside.place) == (Status.ALLOCATED, "MAIN/A-15-03", "MAIN/QC-01")
    assert len(store.pending(100)) == 11


def test_the_glass_asks_what_it_asked_before_the_upgrade(store: DeviceStore) -> None:
    picker = Picker(store)
    prompt = picker.session.prompt()
    assert (say(prompt.verb), prompt.expected) == ("CONDITION GOOD?", (SENSORS[0].serial,))
    assert (prompt.done, prompt.total) == (4, 7)
    assert [(item.mark, item.text, say(item.note)) for item in prompt.items] == [
        (Mark.DONE, PICKED.serial, ""),
        (Mark.DONE, INSTEAD.serial, ""),
        (Mark.DONE, NEXT.serial, ""),
        (Mark.TODO, PUT_BACK.serial, "A-15-03"),
        (Mark.DONE, SENSORS[0].serial, ""),
        (Mark.TODO, SENSOR.sku, "any 2"),
        (Mark.BARRED, DAMAGED.serial, "damaged"),
    ]
    picker.session.answer(AskUndo())
    assert [say(each.label) for each in picker.session.prompt().choices] == [
        SENSORS[0].serial,
        NEXT.serial,
        INSTEAD.serial,
        PICKED.serial,
        f"damage of {DAMAGED.serial}",
    ]


def test_it_goes_on_offline_to_its_end(store: DeviceStore) -> None:
    picker = Picker(store)
    picker.confirms()
    picker.picks(SENSORS[1].serial, SENSORS[2].serial)
    picker.scans("A-15-03", "CM-500-STD")
    picker.picks(PUT_BACK.serial)
    while not picker.session.prompt().finished:
        picker.confirms()
    assert say(picker.session.prompt().verb) == "LIST COMPLETE"
    found = store.pick_list(LIST)
    assert found is not None
    assert (found.status, found.done) == (DocumentStatus.COMPLETED, 7)
    assert len(store.listing(LIST).picked) == 7


def test_a_pick_from_before_the_upgrade_is_taken_back_after_it(store: DeviceStore) -> None:
    picker = Picker(store)
    picker.confirms()
    picker.session.answer(AskUndo())
    key = next(each.key for each in picker.session.prompt().choices if say(each.label) == NEXT.serial)
    picker.session.answer(Choose(key))
    picker.clock.move(5)
    verdict = picker.session.scan(Reading("A-15-03", Carrier.WEDGE))
    assert verdict is not None
    assert say(verdict.title) == "PICK UNDONE"
    assert by_serial(store)[NEXT.serial] == ("1", True, False, False)
    found = store.unit(NEXT.id)
    assert found is not None
    assert (found.status, found.document) == (Status.ALLOCATED, LIST)


def test_what_the_desk_took_from_a_list_before_the_upgrade_is_not_on_it_after(store: DeviceStore) -> None:
    """The device still has its own record of that pick: the row that the server sent since contains it."""
    assert list(store.listing(OTHER_LIST).picked) == []
    assert store.in_hand(OTHER_LIST) == ()
    found = store.pick_list(OTHER_LIST)
    assert found is not None
    assert found.done == 0


def test_a_pick_that_does_not_apply_counts_no_more(store: DeviceStore) -> None:
    last = store.pending(100)[-1][0]
    refused = tuple(ActVerdict(seq, Outcome.REFUSED, 30 + seq) for seq, _ in store.pending(100))
    store.apply_answer(PushAnswer(last, refused, Changes(store.server_epoch, store.cursor(), (), more=False)))
    assert by_serial(store) == {
        PICKED.serial: ("1", True, True, False),
        NEXT.serial: ("1", True, False, False),
        PUT_BACK.serial: ("1", True, False, False),
        DAMAGED.serial: ("1", True, False, True),
    }


def test_the_server_s_own_rows_take_the_place_of_those_that_were_taken_apart(store: DeviceStore) -> None:
    theirs = pick_list(any_line(SENSOR, 2), number=OTHER_LIST, order="SO-2025-1290")
    named = named_on(theirs, SENSORS[2])
    store.apply_changes(changes_of((theirs, *named), 50))
    assert by_serial(store, OTHER_LIST) == {SENSORS[2].serial: ("1", True, False, False)}


def test_a_store_is_taken_apart_once(folder: Path) -> None:
    for _opening in range(2):
        with DeviceStore.open(folder) as store:
            before = by_serial(store), store.pick_list(LIST)
    with DeviceStore.open(folder) as store:
        assert (by_serial(store), store.pick_list(LIST)) == before
        assert store.count_unread() == 0


def test_an_upgrade_that_was_cut_short_is_finished_at_the_next_start(folder: Path) -> None:
    """The power fails when the journal has its new form and the server's rows still have the former."""
    with DeviceStore.open(folder) as store:
        before = by_serial(store), by_serial(store, OTHER_LIST), store.pick_list(LIST)
    for path in folder.glob(f"{FIRST}*"):
        path.unlink()
    with closing(sqlite3.connect(folder / FIRST)) as connection:
        connection.executescript((GOLDEN / "rows-v6.sql").read_text())
    with DeviceStore.open(folder) as store:
        assert (by_serial(store), by_serial(store, OTHER_LIST), store.pick_list(LIST)) == before


def test_what_an_upgraded_server_sent_before_the_device_was_upgraded_is_read_after_it(folder: Path) -> None:
    """The version before keeps aside what it cannot read, and knows the list no more; its own acts are all there."""
    with closing(sqlite3.connect(folder / FIRST)) as rows:
        ((body,),) = rows.execute("SELECT body FROM documents WHERE id = ?", (LIST,)).fetchall()
        head, units = taken_apart(json.loads(body))
        sent = [("listed", f"{LIST}|{each['unit']}", 41 + at, json.dumps(each)) for at, each in enumerate(units)]
        rows.executemany("INSERT INTO unread VALUES (?, ?, ?, ?)", [("document", LIST, 40, json.dumps(head)), *sent])
        rows.execute("DELETE FROM documents WHERE id = ?", (LIST,))
        rows.commit()
    with DeviceStore.open(folder) as store:
        assert store.count_unread() == 0
        assert len(store.pending(100)) == 11
        assert by_serial(store) == AS_IT_STOOD
        prompt = Picker(store).session.prompt()
        assert (say(prompt.verb), prompt.expected) == ("CONDITION GOOD?", (SENSORS[0].serial,))
        assert (prompt.done, prompt.total) == (4, 7)


def test_a_store_of_the_first_version_goes_on_with_its_list(tmp_path: Path) -> None:
    with DeviceStore.open(written(tmp_path / "device", **{FILE: "store-v1.sql"})) as store:
        found = store.pick_list(LIST)
        assert found is not None
        assert [(line.quantity, line.done) for line in found.lines] == [(2, 0)], "what was picked is contested"
        assert by_serial(store) == {PICKED.serial: ("1", True, False, False), NEXT.serial: ("1", True, False, False)}
        picker = Picker(store)
        picker.scans("A-15-03", "CM-500-STD")
        picker.picks(PICKED.serial, NEXT.serial)
        while not picker.session.prompt().finished:
            picker.confirms()
        assert say(picker.session.prompt().verb) == "LIST COMPLETE"
        assert len(store.listing(LIST).picked) == 2


def former(position: int) -> Row:
    """A list as a server of the version before tells it: its line names the unit, and it is picked."""
    listed = pick_list(any_line(SENSOR, 1), number="PL-2025-0077")
    row = row_of(listed, position)
    line = {"id": "1", "product": "CM-500-STD", "kind": "exact", "quantity": 1}
    line |= {"units": [PICKED.id], "serials": [PICKED.serial]}
    return Row(RowKind.DOCUMENT, row.id, position, {**row.body, "document_kind": "pick_list", "lines": [line]})


def test_the_former_form_that_an_older_server_sends_is_kept_aside_and_not_misread(store: DeviceStore) -> None:
    store.apply_changes(Changes(store.server_epoch, {"MAIN": 40, "*": 40}, (former(40),), more=False))
    assert store.pick_list("PL-2025-0077") is None
    assert store.count_unread() == 1
    assert "PL-2025-0077" not in [each.number for each in store.pick_lists()]
    today = pick_list(any_line(SENSOR, 1), number="PL-2025-0077")
    store.apply_changes(changes_of((today,), 41))
    assert store.pick_list("PL-2025-0077") == today, "once the server is upgraded it tells its lists again"
    assert store.count_unread() == 0
