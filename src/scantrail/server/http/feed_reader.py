"""Who asks for changes is answered from memory; all that memory cannot answer go to the database together."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from fastapi.concurrency import run_in_threadpool

from scantrail.server.ledger.counters import Counters
from scantrail.server.ledger.pages import Page
from scantrail.server.ledger.shared_feed import Ask, Look, SharedFeed


class _Waiting(NamedTuple):
    """A request that waits for the next look at the database."""

    asks: tuple[Ask, ...]
    answered: asyncio.Future[Look]


class FeedReader:
    """The way to the shared feed for one event loop: one look at a time, each for all that wait when it begins."""

    def __init__(self, feed: SharedFeed) -> None:
        self._feed = feed
        self._waiting: list[_Waiting] = []
        self._looking: asyncio.Task[None] | None = None

    async def counters(self) -> Counters:
        """How far everything is, as it was a moment ago.

        Raises:
            DBAPIError: the database does not answer.
        """
        return self._feed.counters or (await self._look()).counters

    async def page(self, ask: Ask, *, as_of_now: bool = False) -> Page:
        """The next page of changes; `as_of_now` with all that was committed before this call.

        Raises:
            DBAPIError: the database does not answer.
        """
        page = None if as_of_now else self._feed.page(ask)
        return page or (await self._look(ask)).pages[0]

    async def _look(self, *asks: Ask) -> Look:
        answered: asyncio.Future[Look] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(asks, answered))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_for_all())
        return await answered

    async def _look_for_all(self) -> None:
        """Look until nobody waits. A look that fails fails for all it was for: each of them comes again by itself."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                found = await run_in_threadpool(self._feed.read, [ask for each in waiting for ask in each.asks])
            except BaseException as error:
                for each in waiting:
                    if not each.answered.done():
                        each.answered.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            pages = iter(found.pages)
            for each in waiting:
                mine = tuple(next(pages) for _ask in each.asks)
                if not each.answered.done():
                    each.answered.set_result(Look(found.counters, mine))
