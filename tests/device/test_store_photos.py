"""A photo is on the device before its act is, and as long as the act is; nothing is kept by halves."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.store import DeviceStore, StoreDamaged, StoreFull
from scantrail.device.store.database import FILE
from scantrail.device.store.schema import VERSION
from scantrail.domain.acts.act import Act, Draft
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.photo import NoPhoto, Photo
from scantrail.domain.things.unit import Condition
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer
from scantrail.protocol.outbox import ActState
from scantrail.sqlite import sqlite3
from tests.device.events import LIST, picked
from tests.support.devices import SERVER_EPOCH, Hand, new_store
from tests.support.photos import jpeg
from tests.support.worlds import NOW, exact_line, named_on, pick_list, promised

UNIT = promised(46)
GOLDEN = Path(__file__).parent / "golden"
DAMAGED = ConditionStated(UNIT.id, Condition.DAMAGED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    listed = pick_list(exact_line(UNIT))
    new_store(tmp_path, UNIT, listed, *named_on(listed, UNIT)).close()
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[DeviceStore]:
    with DeviceStore.open(folder) as opened:
        yield opened


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "photos").glob("*"))


def reports(store: DeviceStore, *contents: bytes) -> Act:
    """Record damage with photos."""
    photos = tuple(store.photos.keep(content, f"damage-{at}") for at, content in enumerate(contents, 1))
    return Hand(store).does(DAMAGED, photos=photos)


def acknowledged(store: DeviceStore, act: Act) -> None:
    verdict = ActVerdict(act.id.seq, Outcome.APPLIED, act.id.seq + 1)
    cursor = {"MAIN": act.id.seq + 1, "*": 1}
    store.apply_answer(PushAnswer(act.id.seq, (verdict,), Changes(SERVER_EPOCH, cursor, (), False)))


def test_a_photo_is_in_its_file_for_its_owner_alone_before_anything_is_recorded(
    store: DeviceStore, folder: Path
) -> None:
    photo = store.photos.keep(jpeg(), "damage-1")
    (path,) = (folder / "photos").iterdir()
    assert (path.name, path.read_bytes()) == (f"{photo.sha256}.jpg", jpeg())
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert store.photos.counts().waiting == 0


def test_a_photo_goes_up_only_when_the_server_has_its_act(store: DeviceStore) -> None:
    act = reports(store, jpeg())
    assert (store.photos.counts().waiting, store.photos.next_to_send()) == (1, None)
    acknowledged(store, act)
    assert store.photos.next_to_send() == act.draft.photos[0]
    store.photos.sent(act.draft.photos[0])
    assert (store.photos.counts().waiting, store.photos.next_to_send()) == (0, None)


def test_an_act_that_names_a_photo_which_was_not_kept_is_not_recorded(store: DeviceStore) -> None:
    stranger = Photo("x.jpg", "image/jpeg", 1, 1, 1, "0" * 64)
    with pytest.raises(ValueError, match=r"x\.jpg was not kept"):
        Hand(store).does(DAMAGED, photos=(stranger,))
    assert store.pending(10) == ()


def test_a_photo_without_its_act_is_gone_at_the_next_start_and_others_stay(folder: Path) -> None:
    with DeviceStore.open(folder) as store:
        act = reports(store, jpeg("kept"))
        store.photos.keep(jpeg("the device went down before the act"), "damage-2")
        (folder / "photos" / f"{'0' * 64}.new").write_bytes(b"\xff\xd8 half a pho")
    with DeviceStore.open(folder) as store:
        assert files(folder) == [f"{act.draft.photos[0].sha256}.jpg"]
        assert store.photos.content(act.draft.photos[0]) == jpeg("kept")


def test_two_acts_may_name_the_same_photo_and_it_goes_up_once(store: DeviceStore, folder: Path) -> None:
    first, second = reports(store, jpeg(), jpeg()), reports(store, jpeg())
    assert len(files(folder)) == 1
    acknowledged(store, first)
    assert store.photos.next_to_send() is None, "the newest act answers for it"
    acknowledged(store, second)
    photo = store.photos.next_to_send()
    assert photo == first.draft.photos[0]
    store.photos.sent(photo)
    acknowledged(store, reports(store, jpeg()))
    assert store.photos.next_to_send() is None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_no_half_photo(
    store: DeviceStore, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StoreFull, match="NOT recorded"):
        store.photos.keep(jpeg(), "damage-1")
    assert files(folder) == []


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(store: DeviceStore, folder: Path) -> None:
    (folder / "photos").write_text("in the way")
    with pytest.raises(StoreDamaged, match="Go on without it"):
        store.photos.keep(jpeg(), "damage-1")


def test_what_is_no_photo_is_not_kept(store: DeviceStore, folder: Path) -> None:
    with pytest.raises(NoPhoto):
        store.photos.keep(b"no picture", "damage-1")
    assert files(folder) == []


def test_a_photo_whose_file_changed_is_not_taken_for_the_evidence_it_was(store: DeviceStore, folder: Path) -> None:
    photo = reports(store, jpeg()).draft.photos[0]
    path = folder / "photos" / f"{photo.sha256}.jpg"
    path.write_bytes(path.read_bytes()[:-1])
    assert store.photos.content(photo) is None
    path.unlink()
    assert store.photos.content(photo) is None


def test_one_that_fails_lets_others_go_first(store: DeviceStore) -> None:
    act = reports(store, jpeg("a"), jpeg("b"))
    acknowledged(store, act)
    first = store.photos.next_to_send()
    assert first is not None
    store.photos.failed(first)
    assert store.photos.next_to_send() not in (None, first)


def test_a_photo_the_server_does_not_take_needs_attention_until_it_is_settled(store: DeviceStore) -> None:
    act = reports(store, jpeg())
    acknowledged(store, act)
    (photo,) = act.draft.photos
    store.photos.refused(photo, refuse(ActCode.PHOTO, photo=photo.name, reason="It is too large"))
    (item,) = store.attention()
    assert (item.act, item.units, item.refusal.code) == (act.id, (UNIT.id,), ActCode.PHOTO)
    assert store.photos.next_to_send() is None
    Hand(store).does(AttentionSettled(*item.act), reason="described")
    assert store.attention() == ()


def test_one_refused_that_the_server_asks_for_again_is_sent_again_and_then_no_trouble(store: DeviceStore) -> None:
    act = reports(store, jpeg())
    acknowledged(store, act)
    (photo,) = act.draft.photos
    store.photos.refused(photo, refuse(ActCode.PHOTO, photo=photo.name, reason="Garbled"))
    store.photos.lacked(["f" * 64, photo.sha256])
    assert store.photos.next_to_send() == photo
    assert len(store.attention()) == 1, "it is not there yet"
    store.photos.sent(photo)
    assert store.attention() == ()


def test_old_acts_take_their_photos_along_but_never_one_that_the_server_lacks(folder: Path) -> None:
    with DeviceStore.open(folder) as store:
        sent, waiting = reports(store, jpeg("sent")), reports(store, jpeg("waits"))
        for act in (sent, waiting):
            acknowledged(store, act)
        store.photos.sent(sent.draft.photos[0])
        later = Hand(store)
        later.clock.move(40 * 24 * 3600)
        later.does(picked(UNIT), document=LIST)
        nothing = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
        store.apply_answer(PushAnswer(2, (), nothing, NOW))
        store.apply_answer(PushAnswer(2, (), nothing, NOW + timedelta(days=40)))
        store.forget_old()
        assert store.act_state(sent.id) is None
        assert store.act_state(waiting.id) is ActState.APPLIED
    with DeviceStore.open(folder) as store:
        assert files(folder) == [f"{waiting.draft.photos[0].sha256}.jpg"]
        assert store.photos.next_to_send() == waiting.draft.photos[0]


def shape(folder: Path) -> list[Any]:
    """The columns and keys of every table and index, whatever the statements that made them look like."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY name")]
        described = [
            (name, pragma, connection.execute(f'PRAGMA {pragma}("{name}")').fetchall())
            for name in names
            for pragma in ("table_xinfo", "foreign_key_list", "index_xinfo")
        ]
        return [*described, connection.execute("PRAGMA user_version").fetchone()]


def test_a_store_of_the_first_version_opens_with_its_whole_journal_and_takes_photos(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    with closing(sqlite3.connect(old / FILE)) as connection:
        connection.executescript((GOLDEN / "store-v1.sql").read_text())
        exacts = [row[0] for row in connection.execute("SELECT exact FROM journal ORDER BY seq")]
    with DeviceStore.open(old) as store:
        store.resend_from(0)
        assert [exact for _seq, exact in store.pending(100)] == exacts
        links = [decode_act(exact).previous for exact in exacts]
        assert links == ["", *map(act_hash, exacts[:-1])]
        assert reports(store, jpeg()).id.seq == len(exacts) + 1
    with DeviceStore.open(old) as store:
        assert store.photos.counts().waiting == 1
    new_store(new).close()
    assert shape(old) == shape(new)
    assert shape(new)[-1] == (VERSION,)


def test_what_the_first_version_knew_is_known_after_the_upgrade(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript((GOLDEN / "store-v1.sql").read_text())
    with DeviceStore.open(tmp_path) as store:
        assert (store.count_pending(), len(store.attention())) == (2, 1)
        assert store.attention()[0].refusal.code == GoodsCode.STATUS
        assert store.unit(UNIT.id) == UNIT
        assert store.cursor() == {"MAIN": 5, "*": 1}
        found = store.pick_list(LIST)
        assert found is not None
        assert found.taken is not None


def test_a_draft_without_photos_costs_no_row(store: DeviceStore) -> None:
    store.record((Draft(note="x"),), actor="sarah", site="MAIN", now=Hand(store).clock.now())
    assert store.photos.counts().waiting == 0
