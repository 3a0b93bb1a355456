"""Every kind of document: the class that holds it, and who works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList, pick_list_facts, pick_list_summary, pick_list_urgency
from scantrail.domain.people.worker import Right
from scantrail.words import Message

Document = PurchaseOrder | SalesOrder | PickList

Shown = tuple[str, Message | str]
"""A label, untranslated, and its value."""


def _nothing(_document: Any) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What must be known of one kind of document."""

    holds: type[Any]
    """The class of its values."""
    right: Right | None = None
    """Who may work on it; None for a document that nobody works on, such as an order."""
    urgency: Callable[[Any], tuple[Any, ...]] = _nothing
    """Sorts the documents that wait: the most urgent is the smallest."""
    summary: Callable[[Any], tuple[str, ...]] = _nothing
    """What a row of a menu says of it, the most important first: its progress, then what fits."""
    in_hand: Callable[[Any], int] = lambda _document: 0
    """How many units are taken for it: they go back, or to another person, when it is cancelled or another's."""
    facts: Callable[[Any], tuple[Shown, ...]] = _nothing
    """What there is to know of it, line by line."""
    told: str = ""
    """What its rows say of which class they are, where that is not the kind's name: see `told_of`."""


DOCUMENTS: dict[DocumentKind, DocumentType] = {
    DocumentKind.PURCHASE_ORDER: DocumentType(PurchaseOrder),
    DocumentKind.SALES_ORDER: DocumentType(SalesOrder),
    DocumentKind.PICK_LIST: DocumentType(
        PickList,
        Right.PICK,
        urgency=pick_list_urgency,
        summary=pick_list_summary,
        in_hand=lambda document: document.done,
        facts=pick_list_facts,
        told="pick_list/2",
    ),
}
"""The table of kinds: a new kind of document is one entry."""


def kind_of(document: Any) -> DocumentKind:
    """The kind of a document.

    Raises:
        ValueError: it is no document.
    """
    for kind, described in DOCUMENTS.items():
        if type(document) is described.holds:
            return kind
    raise ValueError(f"{type(document).__name__} is no kind of document")


def told_of(document: Any) -> str:
    """What a document's row says of which class it is, such as `pick_list/2`.

    A form of its body that an older version would misread has another word: that version keeps such rows aside.
    """
    kind = kind_of(document)
    return DOCUMENTS[kind].told or str(kind)


def kind_told(told: str) -> DocumentKind | None:
    """The kind of the rows that say this of themselves; None where this version knows none."""
    return next((kind for kind, described in DOCUMENTS.items() if (described.told or kind) == told), None)


def type_of(document: Any) -> DocumentType:
    """What is known of a document's kind."""
    return DOCUMENTS[kind_of(document)]
