"""A site's snapshot: all rows of its devices in one file, so that a first load is no million of inserts.

The file is an SQLite database with the tables of `rows`, compressed with Zstandard, and named by its hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FORM = 3
"""Which tables and indexes the file has. A device that expects others follows the changes from their beginning."""

LARGEST = 64 * 1024**3
"""Bytes of a snapshot, unpacked, that a device believes at all."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot is, and where in the changes it stands."""

    form: int
    sha256: str
    """Of its bytes as they are sent, in hexadecimal."""
    size: int
    """Bytes as they are sent."""
    unpacked: int
    """Bytes of the database in it."""
    rows: int
    server_epoch: str
    cursor: dict[str, int] = field(default_factory=dict)
    """What has changed after these positions is not in it."""
    heads: dict[str, str] = field(default_factory=dict)
    """The newest entries of the log then; see `messages.Seen`."""


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """The server's word on its site's snapshot."""

    snapshot: Snapshot | None = None
    """None while there is none."""
    retry_after: int = 0
    """Seconds after which one that is being made may be ready; 0 where the changes are as quick."""
