"""The first load: a site's rows as one file, which takes seconds where following the changes would take minutes.

What has arrived stays beside the store, so that a load which was cut, left or killed goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from scantrail.device.exchange.snapshot_file import SnapshotFile
from scantrail.device.store import DeviceStore, RowsUnusable
from scantrail.device.transport import Offline, Refused
from scantrail.protocol.snapshot import Snapshot, SnapshotAnswer
from scantrail.words import M, Message

ASKS = 100
"""How often to ask for a snapshot that is being written before following the changes instead."""

LONGEST_PAUSE_S = 10
"""Between two of these questions, however long the server asks to wait."""

STEPS = 100
"""How often at the most the screen is told how far it is."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How far a first load is."""

    done: int = 0
    """Rows that have arrived."""
    total: int = 0
    """Rows there are; 0 where that is not known."""
    note: Message | None = None
    """Why it takes longer than it could."""


class SnapshotPeer(Protocol):
    """The server, as far as a first load needs it."""

    async def snapshot(self) -> SnapshotAnswer:
        """Which snapshot there is."""

    def snapshot_bytes(self, snapshot: Snapshot, start: int) -> AsyncGenerator[bytes]:
        """Its bytes from `start` on."""


class FirstLoad:
    """Fetches a site's snapshot and puts it in place."""

    def __init__(self, store: DeviceStore, server: SnapshotPeer, show: Callable[[], None]) -> None:
        """`show` is called when `state` has changed."""
        self._store = store
        self._server = server
        self._show = show
        self.state = Loading()

    async def run(self) -> bool:
        """Fetch the snapshot and put it in place; gives whether there is one that can be used.

        Raises:
            Offline: the line was cut; the next run goes on from there.
            Refused: the server answers nothing now.
            StoreError: there is no room, or the store is damaged.
        """
        snapshot = await self._described()
        if snapshot is None:
            return False
        try:
            file = SnapshotFile(self._store.folder, snapshot)
            await self._fetch(snapshot, file)
            await self._put_in_place(file)
        except RowsUnusable as error:
            self._tell(Loading(note=M("The day's file cannot be used ({why}). One by one takes longer.", why=error)))
            return False
        except Refused as refused:
            self._tell(Loading(note=M("The day's file is gone ({why}). One by one takes longer.", why=refused)))
            return False
        return True

    def count_rows(self) -> None:
        """Rows have come with the changes."""
        if not self._store.complete:
            self._tell(Loading(self._store.count_rows(), 0, self.state.note))

    async def _described(self) -> Snapshot | None:
        """The snapshot, awaited while it is being written; None where the changes are as quick, or all there is."""
        for _ask in range(ASKS):
            try:
                answer = await self._server.snapshot()
            except Refused as refused:
                if refused.problem.status == 404:
                    return None
                raise
            if answer.snapshot is not None or answer.retry_after <= 0:
                return answer.snapshot
            self._tell(Loading(note=M("The server is putting the day together.")))
            await asyncio.sleep(min(answer.retry_after, LONGEST_PAUSE_S))
        return None

    async def _fetch(self, snapshot: Snapshot, file: SnapshotFile) -> None:
        self._arrived(snapshot, file)
        if file.missing:
            async with aclosing(self._server.snapshot_bytes(snapshot, file.size)) as pieces:
                async for piece in pieces:
                    file.append(piece)
                    self._arrived(snapshot, file)
                    if not file.missing:
                        return
            raise Offline(M("The day's file was cut short. It goes on from there."))

    def _arrived(self, snapshot: Snapshot, file: SnapshotFile) -> None:
        done = snapshot.rows * min(file.size, snapshot.size) // snapshot.size
        if abs(done - self.state.done) * STEPS >= snapshot.rows or not self.state.total:
            self._tell(Loading(done, snapshot.rows))

    async def _put_in_place(self, file: SnapshotFile) -> None:
        """A file that is whole serves only once: a wrong one must not be met again."""
        try:
            self._store.take_snapshot(await asyncio.to_thread(file.unpacked))
        except asyncio.CancelledError:
            raise
        except BaseException:
            file.remove()
            raise
        file.remove()

    def _tell(self, state: Loading) -> None:
        self.state = state
        self._show()
