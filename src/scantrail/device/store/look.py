"""A look at a store's journal that changes nothing, also while the handheld works with it.

The connection can only read, so it neither writes nor checkpoints: it cannot be the second writer that damages a WAL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

from scantrail.device.store.attention import Trouble, open_troubles
from scantrail.device.store.database import FILE
from scantrail.device.store.errors import StoreDamaged, StoreMissing, cannot_use, told
from scantrail.device.store.journal import Identity
from scantrail.device.store.numbers import NumbersLeft
from scantrail.device.store.schema import ACKNOWLEDGED_FORM, NUMBERS_FORM, ROWS_FILE_FORM, VERSION
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.people.site import Site
from scantrail.domain.plain import from_plain
from scantrail.protocol.acts import decode_act
from scantrail.protocol.outbox import ActState, Entry
from scantrail.sqlite import sqlite3
from scantrail.words import M


@dataclass(frozen=True, slots=True)
class JournalLook:
    """A journal as it stood at one moment."""

    identity: Identity
    waiting: tuple[Entry, ...]
    """Every act from the first that the server has not acknowledged."""
    kept: tuple[Entry, ...]
    """Every act that is still here and follows on the one before it, to the end."""
    waiting_count: int
    """Acts the server has not acknowledged."""
    oldest_waiting: datetime | None
    attention: int
    """What did not apply and nobody has settled."""
    time_zone: str
    """The site's; empty before its settings have come."""
    numbers: tuple[NumbersLeft, ...]
    """What is left to give away offline, of every series that there was a block of."""
    last_heard: date | None = None
    """The last day on which the server acknowledged acts, by its own clock."""
    kept_waiting: int = 0
    """Acts that the server keeps for want of an earlier step."""


def look(folder: Path) -> JournalLook:
    """The journal in a device's folder.

    Raises:
        StoreMissing, StoreDamaged: as their names say.
    """
    path = folder / FILE
    try:
        if not path.exists():
            raise StoreMissing(M("This device is not enrolled: {folder} has no records.", folder=folder))
        with closing(_read_only(path)) as connection:
            connection.execute("PRAGMA busy_timeout = 2000")
            connection.execute("BEGIN")
            return _look(connection, folder)
    except OSError as error:
        raise cannot_use(folder, error) from error
    except sqlite3.Error as error:
        raise told(error) or error from error


def _look(connection: sqlite3.Connection, folder: Path) -> JournalLook:
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    if form > VERSION:
        newer = M("This device's records were written by a newer Scantrail (form {found}). Upgrade first.", found=form)
        raise StoreDamaged(newer)
    identity = Identity(*connection.execute("SELECT device, site, epoch, server_url FROM meta").fetchone())
    rows = connection.execute(
        "SELECT seq, exact, state, has_events, refusal, settled_by FROM journal ORDER BY seq"
    ).fetchall()
    pending = [row for row in rows if row[2] == ActState.PENDING.value]
    first = pending[0][0] if pending else None
    troubles = (row for row in rows if row[2] in (ActState.REFUSED.value, ActState.CONTESTED.value) and row[3])
    return JournalLook(
        identity=identity,
        waiting=tuple((row[0], row[1]) for row in rows if first is not None and row[0] >= first),
        kept=_unbroken([(row[0], row[1]) for row in rows]),
        waiting_count=len(pending),
        oldest_waiting=decode_act(pending[0][1]).times.wall if pending else None,
        attention=len(open_troubles(_trouble(*row) for row in troubles)),
        time_zone=_time_zone(connection, folder, identity.site),
        numbers=_numbers(connection) if form >= NUMBERS_FORM else (),
        last_heard=_last_heard(connection) if form >= ACKNOWLEDGED_FORM else None,
        kept_waiting=sum(row[2] == ActState.WAITING.value for row in rows),
    )


def _time_zone(connection: sqlite3.Connection, folder: Path, site: SiteId) -> str:
    """From the site's settings among the server's rows, which are in a file of their own."""
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    if form < ROWS_FILE_FORM:
        return ""
    (rows,) = connection.execute("SELECT name FROM rows_file").fetchone()
    with closing(_read_only(folder / rows)) as beside:
        found = beside.execute("SELECT body FROM sites WHERE id = ?", (site,)).fetchone()
    return from_plain(Site, json.loads(found[0])).time_zone if found else ""


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)


def _last_heard(connection: sqlite3.Connection) -> date | None:
    (day,) = connection.execute("SELECT max(day) FROM acknowledged").fetchone()
    return date.fromisoformat(day) if day else None


def _numbers(connection: sqlite3.Connection) -> tuple[NumbersLeft, ...]:
    left: dict[str, NumbersLeft] = {}
    rows = connection.execute("SELECT series, first + size - next, refusal FROM number_blocks ORDER BY series, turn")
    for series, count, refusal in rows:
        before = left[series].left if series in left else 0
        left[series] = NumbersLeft(series, before + count, refusal)
    return tuple(left.values())


def _trouble(_seq: int, exact: bytes, _state: str, _has_events: int, refusal: str, settled_by: int | None) -> Trouble:
    return Trouble(decode_act(exact), from_plain(Refusal, json.loads(refusal)), settled_by)


def _unbroken(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The longest end of a journal without a gap: what is done with is dropped after a time, what is not is kept."""
    run: list[Entry] = []
    for entry in entries:
        if run and entry[0] != run[-1][0] + 1:
            run.clear()
        run.append(entry)
    return tuple(run)
