"""Holds: opened and closed by files; what a hold lies on never changes (domain §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.holding import HoldClosed, HoldOpened
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.product import Product
from scantrail.interchange.checking import Checked
from scantrail.interchange.lookups import product_of, serial_of
from scantrail.interchange.plan import Plan
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.words import M

CRITERIA = ("serials", "serial_from", "serial_to", "lot", "supplier_lot", "manufactured_from", "manufactured_to")
COPIED = ("id", "kind", "reason", "lot", "supplier_lot", "manufactured_from", "manufactured_to", "open")


def plan_holds(rows: Iterable[Checked], plan: Plan) -> None:
    """Open holds, and close those on record."""
    for row in rows:
        hold = _described(row, plan)
        old = plan.records.holds.get(hold.id)
        if old is None:
            _check_new(row, plan)
        elif replace(old, open=hold.open) != hold:
            plan.problem(row, M("expected the same as on record; close this hold and open another"), "id")
        if plan.put(RowKind.HOLD, row, hold.id, old, hold):
            plan.records.put_hold(hold)
            events = [HoldOpened(hold)] if hold.open else [HoldClosed(hold.id)]
            plan.act(GLOBAL_STREAM, events, reason=hold.reason)


def _check_new(row: Checked, plan: Plan) -> None:
    if not row["open"]:
        plan.problem(row, M("expected yes: a hold begins open"), "open", "no")
    if not row["product"] and not any(row[name] for name in CRITERIA):
        plan.problem(row, M("expected at least one criterion, such as a product or a lot"), "product", "")
    if row["serials"] and any(row[name] for name in CRITERIA if name != "serials"):
        plan.problem(row, M("expected serials, or other criteria, but not both"), "serials", "|".join(row["serials"]))


def _described(row: Checked, plan: Plan) -> Hold:
    product = product_of(row, plan) if row["product"] else None
    if product is None and (row["serials"] or row["serial_from"] or row["serial_to"]):
        plan.problem(row, M("expected the product of these serials"), "product", row["product"] or "")
    raw = {name: row[name] for name in ("serial_from", "serial_to")}
    first, last = (_canonical(row, plan, product, name, raw[name]) for name in raw)
    if first and last and first > last:
        plan.problem(row, M("expected a serial at or after {first}", first=first), "serial_to")
    names = [_canonical(row, plan, product, "serials", each) for each in row["serials"]]
    return Hold(
        units=tuple(unit_id(product.id, name) for name in names if name) if product else (),
        product=product.id if product else None,
        serial_from=first,
        serial_to=last,
        **{name: row[name] for name in COPIED},
    )


def _canonical(row: Checked, plan: Plan, product: Product | None, column: str, raw: str) -> str:
    if not raw or product is None:
        return ""
    return serial_of(row, plan, product, raw, column) or ""
