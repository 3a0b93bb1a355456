"""A snapshot on its way: what has arrived lies beside the store, until it is whole and its rows are unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import disk_usage

from backports import zstd

from scantrail.device.store import RowsUnusable, prepare_rows
from scantrail.protocol.snapshot import FORM, LARGEST, Snapshot

AT_ONCE = 1 << 20
"""Bytes unpacked at once."""

MORE_THAN_UNPACKED = 1 << 20
"""Bytes by which what cannot be compressed may grow on its way."""

SPARE = 64 * 1024**2
"""Bytes that a snapshot leaves free on the disk: the journal must go on."""


class SnapshotFile:
    """The file that a snapshot is received into. It is kept when the program ends, and goes on growing later."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        """Find what has arrived of it before, and do away with any other's.

        Raises:
            RowsUnusable: this device cannot use such a snapshot.
        """
        _check(snapshot)
        self._snapshot = snapshot
        self._packed = folder / f"snapshot-{snapshot.sha256}.part"
        self._rows = self._packed.with_suffix(".rows")
        with _telling():
            for other in folder.glob("snapshot-*"):
                if other != self._packed:
                    other.unlink(missing_ok=True)
            self._packed.touch(mode=0o600)
            self.size = self._packed.stat().st_size
            """Bytes that have arrived."""
            self._must_fit(folder)

    def _must_fit(self, folder: Path) -> None:
        needed, free = self.missing + self._snapshot.unpacked + SPARE, disk_usage(folder).free
        if needed > free:
            self.remove()
            raise RowsUnusable(f"it takes {needed >> 20} MB and this device has {free >> 20} MB free")

    @property
    def missing(self) -> int:
        """Bytes still to come."""
        return max(0, self._snapshot.size - self.size)

    def append(self, piece: bytes) -> None:
        """Keep the next bytes.

        Raises:
            RowsUnusable: there are more than the snapshot's description says; nothing of it is kept.
        """
        if len(piece) > self.missing:
            self.remove()
            raise RowsUnusable("it is larger than it says")
        with _telling(), self._packed.open("ab") as file:
            file.write(piece)
        self.size += len(piece)

    def unpacked(self) -> Path:
        """The rows, in a file that the store can take.

        Raises:
            RowsUnusable: they are not what the snapshot's description says, or nothing a device could work with.
        """
        with _telling():
            self._rows.touch(mode=0o600)
            self._unpack()
            prepare_rows(self._rows, self._snapshot)
        return self._rows

    def _unpack(self) -> None:
        digest, size = sha256(), 0
        with self._packed.open("rb") as source, self._rows.open("wb") as target:
            unpacker = zstd.ZstdDecompressor()
            while piece := source.read(AT_ONCE):
                digest.update(piece)
                for part in _parts(unpacker, piece):
                    size += len(part)
                    if size > self._snapshot.unpacked:
                        raise RowsUnusable("it is larger than it says")
                    target.write(part)
        if digest.hexdigest() != self._snapshot.sha256 or size != self._snapshot.unpacked:
            raise RowsUnusable("it was changed on the way")

    def remove(self) -> None:
        """Do away with it."""
        for path in (self._packed, self._rows):
            path.unlink(missing_ok=True)


def _parts(unpacker: zstd.ZstdDecompressor, piece: bytes) -> Iterator[bytes]:
    """What a piece unpacks to, never much at once."""
    while not unpacker.eof and (piece or not unpacker.needs_input):
        yield unpacker.decompress(piece, AT_ONCE)
        piece = b""


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RowsUnusable(error.strerror or str(error)) from error
    except zstd.ZstdError as error:
        raise RowsUnusable(str(error)) from error


def _check(snapshot: Snapshot) -> None:
    if snapshot.form != FORM:
        raise RowsUnusable(f"its form is {snapshot.form}, this device reads {FORM}")
    is_hash = len(snapshot.sha256) == 64 and set(snapshot.sha256) <= set("0123456789abcdef")
    is_sized = 0 < snapshot.unpacked <= LARGEST and 0 < snapshot.size <= snapshot.unpacked + MORE_THAN_UNPACKED
    if not is_hash or not is_sized or not 0 <= snapshot.rows <= snapshot.unpacked:
        raise RowsUnusable("its description makes no sense")
