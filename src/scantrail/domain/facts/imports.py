"""Files and documents that were imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scantrail.domain.acts.event import Event, Family
from scantrail.domain.acts.fact import SYSTEM, Fact, no_rows, nothing_against
from scantrail.domain.acts.kinds import document
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.names.identifiers import DocumentId
from scantrail.words import M, Message


@dataclass(frozen=True, slots=True)
class RowsImported(Event):
    """A file of one kind was imported."""

    kind: str
    file: str
    sha256: str
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class DocumentImported(Event):
    """A document was added or changed by an import."""

    kind: DocumentKind
    document: DocumentId


def _told_rows(event: RowsImported) -> Message:
    return M(
        "Imported {file} ({kind}): {added} added, {changed} changed",
        file=event.file,
        kind=event.kind,
        added=event.added,
        changed=event.changed,
    )


FACTS: tuple[Fact[Any], ...] = (
    Fact(
        RowsImported,
        Family.WORK,
        by=SYSTEM,
        touches=no_rows,
        check=nothing_against,
        folds={},
        told=_told_rows,
    ),
    Fact(
        DocumentImported,
        Family.WORK,
        by=SYSTEM,
        touches=no_rows,
        concerns=lambda event: (document(event.document),),
        check=nothing_against,
        folds={},
        told=lambda event: M("{document} imported", document=event.document),
    ),
)
"""The facts of this family."""
