"""The part of the change feed that a process keeps: filled where somebody asks; for lack of room the oldest goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from scantrail.domain.acts.kinds import Thing
from scantrail.domain.names.identifiers import SiteId
from scantrail.server.database.sets import chunks
from scantrail.server.ledger.feed import PAGE_BYTES, entries_after, whole_rows
from scantrail.server.ledger.pages import Text
from scantrail.server.ledger.segments import SEGMENT_ROWS, KeptStream, SharedRow, shared_row

MOST_BYTES = 32_000_000
"""Bytes of rows that a process keeps. They take some four times that, with what is joined and packed of them."""

MOST_SEGMENTS = 2_000
"""Segments that a process keeps, also of those that have few rows left."""

_AT_ONCE = 50
"""Rows read at once: large ones are not all read for nothing."""


Streams = Mapping[str, KeptStream]
"""What is kept, by stream."""


class KeptFeed:
    """All streams. One thread fills them; `streams` at any moment stays as it is and may be read by others."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_segments: int = MOST_SEGMENTS) -> None:
        self._most_bytes = most_bytes
        self._most_segments = most_segments
        self.streams: Streams = {}
        self._stands_at: dict[tuple[str, Thing], int] = {}
        """Where the kept row of a thing stands."""

    def forget(self) -> None:
        """Another history: nothing of it is true any more."""
        self.streams, self._stands_at = {}, {}

    def fill(self, connection: Connection, name: str, after: int, end: int) -> None:
        """Read the rows that begin the gap after a position; `end` is where the stream ends."""
        kept = self.streams.get(name, KeptStream())
        upto = kept.gap_end(after, end)
        entries = [each for each in entries_after(connection, name, after, SEGMENT_ROWS) if each.position <= upto]
        rows: list[SharedRow] = []
        for part in chunks(entries, _AT_ONCE):
            rows += (shared_row(name, row) for row in whole_rows(connection, part))
            if sum(row.size for row in rows) > PAGE_BYTES:
                break
        is_whole = len(rows) == len(entries) < SEGMENT_ROWS
        reached = upto if is_whole else rows[-1].position
        filled = kept.without(self._moved(name, rows)).filled(after, reached, tuple(rows))
        self.streams = {**self.streams, name: filled}

    def lengthen(self, connection: Connection, ends: Mapping[str, int]) -> None:
        """Read what has come at the end of the streams since, as far as it fits one segment: most ask for that."""
        for name, end in ends.items():
            reached = self.streams.get(name, KeptStream()).reached
            if reached is not None and reached < end:
                self.fill(connection, name, reached, end)

    def _moved(self, name: str, rows: Iterable[SharedRow]) -> Mapping[Thing, int]:
        """Where the older rows of the same things stand, which nobody needs any more."""
        moved: dict[Thing, int] = {}
        for row in rows:
            stood_at = self._stands_at.get((name, row.thing))
            if stood_at is not None:
                moved[row.thing] = stood_at
            self._stands_at[name, row.thing] = row.position
        return moved

    def trim(self, ends: Mapping[str, int]) -> None:
        """Give up what lies furthest back of the present ends of the streams, until the rest has room."""
        size = sum(kept.size for kept in self.streams.values())
        count = sum(len(kept.segments) for kept in self.streams.values())
        streams = dict(self.streams)
        while size > self._most_bytes or count > self._most_segments:
            name = max(streams, key=lambda each: ends.get(each, 0) - streams[each].begins)
            streams[name], given_up = streams[name].without_first()
            size, count = size - given_up.size, count - 1
            for row in given_up.rows:
                self._stands_at.pop((name, row.thing), None)
        self.streams = streams


MOST_UNTOLD = 5_000
"""Rows that a page passes over at the most, since the asking device is not told of them. It asks again from there:
nobody waits while thousands of rows are read of which nothing is told."""


class Room:
    """How much more fits a page: rows and bytes; a single row goes however large it is."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._bytes = PAGE_BYTES
        self._untold = MOST_UNTOLD
        self._is_empty = True
        self.is_full = False

    def take(self, rows: tuple[SharedRow, ...], first: int, site: SiteId) -> int:
        """Put the rows from `first` on into the page; gives the index of the first that does not fit."""
        for at in range(first, len(rows)):
            size = len(rows[at].text(site))
            if not size:
                self._untold -= 1
            elif self._rows == 0 or (size > self._bytes and not self._is_empty):
                self.is_full = True
                return at
            else:
                self._rows -= 1
                self._bytes -= size
                self._is_empty = False
            if not self._untold:
                self.is_full = True
                return at + 1
        return len(rows)

    @property
    def has_passed_over_too_many(self) -> bool:
        """Whether it is full only because so many rows were passed over."""
        return not self._untold


def kept_rows(kept: KeptStream, after: int, end: int, room: Room, site: SiteId) -> tuple[list[Text], int]:
    """The rows after a position, as many as are kept without a gap and fit; and the position that they reach."""
    texts: list[Text] = []
    told = after
    while after < end and not room.is_full and (segment := kept.at(after)) is not None:
        first = segment.first_after(after)
        last = room.take(segment.rows, first, site)
        if last > first and (text := segment.text(site, first, last)).plain:
            texts.append(text)
        passed = segment.rows[first:last]
        told = next((row.position for row in reversed(passed) if row.text(site)), told)
        if room.has_passed_over_too_many:
            return texts, passed[-1].position
        if last < len(segment.rows):
            return texts, told
        after = segment.end
    return texts, after
