"""Proving who somebody is costs much memory and time on purpose; so few are proved at once, and the others wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import SignInAnswer, SignInRequest
from scantrail.server.http.rates import SIGN_INS, Rates
from scantrail.server.http.requests import database_of, now_of, refused
from scantrail.server.ledger.judging import Device
from scantrail.server.people.sign_in import Wait, WrongPin, sign_in
from scantrail.words import M

AT_ONCE = 2
"""PINs verified at a time by one process; each takes 64 MiB and some 50 ms of a core."""

MOST_WAITING = 16
"""Those beyond are sent away for a moment: a person waits 6 s for the answer."""

RETRY_AFTER_S = 2


class Turns:
    """Whose PIN is verified, and who waits for that. For one event loop: it needs no lock."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._most = at_once + most_waiting
        self._free = asyncio.Semaphore(at_once)
        self._inside = 0

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for a turn, and keep it.

        Raises:
            Refused: 429, too many wait already.
        """
        if self._inside >= self._most:
            detail = M("Many people sign in at this moment. Try again in {seconds} s.", seconds=RETRY_AFTER_S)
            raise refused(429, "wait", detail, retry_after=RETRY_AFTER_S)
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1


async def proved(request: Request, device: Device, wanted: SignInRequest) -> SignInAnswer:
    """Verify a worker's badge and PIN.

    Raises:
        Refused: 403, they do not belong to a worker of the device's site; 429, too many were tried.
    """
    rates: Rates = request.app.state.rates
    wait_s = rates.wait_s(device.id, SIGN_INS)
    if wait_s:
        raise _too_many(wait_s)
    turns: Turns = request.app.state.turns
    try:
        async with turns.taken():
            outcome = await run_in_threadpool(
                sign_in, database_of(request), device.id, device.site, wanted, now_of(request)
            )
    except WrongPin as error:
        detail = M("This badge and PIN do not belong to a worker of this site. Try again, or ask a supervisor.")
        raise refused(403, "wrong_pin", detail) from error
    if isinstance(outcome, Wait):
        raise _too_many(outcome.seconds)
    return outcome


def _too_many(seconds: int) -> Exception:
    detail = M("Too many wrong PINs. Wait {seconds} s, then try again.", seconds=seconds)
    return refused(429, "wait", detail, retry_after=seconds)
