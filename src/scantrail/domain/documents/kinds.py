"""Every kind of document and the class that holds it."""

from __future__ import annotations

from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList

Document = PurchaseOrder | SalesOrder | PickList


DOCUMENT_TYPES: dict[DocumentKind, type[PurchaseOrder | SalesOrder | PickList]] = {
    DocumentKind.PURCHASE_ORDER: PurchaseOrder,
    DocumentKind.SALES_ORDER: SalesOrder,
    DocumentKind.PICK_LIST: PickList,
}
"""The class that holds each kind of document."""
