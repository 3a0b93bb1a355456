"""What a process knows of the log's history, so that few devices' words about it have to be looked up.

Everything here was read from the database since this process began, and counts as long as the database goes on from
there. Where it does not, a backup was put back, and all of it is forgotten.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from scantrail.protocol.messages import Seen
from scantrail.server.database.flights import Query, fly
from scantrail.server.database.schema import device_heads
from scantrail.server.database.sets import rows_with
from scantrail.server.ledger.counters import Counter, Counters
from scantrail.server.ledger.log import has_head, head_of, told_head

MOST_LINKS = 5_000
"""Entries of one log that are known: devices that were heard of in the last minute were told one of these."""

MOST_DEVICES = 20_000
"""Devices' stores of which is known how far their acts have come."""

CHECKED_S = 30.0
"""So often is looked again how far the acts of all known devices have come. A backup that lacks nothing but acts that
waited, and has grown since, is told by nothing else."""


@dataclass(frozen=True, slots=True)
class Links:
    """The newest entries of a log."""

    floor: int
    """Every entry after this position is here."""
    below: str
    """Hash of the newest entry up to there."""
    positions: tuple[int, ...] = ()
    hashes: tuple[str, ...] = ()

    def at(self, position: int) -> str | None:
        """Hash of the newest entry up to a position; None where that is too far back to be known."""
        if position < self.floor:
            return None
        count = bisect_right(self.positions, position)
        return self.hashes[count - 1] if count else self.below

    @property
    def last(self) -> tuple[int, str]:
        """Up to where everything is known, and the hash of the newest entry up to there."""
        return (self.positions[-1], self.hashes[-1]) if self.positions else (self.floor, self.below)

    def and_then(self, entries: Sequence[tuple[int, str]]) -> Links:
        """With the entries that follow, each by position and hash."""
        positions = (*self.positions, *(position for position, _hash in entries))
        hashes = (*self.hashes, *(link for _position, link in entries))
        if len(positions) <= MOST_LINKS:
            return Links(self.floor, self.below, positions, hashes)
        cut = len(positions) - MOST_LINKS
        return Links(positions[cut - 1], hashes[cut - 1], positions[cut:], hashes[cut:])


class _Entry(NamedTuple):
    """An entry of a log."""

    position: int
    row_hash: str
    previous_row: str
    device: str
    epoch: str
    seq: int


_NEWEST = Query.of_both(
    "SELECT position, row_hash, previous_row, device, epoch, seq FROM log"
    " WHERE stream = $1 AND position > $2 ORDER BY position DESC LIMIT $3"
)


class Histories:
    """The newest entries of every log, and how far each device's acts have come."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._epoch = ""
        self._counters: Mapping[str, Counter] = {}
        self._links: dict[str, Links] = {}
        self._acts: dict[tuple[str, str], int] = {}
        """By device and epoch of its store, an act up to which all are here."""
        self._checked_at = monotonic()

    def has(self, counters: Counters, seen: Seen, connection: Connection | None) -> bool | None:
        """Whether what a device was told is part of this history.

        Without a connection only what is known counts: None where it takes a look at the database.
        """
        for name, counter in counters.streams.items():
            if connection is None and seen.cursor.get(name, 0) > counter.position:
                return None
            is_here = self._is_here(name, counter, seen.heads.get(name), connection)
            if not is_here:
                return is_here
        return self._has_acts(seen, connection)

    def _is_here(self, name: str, counter: Counter, told: str | None, connection: Connection | None) -> bool | None:
        if told is None or told == head_of(counter.position, counter.head):
            return True
        head = told_head(told)
        links = self._links.get(name)
        if head is not None and links is not None and head[0] <= counter.position and links.at(head[0]) == head[1]:
            return True
        return None if connection is None else has_head(connection, name, told)

    def _has_acts(self, seen: Seen, connection: Connection | None) -> bool | None:
        mine = (seen.device, seen.epoch)
        if seen.acknowledged <= self._acts.get(mine, 0):
            return True
        if connection is None:
            return None
        where = (device_heads.c.device == seen.device, device_heads.c.epoch == seen.epoch)
        reached = connection.execute(select(device_heads.c.seq).where(*where)).scalar() or 0
        if reached:
            self._know(mine, reached)
        return seen.acknowledged <= reached

    def _know(self, mine: tuple[str, str], seq: int) -> None:
        if len(self._acts) >= MOST_DEVICES and mine not in self._acts:
            self._acts = {}
        self._acts[mine] = seq

    def follow(self, connection: Connection, counters: Counters) -> bool:
        """Go on to these counters; gives False where they are not of the history that was known until now."""
        goes_on = counters.server_epoch == self._epoch and all(
            self._goes_on(connection, name, counters.streams.get(name)) for name in self._counters
        )
        if not goes_on:
            self._links, self._acts = {}, {}
        self._epoch, self._counters = counters.server_epoch, counters.streams
        for name, counter in counters.streams.items():
            self._links.setdefault(name, Links(counter.position, counter.head))
        self.check_again(connection)
        return goes_on

    def _goes_on(self, connection: Connection, name: str, now: Counter | None) -> bool:
        """Whether a stream is where it was or has grown since; what it has grown by is known afterwards."""
        before, links = self._counters[name], self._links[name]
        if now is None or now.position < before.position:
            return False
        if now == before:
            return True
        last, link = links.last
        entries = [_Entry._make(row) for row in fly(connection, _NEWEST.asks(name, last, MOST_LINKS))[0]][::-1]
        if len(entries) == MOST_LINKS:
            self._links[name] = Links(entries[0].position, entries[0].row_hash)
            return has_head(connection, name, head_of(last, link))
        if (entries[0].previous_row if entries else now.head) != link:
            return False
        self._links[name] = links.and_then([(entry.position, entry.row_hash) for entry in entries])
        for entry in entries:
            if entry.seq > self._acts.get((entry.device, entry.epoch), 0):
                self._know((entry.device, entry.epoch), entry.seq)
        return True

    def check_again(self, connection: Connection) -> None:
        """From time to time, look again how far the acts of all known devices have come."""
        now = self._monotonic()
        if now - self._checked_at < CHECKED_S:
            return
        self._checked_at = now
        names = {device for device, _epoch in self._acts}
        found = rows_with(connection, device_heads, device_heads.c.device, names)
        self._acts = {(row.device, row.epoch): row.seq for row in found}
