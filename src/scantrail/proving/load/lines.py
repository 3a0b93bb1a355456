"""A handheld's connection to its server, as cheap as can be: the load must leave the processor to what is measured."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scantrail.device.transport.packing import TAKEN, UNPACKERS
from scantrail.domain.plain import to_plain
from scantrail.protocol.messages import PROTOCOL, Push, Seen
from scantrail.words import M, OperatorError

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PACKED = re.compile(rb"\r\ncontent-encoding: *(\w+)", re.IGNORECASE)
_CURSOR = re.compile(rb'"cursor":(\{[^}]*\})')
_HEADS = re.compile(rb'"heads":(\{[^}]*\})')


LARGEST = 64_000_000
"""Bytes of an answer, unpacked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    size: int
    """Bytes of the body, as they were sent."""
    body: bytes

    @property
    def more(self) -> bool:
        """Whether another page is ready now."""
        return b'"more":true' in self.body

    @property
    def applied(self) -> int:
        """How many acts have applied."""
        return self.body.count(b'"outcome":"applied"')

    def seen(self) -> Seen:
        """What its device has seen with it.

        Raises:
            OperatorError: it does not say.
        """
        cursor, heads = _CURSOR.search(self.body), _HEADS.search(self.body)
        if cursor is None or heads is None:
            raise OperatorError(M("The bench cannot work: an answer of the server has no cursor."))
        return Seen(json.loads(cursor[1]), json.loads(heads[1]))


class Line:
    """One connection, kept."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = (
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nScantrail-Protocol: {PROTOCOL}\r\n"
            f"Accept: application/json\r\nAccept-Encoding: {TAKEN}\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def poll(self, seen: Seen) -> Answer:
        """Ask for what has changed."""
        wanted = quote(_text(to_plain(seen)))
        return await self._ask(f"GET /v1/changes?seen={wanted}&limit=500 HTTP/1.1\r\n{self._headers}\r\n".encode())

    async def push(self, push: Push) -> Answer:
        """Send acts."""
        body = gzip.compress(_text(to_plain(push)).encode(), compresslevel=3, mtime=0)
        head = (
            f"POST /v1/push HTTP/1.1\r\n{self._headers}Content-Type: application/json\r\n"
            f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return await self._ask(head.encode() + body)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes) -> Answer:
        """Send a request and read its answer; a line that breaks is an answer with status 0."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if length is None:
                raise OperatorError(M("The bench cannot work: an answer of the server has no length."))
            sent = await reader.readexactly(int(length[1]))
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return Answer(0, 0, b"")
        packing = _PACKED.search(head)
        body = UNPACKERS[packing[1].decode()]().add(sent, LARGEST) if packing else sent
        return Answer(int(head[9:12]), len(sent), body)


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
