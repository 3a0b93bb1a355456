"""What a device keeps beside journal and rows: PIN verifiers, wrong PINs, and histories looked up before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from scantrail.device.store.database import Database
from scantrail.device.store.schema import failures, timelines, verifiers
from scantrail.domain.acts.act import Times
from scantrail.domain.names.identifiers import UnitId, WorkerId
from scantrail.domain.plain import from_plain, to_plain

HISTORIES = 200
"""Looked-up histories that are kept."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """By what this device verifies a worker's PIN while there is no network."""

    worker: WorkerId
    argon2: str
    made: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong PINs in a row with one badge."""

    count: int
    last: Times


@dataclass(frozen=True, slots=True)
class History:
    """A unit's timeline as the server told it."""

    fetched: datetime
    body: dict[str, Any]


def _put(table: Table, key: str) -> Any:
    statement = insert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
    return statement.on_conflict_do_update(index_elements=[table.c[key]], set_=changed)


_PUT_VERIFIER = _put(verifiers, "worker")
_VERIFIER = select(verifiers).where(verifiers.c.worker == bindparam("of"))
_DROP_VERIFIER = delete(verifiers).where(verifiers.c.worker == bindparam("of"))
_DROP_VERIFIERS = delete(verifiers)
_PUT_FAILURES = _put(failures, "badge")
_FAILURES = select(failures).where(failures.c.badge == bindparam("of"))
_DROP_FAILURES = delete(failures).where(failures.c.badge == bindparam("of"))
_PUT_HISTORY = _put(timelines, "unit")
_HISTORY = select(timelines).where(timelines.c.unit == bindparam("of"))
_NEWEST = select(timelines.c.unit).order_by(timelines.c.fetched.desc()).limit(HISTORIES)
_TRIM = delete(timelines).where(timelines.c.unit.not_in(_NEWEST))


class Keeping:
    """Verifiers, wrong PINs and histories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_verifier(self, verifier: Verifier) -> None:
        """Keep a worker's verifier in place of an older one."""
        with self._database.writing():
            self._database.execute(_PUT_VERIFIER, to_plain(verifier))

    def verifier(self, worker: WorkerId) -> Verifier | None:
        """A worker's verifier on this device."""
        rows = self._database.rows(_VERIFIER, of=worker)
        return from_plain(Verifier, dict(rows[0]._mapping)) if rows else None

    def drop_verifier(self, worker: WorkerId) -> None:
        """Have a worker sign in online the next time."""
        with self._database.writing():
            self._database.execute(_DROP_VERIFIER, {"of": worker})

    def drop_verifiers(self) -> None:
        """Have every worker sign in online the next time."""
        with self._database.writing():
            self._database.execute(_DROP_VERIFIERS, {})

    def put_failures(self, badge: str, count: int, last: Times) -> None:
        """Keep how many wrong PINs there were in a row."""
        with self._database.writing():
            values = {"badge": badge, "wrong": count, "last": json.dumps(to_plain(last))}
            self._database.execute(_PUT_FAILURES, values)

    def failures(self, badge: str) -> Failures | None:
        """The wrong PINs in a row with a badge."""
        rows = self._database.rows(_FAILURES, of=badge)
        return Failures(rows[0].wrong, from_plain(Times, json.loads(rows[0].last))) if rows else None

    def drop_failures(self, badge: str) -> None:
        """A right PIN ends the row of wrong ones."""
        with self._database.writing():
            self._database.execute(_DROP_FAILURES, {"of": badge})

    def put_history(self, unit: UnitId, body: dict[str, Any], fetched: datetime) -> None:
        """Keep a unit's timeline for the time without network."""
        values = {"unit": unit, "fetched": fetched.isoformat(), "body": json.dumps(body)}
        with self._database.writing():
            self._database.execute(_PUT_HISTORY, values)
            self._database.execute(_TRIM)

    def history(self, unit: UnitId) -> History | None:
        """A unit's timeline as it was last fetched."""
        rows = self._database.rows(_HISTORY, of=unit)
        return History(datetime.fromisoformat(rows[0].fetched), json.loads(rows[0].body)) if rows else None
