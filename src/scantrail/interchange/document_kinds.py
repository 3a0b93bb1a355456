"""Columns of orders, allocations and pick lists."""

from __future__ import annotations

from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.interchange import cells
from scantrail.interchange.cells import one_of
from scantrail.interchange.columns import Column, Kind, absent, listed, needed, plain, yes_no
from scantrail.words import N_

_LINES = (
    needed("line", cells.code, N_("number of the line"), "1"),
    needed("product", cells.word, N_("SKU"), "CM-500-STD"),
    absent(
        "kind",
        one_of(LineKind),
        N_("exact (names its serials), any, or quantity; empty: exact if serials are given, else any"),
        "exact",
    ),
    absent("quantity", cells.count, N_("how many; empty on an exact line: as many as serials"), "2"),
    listed("serials", cells.code, N_("serials of an exact line"), "CM500-2025-0046|CM500-2025-0047"),
    yes_no("cancelled", N_("yes, once the line is withdrawn"), "no", default=False),
)
_LOT = Column("lot", cells.code, N_("lot the line asks for"))

PURCHASE_ORDERS = Kind(
    "purchase_orders",
    ("number",),
    N_("What suppliers owe us, with the packing lists as lines."),
    (
        needed("number", cells.code, N_("the order's number"), "PO-2025-0156"),
        needed("site", cells.word, N_("where it is received"), "MAIN"),
        needed("supplier", cells.text, N_("id or exact name of a supplier"), "Precision Components LLC"),
        Column("supplier_lot", cells.code, N_("the supplier's lot"), "PC-2025-089"),
        Column(
            "status", one_of(DocumentStatus), N_("open, completed or cancelled"), "open", default=DocumentStatus.OPEN
        ),
    ),
    (*_LINES, _LOT),
)

SALES_ORDERS = Kind(
    "sales_orders",
    ("number",),
    N_("What customers are owed."),
    (
        needed("number", cells.code, N_("the order's number"), "SO-2025-1289"),
        needed("site", cells.word, N_("where it is fulfilled"), "MAIN"),
        needed("customer", cells.text, N_("who ordered: id or exact name of a partner"), "Premium Manufacturing"),
        plain("customer_class", N_("for example VIP"), "VIP"),
        absent("required_by", cells.day, N_("latest day"), "2025-02-01"),
        plain("firmware", N_("firmware version every unit must have; empty for any"), "2.1.4"),
        yes_no("calibrated", N_("whether every unit's calibration must be valid"), "no", default=False),
        listed("instructions", cells.text, N_("special instructions, shown at the pick"), "Double-box each unit"),
        Column(
            "status", one_of(DocumentStatus), N_("open, completed or cancelled"), "open", default=DocumentStatus.OPEN
        ),
    ),
    (*_LINES, _LOT),
)

ALLOCATIONS = Kind(
    "allocations",
    ("product", "serial", "order"),
    N_("Units promised to sales orders."),
    (
        needed("order", cells.code, N_("sales order"), "SO-2025-1289"),
        needed("product", cells.word, N_("SKU"), "CM-500-STD"),
        needed("serial", cells.code, N_("serial of the unit"), "CM500-2025-0046"),
    ),
)

PICK_LISTS = Kind(
    "pick_lists",
    ("number",),
    N_("What is to be picked. Customer, dates and requirements come from the sales order."),
    (
        needed("number", cells.code, N_("the list's number"), "PL-2025-0091"),
        needed("site", cells.word, N_("where it is picked"), "MAIN"),
        needed("order", cells.code, N_("sales order it is for"), "SO-2025-1289"),
        Column("priority", cells.count, N_("1 is the most urgent"), "1", default=5),
        listed("instructions", cells.text, N_("instructions besides the order's"), "Pick before noon"),
        Column("status", one_of(DocumentStatus), N_("open or cancelled"), "open", default=DocumentStatus.OPEN),
    ),
    _LINES,
)
