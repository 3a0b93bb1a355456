"""A photo as evidence: an act names it by the hash of its bytes; the bytes themselves travel apart, and later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from scantrail.words import M, Message

LARGEST = 1_000_000
"""Bytes of a photo at the most, on the device and on the server."""

MOST = 5
"""Photos of one act at the most."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
"""The kinds of picture that are kept, with how their files' names end."""

_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST_STEM = 60


class NoPhoto(ValueError):
    """Bytes that are not kept as a photo."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason
        """One sentence for people."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What an act and a timeline say of a photo."""

    name: str
    """For people: `damage-CM500-2025-0046-1.jpg`."""
    media_type: str
    size: int
    """In bytes."""
    width: int
    height: int
    """In pixels."""
    sha256: str
    """Of its bytes, in hexadecimal: what names it everywhere."""


def photo_of(content: bytes, stem: str) -> Photo:
    """The photo that some bytes are; its name is the stem with the ending of its kind.

    Raises:
        NoPhoto: they are too many, neither JPEG nor PNG, or carry facts (EXIF, place) beside the picture.
    """
    if len(content) > LARGEST:
        raise NoPhoto(M("The photo has {size} bytes; at most {limit} are kept.", size=len(content), limit=LARGEST))
    if content.startswith(b"\xff\xd8\xff"):
        media_type, (width, height) = "image/jpeg", _size_of_jpeg(content)
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        media_type, (width, height) = "image/png", _size_of_png(content)
    else:
        raise NoPhoto(M("These bytes are neither a JPEG nor a PNG picture."))
    name = f"{stem}.{EXTENSIONS[media_type]}"
    return Photo(name, media_type, len(content), width, height, sha256(content).hexdigest())


def photo_stem(what: str, about: str, number: int) -> str:
    """`damage-CM500-2025-0046-1`: only what every file system and terminal takes as it is."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", f"{what}-{about}").strip("-")
    return f"{plain[:_LONGEST_STEM]}-{number}"


def is_hash(text: str) -> bool:
    """Whether a text may be a photo's hash."""
    return _HASH.fullmatch(text) is not None


def photo_words(photo: Photo, *, received: bool) -> Message:
    """A photo in a timeline: `photo damage-….jpg, 182 kB, 3f9a27c01b55`; the hash's beginning finds it."""
    kilobytes = -(-photo.size // 1000)
    facts = {"name": photo.name, "size": kilobytes, "hash": photo.sha256[:12]}
    if received:
        return M("photo {name}, {size} kB, {hash}", **facts)
    return M("photo {name}, {size} kB, {hash}; not received yet", **facts)


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA
_NOTES_IN_JPEG = frozenset({0xE1, 0xED, 0xFE})
"""EXIF and XMP, IPTC, comments: where cameras and programs write place, person and device."""
_NOTES_IN_PNG = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt"})
_BROKEN = M("The picture is damaged: its head cannot be read. Take it again.")
_TALKATIVE = M("The picture carries notes of the camera, such as the place; photos are kept without them.")


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    size = None
    for marker, segment in _segments_of_jpeg(content):
        if marker in _NOTES_IN_JPEG:
            raise NoPhoto(_TALKATIVE)
        if marker in _FRAMES and len(segment) >= 5:
            size = int.from_bytes(segment[3:5]), int.from_bytes(segment[1:3])
        if marker == _SCAN and size is not None:
            return size
    raise NoPhoto(_BROKEN)


def _segments_of_jpeg(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and data of every segment before the picture's own bytes."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _size_of_png(content: bytes) -> tuple[int, int]:
    size = None
    for kind, data in _chunks_of_png(content):
        if kind in _NOTES_IN_PNG:
            raise NoPhoto(_TALKATIVE)
        if kind == b"IHDR" and len(data) >= 8:
            size = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
    if size is None:
        raise NoPhoto(_BROKEN)
    return size


def _chunks_of_png(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length
