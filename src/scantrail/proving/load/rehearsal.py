"""Which rows a push writes, seen by the database itself: taken once on SQLite, with triggers on every table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select, text

from scantrail.protocol.messages import Outcome, Push, PushAnswer, Seen
from scantrail.proving.load.journals import seen_after
from scantrail.server.database.engine import Database
from scantrail.server.ledger.judging import Device, take_push
from scantrail.words import M, OperatorError

_CHANGED = "bench_changed"
_NOT_OURS = ("alembic_version", _CHANGED)

_WAYS = f"SELECT DISTINCT way FROM {_CHANGED} WHERE name = :name"  # noqa: S608 - reason: our own table
_ROWS = f"rowid IN (SELECT at FROM {_CHANGED} WHERE name = :name)"  # noqa: S608 - reason: our own table

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """The rows that one push leaves, in their last state."""

    new: dict[str, Rows]
    """By table: rows that were not there before."""
    changed: dict[str, Rows]
    """By table: rows of tables in which some of these pushes change or replace rows."""


def tables_of(database: Database) -> list[Table]:
    """The tables of a database as they are there, each behind those it refers to."""
    found = MetaData()
    found.reflect(database.engine)
    return [table for table in found.sorted_tables if table.name not in _NOT_OURS]


def rehearse(database: Database, pushes: Sequence[tuple[Device, Push]]) -> list[Written]:
    """Take pushes one after the other, and give what each of them has written.

    Raises:
        OperatorError: an act did not apply.
    """
    tables = tables_of(database)
    with database.writing() as connection:
        _watch(connection, tables)
    seen: dict[str, Seen] = {}
    taken = []
    for device, push in pushes:
        answer = take_push(database, device, replace(push, seen=seen.get(device.id, push.seen)), datetime.now(UTC))
        must_apply(answer)
        seen[device.id] = seen_after(push, answer)
        taken.append(_written(database, tables))
    replaced = {name for changes in taken for name, (_rows, is_new) in changes.items() if not is_new}
    return [
        Written(
            {name: rows for name, (rows, _) in changes.items() if name not in replaced},
            {name: rows for name, (rows, _) in changes.items() if name in replaced},
        )
        for changes in taken
    ]


def must_apply(answer: PushAnswer) -> None:
    """Only what applies is measured.

    Raises:
        OperatorError: an act did not.
    """
    for verdict in answer.verdicts:
        if verdict.outcome is not Outcome.APPLIED:
            why = verdict.refusal.code if verdict.refusal else verdict.outcome.value
            raise OperatorError(M("The bench cannot work: act {seq} did not apply ({why}).", seq=verdict.seq, why=why))


def _watch(connection: Connection, tables: Sequence[Table]) -> None:
    connection.execute(text(f"CREATE TABLE {_CHANGED} (name TEXT, way TEXT, at INTEGER)"))
    for table in tables:
        for way, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            noting = f"INSERT INTO {_CHANGED} VALUES ('{table.name}', '{way}', {row}.rowid)"  # noqa: S608 - reason: names of our own tables
            trigger = f'CREATE TRIGGER "bench_{table.name}_{way}" AFTER {way} ON "{table.name}" BEGIN {noting}; END'
            connection.execute(text(trigger))


def _written(database: Database, tables: Sequence[Table]) -> dict[str, tuple[Rows, bool]]:
    """By table, the rows that the last push has left, and whether all of them were inserted and nothing else."""
    found: dict[str, tuple[Rows, bool]] = {}
    with database.writing() as connection:
        for table in tables:
            ways = set(connection.execute(text(_WAYS), {"name": table.name}).scalars())
            if ways:
                at = text(_ROWS).bindparams(name=table.name)
                rows = connection.execute(select(table).where(at)).mappings()
                found[table.name] = [dict(row) for row in rows], ways == {"INSERT"}
        connection.execute(text(f"DELETE FROM {_CHANGED}"))  # noqa: S608 - reason: our own table
    return found
