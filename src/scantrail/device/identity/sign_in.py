"""Signing in: the server verifies badge and PIN; without it, this device does, by what it kept from the last time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scantrail.device.clock import Clock
from scantrail.device.store import DeviceStore, Verifier
from scantrail.device.transport import Offline, Refused
from scantrail.domain.acts.act import Times, effective_at
from scantrail.domain.people.worker import Worker
from scantrail.protocol.messages import SignInAnswer, SignInRequest
from scantrail.words import M, Message, say

FREE_TRIES = 3
"""Wrong PINs in a row before there is a delay; it doubles from 5 s with each further one."""
LONGEST_DELAY_S = 900.0
LOCKED_AFTER = 10
"""Wrong PINs in a row after which only the server can let a worker in again."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The sizes OWASP recommends for small machines."""


class SignInRefused(Exception):
    """Nobody is signed in; the text says why and what to do."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A worker whose PIN was right."""

    worker: Worker
    offline: bool
    """Whether this device verified it by itself."""


class Verifying(Protocol):
    """The server, as far as a sign-in needs it."""

    async def sign_in(self, request: SignInRequest) -> SignInAnswer:
        """Verify a badge and a PIN."""


class SignIn:
    """Signs workers in on this device."""

    def __init__(self, store: DeviceStore, server: Verifying, clock: Clock) -> None:
        self._store = store
        self._server = server
        self._clock = clock

    async def sign_in(self, badge: str, pin: str) -> SignedIn:
        """Verify a badge and a PIN: by the server where it can be reached, else by this device.

        Raises:
            SignInRefused: not signed in, with what to do.
        """
        badge = badge.strip()
        if not (badge + pin).isprintable():
            raise SignInRefused(M("That is no badge or no PIN. Scan the badge again."))
        self._must_not_wait(badge)
        try:
            answer = await self._server.sign_in(SignInRequest(badge, pin))
        except Offline:
            return await self._alone(badge, pin)
        except Refused as refused:
            await self._refused(badge, pin, refused)
            raise SignInRefused(refused.problem.detail or refused.problem.title) from refused
        return await self._welcome(badge, pin, answer)

    def _must_not_wait(self, badge: str) -> None:
        failures = self._store.keeping.failures(badge)
        left = delay_s(failures.count) - self._seconds_since(failures.last) if failures else 0.0
        if left > 0:
            raise SignInRefused(M("Too many wrong PINs. Wait {seconds} s, then try again.", seconds=ceil(left)))

    def _seconds_since(self, then: Times) -> float:
        """An age that turning the clock cannot shorten within one run of the monotonic clock."""
        now = self._clock.now()
        return max(0.0, (now.wall - effective_at(then, now, now.wall)).total_seconds())

    async def _welcome(self, badge: str, pin: str, answer: SignInAnswer) -> SignedIn:
        worker = self._store.worker(answer.worker)
        if worker is None:
            raise SignInRefused(M("Your record has not reached this device yet. Wait a moment, then sign in again."))
        made = await asyncio.to_thread(_HASHER.hash, pin)
        self._store.keeping.put_verifier(Verifier(worker.id, made, self._clock.now().wall, answer.valid_until))
        self._store.keeping.drop_failures(badge)
        return SignedIn(worker, offline=False)

    async def _refused(self, badge: str, pin: str, refused: Refused) -> None:
        """A wrong PIN counts; one that was right here and is not any more must not work offline either."""
        if refused.problem.code != "wrong_pin":
            return
        worker = self._store.worker_called(badge)
        verifier = self._store.keeping.verifier(worker.id) if worker else None
        if verifier is not None and await asyncio.to_thread(_matches, verifier, pin):
            self._store.keeping.drop_verifier(verifier.worker)
        self._count(badge)

    async def _alone(self, badge: str, pin: str) -> SignedIn:
        worker = self._store.worker_called(badge)
        failures = self._store.keeping.failures(badge)
        if failures and failures.count >= LOCKED_AFTER:
            raise SignInRefused(M("This badge is locked on this device. Sign in while online, or ask a supervisor."))
        verifier = self._store.keeping.verifier(worker.id) if worker and worker.active else None
        if worker is None or verifier is None:
            raise SignInRefused(M("There is no network, and you have not signed in here before. {once}", once=_ONCE))
        now = self._clock.now().wall
        if now >= verifier.valid_until or now < verifier.made - CLOCK_SLACK:
            raise SignInRefused(M("There is no network, and your last sign-in here has run out. {once}", once=_ONCE))
        if not await asyncio.to_thread(_matches, verifier, pin):
            self._count(badge)
            raise SignInRefused(M("The PIN is not right. Try again."))
        self._store.keeping.drop_failures(badge)
        return SignedIn(worker, offline=True)

    def _count(self, badge: str) -> None:
        failures = self._store.keeping.failures(badge)
        self._store.keeping.put_failures(badge, (failures.count if failures else 0) + 1, self._clock.now())


_ONCE = M("Sign in once while online on this device.")

CLOCK_SLACK = timedelta(minutes=5)
"""A clock set back further than this does not prolong a shift."""


def delay_s(failures: int) -> float:
    """Seconds to wait after so many wrong PINs in a row."""
    if failures < FREE_TRIES:
        return 0.0
    return min(LONGEST_DELAY_S, 5.0 * 2.0 ** min(failures - FREE_TRIES, 20))


def _matches(verifier: Verifier, pin: str) -> bool:
    try:
        return _HASHER.verify(verifier.argon2, pin)
    except (VerificationError, InvalidHashError):
        return False
