"""Units: registered once, with their past if the files tell it; what is on record is only compared (R5, R42)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.orders import PurchaseOrder
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.names.identifiers import ProductId, SiteId, unit_id
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.interchange.checking import Checked
from scantrail.interchange.lookups import place_of, product_of, serial_of, tracked_by_serial, whereabouts
from scantrail.interchange.partners import owner_of, the_supplier
from scantrail.interchange.past import WITHOUT_HISTORY, plan_past
from scantrail.interchange.plan import Plan
from scantrail.interchange.steps import STEP_EVENTS
from scantrail.server.database.instants import instant_text
from scantrail.words import M

UNITS_PER_ACT = 100
"""A unit's timeline reads the whole act, so acts stay small."""

FACTS = (
    "firmware",
    "configuration",
    "calibration_valid_until",
    "lot",
    "supplier_lot",
    "purchase_order",
    "manufactured",
    "received",
    "notes",
)
"""Columns that are copied to the unit as they are."""

STANDING = ("status", "place", "condition")
"""What of a unit changes by scans only, once it is registered; its owner as well."""

Name = tuple[ProductId, str]
"""A product and a canonical serial."""


def plan_units(rows: Sequence[Checked], history: Sequence[Checked], plan: Plan) -> None:
    """Register the units that are new, with their past, and compare the others."""
    told = _by_unit(history, plan)
    seen: dict[Name, Checked] = {}
    fresh: list[_Fresh] = []
    for row in rows:
        product = product_of(row, plan)
        if product is None or not tracked_by_serial(row, plan, product):
            plan.reject(row, row["product"], row["serial"])
            continue
        serial = serial_of(row, plan, product, row["serial"], "serial")
        if serial is None:
            plan.reject(row, row["product"], row["serial"])
            continue
        first = seen.setdefault((product.id, serial), row)
        if first is not row:
            plan.problem(row, M("expected each serial once; it is also in {spot}", spot=str(first.spot)), "serial")
            continue
        fresh.extend(_unit(row, product, serial, told.get((product.id, serial), []), plan))
    _check_all_told(told, seen, plan)
    _register(fresh, plan)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A unit to register now, as it stands, without any past."""

    unit: Unit
    site: SiteId
    reason: str


def _by_unit(history: Iterable[Checked], plan: Plan) -> dict[Name, list[Checked]]:
    """What the files tell of each unit, oldest first."""
    told: dict[Name, list[Checked]] = {}
    for row in history:
        product = product_of(row, plan)
        serial = serial_of(row, plan, product, row["serial"], "serial") if product else None
        if product is not None and serial is not None:
            told.setdefault((product.id, serial), []).append(row)
    return {name: sorted(rows, key=lambda row: row["at"]) for name, rows in told.items()}


def _check_all_told(told: Mapping[Name, Sequence[Checked]], seen: Mapping[Name, Checked], plan: Plan) -> None:
    """History of a unit that no row of these files describes is right only if it is on record already."""
    for name, rows in told.items():
        if name in seen:
            continue
        unit = plan.records.unit_called(*name)
        if unit is not None:
            _compare_past(unit, rows, plan)
            continue
        for row in rows:
            if plan.is_rejected("units", row["product"], row["serial"]):
                continue
            plan.problem(row, M("expected a row for this unit in units: it says how its history ended"), "serial")


def _unit(row: Checked, product: Product, serial: str, told: Sequence[Checked], plan: Plan) -> Iterator[_Fresh]:
    holder = plan.records.labels.get((product.id, serial))
    known = plan.records.units.get(holder) if holder else None
    if known is not None:
        _compare(row, known, plan)
        _compare_past(known, told, plan)
        return
    before = len(plan.problems)
    unit = _described(row, product, serial, plan)
    _check(row, unit, told, plan)
    if len(plan.problems) != before:
        plan.reject(row, product.id, serial)
        return
    plan.count(row).added += 1
    if told:
        plan_past(row, unit, told, plan)
    else:
        yield _Fresh(unit, unit.site, row["reason"])


def _described(row: Checked, product: Product, serial: str, plan: Plan) -> Unit:
    return Unit(
        id=unit_id(product.id, serial),
        product=product.id,
        serial=serial,
        status=row["status"],
        place=row["place"],
        raw_serial=row["serial"],
        condition=row["condition"],
        owner=owner_of(plan, row),
        supplier=the_supplier(plan, row, "supplier", row["supplier"]) if row["supplier"] else "",
        **{name: row[name] for name in FACTS},
    )


def _check(row: Checked, unit: Unit, told: Sequence[Checked], plan: Plan) -> None:
    place = place_of(row, plan)
    if place is not None and not told and place.site not in plan.records.sites:
        expected = M("expected a place of a site of ours; a unit that is elsewhere comes in with its history")
        plan.problem(row, expected, "place")
    if not told and unit.status not in WITHOUT_HISTORY:
        expected = M(
            "expected a status that needs no history; import it as available with an allocation, or give its history"
        )
        plan.problem(row, expected, "status", unit.status.value)
    if unit.status is Status.VOID:
        plan.problem(row, M("expected another status: void comes from a correction only"), "status", unit.status.value)
    if unit.manufactured and unit.received and unit.manufactured > unit.received:
        plan.problem(row, M("expected a day on or after the day it was made"), "received")
    _check_purchase_order(row, unit, any(each["reason"] for each in told), plan)


def _check_purchase_order(row: Checked, unit: Unit, reasoned: bool, plan: Plan) -> None:
    """A unit its purchase order does not list is taken in with a reason only (H6)."""
    if unit.purchase_order is None:
        return
    order = plan.records.documents.get(unit.purchase_order)
    if not isinstance(order, PurchaseOrder):
        if not plan.is_rejected("purchase_orders", unit.purchase_order):
            plan.problem(row, M("expected a purchase order that is on record or in these files"), "purchase_order")
        return
    if unit.supplier and unit.supplier != order.supplier:
        supplier = plan.records.parties.name_of(order.supplier)
        plan.problem(row, M("expected {supplier}, who supplies this order", supplier=supplier), "supplier")
    lines = [line for line in order.lines if line.product == unit.product and not line.cancelled]
    is_listed = any(line.kind is not LineKind.EXACT or unit.serial in line.serials for line in lines)
    if not is_listed and not row["reason"] and not reasoned:
        expected = M("expected a reason: {order} does not list this unit", order=order.number)
        plan.problem(row, expected, "reason", "")


def _compare(row: Checked, unit: Unit, plan: Plan) -> None:
    """A unit on record: facts must be those it was registered with; how it stands now is its own business."""
    plan.count(row).unchanged += 1
    if unit.id != unit_id(unit.product, plan.records.products[unit.product].canonical(row["serial"])):
        expected = M(
            "expected a serial that was never used; {serial} once bore it ({where})",
            serial=unit.serial,
            where=whereabouts(unit),
        )
        plan.problem(row, expected, "serial")
        return
    born = plan.records.born.get(unit.id, unit)
    for name in FACTS:
        if row[name] not in (getattr(born, name), getattr(unit, name)):
            _differs(row, unit, name, getattr(unit, name), plan)
    if not _meant(row["supplier"], plan) & {born.supplier, unit.supplier}:
        _differs(row, unit, "supplier", plan.records.parties.name_of(unit.supplier), plan)
    owners = {(row["owner_type"], each) for each in _meant(row["owner"], plan)}
    is_its_owners = owners & {(each.owner.type, each.owner.party) for each in (born, unit)}
    stands = all(row[name] in (getattr(born, name), getattr(unit, name)) for name in STANDING)
    if not (stands and is_its_owners):
        plan.moved_on += 1


def _meant(text: str, plan: Plan) -> frozenset[str]:
    """What stands in the records of a unit for the partner that a file calls so: its id; in former ones its name."""
    return plan.records.parties.called(text) | {text}


def _differs(row: Checked, unit: Unit, column: str, value: object, plan: Plan) -> None:
    expected = M(
        "expected {value} as on record ({where}): a unit is registered once and no import changes it",
        value=value or "–",
        where=whereabouts(unit),
    )
    plan.problem(row, expected, column, row[column] or "")


def _compare_past(unit: Unit, told: Iterable[Checked], plan: Plan) -> None:
    for row in told:
        key = (unit.id, STEP_EVENTS[row["event"]].__name__, instant_text(row["at"]))
        if key in plan.records.past:
            plan.count(row).unchanged += 1
        else:
            expected = M("expected history that is on record: this unit is, and its past takes no more steps")
            plan.problem(row, expected, "at", row["at"].isoformat())


def _register(fresh: Sequence[_Fresh], plan: Plan) -> None:
    """Register units as they stand, some in each act."""
    groups: dict[tuple[SiteId, str], list[Unit]] = {}
    for each in fresh:
        groups.setdefault((each.site, each.reason), []).append(each.unit)
    for (site, reason), units in groups.items():
        for start in range(0, len(units), UNITS_PER_ACT):
            events = [
                UnitRegistered(unit.id, Creation.MIGRATION, unit) for unit in units[start : start + UNITS_PER_ACT]
            ]
            plan.act(site, events, reason=reason)
            for event in events:
                plan.register(event, site)
