"""The change feed for many devices: it is read once for all that ask, and most answers come from memory.

What is in memory is never the last word against a device. One that says something unknown here (a position further on,
another entry of the log, more acts) is answered from the database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.messages import Seen
from scantrail.server.database.engine import Database
from scantrail.server.ledger.counters import Counters, read_counters
from scantrail.server.ledger.feed import PAGE
from scantrail.server.ledger.histories import Histories
from scantrail.server.ledger.kept_feed import KeptFeed, Room, Streams, kept_rows
from scantrail.server.ledger.log import head_of
from scantrail.server.ledger.pages import Page, Text, page_of
from scantrail.server.ledger.segments import KeptStream

_LOGGER = logging.getLogger(__name__)

FRESH_S = 0.2
"""So long the counters count as read now: news are at most so much later, and so rarely does a process ask for them."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for what is new."""

    seen: Seen
    site: SiteId
    limit: int = PAGE
    """Rows at the most."""
    is_leaving: bool = False
    """Whether it was revoked: it is told nothing, and left to ask again and hear why."""
    pause_s: int = 0
    """When it is to ask again; see `Changes`."""


class Look(NamedTuple):
    """What a look at the database has found."""

    counters: Counters
    pages: Sequence[Page]
    """One for each who asked."""


class SharedFeed:
    """One for a process. `page` may be called while another thread is in `read`."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._known: _Known | None = None
        self._histories = Histories(monotonic)
        self._kept = KeptFeed()

    @property
    def counters(self) -> Counters | None:
        """The counters, if they were read a moment ago."""
        known = self._known
        return known.counters if known is not None and self._is_fresh(known) else None

    def _is_fresh(self, known: _Known) -> bool:
        return self._monotonic() - known.read_at < FRESH_S

    def page(self, ask: Ask) -> Page | None:
        """The next page from memory; None where the database has to be looked at."""
        known = self._known
        if known is None or not self._is_fresh(known):
            return None
        if not (ask.is_leaving or self._histories.has(known.counters, ask.seen, None)):
            return None
        found = _next_page(known.counters, known.streams, ask)
        return None if isinstance(found, _Gap) else found

    def read(self, asks: Sequence[Ask]) -> Look:
        """Look at the database, once for all of these, and answer them as it is now.

        Raises:
            DBAPIError: the database does not answer.
        """
        with self._reading, self._database.reading() as connection:
            began = self._monotonic()
            counters = read_counters(connection)
            if not self._histories.follow(connection, counters):
                self._kept.forget()
            ends = {name: counter.position for name, counter in counters.streams.items()}
            self._kept.lengthen(connection, ends)
            pages = [self._read_page(connection, counters, ask) for ask in asks]
            self._kept.trim(ends)
            self._known = _Known(began, counters, self._kept.streams)
        return Look(counters, pages)

    def _read_page(self, connection: Connection, counters: Counters, ask: Ask) -> Page:
        if not (ask.is_leaving or self._histories.has(counters, ask.seen, connection)):
            _LOGGER.warning("A device has followed a history that this database lacks: was a backup put back?")
            return page_of(counters.server_epoch, {}, (), more=False, heads={})
        while isinstance(found := _next_page(counters, self._kept.streams, ask), _Gap):
            self._kept.fill(connection, found.stream, found.after, counters.streams[found.stream].position)
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read, and when. None of it is ever changed."""

    read_at: float
    counters: Counters
    streams: Streams


@dataclass(frozen=True, slots=True)
class _Gap:
    """Rows that are not in memory: those of a stream after a position."""

    stream: str
    after: int


def _next_page(counters: Counters, streams: Streams, ask: Ask) -> Page | _Gap:
    """The rows after what was seen, stream by stream, until the page is full."""
    if ask.is_leaving:
        return page_of(counters.server_epoch, ask.seen.cursor, (), more=True, heads={})
    room, texts, reached = Room(ask.limit), list[Text](), dict[str, int]()
    for name, counter in counters.streams.items():
        after = ask.seen.cursor.get(name, 0)
        if after >= counter.position:
            reached[name] = counter.position  # a device that is further on learns that this server was put back
            continue
        found, reached[name] = kept_rows(streams.get(name, KeptStream()), after, counter.position, room, ask.site)
        if reached[name] < counter.position and not room.is_full:
            return _Gap(name, reached[name])
        texts += found
    more = any(reached[name] < counter.position for name, counter in counters.streams.items())
    heads = {name: head_of(counter.position, counter.head) for name, counter in counters.streams.items()}
    return page_of(counters.server_epoch, reached, texts, more=more, heads=heads, pause_s=ask.pause_s)
