"""A device's records as one file, on a memory card or any other way: form, writing, and careful reading.

The file is gzip, so that `zcat` shows it. Its lines are: a header, the exact bytes of every act, and a trailer with
the SHA-256 of all lines before and the device's signature over it. Nothing in it is trusted before it is verified.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from scantrail.domain.acts.act import Act, ActId, Times
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.protocol.acts import act_hash, decode_act
from scantrail.protocol.outbox import Entry
from scantrail.words import M, Message

FORM = 1
"""Version of the file as this code writes it. Readers accept every form ever released."""

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of a file once unpacked: a small one that unpacks to a huge one is refused on the way."""

LONGEST_NAME = 200
"""Characters of a name in the header."""

LARGEST_SEQ = 2**63 - 1
"""What a database can number."""

T = TypeVar("T")


class CardUnusable(ValueError):
    """A file is not taken as a device's records; nothing of it was."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message
        """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class CardHeader:
    """The first line."""

    device: str
    epoch: str
    site: str
    first_seq: int
    last_seq: int
    head: str
    """Hash of the last act: the head of the device's chain."""
    written: Times
    """The device's now when the file was written."""
    scantrail_records: int = 0
    """The file's form."""


@dataclass(frozen=True, slots=True)
class _Trailer:
    sha256: str
    signature: str


@dataclass(frozen=True, slots=True)
class Card:
    """A file that is whole: its acts follow on each other and on nothing else. Who signed it is not yet verified."""

    header: CardHeader
    acts: tuple[bytes, ...]
    signed: bytes
    """What the signature is over."""
    signature: str
    """Ed25519, in hexadecimal."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every act with its seq."""
        return tuple(enumerate(self.acts, self.header.first_seq))

    def follows(self, seq: int, link: str) -> bool:
        """Whether the acts after `seq` follow on the one with this hash, as far as the file can tell."""
        at = seq - self.header.first_seq
        if at >= 0:
            return at >= len(self.acts) or act_hash(self.acts[at]) == link
        first = _act_in(self.acts[0])
        return at < -1 or first is None or first.previous == link


def write_card(
    *,
    device: str,
    epoch: str,
    site: str,
    entries: Sequence[Entry],
    written: Times,
    sign: Callable[[bytes], str],
) -> bytes:
    """The file of consecutive acts.

    Raises:
        ValueError: there is no act, one is missing, or one is not the single line of text that acts are.
    """
    seqs = [seq for seq, _ in entries]
    if not seqs or seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise ValueError(f"Failed to write records: expected consecutive acts, got {seqs[:5]}.")
    if any(b"\n" in exact for _, exact in entries):
        raise ValueError("Failed to write records: an act has more than one line.")
    header = CardHeader(device, epoch, site, seqs[0], seqs[-1], act_hash(entries[-1][1]), written, FORM)
    body = b"".join(line + b"\n" for line in (_json(header), *(exact for _, exact in entries)))
    digest = sha256(body).hexdigest()
    return gzip.compress(body + _json(_Trailer(digest, sign(_signed(FORM, digest)))) + b"\n", mtime=0)


def read_card(content: bytes) -> Card:
    """The records in a file.

    Raises:
        CardUnusable: it is none, cut short, altered, foreign to itself, or of a newer form.
    """
    lines = _unpacked(content).split(b"\n")
    header = _header(lines[0])
    if len(lines) < 4 or lines.pop() != b"":
        raise _altered(M("it lacks lines"))
    trailer = _value(_Trailer, _data(lines.pop()))
    digest = sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
    if trailer.sha256 != digest:
        raise _altered(M("its check sum is another"))
    acts = tuple(lines[1:])
    _check_texts(header, acts)
    _check_numbers(header, acts)
    _check_chain(header, acts)
    return Card(header, acts, _signed(header.scantrail_records, digest), trailer.signature)


def _signed(form: int, digest: str) -> bytes:
    return f"scantrail-records:{form}:{digest}".encode()


def _json(value: Any) -> bytes:
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":")).encode()


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        raise CardUnusable(M("This is no file of records. Expected one that `scantrail sync export` has written."))
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(content, MAX_UNPACKED)
    except zlib.error as error:
        raise _altered(M("it cannot be unpacked")) from error
    if unpacker.unconsumed_tail:
        raise CardUnusable(
            M("This file unpacks to more than {limit} bytes; no device writes that.", limit=MAX_UNPACKED)
        )
    if not unpacker.eof:
        raise CardUnusable(M("This file is cut short. Copy it from the memory card again, or export it again."))
    if unpacker.unused_data:
        raise _altered(M("something was added at its end"))
    return unpacked


def _header(line: bytes) -> CardHeader:
    data = _data(line)
    form = data.get("scantrail_records")
    if type(form) is not int or form < 1:
        raise CardUnusable(M("This is no file of records. Expected one that `scantrail sync export` has written."))
    if form > FORM:
        newer = M(
            "This file was written by a newer Scantrail (form {form}). Upgrade here first, then import it.", form=form
        )
        raise CardUnusable(newer)
    return _value(CardHeader, data)


def _data(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _altered(M("a line cannot be read")) from error
    if not isinstance(data, dict):
        raise _altered(M("a line cannot be read"))
    return data


def _value(wanted: type[T], data: dict[str, Any]) -> T:
    try:
        return from_plain(wanted, data)
    except PlainError as error:
        raise _altered(M("a line cannot be read: {why}", why=error)) from error


def _check_texts(header: CardHeader, acts: Sequence[bytes]) -> None:
    names = (header.device, header.epoch, header.site, header.head)
    if any(len(name) > LONGEST_NAME or not name.isprintable() for name in names):
        raise _altered(M("its header names what no device is called"))
    for seq, exact in enumerate(acts, header.first_seq):
        try:
            exact.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise _altered(M("record {seq} is no text", seq=seq)) from error


def _check_numbers(header: CardHeader, acts: Sequence[bytes]) -> None:
    last = header.first_seq + len(acts) - 1
    if header.first_seq < 1 or header.last_seq != last or last > LARGEST_SEQ:
        raise _altered(
            M(
                "it should hold records {first} to {last}, and holds {count}",
                first=header.first_seq,
                last=header.last_seq,
                count=len(acts),
            )
        )


def _check_chain(header: CardHeader, acts: Sequence[bytes]) -> None:
    """Acts that this version cannot read are left to the judging, which keeps them as dead letters."""
    previous = None
    for seq, exact in enumerate(acts, header.first_seq):
        act = _act_in(exact)
        if act is not None:
            if act.id != ActId(header.device, header.epoch, seq) or act.site != header.site:
                raise _altered(M("record {seq} is another device's or another site's", seq=seq))
            if previous is not None and act.previous != previous:
                raise _altered(M("record {seq} does not follow on the one before it", seq=seq))
        previous = act_hash(exact)
    if previous != header.head:
        raise _altered(M("its last record is not the one it was written with"))


def _act_in(exact: bytes) -> Act | None:
    try:
        return decode_act(exact)
    except ValueError:
        return None


def _altered(why: Message) -> CardUnusable:
    return CardUnusable(M("This file is damaged or was altered: {why}. Copy or export it again.", why=why))
