"""Repository of the units on documents."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.server.database.bodies import from_body, to_body
from scantrail.server.database.flights import Row
from scantrail.server.database.schema import listed
from scantrail.server.database.sets import put, rows_with


def listed_on(connection: Connection, numbers: Iterable[DocumentId]) -> list[Listed]:
    """Every unit on these documents."""
    return [from_body(Listed, row.body) for row in rows_with(connection, listed, listed.c.document, numbers)]


def unit_listed(connection: Connection, number: DocumentId, unit: UnitId) -> Listed | None:
    """A unit on a document; None where it has never been on it."""
    found = rows_with(connection, listed, listed.c.id, [listed_id(number, unit)])
    return from_body(Listed, found[0].body) if found else None


def put_listed(connection: Connection, changed: Iterable[Listed]) -> None:
    """Write units on documents in their new state."""
    put(connection, listed, [{**listed_row(each), "body": to_body(each)} for each in changed])


def listed_row(row: Listed) -> Row:
    """A unit's columns beside its body."""
    return {
        "id": row.id,
        "document": row.document,
        "picked": row.picked is not None,
        "set_aside": row.set_aside is not None,
    }
