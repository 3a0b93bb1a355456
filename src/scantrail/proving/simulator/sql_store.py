"""The real device store in a simulation: its power may go at any commit, and its journal is read by the watch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from scantrail.device.store import DeviceStore, Identity
from scantrail.device.store.database import Database
from scantrail.device.store.schema import journal, table_of
from scantrail.device.store.things import act_in
from scantrail.device.store.view import decoded
from scantrail.domain.acts.act import Act, Draft, Times
from scantrail.domain.acts.kinds import KINDS, RowKind, Thing
from scantrail.protocol.outbox import ActState
from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.stores import OnRecord

_ACTS = (
    select(journal.c.exact, journal.c.hash, journal.c.state)
    .where(journal.c.seq >= bindparam("first"))
    .order_by(journal.c.seq)
)
_ROWS = {
    kind: select(table_of(kind).c.position, table_of(kind).c.body).where(table_of(kind).c.id == bindparam("thing"))
    for kind in KINDS
}


class FatedDatabase(Database):
    """A store's database whose process may die at any commit."""

    def __init__(self, folder: Path, fate: Fate) -> None:
        self._fate = fate
        super().__init__(folder)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, if fate allows its commit; one that changed no row writes nothing."""
        with super().writing():
            before = self._raw.total_changes
            yield
            durable = self._fate.commits("a transaction") if self._raw.total_changes != before else None
        if durable is not None:
            durable()


class SqlStore(DeviceStore):
    """A device's real store, on a real file."""

    def __init__(self, folder: Path, fate: Fate, on_record: OnRecord) -> None:
        """`on_record` is told of the acts that are said to be recorded."""
        self._folder = folder
        self._fate = fate
        self._on_record = on_record
        super().__init__(folder, FatedDatabase(folder, fate))

    @classmethod
    def begun(cls, folder: Path, name: str, epoch: str, fate: Fate, on_record: OnRecord) -> SqlStore:
        """The store of a newly enrolled device."""
        DeviceStore.create(folder, Identity(name, "MAIN", epoch, "http://simulated")).close()
        return cls(folder, fate, on_record)

    def reopened(self) -> SqlStore:
        """The store as the next process finds it on its disk."""
        return SqlStore(self._folder, self._fate, self._on_record)

    def upgraded(self) -> SqlStore:
        """The same: what a newer version of the tables needs is done when it is opened."""
        return self.reopened()

    def record(
        self,
        drafts: Sequence[Draft],
        *,
        actor: str,
        site: str,
        now: Times,
        versions: Mapping[str, int] | None = None,
    ) -> tuple[Act, ...]:
        """Record, and say so."""
        acts = super().record(drafts, actor=actor, site=site, now=now, versions=versions)
        self._on_record(acts)
        return acts

    def acts_from(self, seq: int) -> list[tuple[Act, str, ActState]]:
        """The acts kept from this one on, with their hashes and how far they are."""
        rows = self._database.rows(_ACTS, first=seq)
        return [(act_in(row.exact), row.hash, ActState(row.state)) for row in rows]

    def row_position(self, kind: RowKind, thing: str) -> int:
        """Where a row that this device has stands in its stream; 0 when it has none."""
        rows = self._database.rows(_ROWS[kind], thing=thing)
        return int(rows[0].position) if rows else 0

    def mirrored(self, things: Collection[Thing]) -> dict[Thing, tuple[int, Any]]:
        """The server's rows as they came: position and value."""
        found = ((thing, self._database.rows(_ROWS[thing[0]], thing=thing[1])) for thing in things)
        return {thing: (rows[0].position, decoded(thing[0], rows[0].body)) for thing, rows in found if rows}

    def shown(self, things: Collection[Thing]) -> dict[Thing, Any]:
        """The server's rows with the own acts that they do not contain."""
        found = ((thing, self._view.rows(thing[0], [thing[1]])) for thing in things)
        return {thing: rows[thing[1]] for thing, rows in found if rows}
