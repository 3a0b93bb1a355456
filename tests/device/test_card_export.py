"""Records leave a device by memory card, and the journal stays as it is; also while the handheld runs."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scantrail.device.card_export import export, write_new
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore, StoreDamaged, StoreMissing, look
from scantrail.device.store.database import FILE
from scantrail.device.store.schema import VERSION
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.protocol.card import read_card
from scantrail.protocol.messages import ActVerdict, Outcome, PushAnswer
from scantrail.sqlite import sqlite3
from scantrail.words import OperatorError
from tests.device.events import LIST, picked
from tests.support.devices import FakeClock, Hand, changes_of, new_store
from tests.support.worlds import exact_line, named_on, pick_list, promised, scanned

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """A device with four records, of which the server has the first two: one did not apply."""
    unit = promised(46)
    listed = pick_list(exact_line(unit))
    store = new_store(tmp_path / "store", unit, listed, *named_on(listed, unit))
    DeviceKeys(KEY, "token").save(tmp_path / "store")
    hand = Hand(store)
    hand.does()
    hand.does(picked(unit), document=LIST, reading=scanned(unit.serial))
    hand.does()
    hand.clock.move(60)
    hand.does()
    verdicts = (
        ActVerdict(1, Outcome.APPLIED, 5),
        ActVerdict(2, Outcome.CONTESTED, 6, refuse(GoodsCode.STATUS, status="Quarantine", wanted="x")),
    )
    store.apply_answer(PushAnswer(2, verdicts, changes_of((), 2)))
    yield hand
    store.close()


def pending(store: DeviceStore) -> tuple[tuple[int, bytes], ...]:
    return store.pending(500)


def test_what_the_server_has_not_got_is_written_while_the_handheld_runs_and_stays_pending(
    tmp_path: Path, hand: Hand
) -> None:
    before = pending(hand.store)
    done = export(tmp_path / "store", tmp_path, hand.clock, everything=False)
    assert done is not None
    assert (done.file.name, done.first_seq, done.last_seq) == ("scantrail-Scanner-05-e1-3-4.records", 3, 4)
    card = read_card(done.file.read_bytes())
    assert card.entries == before == pending(hand.store)
    KEY.public_key().verify(bytes.fromhex(card.signature), card.signed)
    assert done.file.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_all_that_is_kept_is_written_for_a_restored_server(tmp_path: Path, hand: Hand) -> None:
    done = export(tmp_path / "store", tmp_path / "all", hand.clock, everything=True)
    assert done is not None
    assert [seq for seq, _ in read_card(done.file.read_bytes()).entries] == [1, 2, 3, 4]


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path, hand: Hand) -> None:
    card = tmp_path / "card"
    card.write_text("holiday photos")
    with pytest.raises(OperatorError, match="is there already"):
        export(tmp_path / "store", card, hand.clock, everything=False)
    assert card.read_text() == "holiday photos"


@contextmanager
def no_room() -> Iterator[None]:
    """No file may grow beyond 100 bytes, as on a full card."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_on_a_full_card_nothing_is_left_behind(tmp_path: Path) -> None:
    with no_room(), pytest.raises(OperatorError, match=r"cannot be written: .* Nothing was exported"):
        write_new(tmp_path / "card", b"x" * 1000)
    assert list(tmp_path.iterdir()) == []


def test_when_the_server_has_everything_nothing_is_written(tmp_path: Path) -> None:
    new_store(tmp_path / "store").close()
    DeviceKeys(KEY, "token").save(tmp_path / "store")
    assert export(tmp_path / "store", tmp_path, FakeClock(), everything=False) is None


def test_a_look_tells_what_waits_and_what_needs_attention(tmp_path: Path, hand: Hand) -> None:
    found = look(tmp_path / "store")
    assert (found.identity, found.waiting_count, found.attention) == (hand.store.identity, 2, 1)
    assert found.oldest_waiting is not None
    assert (hand.clock.wall - found.oldest_waiting).total_seconds() == 60
    assert [seq for seq, _ in found.kept] == [1, 2, 3, 4]


def test_records_after_a_gap_are_kept_by_themselves(tmp_path: Path, hand: Hand) -> None:
    hand.store.close()
    with sqlite3.connect(tmp_path / "store" / FILE) as connection:
        connection.execute("DELETE FROM journal WHERE seq = 1")
        connection.execute("UPDATE journal SET seq = seq + 10 WHERE seq > 2")
    connection.close()
    hand.store = DeviceStore.open(tmp_path / "store")
    assert [seq for seq, _ in look(tmp_path / "store").kept] == [13, 14]


def test_a_look_where_there_is_nothing_to_see_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="not enrolled"):
        look(tmp_path / "none")
    new_store(tmp_path / "store").close()
    with sqlite3.connect(tmp_path / "store" / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(StoreDamaged, match="newer Scantrail"):
        look(tmp_path / "store")
    (tmp_path / "store" / FILE).write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreDamaged, match="cannot be read"):
        look(tmp_path / "store")
