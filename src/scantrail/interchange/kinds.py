"""Every kind of rows, in the order they are applied in: the one place that says what a file may hold."""

from __future__ import annotations

import re

from scantrail.domain.facts.receiving.events import Creation
from scantrail.domain.things.hold import HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, OwnerType
from scantrail.interchange import cells
from scantrail.interchange.cells import one_of
from scantrail.interchange.columns import Column, Kind, absent, listed, needed, plain, yes_no
from scantrail.interchange.document_kinds import ALLOCATIONS, PICK_LISTS, PURCHASE_ORDERS, SALES_ORDERS
from scantrail.interchange.master_kinds import PARTNERS, PLACES, PRODUCTS, SITES, WORKERS
from scantrail.interchange.steps import Step
from scantrail.words import N_

_HOLD_KIND = one_of(kind for kind in HoldKind if kind is not HoldKind.NOT_KNOWN)

UNITS = Kind(
    "units",
    ("product", "serial"),
    N_("Serial-numbered units as they stand now. They are registered once; later files never move or change them."),
    (
        needed("product", cells.word, N_("SKU"), "CM-500-STD"),
        needed("serial", cells.code, N_("serial as on the label"), "CM500-2025-0046"),
        needed("place", cells.place, N_("where it is"), "MAIN/A-15-03"),
        Column(
            "status",
            one_of(Status),
            N_("status; without history available, quarantine, returned, under_service, damaged, recalled or retired"),
            "available",
            default=Status.AVAILABLE,
        ),
        Column("condition", one_of(Condition), N_("good or damaged"), "good", default=Condition.GOOD),
        Column(
            "owner_type",
            one_of(OwnerType),
            N_("owned, consigned, customer or supplier"),
            "owned",
            default=OwnerType.OWNED,
        ),
        plain("owner", N_("id or exact name of who owns it, unless it is ours")),
        plain("firmware", N_("firmware version"), "2.1.4"),
        plain("configuration", N_("configuration")),
        absent("calibration_valid_until", cells.day, N_("last day of its calibration"), "2026-06-30"),
        Column("lot", cells.code, N_("our lot")),
        plain("supplier", N_("id or exact name of a supplier"), "Precision Components LLC"),
        Column("supplier_lot", cells.code, N_("the supplier's lot"), "PC-2025-089"),
        absent("purchase_order", cells.code, N_("the purchase order it came on"), "PO-2025-0156"),
        absent("manufactured", cells.day, N_("day it was made"), "2025-01-20"),
        absent("received", cells.day, N_("day it was received"), "2025-01-27"),
        plain("notes", N_("anything else")),
        plain("reason", N_("why it is taken in although its purchase order does not list it")),
    ),
)

HOLDS = Kind(
    "holds",
    ("id",),
    N_(
        "Units that may not be used. Every criterion that is given must match; a hold that names serials lies on those."
    ),
    (
        needed("id", cells.word, N_("name of the hold; never changes"), "RC-2025-03"),
        needed(
            "kind",
            _HOLD_KIND,
            N_("recall, quality, stolen, legal or missing"),
            "recall",
        ),
        needed("reason", cells.text, N_("shown to whoever scans such a unit"), "Capacitor may fail"),
        absent("product", cells.word, N_("SKU"), "PS-24-10"),
        listed("serials", cells.code, N_("serials of the product")),
        Column("serial_from", cells.code, N_("first serial of a range")),
        Column("serial_to", cells.code, N_("last serial of a range")),
        Column("lot", cells.code, N_("our lot")),
        Column("supplier_lot", cells.code, N_("the supplier's lot"), "VP-2024-77"),
        absent("manufactured_from", cells.day, N_("made on this day or later")),
        absent("manufactured_to", cells.day, N_("made on this day or earlier")),
        yes_no("open", N_("no, once it is lifted"), "yes", default=True),
    ),
)

HISTORY = Kind(
    "history",
    ("product", "serial", "at", "event"),
    N_("What happened to units before Scantrail, from `registered` on; their rows in units say how it ended."),
    (
        needed("product", cells.word, N_("SKU"), "CM-500-STD"),
        needed("serial", cells.code, N_("serial of the unit"), "CM500-2025-0045"),
        needed("at", cells.instant, N_("when, with the offset from UTC"), "2025-01-27T09:30:00-05:00"),
        needed(
            "event",
            one_of(Step),
            N_("registered, moved, allocated, released, picked, condition, quarantined, shipped or delivered"),
            "registered",
        ),
        absent("place", cells.place, N_("where it was registered or went to"), "MAIN/DOCK-01"),
        Column("by", cells.text, N_("worker, or the name of a person not on record"), "clara", default="System"),
        Column(
            "how",
            one_of(Creation),
            N_("registered: receiving, manufacturing, service_return, transfer, found or migration"),
            "receiving",
            default=Creation.MIGRATION,
        ),
        absent("order", cells.code, N_("allocated, picked, shipped: the sales order")),
        absent("document", cells.code, N_("picked: the pick list; shipped, delivered: the shipment")),
        Column("line", cells.code, N_("picked: the line of the pick list"), default="1"),
        Column("condition", one_of(Condition), N_("condition: good or damaged"), default=Condition.GOOD),
        plain("carrier", N_("shipped: id or exact name of the carrier")),
        plain("service", N_("shipped: the service level")),
        Column("tracking", cells.code, N_("shipped: the tracking number")),
        plain("owner", N_("delivered: id or exact name of who owns it then; empty: whose place it is")),
        plain("signed_by", N_("delivered: who signed, by name or id")),
        plain("reason", N_("reason"), ""),
        plain("note", N_("anything else")),
    ),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SITES,
        PARTNERS,
        PLACES,
        PRODUCTS,
        WORKERS,
        PURCHASE_ORDERS,
        SALES_ORDERS,
        UNITS,
        HISTORY,
        HOLDS,
        ALLOCATIONS,
        PICK_LISTS,
    )
}
"""Every kind, in the order they are applied in, whatever the order of the files."""


def kind_of_file(stem: str) -> Kind | None:
    """The kind a CSV file's name begins with: `units`, `Units January`, `units (1)`, `pick lists 2025-01`."""
    called = re.sub(r"[\s_-]+", "_", stem.strip().lower())
    return next((kind for kind in KINDS.values() if re.match(rf"{kind.name}(?![a-z])", called)), None)
