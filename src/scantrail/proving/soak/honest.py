"""Honest handhelds: they pick, poll and come again when they are told to, and note how each request went."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scantrail.domain.acts.act import Draft
from scantrail.protocol.messages import Push
from scantrail.proving.load.handhelds import RETRY_S, Hand
from scantrail.proving.load.journals import Journal
from scantrail.proving.load.lines import Answer, Line
from scantrail.proving.load.warehouse import LIST_LENGTH, Work

POLL_S = 5.0
"""Between two polls of a handheld, give or take a fifth: what a person is promised."""

GIVES_UP_S = 120.0
"""Nobody waits longer for an answer; a server that never gives one would stop the soak."""


@dataclass(slots=True)
class Told:
    """What honest handhelds were answered."""

    pushes: int = 0
    polls: int = 0
    again: Counter[int] = field(default_factory=Counter)
    """By status, answers that asked to come again; 0 for a line that broke."""
    late: int = 0
    """Requests that were answered only after the next attack but one."""
    longest_s: float = 0.0
    """From a request's first try to its answer. Shown, never judged: it is the machine's."""
    faults: list[str] = field(default_factory=list)
    """What must never be, in words."""


class Honest:
    """One of them."""

    def __init__(self, hand: Hand, port: int, picks: int, waves: Callable[[], int], told: Told) -> None:
        self.hand = hand
        self.picked = 0
        self.acts = 0
        """In the server's log, by its own word."""
        self._sending: tuple[Push, Journal] | None = None
        """What has not been taken yet, with the journal after it."""
        self._line = Line(port, hand.token)
        self._picks = picks
        self._waves = waves
        self._told = told
        self._chance = random.Random(hand.handheld.number)  # noqa: S311 - reason: spreads the load, guards nothing

    async def works(self, every_s: float, poll_s: float, over: asyncio.Event) -> None:
        """Pick a unit now and then, and poll meanwhile, until it is over."""
        await asyncio.sleep(self._chance.random() * every_s)
        due = time.monotonic()
        while not over.is_set():
            if time.monotonic() >= due:
                due = time.monotonic() + every_s
                await self._answered(self._pushes)
                self._told.pushes += 1
            await self._answered(self._polls)
            self._told.polls += 1
            await asyncio.sleep(poll_s * self._chance.uniform(0.8, 1.2))
        self._line.close()

    async def _answered(self, ask: Callable[[], Awaitable[bool]]) -> None:
        """Ask until it is answered, and note whether that came in time."""
        wave, started = self._waves(), time.monotonic()
        try:
            async with asyncio.timeout(GIVES_UP_S):
                while not await ask():  # noqa: ASYNC110 - reason: what a handheld does when it is told to come again
                    await asyncio.sleep(RETRY_S)
        except TimeoutError:
            self._line.close()
            self._told.faults.append(f"{self.hand.handheld.device} was not answered within {GIVES_UP_S:.0f} s.")
        self._told.longest_s = max(self._told.longest_s, time.monotonic() - started)
        if self._waves() > wave + 2:
            self._told.late += 1

    async def _polls(self) -> bool:
        answer = await self._line.poll(self.hand.seen)
        while self._took(answer) and answer.more:
            answer = await self._line.poll(self.hand.seen)
        return answer.status == 200

    async def _pushes(self) -> bool:
        """Send what is recorded, and the very same again until it is taken: a line may break after that."""
        if self._sending is None:
            drafts = self._drafts()
            if not drafts:
                return True
            hand = self.hand
            self._sending = hand.journal.push(drafts, hand.seen, lambda message: hand.key.sign(message).hex())
        push, journal = self._sending
        answer = await self._line.push(push)
        if not self._took(answer):
            return False
        if answer.applied + answer.body.count(b'"outcome":"duplicate"') != len(push.acts):
            self._told.faults.append(f"{push.device}: not all of acts {push.first_seq}… applied: {answer.body[:200]!r}")
        self.hand.journal, self._sending = journal, None
        self.acts += len(push.acts)
        self.picked += 1
        return True

    def _drafts(self) -> list[Draft]:
        """What is recorded next: signing in first, taking a list before its first unit."""
        if self.picked >= self._picks:
            return []
        handheld = self.hand.handheld
        signing_in = [] if self.hand.journal.seq else [self.hand.journal.signing_in()]
        is_first = self.picked % LIST_LENGTH == 0
        taking = [handheld.taking(self._picks)[self.picked // LIST_LENGTH]] if is_first else []
        return [*signing_in, *taking, *handheld.drafts(Work.PICK, [self.picked])]

    def _took(self, answer: Answer) -> bool:
        if answer.status == 200:
            self.hand.seen = answer.seen()
            return True
        self._told.again[answer.status] += 1
        if answer.status not in (0, 429, 503):
            self._told.faults.append(f"{self.hand.handheld.device} was answered {answer.status}: {answer.body[:200]!r}")
        return False
