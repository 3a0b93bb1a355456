"""Stretches of the change feed as they are kept in memory: rows as JSON text, written once for a site's devices."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from scantrail.domain.acts.kinds import Thing
from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.messages import Row
from scantrail.protocol.rows import UNTOLD_ELSEWHERE, whole_at
from scantrail.server.ledger.feed import row_for
from scantrail.server.ledger.pages import Text

SEGMENT_ROWS = 200
"""Rows of one stretch at the most: what is packed once, and what is written again when a row has moved on."""

SEGMENT_BYTES = 250_000
"""Bytes of its rows at the most, but for a single larger row."""

_ELSEWHERE = ""
"""Stands for every site that is given the same text as most others."""


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A row of a stream as JSON text, in each detail in which the devices of some site hold it."""

    position: int
    """Where it stands in its stream."""
    thing: Thing
    texts: Mapping[SiteId, bytes]
    """By site; the text for all sites that are not named stands under the empty name, where they are told of it."""

    def text(self, site: SiteId) -> bytes:
        """As the devices of a site hold it; empty where they are not told of it."""
        return self.texts.get(site) or self.texts.get(_ELSEWHERE, b"")

    @property
    def size(self) -> int:
        """Bytes of all its texts."""
        return sum(map(len, self.texts.values()))


def shared_row(stream: str, row: Row) -> SharedRow:
    """A row of a stream, as it is on record."""
    if row.kind in UNTOLD_ELSEWHERE:
        return SharedRow(row.position, (row.kind, row.id), {stream: _text(row_for(stream, stream, row))})
    elsewhere = row_for(_ELSEWHERE, stream, row)
    texts = {_ELSEWHERE: _text(elsewhere)}
    for site in {stream, whole_at(row) or stream}:
        held = row_for(site, stream, row)
        if held != elsewhere:
            texts[site] = _text(held)
    return SharedRow(row.position, (row.kind, row.id), texts)


def _joined(rows: Iterable[SharedRow], site: SiteId) -> bytes:
    return b",".join([text for row in rows if (text := row.text(site))])


def _text(row: Row) -> bytes:
    data = {"kind": row.kind, "id": row.id, "position": row.position, "body": row.body}
    return json.dumps(data, separators=(",", ":")).encode("ascii")


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows of a stretch of a stream: every row that stands there, or a newer one of the same thing further on."""

    start: int
    """The stretch begins after this position …"""
    end: int
    """… and ends with this one."""
    rows: tuple[SharedRow, ...]
    """In order of their positions."""
    size: int
    """Bytes of all texts of its rows."""
    sites: frozenset[SiteId]
    """Those whose devices are given another text of some row than most."""
    _texts: dict[SiteId, Text] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(start: int, end: int, rows: Iterable[SharedRow]) -> Segment:
        """A segment of these rows."""
        kept = tuple(rows)
        sites = frozenset(site for row in kept for site in row.texts)
        return Segment(start, end, kept, sum(row.size for row in kept), sites)

    def text(self, site: SiteId, first: int, last: int) -> Text:
        """Rows `first` to before `last`, parted by commas, as far as the devices of a site are told of them.

        The whole of it is joined and packed once.
        """
        if (first, last) != (0, len(self.rows)):
            return Text(_joined(self.rows[first:last], site))
        name = site if site in self.sites else _ELSEWHERE
        if name not in self._texts:
            self._texts[name] = Text(_joined(self.rows, name), is_shared=True)
        return self._texts[name]

    def first_after(self, position: int) -> int:
        """The index of the first row after a position."""
        return bisect_right(self.rows, position, key=lambda row: row.position)

    def without(self, things: Collection[Thing]) -> Segment:
        """The same stretch without the rows of these things, which stand further on now."""
        return Segment.of(self.start, self.end, (row for row in self.rows if row.thing not in things))


@dataclass(frozen=True, slots=True)
class KeptStream:
    """What is kept of one stream: segments in order that do not overlap, with gaps that nobody has asked for yet."""

    segments: tuple[Segment, ...] = ()

    def at(self, after: int) -> Segment | None:
        """The segment that goes on after a position."""
        at = self._first_beyond(after)
        found = self.segments[at] if at < len(self.segments) else None
        return found if found is not None and found.start <= after else None

    def gap_end(self, after: int, end: int) -> int:
        """How far the gap reaches that begins at a position; `end` is where the stream ends."""
        at = self._first_beyond(after)
        return self.segments[at].start if at < len(self.segments) else end

    def filled(self, start: int, end: int, rows: tuple[SharedRow, ...]) -> KeptStream:
        """With the rows of a stretch that was a gap; they lengthen the segment before them while it is short."""
        at = self._first_beyond(start)
        new = Segment.of(start, end, rows)
        before = self.segments[at - 1] if at else None
        if before is not None and before.end == start and _fit_together(before, new):
            joined = Segment.of(before.start, end, before.rows + rows)
            return KeptStream((*self.segments[: at - 1], joined, *self.segments[at:]))
        return KeptStream((*self.segments[:at], new, *self.segments[at:]))

    def without(self, moved: Mapping[Thing, int]) -> KeptStream:
        """Without the rows of these things, each at the position where it stood before."""
        if not moved:
            return self
        touched: dict[int, set[Thing]] = {}
        for thing, position in moved.items():
            touched.setdefault(self._first_beyond(position - 1), set()).add(thing)
        segments = list(self.segments)
        for at, things in touched.items():
            if at < len(segments):
                segments[at] = segments[at].without(things)
        return replace(self, segments=tuple(segments))

    @property
    def size(self) -> int:
        """Bytes of what is kept."""
        return sum(segment.size for segment in self.segments)

    @property
    def begins(self) -> int:
        """Where the first segment begins."""
        return self.segments[0].start if self.segments else 2**63

    @property
    def reached(self) -> int | None:
        """Where the last segment ends; None where there is none."""
        return self.segments[-1].end if self.segments else None

    def without_first(self) -> tuple[KeptStream, Segment]:
        """Without the first segment, and that one."""
        return KeptStream(self.segments[1:]), self.segments[0]

    def _first_beyond(self, position: int) -> int:
        """The index of the first segment that ends after a position."""
        return bisect_right(self.segments, position, key=lambda segment: segment.end)


def _fit_together(first: Segment, second: Segment) -> bool:
    return len(first.rows) + len(second.rows) <= SEGMENT_ROWS and first.size + second.size <= SEGMENT_BYTES
