"""Pictures for tests, made byte by byte: no image library has a part in what the device and the server check."""

from __future__ import annotations

import struct
import zlib


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def jpeg(note: str = "", *, width: int = 1600, height: int = 1200, size: int = 0, extra: bytes = b"") -> bytes:
    """A JPEG's head with bytes after it that differ with `note`, `size` bytes in all; `extra` segments come first."""
    frame = segment(0xC0, bytes([8]) + struct.pack(">HH", height, width) + bytes([1, 1, 0x11, 0]))
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x02") + extra + frame + segment(0xDA, bytes(6))
    body = head + note.encode()
    return body + bytes(max(0, size - len(body) - 2)) + b"\xff\xd9"


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(extra: bytes = b"", *, width: int = 2, height: int = 3) -> bytes:
    """A whole PNG; `extra` chunks come after the head."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\x00" + bytes(width)) * height)
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
