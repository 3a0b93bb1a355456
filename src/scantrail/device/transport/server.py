"""The server, from this device: everything it can be asked, over HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

import httpx2

from scantrail.device.transport.answers import (
    LONGEST_S,
    NOT_THE_SERVER,
    SMALL,
    Minute,
    must_be_whole,
    received,
    understood,
)
from scantrail.device.transport.failures import Offline, Refused
from scantrail.device.transport.packing import NOT_PACKED_SO, TAKEN
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.things.photo import Photo
from scantrail.protocol.answers import check
from scantrail.protocol.messages import (
    PROTOCOL,
    Changes,
    EnrolAnswer,
    EnrolRequest,
    LackedPhotos,
    NumbersAnswer,
    NumbersRequest,
    PhotoTaken,
    Push,
    PushAnswer,
    Seen,
    SignInAnswer,
    SignInRequest,
    TokenAnswer,
    TokenRequest,
)
from scantrail.protocol.outbox import WrongAnswer
from scantrail.protocol.snapshot import Snapshot, SnapshotAnswer
from scantrail.words import M, Message

T = TypeVar("T")

TIMEOUTS = httpx2.Timeout(15.0, connect=3.0)
SIGN_IN_S = 6.0
"""A person waits for this one."""
LISTED = 8 * 1024 * 1024
"""Bytes of an answer that lists something, for example a unit's history."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of a page of changes."""
PAGE = 500
"""Rows asked for in one page of changes."""

Transport = httpx2.AsyncBaseTransport


@dataclass(frozen=True, slots=True)
class Health:
    """What a server says of itself."""

    version: str
    protocol: int
    server_epoch: str
    now: datetime | None = None
    """By the server's clock; None from one that does not say."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A request's body as it is, where it is no message."""

    content: bytes
    media_type: str


class Server:
    """The server, from this device. Made without any network; connections are kept until `close`."""

    def __init__(self, url: str, token: str = "", transport: Transport | None = None) -> None:
        self._url = url
        self.token = token
        """Sent with each request."""
        self.renewed: Callable[[str], Awaitable[bool]] | None = None
        """Called with a token that the server does not take; gives whether there is another now."""
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Let the connections go."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def health(self) -> Health:
        """Whether a Scantrail server answers, and which."""
        return await self._ask(Health, "GET", "/v1/health", within=SIGN_IN_S)

    async def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Make this device known, with a single-use code."""
        return await self._ask(EnrolAnswer, "POST", "/v1/enrol", to_plain(request))

    async def next_token(self, request: TokenRequest) -> TokenAnswer:
        """Have a new token known by the server; the device's key has signed the request."""
        data = await self._asked("POST", "/v1/token", to_plain(request), within=SIGN_IN_S)
        return _read(TokenAnswer, data)

    async def leave(self) -> None:
        """Say that this device, which was revoked, has sent everything: its token ends."""
        await self._json("POST", "/v1/left", within=SIGN_IN_S)

    async def sign_in(self, request: SignInRequest) -> SignInAnswer:
        """Have the server verify a badge and a PIN."""
        return await self._ask(SignInAnswer, "POST", "/v1/sign-in", to_plain(request), within=SIGN_IN_S)

    async def push(self, push: Push) -> PushAnswer:
        """Send acts and receive their verdicts."""
        return await self._ask(PushAnswer, "POST", "/v1/push", to_plain(push), most=LARGEST_ANSWER)

    async def changes(self, seen: Seen) -> Changes:
        """The next page of what this device has not seen."""
        query = {"seen": json.dumps(to_plain(seen), sort_keys=True, separators=(",", ":")), "limit": str(PAGE)}
        return await self._ask(Changes, "GET", "/v1/changes", query=query, most=LARGEST_ANSWER)

    async def snapshot(self) -> SnapshotAnswer:
        """Which snapshot there is to begin with."""
        return await self._ask(SnapshotAnswer, "GET", "/v1/snapshot")

    async def snapshot_bytes(self, snapshot: Snapshot, start: int) -> AsyncGenerator[bytes]:
        """A snapshot's bytes from `start` on, as they arrive. How many may come, the caller decides.

        Raises:
            Offline: the line was cut, or is too slow; what has arrived is good.
            Refused: the server has no such snapshot.
        """
        headers = self._headers() | {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
        with self._telling():
            client = await self._open()
            request = client.build_request("GET", f"/v1/snapshot/{snapshot.sha256}", headers=headers)
            response = await client.send(request, stream=True)
            try:
                if response.status_code != 206:
                    understood(response, await received(response, SMALL))
                    raise Offline(NOT_THE_SERVER)
                minute = Minute()
                async for piece in response.aiter_raw():
                    yield piece
                    minute.add(len(piece))
            finally:
                await response.aclose()

    async def numbers(self, ask: NumbersRequest) -> NumbersAnswer:
        """The block of numbers for a turn."""
        return await self._ask(NumbersAnswer, "POST", "/v1/numbers", to_plain(ask))

    async def timeline(self, unit: UnitId) -> dict[str, Any]:
        """A unit and its whole history, as the server's JSON object."""
        return await self._json("GET", f"/v1/units/{unit}/timeline", within=SIGN_IN_S, most=LISTED)

    async def send_photo(self, photo: Photo, content: bytes) -> PhotoTaken:
        """Send a photo's bytes; the same ones again do no harm."""
        taken = await self._ask(PhotoTaken, "PUT", f"/v1/photos/{photo.sha256}", Raw(content, photo.media_type))
        if taken.sha256 != photo.sha256:
            raise Offline(M("The server says that it has another photo than the one that was sent."))
        return taken

    async def lacked_photos(self) -> LackedPhotos:
        """Which photos of this device's acts the server has not got."""
        return await self._ask(LackedPhotos, "GET", "/v1/photos/lacking", most=LISTED)

    async def _ask(self, kind: type[T], method: str, path: str, body: Any = None, **how: Any) -> T:
        return _read(kind, await self._json(method, path, body, **how))

    async def _json(self, method: str, path: str, body: Any = None, **how: Any) -> dict[str, Any]:
        """Ask; where the server does not take this device's token, once more with a new one."""
        token = self.token
        try:
            return await self._asked(method, path, body, **how)
        except Refused as refused:
            is_token = refused.problem.status == HTTPStatus.UNAUTHORIZED
            if not is_token or self.renewed is None or not await self.renewed(token):
                raise
        return await self._asked(method, path, body, **how)

    async def _asked(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        within: float = LONGEST_S,
        most: int = SMALL,
    ) -> dict[str, Any]:
        with self._telling():
            async with asyncio.timeout(within):
                response, content = await self._exchange(method, path, body, query, most)
        must_be_whole(response, content)
        return understood(response, content)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Every failure of the line as `Offline`."""
        try:
            yield
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Offline(M("The server {url} does not answer.", url=self._url)) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, *NOT_PACKED_SO, OSError, ValueError) as error:
            raise Offline(_unreachable(self._url, error)) from error

    def _headers(self) -> dict[str, str]:
        headers = {"Scantrail-Protocol": str(PROTOCOL), "Accept": "application/json", "Accept-Encoding": TAKEN}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    async def _exchange(
        self, method: str, path: str, body: Any, query: dict[str, str] | None, most: int
    ) -> tuple[httpx2.Response, bytes]:
        headers = self._headers()
        content = None
        if isinstance(body, Raw):
            content = body.content
            headers["Content-Type"] = body.media_type
        elif body is not None:
            content = gzip.compress(json.dumps(body, separators=(",", ":")).encode(), compresslevel=3, mtime=0)
            headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        client = await self._open()
        request = client.build_request(method, path, content=content, headers=headers, params=query)
        response = await client.send(request, stream=True)
        try:
            return response, await received(response, most)
        finally:
            await response.aclose()

    async def _open(self) -> httpx2.AsyncClient:
        """The client. Reading the system's certificates takes a moment, which must not stop a scan."""
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._made)
            return self._client

    def _made(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self._url, timeout=TIMEOUTS, transport=self._transport, trust_env=False, follow_redirects=False
        )


def _read(kind: type[T], data: dict[str, Any]) -> T:
    try:
        answer = from_plain(kind, data)
        check(answer)
        return answer
    except (PlainError, WrongAnswer) as error:
        raise Offline(M("The server's answer cannot be read ({why}). One side needs an upgrade.", why=error)) from error


def _unreachable(url: str, error: Exception) -> Message:
    """Why a server cannot be reached, for a person with a handheld; what a technician needs only where it says more."""
    if "CERTIFICATE" in str(error).upper():
        return M("The server {url} has a certificate that this device does not trust: {why}.", url=url, why=str(error))
    if isinstance(error, httpx2.ConnectError):
        return M("The server {url} cannot be reached. Is the network there, and is the server running?", url=url)
    return M("The server {url} cannot be reached: {why}.", url=url, why=_why(error))


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
