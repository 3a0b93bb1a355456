"""What every router shares: who asks, the message in the body, and refusals as problems (RFC 9457).

A problem's `detail` is a sentence for the person at the device; its `code` is for the device.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.protocol.fields import Text, fault_in
from scantrail.protocol.limits import Size, TooLarge, check_json
from scantrail.protocol.messages import REVOKED, Problem
from scantrail.protocol.tokens import ENDED
from scantrail.server.database.bodies import to_body
from scantrail.server.database.engine import Database
from scantrail.server.devices.keys import Holder, holder_of
from scantrail.server.devices.presence import Presence
from scantrail.server.devices.renewal import take_up
from scantrail.server.devices.tokens import Tokens
from scantrail.server.http.feed_reader import FeedReader
from scantrail.server.http.rates import REQUESTS, Rates
from scantrail.server.ledger.judging import Device
from scantrail.server.ledger.pages import Page
from scantrail.words import M, Message, say

T = TypeVar("T")

SMALL = Size(bytes=16_000, marks=400, depth=6)
"""A request of a few fields, as it is sent and unpacked: an enrolment, a sign-in, a block of numbers."""

QUERY = Size(bytes=60_000, marks=20_000, depth=3)
"""What a device has seen, in the address that it asks for: two entries a site."""

BATCH = Size(bytes=4_000_000, marks=30_000, depth=4)
"""A push, as it is sent and unpacked: a device sends acts of 1 000 000 bytes, and JSON in JSON makes three of one."""

LONGEST_ECHO = 200
"""Characters of what was asked for that an answer repeats."""


class Refused(Exception):
    """A request that is not carried out; becomes an answer of type problem+json."""

    def __init__(self, problem: Problem, retry_after: int | None = None, expected_seq: int | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds to wait before the next try."""
        self.expected_seq = expected_seq
        """The act that the server wants next."""


def refused(status: int, code: str, detail: Message, **more: int) -> Refused:
    """A refusal, with what was wrong and what to do; its title is the status's own words."""
    return Refused(Problem(HTTPStatus(status).phrase, status, say(detail), code), **more)


def problem_answer(_request: Request, error: Exception) -> Response:
    """The answer that a refusal becomes."""
    assert isinstance(error, Refused)
    body = to_plain(error.problem) | ({} if error.expected_seq is None else {"expected_seq": error.expected_seq})
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body), error.problem.status, headers, "application/problem+json")


def database_of(request: Request) -> Database:
    """The server's database."""
    found: Database = request.app.state.database
    return found


def now_of(request: Request) -> datetime:
    """The server's clock."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


def rates_of(request: Request) -> Rates:
    """Who asked how often."""
    found: Rates = request.app.state.rates
    return found


def presence_of(request: Request) -> Presence:
    """Who was heard of when."""
    found: Presence = request.app.state.presence
    return found


def device_of(request: Request) -> Device:
    """The device whose bearer token a request carries, and that is in use.

    Raises:
        Refused: 401, there is none, it has ended, or it is nobody's; 403, it was revoked.
    """
    return _in_use(sender_of(request))


def sender_of(request: Request) -> Device:
    """The device whose bearer token a request carries, and that may send what it has; a revoked one may too.

    Raises:
        Refused: 401, there is none, it has ended, or it is nobody's; 429, it asks too often.
    """
    token, database = _token(request), database_of(request)
    with database.reading() as connection:
        holder = _heard(request, holder_of(connection, token))
    if holder.is_next:
        take_up(database, holder)
    return holder.device


async def asking_device(request: Request) -> Device:
    """The device whose bearer token a request carries, as it was a moment ago, and that is in use.

    For what a device asks every few seconds, and what tells it nothing that it could not have asked a moment ago.

    Raises:
        Refused: 401, there is none, it has ended, or it is nobody's; 403, it was revoked; 429, it asks too often.
    """
    token = _token(request)
    tokens: Tokens = request.app.state.tokens
    version = (await reader_of(request).counters()).devices
    found = tokens.remembered(token, version) or await run_in_threadpool(tokens.look_up, token, version)
    holder = _heard(request, found)
    if holder.is_next:
        await run_in_threadpool(take_up, database_of(request), holder)
    return _in_use(holder.device)


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise not_enrolled()
    return token


def _heard(request: Request, holder: Holder | None) -> Holder:
    """Count a request of a device whose token is good, and note that it was heard of."""
    if holder is None:
        raise not_enrolled()
    device, now = holder.device, now_of(request)
    if holder.has_ended(now):
        detail = M(
            "The token of {device} has ended. The device gets a new one by itself; if it does not, upgrade it.",
            device=device.id,
        )
        raise refused(401, ENDED, detail)
    wait_s = rates_of(request).wait_s(device.id, REQUESTS)
    if wait_s:
        detail = M("{device} asks too often. It asks again in {seconds} s.", device=device.id, seconds=wait_s)
        raise refused(429, "wait", detail, retry_after=wait_s)
    presence_of(request).heard(device.id, now)
    return holder


def _in_use(device: Device) -> Device:
    if device.is_leaving:
        raise refused(403, REVOKED, M("{device} was revoked: it takes no more work.", device=device.id))
    return device


def not_enrolled() -> Refused:
    """The refusal of one who is nobody."""
    return refused(401, "not_enrolled", M("This device is not enrolled here, or was revoked. Enrol it again."))


async def body_of(request: Request, limit: int) -> bytes:
    """A request's body, unpacked, in at most so many bytes as they are sent and as many unpacked.

    Raises:
        Refused: 413 too large, 400 not what its encoding says.
    """
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or len(stated) > 9 or int(stated) > limit:
        raise _too_large(limit)
    sent = bytearray()
    async for chunk in request.stream():
        sent += chunk
        if len(sent) > limit:
            raise _too_large(limit)
    if request.headers.get("content-encoding", "") != "gzip":
        return bytes(sent)
    if len(sent) <= SMALL.bytes and limit <= SMALL.bytes:
        return _unpacked(bytes(sent), limit)
    return await run_in_threadpool(_unpacked, bytes(sent), limit)


def _too_large(limit: int) -> Refused:
    return refused(413, "too_large", M("A request like this may have {limit} bytes. Send less at once.", limit=limit))


def _unpacked(sent: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(sent, limit)
    except zlib.error as error:
        raise refused(400, "garbled", M("The body is not gzip as its header says: {why}.", why=error)) from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        detail = M("The body unpacks to more than {limit} bytes, or is cut short.", limit=limit)
        raise refused(413, "too_large", detail)
    return unpacked


async def message_of(request: Request, wanted: type[T], size: Size = SMALL) -> T:
    """The message in a request's body. What is large is read beside the event loop.

    Raises:
        Refused: 413, it is too large; 400 or 422, it is not what is wanted here.
    """
    body = await body_of(request, size.bytes)
    if len(body) <= SMALL.bytes:
        return message_in(body, wanted, size)
    return await run_in_threadpool(message_in, body, wanted, size)


def message_in(body: bytes, wanted: type[T], size: Size) -> T:
    """The message in a body.

    Raises:
        Refused: 422, it is larger than its kind may be, not JSON, or holds what it may not; the detail names the field.
    """
    try:
        check_json(body, size)
        message = from_plain(wanted, json.loads(body.decode("utf-8", "surrogatepass"), parse_constant=_no_number))
    except ValueError as error:
        detail = M("Expected a message of type {name}: {why}.", name=wanted.__name__, why=str(error)[:300])
        code = "too_large" if isinstance(error, TooLarge) else "garbled"
        raise refused(422, code, detail) from error
    fault = fault_in(message)
    if fault is not None:
        raise refused(422, "garbled", fault)
    return message


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def text_in(name: str, value: str) -> str:
    """A text from the path or the query that is looked up.

    Raises:
        Refused: 422, it is longer than any code, or no database could hold it.
    """
    fault = Text().fault(name, value)
    if fault is not None:
        raise refused(422, "garbled", fault)
    return value


def answer(value: Any, status: int = 200) -> Response:
    """A message as an answer, in ASCII: a scan may hold what UTF-8 cannot."""
    return Response(to_body(value), status, media_type="application/json")


PACKED_FROM = 500
"""Bytes of a page from which it is packed."""

_BESIDE = 64_000
"""Bytes of a page from which it is put together beside the event loop."""


async def page_answer(request: Request, page: Page) -> Response:
    """A page of changes, or a message around one, as an answer."""
    if page.size < _BESIDE:
        return _page_answer(request, page)
    return await run_in_threadpool(_page_answer, request, page)


def _page_answer(request: Request, page: Page) -> Response:
    plain = page.plain()
    headers = {HEADER: digest_of(request.scope["query_string"], plain)}
    taken = {each.strip() for each in request.headers.get("accept-encoding", "").split(",")}
    if "zstd" not in taken or len(plain) < PACKED_FROM:
        return Response(plain, headers=headers, media_type="application/json")
    headers |= {"Content-Encoding": "zstd", "Vary": "Accept-Encoding"}
    return Response(page.packed(), headers=headers, media_type="application/json")


def reader_of(request: Request) -> FeedReader:
    """The way to the change feed."""
    found: FeedReader = request.app.state.feed_reader
    return found
