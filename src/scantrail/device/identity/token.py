"""This device's token: a new one before it ends, and one for the key where the server takes it no more."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from scantrail.device.clock import Clock
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.transport import Offline, Refused
from scantrail.protocol.messages import Problem, TokenAnswer, TokenRequest
from scantrail.protocol.tokens import BYTES, RENEWED_AFTER, hash_of, token_signed_bytes
from scantrail.words import M

PAUSE = timedelta(hours=1)
"""Before a new token is asked for again that is not needed yet."""

REFUSED_FOR = timedelta(minutes=1)
"""So long a refusal stands, for each request that meets it."""

CLOCK_SLACK = timedelta(days=1)
"""A clock that says it is longer than this before the token came was set: how old the token is, is not known."""


class TokenPeer(Protocol):
    """The server, as far as tokens need it."""

    token: str
    """Sent with each request."""
    renewed: Callable[[str], Awaitable[bool]] | None

    async def next_token(self, request: TokenRequest) -> TokenAnswer:
        """Have a token known by the server."""


class DeviceToken:
    """Keeps requests to the server with a token that is good.

    A token is on the disk before the server hears of it, and again, as the present one, before it is first used: that
    use ends the one before. Only the process that holds the device's store may do this, with keys that it has read
    since then: two that write them would look like two copies of the device.
    """

    def __init__(self, folder: Path, keys: DeviceKeys, device: str, server: TokenPeer, clock: Clock) -> None:
        self._folder = folder
        self._keys = keys
        self._device = device
        self._server = server
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._not_before = ("", 0)
        self._refused: tuple[Problem, str, int] | None = None
        """The last refusal, and by the clock's run until when it stands."""
        server.renewed = self.proved

    async def refresh(self) -> None:
        """Ask for the next token if the present one is old. Without it the device works on, and asks again later."""
        if not self._is_old() or self._is_before(*self._not_before):
            return
        async with self._one_at_a_time:
            self._not_before = self._in(PAUSE)
            with suppress(Offline, Refused):
                await self._renew()

    async def proved(self, refused_token: str) -> bool:
        """The server takes a token no more; gives whether there is another to ask with.

        Raises:
            Offline: no new one can be got or kept now.
            Refused: the server gives none; the problem says why.
        """
        async with self._one_at_a_time:
            if self._server.token != refused_token:
                return True
            if self._refused is not None and self._is_before(*self._refused[1:]):
                raise Refused(self._refused[0])
            try:
                await self._renew()
            except Refused as refused:
                if refused.problem.status in _NO_SUCH_DOOR:
                    return False
                self._refused = (refused.problem, *self._in(REFUSED_FOR))
                raise
            return True

    async def _renew(self) -> None:
        drawn = replace(self._keys, following=self._keys.following or secrets.token_urlsafe(BYTES))
        self._keep(drawn)
        turn, token_hash = drawn.turn + 1, hash_of(drawn.following)
        signature = drawn.sign(token_signed_bytes(self._device, turn, token_hash))
        answer = await self._server.next_token(TokenRequest(self._device, turn, token_hash, signature))
        now = self._clock.now().wall
        self._keep(replace(drawn, token=drawn.following, turn=turn, until=answer.until, since=now, following=""))
        self._server.token = self._keys.token
        self._refused = None

    def _keep(self, keys: DeviceKeys) -> None:
        if keys == self._keys:
            return
        try:
            keys.save(self._folder)
        except OSError as error:
            why = error.strerror or str(error)
            raise Offline(M("This device cannot keep a new token for the server ({why}).", why=why)) from error
        self._keys = keys

    def _is_old(self) -> bool:
        since, now = self._keys.since, self._clock.now().wall
        return since is None or not -CLOCK_SLACK <= now - since < RENEWED_AFTER

    def _in(self, pause: timedelta) -> tuple[str, int]:
        now = self._clock.now()
        return now.boot, now.mono_ms + int(pause.total_seconds() * 1000)

    def _is_before(self, boot: str, mono_ms: int) -> bool:
        now = self._clock.now()
        return now.boot == boot and now.mono_ms < mono_ms


_NO_SUCH_DOOR = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
"""What an older server answers, whose tokens do not end."""
