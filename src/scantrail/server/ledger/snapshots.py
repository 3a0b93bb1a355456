"""Snapshots: for each site one file with all rows of its devices, written when one asks and kept for the next.

A snapshot is read in one transaction that sees one state and locks nothing. It is served until another is ready, also
when it is behind: what has changed since follows as changes.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backports import zstd
from sqlalchemy import Connection, and_, func, not_, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.protocol.messages import Row
from scantrail.protocol.rows import (
    INDEXES,
    STATEMENTS,
    TABLE_NAMES,
    UNIT_FACTS,
    columns_of,
    compact,
    gtins_of,
    value_of,
)
from scantrail.protocol.snapshot import FORM, Snapshot, SnapshotAnswer
from scantrail.server.database.engine import Database
from scantrail.server.database.epoch import server_epoch
from scantrail.server.database.schema import documents, feed, listed, streams, units
from scantrail.server.database.sets import chunks
from scantrail.server.ledger.feed import FeedEntry, rows_of
from scantrail.server.ledger.log import has_head, head_of
from scantrail.sqlite import sqlite3

_LOGGER = logging.getLogger(__name__)

SMALLEST = 20_000
"""Rows of a site below which its devices follow the changes from their beginning: that takes a few seconds."""

TOO_FAR = 20_000
"""Positions behind its streams at which a snapshot is written again."""

SOON_S = 3
"""When to ask again for a snapshot that is being written."""

AGAIN_S = 600
"""How long after one could not be written the next try begins: the database was away, or the disk full."""

COPY = 1 << 20
AT_ONCE = 10_000
"""Units fetched from the database at once."""


class Snapshots:
    """The snapshots in a folder, which all processes of a server may share."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        smallest: int = SMALLEST,
        too_far: int = TOO_FAR,
        again_s: float = AGAIN_S,
    ) -> None:
        self._database = database
        self._folder = folder
        self._smallest = smallest
        self._too_far = too_far
        self._writers: dict[SiteId, threading.Thread] = {}
        self._again_s = again_s
        self._failed: dict[SiteId, float] = {}
        """Sites whose last one could not be written, and when: their devices do not wait until it is tried again."""

    def answer(self, site: SiteId) -> SnapshotAnswer:
        """The snapshot for a site's devices; begins to write one where there is none, or one that is far behind."""
        newest = self._newest(site)
        with self._database.reading() as connection:
            if connection.execute(select(func.count()).select_from(feed)).scalar_one() < self._smallest:
                return SnapshotAnswer()
            behind = _behind(connection, newest) if newest else None
        if behind is None or behind > self._too_far:
            self._begin(site)
        if behind is not None:
            return SnapshotAnswer(newest)
        return SnapshotAnswer(retry_after=0 if site in self._failed else SOON_S)

    def file(self, site: SiteId, wanted: str) -> Path | None:
        """A site's snapshot of this hash; None when it is there no more."""
        path = self._of(site) / f"{wanted}.zst"
        return path if re.fullmatch("[0-9a-f]{64}", wanted) and path.is_file() else None

    def _of(self, site: SiteId) -> Path:
        return self._folder / sha256(f"{self._database.url} {site}".encode()).hexdigest()[:32]

    def _newest(self, site: SiteId) -> Snapshot | None:
        try:
            found = from_plain(Snapshot, json.loads((self._of(site) / "newest.json").read_bytes()))
        except (OSError, ValueError, PlainError):
            return None
        return found if found.form == FORM and self.file(site, found.sha256) else None

    def _begin(self, site: SiteId) -> None:
        writer = self._writers.get(site)
        failed = self._failed.get(site)
        is_due = failed is None or time.monotonic() - failed >= self._again_s
        if is_due and (writer is None or not writer.is_alive()):
            self._failed.pop(site, None)
            self._writers[site] = threading.Thread(target=self._try, args=(site,), daemon=True, name="snapshot")
            self._writers[site].start()

    def _try(self, site: SiteId) -> None:
        try:
            self.write(site)
        except Exception:
            self._failed[site] = time.monotonic()
            _LOGGER.exception("The snapshot of %s could not be written; devices follow the changes.", site)

    def write(self, site: SiteId) -> Snapshot | None:
        """Write a site's snapshot; None when another process is at it."""
        folder = self._of(site)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder / "lock") as is_alone:
            if not is_alone:
                return None
            with TemporaryDirectory(dir=folder) as there:
                made = _write(self._database, site, Path(there))
                made.file.replace(folder / f"{made.snapshot.sha256}.zst")
                told = Path(there) / "newest.json"
                told.write_text(json.dumps(to_plain(made.snapshot)))
                before = self._newest(site)
                told.replace(folder / "newest.json")
            kept = {made.snapshot.sha256, before.sha256 if before else ""}
            for path in folder.glob("*.zst"):
                if path.stem not in kept:
                    path.unlink(missing_ok=True)
        return made.snapshot


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _behind(connection: Connection, snapshot: Snapshot) -> int | None:
    """Positions by which the changes are ahead of a snapshot; None when it is of a history since undone."""
    is_ours = all(has_head(connection, stream, told) for stream, told in snapshot.heads.items())
    if snapshot.server_epoch != server_epoch(connection) or not is_ours:
        return None
    steps = [row.position - snapshot.cursor.get(row.id, 0) for row in connection.execute(select(streams))]
    return sum(steps) if min(steps, default=0) >= 0 else None


@dataclass(frozen=True, slots=True)
class _Made:
    file: Path
    snapshot: Snapshot


def _write(database: Database, site: SiteId, folder: Path) -> _Made:
    plain, packed = folder / "rows.db", folder / "rows.zst"
    with database.reading() as connection, closing(sqlite3.connect(plain, isolation_level=None)) as file:
        epoch, reached = server_epoch(connection), connection.execute(select(streams)).all()
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            file.execute(f"PRAGMA {pragma}")
        for statement in STATEMENTS:
            file.execute(statement)
        file.execute("BEGIN")
        rows = _write_units(connection, site, file) + _write_others(connection, site, file)
        for statement in (_LABELS, *INDEXES):
            file.execute(statement)
        file.execute("COMMIT")
    unpacked = plain.stat().st_size
    with plain.open("rb") as source, zstd.open(packed, "wb", level=3) as target:
        while piece := source.read(COPY):
            target.write(piece)
    with packed.open("rb") as source:
        digest = file_digest(source, "sha256").hexdigest()
    cursor = {row.id: row.position for row in reached}
    heads = {row.id: head_of(row.position, row.head) for row in reached}
    return _Made(packed, Snapshot(FORM, digest, packed.stat().st_size, unpacked, rows, epoch, cursor, heads))


_FACTS = ", ".join(fact.format(body="?1") for fact in UNIT_FACTS.values())
_UNIT = f"INSERT INTO units ({', '.join(UNIT_FACTS)}, position, body) VALUES ({_FACTS}, ?2, ?1)"  # noqa: S608 - our own names
_LABELS = """
INSERT OR IGNORE INTO labels (serial, product, unit)
SELECT serial, product, id FROM units
UNION ALL
SELECT former.value, product, units.id FROM units, json_each(body, '$.former_serials') AS former
ORDER BY 1, 2
"""


def _write_units(connection: Connection, site: SiteId, file: sqlite3.Connection) -> int:
    """All units, each at its position in the site's stream; the database itself reads their bodies."""
    here = and_(feed.c.stream == site, feed.c.kind == RowKind.UNIT, feed.c.id == units.c.id)
    query = (
        select(units.c.site, units.c.body, func.coalesce(feed.c.position, 0).label("position"))
        .select_from(units.outerjoin(feed, here))
        .order_by(units.c.id)
        .execution_options(yield_per=AT_ONCE)
    )
    count = 0
    for page in connection.execute(query).partitions():
        file.executemany(_UNIT, [(_body(row.site == site, row.body), row.position) for row in page])
        count += len(page)
    return count


def _body(is_here: bool, body: str) -> str:
    return body if is_here else json.dumps(compact(json.loads(body)), separators=(",", ":"))


def _write_others(connection: Connection, site: SiteId, file: sqlite3.Connection) -> int:
    """Everything else that the feed lists, a later stream's entry over an earlier one's, as a follower has it.

    Late verdicts are no rows: who takes a snapshot sends again what waits, and is answered with them.
    """
    rows = connection.execute(
        select(feed.c.kind, feed.c.id, feed.c.position, feed.c.stream)
        .where(feed.c.kind.not_in((RowKind.UNIT, RowKind.VERDICT, RowKind.LISTED)))
        .order_by(feed.c.stream, feed.c.position)
    )
    entries = [FeedEntry(RowKind(row.kind), row.id, row.position, row.stream) for row in rows]
    entries += [FeedEntry(RowKind.LISTED, row.id, row.position, site) for row in _units_on_documents(connection, site)]
    for part in chunks(entries):
        for row in rows_of(connection, part, site):
            file.execute(*_put(row))
            if row.kind == RowKind.PRODUCT:
                file.executemany("INSERT OR IGNORE INTO gtins VALUES (:gtin, :product)", gtins_of([value_of(row)]))
    return len(entries)


def _units_on_documents(connection: Connection, site: SiteId) -> Sequence[Any]:
    """The entries of the units on a site's documents.

    Of a completed one, those that were found damaged, which may turn out to be a mistake: nothing else happens to them.
    """
    is_over = and_(documents.c.status == DocumentStatus.COMPLETED.value, not_(listed.c.set_aside))
    return connection.execute(
        select(feed.c.id, feed.c.position)
        .join(listed, listed.c.id == feed.c.id)
        .join(documents, documents.c.id == listed.c.document)
        .where(feed.c.stream == site, feed.c.kind == RowKind.LISTED, not_(is_over))
        .order_by(feed.c.position)
    ).all()


def _put(row: Row) -> tuple[str, dict[str, Any]]:
    """The statement that puts a row into its table, with its values."""
    if row.kind == RowKind.ATTENTION:
        table, columns = "attention", {"id": row.id, "position": row.position, "body": json.dumps(row.body)}
    else:
        table, columns = TABLE_NAMES.get(row.kind, "others"), columns_of(row, value_of(row))
    values = ", ".join(f":{name}" for name in columns)
    return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({values})", columns  # noqa: S608 - our own names
