"""Settings on the device: a row of their own; until it has come, what the site's row of an earlier version says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scantrail.device.store import DeviceStore
from scantrail.device.store.database import FILE
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.needs import Needs
from scantrail.domain.plain import to_plain
from scantrail.domain.settings import Settings, as_columns, with_values
from scantrail.domain.settings.history import version_in
from scantrail.protocol.messages import Changes, Row
from scantrail.sqlite import sqlite3
from tests.support.devices import IDENTITY, SERVER_EPOCH
from tests.support.worlds import SETTINGS, SITE, wanting

GOLDEN = Path(__file__).parent / "golden" / "store-v1.sql"
FORBIDDEN = wanting(typed_serials=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with DeviceStore.create(tmp_path / "device", IDENTITY) as found:
        yield found


def brings(store: DeviceStore, *rows: Row) -> None:
    reached = max(row.position for row in rows)
    store.apply_changes(Changes(SERVER_EPOCH, {"*": reached, "MAIN": 0}, rows, more=False))


def site_row(position: int, settings: Settings = SETTINGS) -> Row:
    """A site as servers of earlier versions tell it, and newer ones to devices of earlier versions."""
    return Row(RowKind.SITE, "MAIN", position, as_columns(settings) | to_plain(SITE))


def settings_row(position: int, settings: Settings, **more: object) -> Row:
    return Row(RowKind.SETTINGS, "MAIN", position, {**to_plain(settings), **more})


def settings_of(store: DeviceStore) -> Settings:
    return store.load(Needs()).settings


def version_named(store: DeviceStore) -> int | None:
    return version_in(store.versions("PL-2025-0091"), "MAIN")


def test_a_store_of_the_first_version_works_by_what_its_site_said_before_it_hears_of_settings(tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    connection = sqlite3.connect(folder / FILE)
    connection.executescript(GOLDEN.read_text())
    connection.close()
    with DeviceStore.open(folder) as store:
        assert settings_of(store) == with_values(Settings("MAIN"), {"typed_serials": True})
        assert version_named(store) == 1


def test_settings_that_come_count_from_then_on_and_acts_name_their_position(store: DeviceStore) -> None:
    brings(store, site_row(3))
    assert (settings_of(store), version_named(store)) == (SETTINGS, 3)
    brings(store, settings_row(8, FORBIDDEN))
    assert (settings_of(store), version_named(store)) == (FORBIDDEN, 8)
    brings(store, site_row(9, SETTINGS))
    assert (settings_of(store), version_named(store)) == (FORBIDDEN, 8), "the site's row says them to others"


def test_until_settings_have_come_a_site_that_changes_changes_them(store: DeviceStore) -> None:
    brings(store, site_row(3))
    assert settings_of(store) == SETTINGS
    brings(store, site_row(4, FORBIDDEN))
    assert (settings_of(store), version_named(store)) == (FORBIDDEN, 4)


def test_settings_that_only_a_newer_version_understands_leave_the_former_ones(store: DeviceStore) -> None:
    brings(store, settings_row(3, FORBIDDEN), site_row(4))
    brings(store, settings_row(5, FORBIDDEN, picking={"condition": "by voice"}))
    assert (settings_of(store), version_named(store)) == (FORBIDDEN, 3)
