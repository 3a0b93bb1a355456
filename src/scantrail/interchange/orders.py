"""Purchase orders with their packing lists, and sales orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentKind, DocumentStatus, Requirement
from scantrail.domain.documents.kinds import Document
from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.facts.imports import DocumentImported
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.people.party import PartyKind
from scantrail.interchange.checking import Checked
from scantrail.interchange.lines import amended_lines, order_lines
from scantrail.interchange.lookups import site_known
from scantrail.interchange.partners import partner_or_new, the_supplier
from scantrail.interchange.plan import Plan
from scantrail.words import M

Order = TypeVar("Order", PurchaseOrder, SalesOrder)


def plan_purchase_orders(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change purchase orders."""
    for row in rows:
        order = PurchaseOrder(
            number=row["number"],
            site=row["site"],
            supplier=the_supplier(plan, row, "supplier", row["supplier"]),
            lines=order_lines(row, plan),
            supplier_lot=row["supplier_lot"],
            status=row["status"],
        )
        _plan_order(row, plan, DocumentKind.PURCHASE_ORDER, order, is_worked_on=False)


def plan_sales_orders(rows: Iterable[Checked], plan: Plan, worked_on: frozenset[DocumentId]) -> None:
    """Add and change sales orders; `worked_on` are those that units have been picked for."""
    for row in rows:
        customer = partner_or_new(plan, row, "customer", row["customer"], PartyKind.CUSTOMER)
        order = SalesOrder(
            number=row["number"],
            site=row["site"],
            customer=customer,
            lines=order_lines(row, plan),
            customer_class=row["customer_class"] or plan.records.parties.class_of(customer),
            required_by=row["required_by"],
            requirement=Requirement(row["firmware"], row["calibrated"]),
            instructions=row["instructions"],
            status=row["status"],
        )
        _plan_order(row, plan, DocumentKind.SALES_ORDER, order, is_worked_on=order.number in worked_on)


def _plan_order(row: Checked, plan: Plan, kind: DocumentKind, order: Order, *, is_worked_on: bool) -> None:
    site_known(row, plan)
    if order.status is DocumentStatus.IN_PROGRESS:
        plan.problem(row, M("expected open, completed or cancelled"), "status", order.status.value)
    old = document_of_type(row, plan, type(order))
    if old is not None and (is_worked_on or old.status is not DocumentStatus.OPEN):
        order = _amended(row, plan, old, order)
    if plan.put(RowKind.DOCUMENT, row, order.number, old, order):
        plan.records.documents[order.number] = order
        plan.act(order.site, [DocumentImported(kind, order.number)], document=order.number)


def _amended(row: Checked, plan: Plan, old: Order, new: Order) -> Order:
    check_head(row, plan, old, new)
    ends = old.status is DocumentStatus.OPEN and new.status is not DocumentStatus.OPEN
    return replace(
        old,
        lines=amended_lines(row, plan, old.lines, new.lines),
        status=new.status if ends else old.status,
    )


def document_of_type(row: Checked, plan: Plan, wanted: type[Any]) -> Any:
    """The document on record of a row's number; another kind of document of that number is a problem."""
    found = plan.records.documents.get(row["number"])
    if found is not None and not isinstance(found, wanted):
        plan.problem(row, M("expected a number of its own; another kind of document has it"), "number")
        return None
    return found


def check_head(row: Checked, plan: Plan, old: Document, new: Document, besides: Iterable[str] = ()) -> None:
    """What is above the lines stays as it is, once work on the document has been recorded."""
    free = {"lines", "status", *besides}
    for spec in fields(old):
        if spec.name not in free and getattr(old, spec.name) != getattr(new, spec.name):
            expected = M("expected no change: work on this document has been recorded; lines may be added or cancelled")
            plan.problem(row, expected, spec.name, row.values.get(spec.name) or "")
