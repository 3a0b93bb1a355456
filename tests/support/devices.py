"""Device stores for tests: made in a folder, filled as a server would fill them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scantrail.device.store import DeviceStore, Identity
from scantrail.domain.acts.act import Act, Draft, Times
from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.party import Party
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Changes, Row
from tests.support.worlds import CLERK, MIKE, MODULE, NOW, PLACES, SARAH, SENSOR, SETTINGS, SITE

IDENTITY = Identity("Scanner-05", "MAIN", "e1", "http://127.0.0.1:1")
SERVER_EPOCH = "server-1"
MASTERS = (SETTINGS, SITE, MODULE, SENSOR, *PLACES, SARAH, MIKE, CLERK)

_KINDS: dict[type[Any], RowKind] = {
    Site: RowKind.SITE,
    Settings: RowKind.SETTINGS,
    Product: RowKind.PRODUCT,
    Place: RowKind.PLACE,
    Worker: RowKind.WORKER,
    Party: RowKind.PARTY,
    Hold: RowKind.HOLD,
    Unit: RowKind.UNIT,
    PickList: RowKind.DOCUMENT,
    Listed: RowKind.LISTED,
    SalesOrder: RowKind.DOCUMENT,
    PurchaseOrder: RowKind.DOCUMENT,
}


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    wall: datetime = NOW
    boot: str = "boot-1"
    mono_ms: int = 1_000

    def now(self) -> Times:
        return Times(self.wall, self.boot, self.mono_ms)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.mono_ms += int(seconds * 1000)


def row_of(value: Any, position: int = 1) -> Row:
    """A value as the change feed tells it."""
    kind = _KINDS[type(value)]
    return Row(kind, KINDS[kind].name(value), position, KINDS[kind].written(value))


def changes_of(values: Iterable[Any], position: int = 1, *, epoch: str = SERVER_EPOCH, more: bool = False) -> Changes:
    """A page of the change feed that brings values."""
    rows = tuple(row_of(value, position) for value in values)
    return Changes(epoch, {"MAIN": position, "*": position}, rows, more)


def new_store(folder: Path, *values: Any) -> DeviceStore:
    """An enrolled device that has followed the server once; with the day's masters and these values."""
    store = DeviceStore.create(folder, IDENTITY)
    store.apply_changes(changes_of((*MASTERS, *values)))
    return store


@dataclass
class Hand:
    """A worker with a device: records drafts as the session does."""

    store: DeviceStore
    clock: FakeClock = field(default_factory=FakeClock)
    actor: str = "sarah"

    def does(self, *events: Any, **facts: Any) -> Act:
        """Record one act."""
        (act,) = self.store.record(
            (Draft(events=events, **facts),), actor=self.actor, site="MAIN", now=self.clock.now()
        )
        return act
