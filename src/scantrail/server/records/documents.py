"""Repository of documents."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.kinds import Document, kind_of
from scantrail.domain.names.identifiers import DocumentId
from scantrail.server.database.bodies import text_of
from scantrail.server.database.flights import Row
from scantrail.server.database.schema import documents
from scantrail.server.database.sets import put, rows_with

_AS_TOLD = KINDS[RowKind.DOCUMENT]
"""A document is kept as it travels: its body says of which kind it is."""


def documents_by_number(connection: Connection, numbers: Iterable[DocumentId]) -> dict[DocumentId, Document]:
    """The documents on record with these numbers."""
    return {row.id: document_in(row.body) for row in rows_with(connection, documents, documents.c.id, numbers)}


def document_in(body: str) -> Document:
    """The document in a row's body.

    Raises:
        PlainError: the body does not hold what this program writes there.
    """
    found: Document = _AS_TOLD.read(json.loads(body))
    return found


def put_documents(connection: Connection, changed: Iterable[Document]) -> None:
    """Write documents in their new state."""
    rows = [{**document_row(each), "body": text_of(_AS_TOLD.written(each))} for each in changed]
    put(connection, documents, rows)


def document_row(document: Document) -> Row:
    """A document's columns beside its body."""
    return {
        "id": document.number,
        "kind": str(kind_of(document)),
        "site": document.site,
        "status": document.status.value,
    }
