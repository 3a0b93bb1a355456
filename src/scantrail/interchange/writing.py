"""A plan becomes rows, log and change feed, set-wise, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.imports import RowsImported
from scantrail.interchange.plan import Plan
from scantrail.interchange.rows import Source
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.flights import fly
from scantrail.server.database.sets import CHUNK, chunks
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.people.sign_in import pin_verifier
from scantrail.server.records.documents import put_documents
from scantrail.server.records.listed import put_listed
from scantrail.server.records.master import (
    put_holds,
    put_parties,
    put_people,
    put_places,
    put_products,
    put_settings,
    put_sites,
    put_workers,
    stream_of,
)
from scantrail.server.records.units import put_units

Wrote = Callable[[int], None]
"""Told how many rows have been written so far."""


def write_plan(connection: Connection, plan: Plan, sources: Sequence[Source], wrote: Wrote) -> None:
    """Carry a plan out. The caller holds the locks of every stream on record, and the plan has no problem."""
    _log_files(plan, sources)
    _write_rows(connection, plan)
    units = [plan.records.units[unit] for unit in plan.changed_units]
    registered = set(plan.registered)
    for done, part in enumerate(chunks(units)):
        wrote(done * CHUNK)
        put_units(connection, part, registered)
    wrote(len(units))
    marks = _marks(plan)
    for name in sorted({*plan.acts, *marks}):
        records = SqlRecords.of(connection, name, plan.now)
        records.record(sorted(plan.acts.get(name, []), key=lambda each: each.at))
        records.changed(marks.get(name, ()))
        fly(connection, *records.finish())


def _write_rows(connection: Connection, plan: Plan) -> None:
    written: Mapping[RowKind, Mapping[str, Any]] = plan.written
    put_settings(connection, written.get(RowKind.SETTINGS, {}).values())
    put_sites(connection, written.get(RowKind.SITE, {}).values())
    put_products(connection, written.get(RowKind.PRODUCT, {}).values())
    put_places(connection, written.get(RowKind.PLACE, {}).values())
    verifiers = {**plan.records.verifiers, **{worker: pin_verifier(pin) for worker, pin in plan.pins.items()}}
    put_workers(connection, written.get(RowKind.WORKER, {}).values(), verifiers)
    put_parties(connection, written.get(RowKind.PARTY, {}).values())
    put_people(connection, written.get(RowKind.PERSON, {}).values())
    put_holds(connection, written.get(RowKind.HOLD, {}).values())
    put_documents(connection, written.get(RowKind.DOCUMENT, {}).values())
    put_listed(connection, written.get(RowKind.LISTED, {}).values())


def _site_of(plan: Plan, kind: RowKind, row: Any) -> str:
    """The site that a row belongs to, or that its document does."""
    if kind == RowKind.LISTED:
        return plan.records.documents[row.document].site
    return row.site if kind in (RowKind.PLACE, RowKind.DOCUMENT) else GLOBAL_STREAM


def _log_files(plan: Plan, sources: Sequence[Source]) -> None:
    hashes = {source.name: source.sha256 for source in sources}
    for (kind, file), count in plan.counts.items():
        if count.added or count.changed:
            plan.act(GLOBAL_STREAM, [RowsImported(kind, file, hashes[file], count.added, count.changed)])


def _marks(plan: Plan) -> dict[str, list[tuple[RowKind, str]]]:
    """What changed, by the stream it is listed in."""
    marks: dict[str, list[tuple[RowKind, str]]] = {}
    for kind, rows in plan.written.items():
        if kind == RowKind.PERSON:
            continue  # no device shows who signed
        for key, row in rows.items():
            site = _site_of(plan, kind, row)
            marks.setdefault(stream_of(site, plan.records.sites), []).append((kind, key))
    for unit, site in plan.changed_units.items():
        marks.setdefault(site, []).append((RowKind.UNIT, unit))
    return marks
