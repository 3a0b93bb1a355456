"""All kinds in the order they depend on each other, against what is on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from scantrail.domain.names.identifiers import DocumentId, ProductId, UnitId
from scantrail.domain.things.place import PlaceKind
from scantrail.interchange.checking import Checked, CheckedRows
from scantrail.interchange.holding import plan_holds
from scantrail.interchange.masters import (
    check_number_series,
    check_sites,
    plan_places,
    plan_products,
    plan_sites,
    plan_workers,
)
from scantrail.interchange.orders import plan_purchase_orders, plan_sales_orders
from scantrail.interchange.partners import find_suppliers, plan_partners
from scantrail.interchange.picking import plan_allocations, plan_pick_lists
from scantrail.interchange.plan import Plan
from scantrail.interchange.problems import Problems
from scantrail.interchange.records import (
    Records,
    load_births,
    load_documents,
    load_masters,
    load_named_units,
    load_parties,
    load_past,
    load_people,
    load_promises,
    load_reserving,
    load_units,
    orders_worked_on,
)
from scantrail.interchange.stock import plan_units


def make_plan(connection: Connection, rows: CheckedRows, now: datetime, problems: Problems) -> Plan:
    """What these rows do to what is on record; the caller holds the locks."""
    records = load_masters(connection)
    pick_lists = frozenset(row["number"] for row in rows["pick_lists"])
    plan = Plan(records, now, problems, rejected=rows.rejected, pick_lists=pick_lists)
    load_parties(connection, records, set(_partners(records, rows)))
    plan_sites(rows["sites"], plan)
    plan_partners(rows["partners"], plan)
    plan_places(rows["places"], plan)
    find_suppliers(plan)
    check_sites(rows["sites"], plan)
    plan_products(rows["products"], plan)
    check_number_series(rows["sites"], plan)
    plan_workers(rows["workers"], plan)
    _load_the_rest(connection, records, rows)
    plan_purchase_orders(rows["purchase_orders"], plan)
    plan_sales_orders(rows["sales_orders"], plan, orders_worked_on(connection, _on_record(records, rows)))
    plan_units(rows["units"], rows["history"], plan)
    plan_holds(rows["holds"], plan)
    plan_allocations(rows["allocations"], plan)
    plan_pick_lists(rows["pick_lists"], plan)
    return plan


def _load_the_rest(connection: Connection, records: Records, rows: CheckedRows) -> None:
    load_documents(connection, records, set(_documents(rows)))
    load_parties(connection, records, records.partners_of_orders())
    load_units(connection, records, set(_units(rows)))
    load_named_units(connection, records)
    load_parties(connection, records, records.partners_of_units())
    if any(row["signed_by"] for row in rows["history"]):
        load_people(connection, records)
    if rows["allocations"] or rows["pick_lists"]:
        load_reserving(connection, records)
    load_births(connection, records, _known(records, rows["units"]))
    load_past(connection, records, _known(records, rows["history"]))
    load_promises(connection, records, _known(records, rows["allocations"]))


def _on_record(records: Records, rows: CheckedRows) -> Iterable[DocumentId]:
    return [row["number"] for row in rows["sales_orders"] if row["number"] in records.documents]


def _partners(records: Records, rows: CheckedRows) -> Iterator[str]:
    """What the files call partners, the suppliers that have a place, and whose the places are that units went to."""
    columns = {
        "partners": ("id", "name"),
        "places": ("partner", "name"),
        "purchase_orders": ("supplier",),
        "sales_orders": ("customer",),
        "units": ("owner", "supplier"),
        "history": ("carrier", "owner"),
    }
    for kind, names in columns.items():
        yield from (row[name] for row in rows[kind] for name in names)
    yield from (each.party for each in records.places.values() if each.kind is PlaceKind.SUPPLIER and each.party)
    went_to = {row["place"] for row in rows["history"]} & records.places.keys()
    yield from (party for party in (records.places[each].party for each in went_to) if party)


def _documents(rows: CheckedRows) -> Iterator[DocumentId]:
    columns = {
        "purchase_orders": ("number",),
        "sales_orders": ("number",),
        "pick_lists": ("number", "order"),
        "units": ("purchase_order",),
        "allocations": ("order",),
        "history": ("order", "document"),
    }
    for kind, names in columns.items():
        yield from (row[name] for row in rows[kind] for name in names if row[name])


def _units(rows: CheckedRows) -> Iterator[tuple[ProductId, str]]:
    for kind in ("units", "history", "allocations"):
        yield from ((row["product"], row["serial"]) for row in rows[kind])
    for row in rows["pick_lists"]:
        yield from ((line["product"], serial) for line in row.lines for serial in line["serials"])


def _known(records: Records, rows: Iterable[Checked]) -> set[UnitId]:
    found = (records.unit_called(row["product"], row["serial"]) for row in rows)
    return {unit.id for unit in found if unit is not None}
