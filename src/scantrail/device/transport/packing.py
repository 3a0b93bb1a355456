"""How an answer may be packed, and unpacking it piece by piece: never more of it than is wanted."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

from backports import zstd

WIDEST_WINDOW = 23
"""Power of two of the bytes that a zstd frame may make the device keep in memory: 8 MiB. The server's take under 1."""


MOST_FRAMES = 1_000
"""Frames of an answer: a page has some ten, and many that are empty would only take time."""

NOT_PACKED_SO = (zlib.error, zstd.ZstdError)
"""What is raised where bytes are not packed as they are said to be."""


class Unpacker(Protocol):
    """Unpacks one answer."""

    def add(self, piece: bytes, most: int) -> bytes:
        """What the next bytes unpack to; with more than `most`, only so many, and the answer is of no use.

        Raises:
            Exception: one of `NOT_PACKED_SO`.
        """

    @property
    def is_whole(self) -> bool:
        """Whether what has come ends where the answer may end."""


class Plain:
    """Not packed."""

    is_whole = True

    def add(self, piece: bytes, most: int) -> bytes:  # noqa: ARG002 - who asks counts what was sent
        return piece


class Gzip:
    """One gzip stream."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def add(self, piece: bytes, most: int) -> bytes:
        return self._stream.decompress(piece, most)

    @property
    def is_whole(self) -> bool:
        return self._stream.eof


class Zstd:
    """Frames of zstd, one after the other; the server packs what many devices get once, as a frame of its own."""

    def __init__(self) -> None:
        self._frame = _frame()
        self._frames = 1
        self.is_whole = False

    def add(self, piece: bytes, most: int) -> bytes:
        unpacked = bytearray()
        while (piece or not self._frame.needs_input) and len(unpacked) < most:
            unpacked += self._frame.decompress(piece, most - len(unpacked))
            self.is_whole = self._frame.eof
            piece = b""
            if self._frame.eof:
                piece = self._frame.unused_data
                self._begin_frame()
        return bytes(unpacked)

    def _begin_frame(self) -> None:
        if self._frames == MOST_FRAMES:
            raise zstd.ZstdError(f"more than {MOST_FRAMES} frames")
        self._frame = _frame()
        self._frames += 1


def _frame() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WIDEST_WINDOW})


UNPACKERS: Mapping[str, Callable[[], Unpacker]] = {"identity": Plain, "gzip": Gzip, "zstd": Zstd}
"""By name, as `Content-Encoding` says it."""

TAKEN = "zstd, gzip"
"""What the device asks for."""
