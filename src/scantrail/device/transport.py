"""Talking to the server over HTTP. Every failure is `Offline` or `Refused`; nothing of the library leaks out."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import httpx2

from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.things.photo import Photo
from scantrail.protocol.answers import LARGEST_NUMBER, LONGEST_TEXT, check
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.protocol.messages import (
    PROTOCOL,
    Changes,
    EnrolAnswer,
    EnrolRequest,
    LackedPhotos,
    NumbersAnswer,
    NumbersRequest,
    PhotoTaken,
    Problem,
    Push,
    PushAnswer,
    Seen,
    SignInAnswer,
    SignInRequest,
)
from scantrail.protocol.outbox import WrongAnswer
from scantrail.protocol.snapshot import Snapshot, SnapshotAnswer
from scantrail.words import M, Message, say

T = TypeVar("T")

TIMEOUTS = httpx2.Timeout(15.0, connect=3.0)
LONGEST_S = 60.0
"""A whole exchange at the most, however slowly its bytes trickle."""
SIGN_IN_S = 6.0
"""A person waits for this one."""
SMALL = 64 * 1024
"""Bytes of an answer that says little, as sent and unpacked."""
LISTED = 8 * 1024 * 1024
"""Bytes of an answer that lists something, for example a unit's history."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of a page of changes."""
MOST_VALUES = 2_000_000
"""Values in one answer: small ones take far more room in memory than on the line."""
DEEPEST = 50
"""Objects and lists within each other."""
SLOWEST = 64 * 1024
"""Bytes of a snapshot that a minute must bring; with less, the next try may find a better line."""
PAGE = 500
"""Rows asked for in one page of changes."""

Transport = httpx2.AsyncBaseTransport


class Offline(Exception):
    """The server cannot be reached, or what answers is not the server."""

    def __init__(self, reason: Message, asked_pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """One sentence for people."""
        self.asked_pause = asked_pause
        """Seconds the server asks to wait."""

    def __str__(self) -> str:
        return say(self.reason)


class Refused(Exception):
    """The server understood, and said no."""

    def __init__(self, problem: Problem, asked_pause: float | None = None, expected_seq: int | None = None) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem
        self.asked_pause = asked_pause
        """Seconds the server asks to wait."""
        self.expected_seq = expected_seq
        """For a push that does not follow on what the server has: the act it wants next."""


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
        self._token = token
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
                    _understood(response, await _received(response, SMALL))
                    raise Offline(_NOT_THE_SERVER)
                minute = _Minute()
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
        data = await self._json(method, path, body, **how)
        try:
            answer = from_plain(kind, data)
            check(answer)
            return answer
        except (PlainError, WrongAnswer) as error:
            raise Offline(
                M("The server's answer cannot be read ({why}). One side needs an upgrade.", why=error)
            ) from error

    async def _json(
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
        _must_be_whole(response, content)
        return _understood(response, content)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Every failure of the line as `Offline`."""
        try:
            yield
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Offline(M("The server {url} does not answer.", url=self._url)) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, zlib.error, OSError, ValueError) as error:
            raise Offline(_unreachable(self._url, error)) from error

    def _headers(self) -> dict[str, str]:
        headers = {"Scantrail-Protocol": str(PROTOCOL), "Accept": "application/json", "Accept-Encoding": "gzip"}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})

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
            return response, await _received(response, most)
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


_NOT_THE_SERVER = M("Something else than the Scantrail server answers: perhaps the network asks for a sign-in page.")
_OUT_OF_ORDER = "The server is busy or out of order ({status})."


_TOO_LARGE = M("The server's answer is larger than any that this device asks for. Nothing of it was taken.")


async def _received(response: httpx2.Response, most: int) -> bytes:
    """An answer's bytes, at most so many, as sent and unpacked.

    They are unpacked here, since a few bytes may stand for gigabytes: those are never made.

    Raises:
        Offline: there are more, or they are packed in a way that was not asked for.
    """
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise Offline(_NOT_THE_SERVER)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packing == "gzip" else None
    received, sent = bytearray(), 0
    async for piece in response.aiter_raw():
        sent += len(piece)
        received += unpacker.decompress(piece, most + 1 - len(received)) if unpacker else piece
        if max(sent, len(received)) > most:
            raise Offline(_TOO_LARGE)
    if unpacker and not unpacker.eof:
        raise Offline(M("The server's answer was cut short."))
    return bytes(received)


class _Minute:
    """Watches that a long answer makes progress: one that trickles would hold a device for days."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._arrived = 0

    def add(self, count: int) -> None:
        """So many more bytes have come.

        Raises:
            Offline: too few in a minute.
        """
        self._arrived += count
        now = time.monotonic()
        if now - self._began < LONGEST_S:
            return
        if self._arrived < SLOWEST:
            raise Offline(M("The day's file comes too slowly over this network. It goes on from there."))
        self._began, self._arrived = now, 0


def _must_be_whole(response: httpx2.Response, content: bytes) -> None:
    """An answer that says yes has its digest; a refusal may come from what stands in front of the server.

    Raises:
        Offline: it was changed on the way, or is no answer of the server.
    """
    told = response.headers.get(HEADER)
    if told is None and response.is_success:
        raise Offline(_NOT_THE_SERVER)
    if told is not None and told != digest_of(response.request.url.query, content):
        raise Offline(M("The server's answer was changed on the way."))


def _understood(response: httpx2.Response, content: bytes) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        Offline: it is no answer of the server, or the server is out of order.
        Refused: the server said no.
    """
    asked_pause = _seconds(response.headers.get("Retry-After", ""))
    if response.status_code >= 500:
        raise Offline(M(_OUT_OF_ORDER, status=response.status_code), asked_pause)
    data = _parsed(content)
    if not isinstance(data, dict) or 300 <= response.status_code < 400:
        raise Offline(_NOT_THE_SERVER)
    if response.is_success:
        return data
    raise _refused(response.status_code, data, asked_pause)


def _parsed(content: bytes) -> Any:
    """Raises `Offline` where it is no JSON, or more of it than any answer has."""
    if content.count(b",") + content.count(b"[") + content.count(b"{") > MOST_VALUES:
        raise Offline(_TOO_LARGE)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Offline(_NOT_THE_SERVER) from error
    level = [data] if isinstance(data, (dict, list)) else []
    for _depth in range(DEEPEST):
        inner = (each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer))
        level = [each for each in inner if isinstance(each, (dict, list))]
    if level:
        raise Offline(_NOT_THE_SERVER)
    return data


def _refused(status: int, data: dict[str, Any], asked_pause: float | None) -> Refused | Offline:
    try:
        problem = from_plain(Problem, {"detail": "", **data, "status": status})
    except PlainError:
        return Offline(_NOT_THE_SERVER, asked_pause)
    problem = replace(problem, title=_sentence(problem.title), detail=_sentence(problem.detail))
    expected = data.get("expected_seq")
    is_seq = type(expected) is int and 0 <= expected <= LARGEST_NUMBER
    return Refused(problem, asked_pause, expected if is_seq else None)


def _sentence(text: str) -> str:
    """The server's words as they can be kept and shown: half a character is none, and nobody reads a page."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _unreachable(url: str, error: Exception) -> Message:
    """Why a server cannot be reached, for a person with a handheld; what a technician needs only where it says more."""
    if "CERTIFICATE" in str(error).upper():
        return M("The server {url} has a certificate that this device does not trust: {why}.", url=url, why=str(error))
    if isinstance(error, httpx2.ConnectError):
        return M("The server {url} cannot be reached. Is the network there, and is the server running?", url=url)
    return M("The server {url} cannot be reached: {why}.", url=url, why=_why(error))


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
