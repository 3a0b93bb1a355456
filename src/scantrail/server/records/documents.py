"""Repository of documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.kinds import DOCUMENTS, Document, kind_of
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.plain import from_plain
from scantrail.server.database.bodies import to_body
from scantrail.server.database.flights import Row
from scantrail.server.database.schema import documents
from scantrail.server.database.sets import put, rows_with


def documents_by_number(connection: Connection, numbers: Iterable[DocumentId]) -> dict[DocumentId, Document]:
    """The documents on record with these numbers."""
    rows = rows_with(connection, documents, documents.c.id, numbers)
    return {row.id: _document(row.kind, json.loads(row.body)) for row in rows}


def put_documents(connection: Connection, changed: Iterable[Document]) -> None:
    """Write documents in their new state."""
    put(connection, documents, [{**document_row(each), "body": to_body(each)} for each in changed])


def document_row(document: Document) -> Row:
    """A document's columns beside its body."""
    return {
        "id": document.number,
        "kind": str(kind_of(document)),
        "site": document.site,
        "status": document.status.value,
    }


def _document(kind: str, data: Any) -> Document:
    found: Document = from_plain(DOCUMENTS[DocumentKind(kind)].holds, data)
    return found
