"""The kinds of rows, and what names one row."""

from __future__ import annotations

from enum import Enum

from scantrail.domain.names.identifiers import DocumentId, UnitId


class RowKind(Enum):
    """What a row describes."""

    SITE = "site"
    PRODUCT = "product"
    PLACE = "place"
    WORKER = "worker"
    HOLD = "hold"
    DOCUMENT = "document"
    UNIT = "unit"
    ATTENTION = "attention"
    """A record that did not apply and that somebody has settled elsewhere; see `SettledRecord`."""
    VERDICT = "verdict"
    """The final word on an act that waited; see `LateVerdict`."""


Thing = tuple[RowKind, str]
"""What names one row: its kind and its id, such as `(RowKind.DOCUMENT, "PL-2025-0091")`."""


def unit(unit_id: UnitId) -> Thing:
    """A unit's row."""
    return RowKind.UNIT, unit_id


def document(number: DocumentId) -> Thing:
    """A document's row."""
    return RowKind.DOCUMENT, number
