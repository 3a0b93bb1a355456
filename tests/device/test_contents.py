"""What is in a place and where a product is, counted by the database with the device's own acts on top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.device.store import DeviceStore
from scantrail.device.store.contents import _IN_PLACE, _STATUSES, MOST_LISTED, Counted
from scantrail.domain.things.status import Status
from tests.device.events import picked
from tests.device.test_stock import bring
from tests.support.devices import Hand, new_store
from tests.support.worlds import MODULE, SENSOR, any_line, module, pick_list, unit

BIN, CART = "MAIN/A-15-03", "MAIN/CART-05"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, pick_list(any_line(MODULE, 3))) as opened:
        bring(
            opened,
            module(2),
            module(1),
            module(3, status=Status.QUARANTINE),
            unit(SENSOR, "TS-1"),
            module(4, place="MAIN/A-15-04"),
            module(5, place="ACME/SITE", status=Status.DELIVERED),
            module(6, place="EAST/E-01-01"),
        )
        yield opened


def test_a_bin_is_counted_by_product_and_status_and_listed_by_serial(store: DeviceStore) -> None:
    assert store.contents.of_place(BIN) == (
        Counted(MODULE.id, Status.AVAILABLE, BIN, 2),
        Counted(MODULE.id, Status.QUARANTINE, BIN, 1),
        Counted(SENSOR.id, Status.AVAILABLE, BIN, 1),
    )
    serials = [each.serial for each in store.contents.units_in(BIN)]
    assert serials == ["CM500-2025-0001", "CM500-2025-0002", "CM500-2025-0003", "TS-1"]
    assert store.contents.of_place("MAIN/B-02-01") == ()


def test_the_stock_of_a_product_is_that_of_the_own_site(store: DeviceStore) -> None:
    assert store.contents.of_product(MODULE.id, "MAIN") == (
        Counted(MODULE.id, Status.AVAILABLE, BIN, 2),
        Counted(MODULE.id, Status.QUARANTINE, BIN, 1),
        Counted(MODULE.id, Status.AVAILABLE, "MAIN/A-15-04", 1),
    )
    assert [each.place for each in store.contents.of_product(MODULE.id, "EAST")] == ["EAST/E-01-01"]


def test_a_pick_that_the_server_does_not_know_yet_is_in_the_cart_and_no_more_in_the_bin(store: DeviceStore) -> None:
    Hand(store).does(picked(module(1)))
    assert store.contents.of_place(BIN)[0] == Counted(MODULE.id, Status.AVAILABLE, BIN, 1)
    assert store.contents.of_place(CART) == (Counted(MODULE.id, Status.PICKED, CART, 1),)
    assert [each.serial for each in store.contents.units_in(CART)] == ["CM500-2025-0001"]
    assert "CM500-2025-0001" not in [each.serial for each in store.contents.units_in(BIN)]
    assert Counted(MODULE.id, Status.PICKED, CART, 1) in store.contents.of_product(MODULE.id, "MAIN")


def test_a_full_place_is_counted_whole_and_listed_as_far_as_anybody_reads(store: DeviceStore) -> None:
    bring(
        store, *(replace(module(number), place="MAIN/DOCK-01") for number in range(100, 101 + MOST_LISTED)), position=3
    )
    assert store.contents.of_place("MAIN/DOCK-01")[0].number == MOST_LISTED + 1
    assert len(store.contents.units_in("MAIN/DOCK-01")) == MOST_LISTED


def test_a_look_at_a_place_takes_its_units_from_the_index(store: DeviceStore) -> None:
    plan = store._database._raw.execute(f"EXPLAIN QUERY PLAN {_IN_PLACE.text}", {"place": BIN, "statuses": _STATUSES})
    steps = " | ".join(row[3] for row in plan)
    assert "units USING COVERING INDEX units_in_stock (product=? AND status=? AND place=?)" in steps
