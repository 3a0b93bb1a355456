"""An answer as it comes in: bounded, whole and understood, before anything is believed of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import httpx2

from scantrail.device.transport.failures import Offline, Refused
from scantrail.device.transport.packing import UNPACKERS
from scantrail.domain.plain import PlainError, from_plain
from scantrail.protocol.answers import LARGEST_NUMBER, LONGEST_TEXT
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.protocol.messages import Problem
from scantrail.words import M

LONGEST_S = 60.0
"""A whole exchange at the most, however slowly its bytes trickle."""
SMALL = 64 * 1024
"""Bytes of an answer that says little, as sent and unpacked."""
MOST_VALUES = 2_000_000
"""Values in one answer: small ones take far more room in memory than on the line."""
DEEPEST = 50
"""Objects and lists within each other."""
SLOWEST = 64 * 1024
"""Bytes of a snapshot that a minute must bring; with less, the next try may find a better line."""

NOT_THE_SERVER = M("Something else than the Scantrail server answers: perhaps the network asks for a sign-in page.")
_OUT_OF_ORDER = "The server is busy or out of order ({status})."
_TOO_LARGE = M("The server's answer is larger than any that this device asks for. Nothing of it was taken.")


async def received(response: httpx2.Response, most: int) -> bytes:
    """An answer's bytes, at most so many, as sent and unpacked.

    They are unpacked here, since a few bytes may stand for gigabytes: those are never made.

    Raises:
        Offline: there are more, or they are packed in a way that was not asked for.
    """
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in UNPACKERS:
        raise Offline(NOT_THE_SERVER)
    unpacker = UNPACKERS[packing]()
    content, sent = bytearray(), 0
    async for piece in response.aiter_raw():
        sent += len(piece)
        content += unpacker.add(piece, most + 1 - len(content))
        if max(sent, len(content)) > most:
            raise Offline(_TOO_LARGE)
    if not unpacker.is_whole:
        raise Offline(M("The server's answer was cut short."))
    return bytes(content)


class Minute:
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


def must_be_whole(response: httpx2.Response, content: bytes) -> None:
    """An answer that says yes has its digest; a refusal may come from what stands in front of the server.

    Raises:
        Offline: it was changed on the way, or is no answer of the server.
    """
    told = response.headers.get(HEADER)
    if told is None and response.is_success:
        raise Offline(NOT_THE_SERVER)
    if told is not None and told != digest_of(response.request.url.query, content):
        raise Offline(M("The server's answer was changed on the way."))


def understood(response: httpx2.Response, content: bytes) -> dict[str, Any]:
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
        raise Offline(NOT_THE_SERVER)
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
        raise Offline(NOT_THE_SERVER) from error
    level = [data] if isinstance(data, (dict, list)) else []
    for _depth in range(DEEPEST):
        inner = (each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer))
        level = [each for each in inner if isinstance(each, (dict, list))]
    if level:
        raise Offline(NOT_THE_SERVER)
    return data


def _refused(status: int, data: dict[str, Any], asked_pause: float | None) -> Refused | Offline:
    try:
        problem = from_plain(Problem, {"detail": "", **data, "status": status})
    except PlainError:
        return Offline(NOT_THE_SERVER, asked_pause)
    problem = replace(problem, title=_sentence(problem.title), detail=_sentence(problem.detail))
    expected = data.get("expected_seq")
    is_seq = type(expected) is int and 0 <= expected <= LARGEST_NUMBER
    return Refused(problem, asked_pause, expected if is_seq else None)


def _sentence(text: str) -> str:
    """The server's words as they can be kept and shown: half a character is none, and nobody reads a page."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
