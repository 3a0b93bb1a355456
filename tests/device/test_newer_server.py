"""A server of a newer version says things that this device does not know: nothing is lost, and work goes on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import httpx2
import pytest

from scantrail.device.doctor import examine
from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore, StoreNotReady
from scantrail.device.store.rows_file import UNIT_VALUES
from scantrail.domain.acts.act import ActId
from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.kinds import DOCUMENTS
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.people.worker import Role
from scantrail.domain.plain import PlainError, UnknownValue, from_plain, to_plain
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.settings import as_columns, from_columns
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, Unit
from scantrail.domain.wordings import WORDINGS, explain
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.link import Link
from scantrail.protocol.messages import ActVerdict, Changes, LateVerdict, Outcome, PushAnswer, Row, UnreadRow
from scantrail.protocol.outbox import PAGE, ActState, pages_of
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.records.master import put_holds
from scantrail.sqlite import sqlite3
from scantrail.words import say
from tests.device.events import LIST, picked
from tests.device.online import OnlineDevice, online_device, served_site
from tests.device.test_first_load import application
from tests.server.site import ServedSite, tell
from tests.support.devices import IDENTITY, MASTERS, SERVER_EPOCH, FakeClock, Hand, changes_of, new_store, row_of
from tests.support.worlds import MIKE, NOW, SETTINGS, exact_line, named_on, pick_list, promised

UNIT = promised(46)
PICKS = pick_list(exact_line(UNIT))
NAMED = named_on(PICKS, UNIT)


TABLES: dict[type, dict[Any, Any]] = {RowKind: KINDS, DocumentKind: DOCUMENTS, Code: WORDINGS}
"""Texts of an open set are known where the table of their class has them."""


class Older:
    """A version that does not know these values yet. A newer server, reached over the line, still does."""

    def __init__(self, *members: Enum | RowKind | DocumentKind | Code) -> None:
        self._rows = [(TABLES[type(each)], each) for each in members if type(each) in TABLES]
        self._meanings = [table[each] for table, each in self._rows]
        self._members = [each for each in members if isinstance(each, Enum)]
        self._values = {type(each): dict(type(each)._value2member_map_) for each in self._members}
        self._names = {type(each): list(type(each)._member_names_) for each in self._members}

    def begin(self) -> None:
        for table, each in self._rows:
            del table[each]
        for member in self._members:
            del type(member)._value2member_map_[member.value]
            type(member)._member_names_.remove(member.name)

    def end(self) -> None:
        for (table, each), meaning in zip(self._rows, self._meanings, strict=True):
            table[each] = meaning
        for kind, values in self._values.items():
            kind._value2member_map_.clear()
            kind._value2member_map_.update(values)
            kind._member_names_[:] = self._names[kind]

    async def asks(self, request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        """Let the server know everything while it answers."""
        self.end()
        try:
            return await go_on()
        finally:
            self.begin()


@contextmanager
def without(device: OnlineDevice, *members: Enum | RowKind | DocumentKind | Code) -> Iterator[None]:
    """The device as a version that does not know these values."""
    older = Older(*members)
    older.begin()
    device.line.fault = older.asks
    try:
        yield
    finally:
        device.line.fault = None
        older.end()


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
async def device(tmp_path: Path, served: ServedSite) -> OnlineDevice:
    """Enrolled, and nothing has come yet."""
    return await online_device(tmp_path, served)


def upgraded(device: OnlineDevice) -> DeviceStore:
    """The same device with a version that knows everything, and no network."""
    device.store.close()
    return DeviceStore.open(device.store.folder)


@pytest.mark.parametrize("kind", [RowKind.PLACE, RowKind.PRODUCT, RowKind.DOCUMENT, RowKind.HOLD])
async def test_rows_of_an_unknown_kind_are_kept_and_are_there_after_an_upgrade(
    device: OnlineDevice, served: ServedSite, kind: RowKind
) -> None:
    with served.database.writing() as connection:
        put_holds(connection, [Hold("H-1", HoldKind.RECALL, "fire", units=(UNIT.id,))])
        tell(connection, "*", [(RowKind.HOLD, "H-1")])
    with without(device, kind):
        state = await device.sync.now()
        assert (state.link, state.waiting) == (Link.ONLINE, 0), say(state.reason)
        assert device.store.count_unread() > 0
        device.hand.does(ConditionStated(UNIT.id, Condition.GOOD))
        assert (await device.sync.now()).waiting == 0, "what is recorded still goes up"
    with upgraded(device) as store:
        assert store.count_unread() == 0
        assert all((store.place(UNIT.place), store.product(UNIT.product), store.pick_list(LIST), store.holds()))


async def test_settings_that_a_device_finds_in_its_sites_row_have_a_row_of_their_own_after_an_upgrade(
    device: OnlineDevice,
) -> None:
    with without(device, RowKind.SETTINGS):
        await device.sync.now()
        assert device.sync.state.link is Link.ONLINE
        assert (device.store.ready, device.store.count_unread()) == (True, 1)
        with closing(sqlite3.connect(device.store.folder / "rows-0.db")) as rows:
            (body,) = rows.execute("SELECT body FROM sites WHERE id = 'MAIN'").fetchone()
        assert from_columns("MAIN", json.loads(body)) == SETTINGS
    with upgraded(device) as store:
        assert store.count_unread() == 0
        assert store.load(Needs()).settings == SETTINGS


def test_a_new_device_waits_where_only_a_newer_version_understands_what_its_site_wants(tmp_path: Path) -> None:
    newer = {"condition": "spot_check"}
    rows = [row_of(value) for value in (*MASTERS, UNIT, PICKS, *NAMED)]
    told = {
        RowKind.SETTINGS: lambda body: {**body, "picking": body["picking"] | newer},
        RowKind.SITE: lambda body: {**body, **as_columns(SETTINGS), "pick_condition": "spot_check"},
    }
    rows = [replace(row, body=told[row.kind](row.body)) if row.kind in told else row for row in rows]
    with DeviceStore.create(tmp_path, IDENTITY) as store:
        store.apply_changes(Changes(SERVER_EPOCH, {"MAIN": 1, "*": 1}, tuple(rows), more=False))
        assert (store.ready, store.count_unread(), store.open_documents(DocumentKind.PICK_LIST)) == (False, 1, ())
        with pytest.raises(StoreNotReady):
            store.load(Needs())
        store.apply_changes(changes_of((SETTINGS,), 2))
        assert (store.ready, store.load(Needs()).settings) == (True, SETTINGS)


async def test_a_document_of_an_unknown_kind_is_kept_and_is_there_after_an_upgrade(device: OnlineDevice) -> None:
    with without(device, DocumentKind.PICK_LIST):
        await device.sync.now()
        assert device.sync.state.link is Link.ONLINE
        assert (device.store.pick_list(LIST), device.store.count_unread()) == (None, 1)
    with upgraded(device) as store:
        assert store.count_unread() == 0
        assert store.pick_list(LIST) is not None


async def test_a_snapshot_with_what_is_not_known_is_taken_and_the_rest_is_kept(
    device: OnlineDevice, served: ServedSite, tmp_path: Path
) -> None:
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    snapshots.write("MAIN")
    application(served).state.snapshots = snapshots
    units = [unit.id for unit in (promised(46), promised(47), promised(48))]
    with without(device, DocumentKind.PICK_LIST, Status.ALLOCATED):
        await device.sync.now()
        assert device.sync.state.link is Link.ONLINE
        assert "rows-1.db" in {path.name for path in device.store.folder.iterdir()}, "the snapshot itself was taken"
        assert device.store.count_unread() == 4
        assert not any(map(device.store.unit, units))
        assert device.store.pick_list(LIST) is None
    with upgraded(device) as store:
        assert store.count_unread() == 0
        assert all(map(store.unit, units))
        assert store.pick_list(LIST)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, UNIT, PICKS, *NAMED) as opened:
        yield opened


def hears(store: DeviceStore, *rows: Row) -> None:
    plain = to_plain(Changes(SERVER_EPOCH, store.cursor() | {"MAIN": rows[-1].position}, rows, more=False))
    store.apply_changes(from_plain(Changes, plain))


def test_a_unit_in_an_unknown_status_is_not_taken_for_what_it_was_before(store: DeviceStore) -> None:
    body = {**to_plain(UNIT), "status": "teleported"}
    hears(store, Row(RowKind.UNIT, UNIT.id, 100, body))
    assert store.unit(UNIT.id) is None
    assert store.count_unread() == 1
    hears(store, Row(RowKind.UNIT, UNIT.id, 99, to_plain(UNIT)))
    assert store.unit(UNIT.id) is None, "an older state is no news"
    hears(store, Row(RowKind.UNIT, UNIT.id, 101, to_plain(UNIT)))
    assert store.unit(UNIT.id) == UNIT
    assert store.count_unread() == 0


def test_another_servers_rows_replace_those_kept_aside(store: DeviceStore) -> None:
    hears(store, Row(RowKind.UNIT, UNIT.id, 100, {**to_plain(UNIT), "status": "teleported"}))
    store.apply_changes(Changes("another", {}, (), more=False))
    assert store.count_unread() == 0


def test_a_hold_of_an_unknown_kind_holds(store: DeviceStore) -> None:
    body = to_plain(Hold("H-1", HoldKind.RECALL, "fire", units=(UNIT.id,)))
    hears(store, Row(RowKind.HOLD, "H-1", 100, {**body, "kind": "export"}))
    (hold,) = store.holds()
    assert hold.matches(UNIT)
    assert hold.kind is HoldKind.NOT_KNOWN


def test_a_role_that_is_not_known_leaves_a_worker_the_others(store: DeviceStore) -> None:
    hears(store, Row(RowKind.WORKER, MIKE.id, 100, {**to_plain(MIKE), "roles": ["pilot", "picker"]}))
    assert store.worker(MIKE.id) == replace(MIKE, roles=(Role.PICKER,))


@pytest.mark.parametrize(
    "row",
    [
        {"kind": 7, "id": "x", "position": 1, "body": {}},
        {"kind": "carton", "id": 7, "position": 1, "body": {}},
        {"kind": "carton", "id": "x", "position": 1, "body": []},
        {"kind": "carton", "id": "x", "body": {}},
        {"id": "x", "position": 1, "body": {}},
        "carton",
    ],
)
def test_a_row_without_the_shape_of_a_row_is_still_an_error(row: object) -> None:
    page = {"server_epoch": SERVER_EPOCH, "cursor": {}, "more": False, "rows": [row]}
    with pytest.raises(PlainError):
        from_plain(Changes, page)


def test_a_row_with_an_ill_typed_value_is_still_an_error(store: DeviceStore) -> None:
    for body in ({**to_plain(UNIT), "status": 7}, {**to_plain(UNIT), "serial": 7}):
        with pytest.raises(PlainError) as told:
            hears(store, Row(RowKind.UNIT, UNIT.id, 100, body))
        assert not isinstance(told.value, UnknownValue)
    assert store.unit(UNIT.id) == UNIT


def test_only_the_last_page_of_many_has_the_unread_rows_since_it_moves_the_cursor() -> None:
    rows = tuple(Row(RowKind.UNIT, str(number), number, {}) for number in range(PAGE + 1))
    unread = (UnreadRow("carton", "x", 1, {}),)
    pages = pages_of(Changes(SERVER_EPOCH, {"MAIN": 9}, rows, more=False, unread=unread), {})
    assert [page.unread for page in pages] == [(), unread]


async def test_a_refusal_for_an_unknown_reason_is_shown_and_understood_after_an_upgrade(
    device: OnlineDevice, served: ServedSite
) -> None:
    await device.sync.now()
    with served.database.writing() as connection:
        put_holds(connection, [Hold("H-1", HoldKind.RECALL, "fire", units=(UNIT.id,))])
    device.picks(UNIT)
    with without(device, GoodsCode.HOLD):
        assert (await device.sync.now()).waiting == 0
        (item,) = device.store.attention()
        assert "does not know (hold)" in say(explain(item.refusal).because)
    with upgraded(device) as store:
        (item,) = store.attention()
        assert item.refusal == refuse(GoodsCode.HOLD, kind="recall", reason="fire")


@pytest.mark.parametrize(
    "data", [{"code": "new"}, {"code": "not_known"}, {"code": "not_known", "facts": {"raw_code": "not_known"}}]
)
def test_every_unknown_reason_has_its_sentences(data: dict[str, object]) -> None:
    refusal = from_plain(Refusal, data)
    assert from_plain(Refusal, to_plain(refusal)) == refusal
    why = explain(refusal)
    assert all(map(say, (why.title, why.because, why.todo, why.waits_for, why.afterwards("A1"))))
    assert "for a reason that this version does not know (" in say(why.because)


def test_a_code_that_is_no_text_is_still_an_error() -> None:
    with pytest.raises(PlainError):
        from_plain(Refusal, {"code": 7})


async def test_an_unknown_outcome_counts_as_waiting_and_is_asked_again_at_the_next_start(device: OnlineDevice) -> None:
    await device.sync.now()
    seq = device.picks(UNIT)
    act = ActId(device.store.device, device.store.epoch, seq)
    with without(device, Outcome.APPLIED):
        assert (await device.sync.now()).waiting == 0
        assert device.store.act_state(act) is ActState.WAITING
        assert device.store.waiting()[0].refusal.code == ActCode.NOT_KNOWN
        unit = device.store.unit(UNIT.id)
        assert unit is not None
        assert unit.status is Status.PICKED, "it still counts"
    again = Sync(device.store, device.server, DeviceKeys.load(device.store.folder), FakeClock(), lambda: 0.5)
    await again.now()
    assert device.store.act_state(act) is ActState.APPLIED
    assert not device.store.waiting()


def test_an_unknown_outcome_leaves_the_act_counting(store: DeviceStore) -> None:
    act = Hand(store).does(picked(UNIT), document=LIST)
    plain = to_plain(PushAnswer(1, (ActVerdict(1, Outcome.REFUSED, 0, refuse(GoodsCode.STATUS)),), changes_of(()), NOW))
    plain["verdicts"][0]["outcome"] = "partly"
    store.apply_answer(from_plain(PushAnswer, plain))
    assert store.act_state(act.id) is ActState.WAITING
    store.ask_again()
    assert store.act_state(act.id) is ActState.PENDING


async def test_doctor_tells_how_many_rows_are_kept_for_a_newer_version(device: OnlineDevice) -> None:
    with without(device, DocumentKind.PICK_LIST):
        await device.sync.now()
        device.store.close()
        (found,) = [each for each in await examine(device.store.folder) if each.name == "rows"]
        assert say(found.found) == "1 rows of a newer server are not understood here. They are kept."
        assert say(found.todo) == "Upgrade scantrail on this device."


def test_every_list_of_values_in_a_unit_is_looked_at_in_a_snapshot() -> None:
    found = {f"$.{name}" for name in enums_in(Unit)} | {f"$.owner.{name}" for name in enums_in(Owner)}
    assert set(UNIT_VALUES) == found


def enums_in(cls: type) -> set[str]:
    hints = get_type_hints(cls).items()
    return {name for name, kind in hints if isinstance(kind, type) and issubclass(kind, Enum)}


def test_a_final_word_that_is_not_known_is_kept_and_the_act_goes_on_waiting(store: DeviceStore) -> None:
    act = Hand(store).does(picked(UNIT), document=LIST)
    waits = ActVerdict(1, Outcome.WAITING, 0, refuse(ActCode.UNKNOWN_DOCUMENT, document=LIST))
    store.apply_answer(PushAnswer(1, (waits,), changes_of(()), NOW))
    told = to_plain(LateVerdict(*act.id, act_hash(encode_act(act)), Outcome.APPLIED, 5))
    hears(store, Row(RowKind.VERDICT, "MAIN-w1", 100, {**told, "outcome": "partly"}))
    assert (store.act_state(act.id), store.count_unread()) == (ActState.WAITING, 1)
