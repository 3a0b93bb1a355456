"""Containers and quantities go from one device to the server and to other devices, as units do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from scantrail.domain.acts.kinds import Thing, container, quantity
from scantrail.domain.acts.needs import rows
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked
from scantrail.domain.facts.placing.events import ContainerMoved, QuantityMoved
from scantrail.domain.things.container import Container, ContainerKind
from scantrail.domain.things.quantity import Quantity
from scantrail.server.attention.items import open_items
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.records.master import put_products, put_workers
from tests.device.online import OnlineDevice, online_device
from tests.device.test_first_load import application
from tests.server.site import ServedSite
from tests.support.worlds import CABLE, JENNIFER, module

SSCC, BIN, OTHER_BIN, DOCK = "095212340000000419", "MAIN/A-15-03", "MAIN/A-15-04", "MAIN/DOCK-01"
UNIT = module(49).id
LESS, MORE = quantity(BIN, CABLE.id, ""), quantity(OTHER_BIN, CABLE.id, "")


def seen(device: OnlineDevice, thing: Thing) -> Any:
    return device.store.load(rows(thing)).row(thing)


async def packing(tmp_path: Path, served: ServedSite, name: str = "Scanner-05") -> OnlineDevice:
    """A device of somebody who packs, at a site that has cables."""
    with served.database.writing() as connection:
        put_products(connection, [CABLE])
        put_workers(connection, [JENNIFER], {JENNIFER.id: "-"})
    device = await online_device(tmp_path, served, name)
    await device.sync.now()
    device.hand.actor = JENNIFER.id
    return device


def pack_and_move(device: OnlineDevice) -> None:
    device.hand.does(ContainerMade(SSCC, ContainerKind.CARTON, DOCK))
    device.hand.does(UnitPacked(UNIT, SSCC, BIN, DOCK))
    device.hand.does(ContainerMoved(SSCC, (UNIT,), DOCK, "MAIN/B-02-01"))
    device.hand.does(QuantityMoved(CABLE.id, "", 5, BIN, OTHER_BIN))


def holds_together(device: OnlineDevice) -> None:
    unit = device.store.unit(UNIT)
    assert unit is not None
    assert (unit.container, unit.place) == (SSCC, "MAIN/B-02-01")
    assert seen(device, container(SSCC)) == Container(SSCC, ContainerKind.CARTON, "MAIN/B-02-01", units=1)
    assert seen(device, LESS) == Quantity(BIN, CABLE.id, count=-5)
    assert seen(device, MORE) == Quantity(OTHER_BIN, CABLE.id, count=5)


async def test_what_is_packed_and_moved_is_seen_at_once_and_by_every_device(tmp_path: Path, served: ServedSite) -> None:
    first, second = await packing(tmp_path, served), await packing(tmp_path, served, "Scanner-06")
    pack_and_move(first)
    holds_together(first)
    await first.sync.now()
    holds_together(first)
    await second.sync.now()
    holds_together(second)


async def test_a_device_that_comes_later_has_it_from_the_snapshot(tmp_path: Path, served: ServedSite) -> None:
    first = await packing(tmp_path, served)
    pack_and_move(first)
    await first.sync.now()
    snapshots = Snapshots(served.database, tmp_path / "snapshots", smallest=1)
    application(served).state.snapshots = snapshots
    await asyncio.to_thread(snapshots.write, "MAIN")
    later = await online_device(tmp_path, served, "Scanner-07")
    await later.sync.now()
    assert (later.store.folder / "rows-1.db").exists(), "it came as a file"
    holds_together(later)


async def test_two_movements_that_did_not_apply_are_two_troubles_about_goods(
    tmp_path: Path, served: ServedSite
) -> None:
    device = await packing(tmp_path, served)
    device.hand.does(QuantityMoved(CABLE.id, "", 5, BIN, "MAIN/NOWHERE"))
    device.hand.does(QuantityMoved(CABLE.id, "", 5, BIN, "MAIN/NOT-THERE"))
    await device.sync.now()
    assert len(device.store.attention()) == 2
    with served.database.reading() as connection:
        items = open_items(connection)
    told = "Look at the goods with Jennifer Lee; have recorded again what is true."
    assert [item.todo for item in items] == [told, told]
