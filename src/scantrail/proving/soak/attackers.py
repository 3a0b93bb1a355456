"""Somebody on the network, and somebody with a stolen handheld: each kind of attack, once a wave."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from scantrail.domain.acts.act import Times
from scantrail.domain.plain import to_plain
from scantrail.domain.things.photo import photo_of
from scantrail.protocol.acts import act_hash
from scantrail.protocol.messages import Push, Seen, signed_bytes
from scantrail.proving.load.handhelds import Hand
from scantrail.proving.load.journals import EPOCH
from scantrail.proving.soak.honest import GIVES_UP_S

HALF_OPEN = 100
"""Connections that are begun and left, each wave."""

BOMBS = [gzip.compress(each) for each in (b"[" + b"[]," * 5_000_000 + b"[]]", b'"' + b"x" * 16_000_000 + b'"')]
DEEP = [b"[" * 8_000, b"[[]," * 4_000, b'{"code":' * 2_000]
SMALL_DOORS = ["/v1/enrol", "/v1/sign-in", "/v1/numbers", "/v1/attention/MAIN-1/resolve"]

NAMES = 10
"""Of things that need attention, tried in one wave."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


_HEAD = _chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
PICTURE = b"\x89PNG\r\n\x1a\n" + _HEAD + _chunk(b"IDAT", zlib.compress(b"\0\0")) + _chunk(b"IEND", b"")
PHOTO = photo_of(PICTURE, "soak-1")

POISON: Sequence[Mapping[str, Any]] = (
    {"events": [{"type": ["WorkerSignedIn"]}]},
    {"events": [{"type": {}}]},
    {"events": [["WorkerSignedIn"]]},
    {"events": 5},
    {"events": [{"type": "AttentionSettled", "device": "d", "epoch": "e", "seq": 1, "unit": "\U0001f4e6" * 3_000}]},
    {"events": [{"type": "AttentionSettled", "device": "nul\x00", "epoch": "\ud800", "seq": 10**30}]},
    {"events": [{"type": "BinFoundEmpty", "document": "PL-001-0000", "place": "MAIN/A-01"}] * 20_000},
    {"document": "\ud800"},
    {"note": "x" * 200_000},
    {"versions": {"\x00": 1}},
    {"actor": "ghost"},
    {"times": {"wall": "0001-01-01T00:00:00+14:00", "boot": "b", "mono_ms": 10**400}},
)
"""What a record says instead of what a device writes."""

SEEN: Sequence[Mapping[str, Any]] = (
    {"cursor": {"MAIN": 10**40}, "heads": {"MAIN": "99999999999999999999:x"}},
    {"cursor": {"\x00": 1}},
    {"device": "\ud800", "epoch": "\x00", "acknowledged": -1},
    {"heads": {"x" * 201: "\ud800"}},
    {"cursor": {f"S{number}": number for number in range(3_000)}},
)


@dataclass(slots=True)
class Done:
    """What attackers have done, by kind."""

    sent: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By kind and status; 0 where the line was closed."""
    faults: list[str] = field(default_factory=list)


class Attackers:
    """All of them: one with nothing, one with a handheld of the site, one with a handheld of another site."""

    def __init__(self, port: int, stolen: Hand, foreign: Hand, unit: str, done: Done) -> None:
        self._port = port
        self._stolen, self._foreign = stolen, foreign
        self._unit = unit
        """Of the stolen one's site."""
        self._position = 0
        self._done = done
        self._seq, self._head = 0, ""
        self._left: list[asyncio.StreamWriter] = []

    async def wave(self) -> None:
        """Every kind of attack, all at once; over when each of them is answered, or refused."""
        kinds: Mapping[str, Callable[[], Awaitable[None]]] = {
            "bombs": self._bombs,
            "deep JSON": self._deep,
            "huge texts": self._huge,
            "left open": self._leaves_open,
            "slow": self._slow,
            "sign-ins": self._sign_ins,
            "enrolments": self._enrolments,
            "poison": self._poison,
            "seen": self._seen,
            "other sites": self._other_sites,
        }
        await asyncio.gather(*(kind() for kind in kinds.values()))

    def close(self) -> None:
        """Let go of what was left open."""
        for writer in self._left:
            writer.close()
        self._left.clear()

    async def _bombs(self) -> None:
        doors = ["/v1/enrol", "/v1/push", "/v1/sign-in"]
        asks = [self._post("bombs", door, bomb, gzipped=True) for door in doors for bomb in BOMBS]
        await asyncio.gather(*asks)

    async def _deep(self) -> None:
        await asyncio.gather(*(self._post("deep JSON", door, body) for door in SMALL_DOORS for body in DEEP))

    async def _huge(self) -> None:
        body = b'{"device": "' + b"x" * 3_900_000 + b'"}'
        await asyncio.gather(*(self._post("huge texts", "/v1/push", body) for _ in range(4)))
        await self._post("huge texts", "/v1/push", b" " * 4_000_001)

    async def _leaves_open(self) -> None:
        """Connections that say nothing, or half of a request; those of the wave before are let go."""
        self.close()
        for at in range(HALF_OPEN):
            with suppress(OSError):
                _reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                half = (b"", b"GET /healthz HTTP/1.1\r\nHost: x", b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\n")[at % 3]
                writer.write(half)
                self._left.append(writer)
                self._done.sent["left open"] += 1

    async def _slow(self) -> None:
        """A body byte by byte, slower than anybody waits for; given up at the end of the wave."""
        head = f"POST /v1/push HTTP/1.1\r\nHost: x\r\n{self._bearer(self._stolen)}Content-Length: 1000\r\n\r\n"
        with suppress(OSError):
            _reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            self._done.sent["slow"] += 1
            for byte in (head.encode(), *[b"x"] * 10):
                writer.write(byte)
                await asyncio.sleep(0.1)
            writer.close()

    async def _sign_ins(self) -> None:
        bodies = [json.dumps({"badge": f"WKR-{at:04}", "pin": f"{at:04}"}).encode() for at in range(40)]
        await asyncio.gather(*(self._post("sign-ins", "/v1/sign-in", body) for body in bodies))

    async def _enrolments(self) -> None:
        bodies = [json.dumps({"code": f"WRONG-{at}", "public_key": "00" * 32}).encode() for at in range(60)]
        await asyncio.gather(*(self._post("enrolments", "/v1/enrol", body) for body in bodies))

    async def _poison(self) -> None:
        """Records in their chain and signed, as only who has the handheld's key can write them."""
        if self._seq == 0:
            await self._recorded({"photos": [to_plain(PHOTO)]})
            path, more = f"/v1/photos/{PHOTO.sha256}", f"Content-Length: {len(PICTURE)}\r\n"
            await self._ask("poison", self._head_of("PUT", path, self._stolen, more), PICTURE)
        for changed in POISON:
            await self._recorded(changed)

    async def _recorded(self, changed: Mapping[str, Any]) -> None:
        exact = json.dumps(self._record() | dict(changed)).encode()
        status = await self._post("poison", "/v1/push", json.dumps(to_plain(self._signed(exact))).encode())
        if status == 200:
            self._seq, self._head = self._seq + 1, act_hash(exact)

    async def _seen(self) -> None:
        for seen in SEEN:
            path = f"/v1/changes?limit=1&seen={quote(json.dumps(seen))}"
            await self._ask("seen", self._head_of("GET", path, self._stolen))

    async def _other_sites(self) -> None:
        """What another site has: its photos, its units' timelines, and what needs attention there, by every name."""
        site, first = self._stolen.handheld.site, self._position
        self._position += NAMES
        photo = f"/v1/photos/{PHOTO.sha256}"
        for path in [photo, *(f"/v1/attention/{site}-{at}" for at in range(first, self._position))]:
            if await self._ask("other sites", self._head_of("GET", path, self._foreign)) == 200:
                self._done.faults.append(f"A device of {self._foreign.handheld.site} was given {path}.")
        sending = self._head_of("PUT", photo, self._foreign, f"Content-Length: {len(PICTURE)}\r\n")
        if await self._ask("other sites", sending, PICTURE) in (200, 201):
            self._done.faults.append(f"A device of {self._foreign.handheld.site} has sent {photo}.")
        wanted = self._head_of("GET", f"/v1/units/{self._unit}/timeline", self._foreign)
        if await self._ask("other sites", wanted, allowed=b'"timeline":[]') == 200:
            self._done.faults.append(f"A device of {self._foreign.handheld.site} was told what happened at {site}.")

    def _record(self) -> dict[str, Any]:
        hand = self._stolen
        wall = {"wall": "2025-01-31T08:00:00+00:00", "boot": "boot", "mono_ms": 0}
        signed_in = {"type": "WorkerSignedIn", "worker": hand.journal.actor, "offline": False}
        whose = {"device": hand.handheld.device, "epoch": EPOCH, "seq": self._seq + 1, "previous": self._head}
        where = {"v": 1, "site": hand.handheld.site, "actor": hand.journal.actor, "times": wall}
        return {**where, **whose, "events": [signed_in]}

    def _signed(self, exact: bytes) -> Push:
        hand, seq, head = self._stolen, self._seq + 1, act_hash(exact)
        signature = hand.key.sign(signed_bytes(hand.handheld.device, EPOCH, seq, seq, head)).hex()
        now = Times(datetime.now(UTC), "boot", 0)
        return Push(hand.handheld.device, EPOCH, seq, (exact.decode(),), head, signature, now, Seen())

    async def _post(self, kind: str, path: str, body: bytes, *, gzipped: bool = False) -> int:
        more = f"Content-Length: {len(body)}\r\n" + ("Content-Encoding: gzip\r\n" if gzipped else "")
        return await self._ask(kind, self._head_of("POST", path, self._stolen, more), body)

    def _head_of(self, method: str, path: str, hand: Hand, more: str = "") -> bytes:
        return f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{self._bearer(hand)}{more}\r\n".encode()

    def _bearer(self, hand: Hand) -> str:
        return f"Authorization: Bearer {hand.token}\r\n"

    async def _ask(self, kind: str, head: bytes, body: bytes = b"", *, allowed: bytes | None = None) -> int:
        """The status of the answer; 0 where the line was closed instead, and where it holds what is `allowed`."""
        self._done.sent[kind] += 1
        status, answer = 0, b""
        try:
            async with asyncio.timeout(GIVES_UP_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    writer.write(head + body)
                    answer = await reader.read()
                    status = int(answer[9:12]) if answer[:5] == b"HTTP/" else 0
                finally:
                    writer.close()
        except TimeoutError:
            self._done.faults.append(f"{kind}: no answer within {GIVES_UP_S:.0f} s.")
        except OSError:
            status = 0
        self._done.answers[kind, status] += 1
        if allowed is not None and allowed in answer:
            return 0
        if status >= 500 and status != 503:
            self._done.faults.append(f"{kind}: answered {status}.")
        return status
