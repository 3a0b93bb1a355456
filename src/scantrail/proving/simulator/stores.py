"""What a simulation's stores are: fake ones in memory, or the real ones on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from scantrail.domain.acts.act import Act, Draft
from scantrail.domain.acts.kinds import Thing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Changes, Push, PushAnswer, Seen
from scantrail.proving.simulator.fake_server import FakeServer
from scantrail.proving.simulator.fake_store import FakeStore
from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.handheld import SimulatedStore
from scantrail.proving.simulator.server_watch import WatchedServer
from scantrail.proving.simulator.warehouse import Masters

OnRecord = Callable[[tuple[Act, ...]], None]
"""Told of the acts that a store says are recorded."""


class SimulatedServer(WatchedServer, Protocol):
    """A server of one site, real or fake, that can die at any commit."""

    def push(self, push: Push, now: datetime) -> PushAnswer:
        """Take a batch, and answer with what the device has not seen."""

    def changes(self, seen: Seen) -> Changes:
        """The next page of what changed after what was seen."""

    def desk(self, draft: Draft, now: datetime, rows: Mapping[Thing, Any]) -> None:
        """The desk's own act, with the rows it changes."""

    def judge_over(self, now: datetime) -> None:
        """Judge for good what has waited too long."""

    def lists(self) -> dict[str, PickList]:
        """Every list."""

    def units(self) -> dict[str, Unit]:
        """Every unit."""

    def holds(self) -> tuple[Hold, ...]:
        """Every hold."""

    def backup(self) -> Any:
        """A copy of everything."""

    def restore(self, backup: Any, epoch: str | None) -> None:
        """Go on from a backup, under another epoch."""

    def dies(self) -> None:
        """The process ends."""


class Stores(Protocol):
    """Makes a simulation's server and devices."""

    def server(self, masters: Masters, fate: Fate, epoch: str) -> SimulatedServer:
        """An empty server with these masters."""

    def device(self, name: str, epoch: str, masters: Masters, fate: Fate, on_record: OnRecord) -> SimulatedStore:
        """The store of a newly enrolled device."""


class FakeStores:
    """Everything in memory."""

    def server(self, masters: Masters, fate: Fate, epoch: str) -> FakeServer:
        """A server in memory."""
        return FakeServer(masters, fate, epoch)

    def device(self, name: str, epoch: str, masters: Masters, fate: Fate, on_record: OnRecord) -> FakeStore:
        """A store in memory."""
        return FakeStore(name, epoch, masters, fate, on_record)


FAKE = FakeStores()
