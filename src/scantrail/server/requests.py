"""What every router shares: who asks, the message in the body, and refusals as problems (RFC 9457)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import Request, Response

from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.protocol.messages import Problem
from scantrail.server.bodies import to_body
from scantrail.server.database import Database
from scantrail.server.devices import device_with_token
from scantrail.server.judging import Device

T = TypeVar("T")

MAX_BODY = 4_000_000
"""Bytes of a request as it is sent."""

MAX_UNPACKED = 16_000_000
"""Bytes of a request once unpacked: a small body that unpacks to a huge one is refused on the way."""


class Refused(Exception):
    """A request that is not carried out; becomes an answer of type problem+json."""

    def __init__(self, problem: Problem, retry_after: int | None = None, expected_seq: int | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds to wait before the next try."""
        self.expected_seq = expected_seq
        """The act that the server wants next."""


def refused(status: int, title: str, detail: str, code: str) -> Refused:
    """A refusal, with what was wrong and what to do."""
    return Refused(Problem(title, status, detail, code))


def problem_answer(_request: Request, error: Exception) -> Response:
    """The answer that a refusal becomes."""
    assert isinstance(error, Refused)
    body = to_plain(error.problem) | ({} if error.expected_seq is None else {"expected_seq": error.expected_seq})
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return Response(json.dumps(body), error.problem.status, headers, "application/problem+json")


def database_of(request: Request) -> Database:
    """The server's database."""
    found: Database = request.app.state.database
    return found


def now_of(request: Request) -> datetime:
    """The server's clock."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


def device_of(request: Request) -> Device:
    """The device whose bearer token a request carries.

    Raises:
        Refused: 401, there is none or nobody's.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        with database_of(request).reading() as connection:
            device = device_with_token(connection, token)
        if device is not None:
            return device
    raise refused(401, "Not known", "This device is not enrolled here, or was revoked. Enrol it again.", "not_enrolled")


async def body_of(request: Request) -> bytes:
    """A request's body, unpacked, within its limits.

    Raises:
        Refused: 413 too large, 400 not what its encoding says.
    """
    sent = bytearray()
    async for chunk in request.stream():
        sent += chunk
        if len(sent) > MAX_BODY:
            raise refused(
                413, "Too large", f"A request may have {MAX_BODY} bytes. Send fewer acts at once.", "too_large"
            )
    if request.headers.get("content-encoding", "") != "gzip":
        return bytes(sent)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(bytes(sent), MAX_UNPACKED)
    except zlib.error as error:
        raise refused(400, "Not gzip", f"The body is not gzip: {error}.", "garbled") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise refused(
            413, "Too large", f"The body unpacks to more than {MAX_UNPACKED} bytes, or is cut short.", "too_large"
        )
    return unpacked


def message_in(body: bytes, wanted: type[T]) -> T:
    """The message in a body.

    Raises:
        Refused: 422, it is not JSON or not of this shape; the detail names the field.
    """
    try:
        return from_plain(wanted, json.loads(body))
    except (PlainError, ValueError, RecursionError) as error:
        raise refused(422, "Not understood", f"Expected a {wanted.__name__}: {error}", "garbled") from error


def answer(value: Any) -> Response:
    """A message as an answer, in ASCII: a scan may hold what UTF-8 cannot."""
    return Response(to_body(value), media_type="application/json")
