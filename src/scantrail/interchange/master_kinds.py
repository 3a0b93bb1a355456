"""Columns of sites, products, partners, places and workers."""

from __future__ import annotations

from typing import Any

from scantrail.domain.names.identifiers import CaseRule
from scantrail.domain.people.party import PartyKind
from scantrail.domain.people.worker import Role
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.place import CONTAINERS, PlaceKind
from scantrail.domain.things.product import Tracking
from scantrail.interchange import cells
from scantrail.interchange.cells import many, one_of
from scantrail.interchange.columns import Column, Kind, absent, listed, needed, plain, yes_no
from scantrail.interchange.problems import CellError
from scantrail.words import N_, M

SITES = Kind(
    "sites",
    ("id",),
    N_("Warehouses of our own, with the rules they work by."),
    (
        needed("id", cells.word, N_("short name, the first part of its places"), "MAIN"),
        needed("name", cells.text, N_("full name"), "Main warehouse"),
        needed("time_zone", cells.time_zone, N_("IANA time zone"), "America/New_York"),
        yes_no("typed_serials", N_("whether serials may be typed by hand"), "no", default=None),
        absent("quarantine_place", cells.place, N_("where damaged units are put"), "MAIN/QC-01"),
        listed("short_reasons", cells.text, N_("reasons for a short pick"), "", None),
        listed("damage_reasons", cells.text, N_("kinds of damage"), "", None),
        listed("label_reasons", cells.text, N_("why a label cannot be read"), "", None),
        listed("pick_checklist", cells.text, N_("asked before a pick list is complete"), "", None),
        listed("check_reasons", cells.text, N_("why a list may end with a check not met"), "", None),
        Column(
            "pick_condition",
            one_of(PickCondition),
            N_("what says that a picked unit is good: next (the next scan), each (Enter), exception (no report)"),
            "next",
            default=None,
        ),
        Column(
            "waiting_hours",
            cells.count,
            N_("how long the server keeps a record that lacks an earlier step"),
            "24",
            default=None,
        ),
        listed("code_prefixes", cells.code_prefix, N_("what the site's labels put before their codes"), "serial=S:"),
        Column("company_prefix", cells.company_prefix, N_("GS1 Company Prefix of carton numbers (SSCC)"), "9521234"),
        Column("sscc_extension", cells.digit, N_("extension digit of carton numbers"), "0", default=0),
        listed(
            "number_series",
            cells.number_format,
            N_("what devices number offline: documents of a kind, serials of a product"),
            "pick_list=PL-YYYY-NNNN",
        ),
    ),
)

PRODUCTS = Kind(
    "products",
    ("sku",),
    N_("What is stored and picked."),
    (
        needed("sku", cells.word, N_("article number; never changes"), "CM-500-STD"),
        needed("name", cells.text, N_("what people call it"), "Control Module CM-500"),
        listed(
            "gtins", cells.gtin, N_("GTINs; GTIN:level:quantity for a packing level above the unit"), "09521234543213"
        ),
        Column("serial_format", cells.serial_format, N_("format of its serials; empty for any"), "CM500-YYYY-NNNN"),
        Column(
            "case_rule",
            one_of(CaseRule),
            N_("upper: case makes no difference; exact: it does"),
            "upper",
            default=CaseRule.UPPER,
        ),
        Column(
            "tracking",
            one_of(Tracking),
            N_("serial, serial_in_lot, lot or quantity"),
            "serial",
            default=Tracking.SERIAL,
        ),
        plain("tracking_reason", N_("why it is followed so finely"), "warranty"),
        plain("model", N_("model"), "CM-500"),
        plain("manufacturer", N_("who makes it"), "Example Controls"),
    ),
)

PARTNERS = Kind(
    "partners",
    ("id", "name"),
    N_("Companies and people that goods come from and go to."),
    (
        Column("id", cells.code, N_("your own number of it, or its id here; empty: found by name"), "C-1041"),
        needed("name", cells.text, N_("full name"), "Premium Manufacturing"),
        needed(
            "kind",
            one_of(PartyKind),
            N_("customer, dealer, supplier, service_centre, authority or carrier"),
            "customer",
        ),
        plain("class", N_("for example VIP: the class of its orders that state none"), "VIP"),
    ),
)


def _place_kind(value: Any) -> PlaceKind:
    """What sort of place it is. Cartons and pallets were kinds of places once, and stand in files of that time."""
    if cells.text(value).lower() in CONTAINERS:
        raise CellError(M("cartons and pallets are no places: leave this row out; they come on record when packed"))
    return one_of(PlaceKind)(value)


PLACES = Kind(
    "places",
    ("place",),
    N_("Bins, docks, carts, and places of partners."),
    (
        needed("place", cells.place, N_("site or partner, slash, the code on the label"), "MAIN/A-15-03"),
        needed(
            "kind",
            _place_kind,
            N_("bin, dock, staging, cart, in_transit, customer, service_centre, supplier or unknown"),
            "bin",
        ),
        needed("pickable", cells.flag, N_("whether units may be picked from it"), "yes"),
        Column("route", cells.integer, N_("position on the walk through the site"), "30", default=0),
        plain("name", N_("full name; for a partner's place the partner's"), "Aisle A, bay 15, level 3"),
        plain("partner", N_("id or exact name of the partner whose place it is; empty: the partner of its name")),
    ),
)

WORKERS = Kind(
    "workers",
    ("id",),
    N_("People who sign in with a badge and a PIN."),
    (
        needed("id", cells.word, N_("short name; never changes"), "sarah"),
        needed("name", cells.text, N_("full name"), "Sarah Johnson"),
        needed("badge", cells.code, N_("the text of the badge's barcode"), "WKR-1001"),
        absent("pin", cells.pin, N_("4 to 12 digits; needed for a new worker, empty keeps the present one"), "1234"),
        needed("site", cells.word, N_("where the person works"), "MAIN"),
        Column(
            "roles",
            many(one_of(Role)),
            N_(
                "jobs, and with them rights: receiving_clerk, supervisor, inspector, sales, picker, shipping, "
                "customer_service, warranty_officer, store_manager, service, quality, administrator"
            ),
            "picker",
            required=True,
        ),
        absent("cart", cells.place, N_("where what this person picks goes"), "MAIN/CART-05"),
        yes_no("active", N_("no, once the person has left"), "yes", default=True),
    ),
)
