"""What rows refer to: looked up among what is on record and in the same import, or a problem of the row."""

from __future__ import annotations

from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.names.identifiers import SerialFault, code_of, site_of
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product, Tracking
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.domain.things.unit import Unit
from scantrail.interchange.checking import Checked
from scantrail.interchange.plan import Plan
from scantrail.interchange.serials import beyond_labels, doubt, impossible
from scantrail.words import M, Message


def product_of(row: Checked, plan: Plan, sku: str | None = None) -> Product | None:
    """The product a row names."""
    wanted = sku or row["product"]
    found = plan.records.products.get(wanted)
    if found is None and not plan.is_rejected("products", wanted):
        plan.problem(row, M("expected a SKU that is on record or in these files"), "product", wanted)
    return found


def place_of(row: Checked, plan: Plan, column: str = "place") -> Place | None:
    """The place a row names."""
    found = plan.records.places.get(row[column] or "")
    if found is None and not plan.is_rejected("places", row[column] or ""):
        plan.problem(row, M("expected a place that is on record or in these files"), column, row[column] or "")
    return found


def site_known(row: Checked, plan: Plan) -> bool:
    """Whether the site a row names is one of ours."""
    if row["site"] in plan.records.sites:
        return True
    if not plan.is_rejected("sites", row["site"]):
        plan.problem(row, M("expected a site that is on record or in these files"), "site")
    return False


def sales_order_of(row: Checked, plan: Plan) -> SalesOrder | None:
    """The sales order a row names."""
    found = plan.records.documents.get(row["order"])
    if isinstance(found, SalesOrder):
        return found
    if not plan.is_rejected("sales_orders", row["order"]):
        plan.problem(row, M("expected a sales order that is on record or in these files"), "order")
    return None


def serial_of(row: Checked, plan: Plan, product: Product, raw: str, column: str) -> str | None:
    """A serial in its canonical form, if the product's serials look like it."""
    canonical = product.canonical(raw)
    fault = product.serial_fault(raw) if canonical else SerialFault.MALFORMED
    if fault is None:
        return canonical if product.serial_format else _without_format(row, plan, canonical, raw, column)
    padded = canonical.zfill(len(product.serial_format))
    if canonical.isdecimal() and product.serial_fault(padded) is None:
        expected = M(
            "expected {serial}: its leading zeros are lost. Format the column as text and enter it again", serial=padded
        )
    elif fault is SerialFault.CUT_SHORT:
        expected = M("expected a serial like {format}; the end of this one is missing", format=product.serial_format)
    else:
        expected = M("expected a serial of {sku}, like {format}", sku=product.sku, format=product.serial_format)
    plan.problem(row, expected, column, raw)
    return None


def _without_format(row: Checked, plan: Plan, canonical: str, raw: str, column: str) -> str | None:
    """A product without a format leaves more to look at: what no label holds, and what a spreadsheet has made of it."""
    problem = beyond_labels(raw) or impossible(raw)
    if problem is not None:
        plan.problem(row, problem, column, raw)
        return None
    doubtful = doubt(raw)
    if doubtful is not None:
        plan.warn(row, doubtful, column, raw)
    return canonical


def tracked_by_serial(row: Checked, plan: Plan, product: Product) -> bool:
    """Whether units of the product have serials."""
    if product.tracking in (Tracking.SERIAL, Tracking.SERIAL_IN_LOT):
        return True
    expected = M(
        "expected a product that is tracked by serial; this one is tracked by {tracking}",
        tracking=product.tracking.value,
    )
    plan.problem(row, expected, "product", product.sku)
    return False


def unit_of_row(row: Checked, plan: Plan, product: Product, raw: str, column: str) -> Unit | None:
    """The unit a serial names, on record or registered by this import."""
    canonical = serial_of(row, plan, product, raw, column)
    if canonical is None:
        return None
    found = plan.records.unit_called(product.id, canonical)
    if found is None and not plan.is_rejected("units", product.id, raw):
        plan.problem(row, M("expected a unit that is on record or in these files"), column, raw)
    return found


def whereabouts(unit: Unit) -> Message:
    """Where a unit is and how it stands, in a few words."""
    status = M(STATUS_NAMES[unit.status])
    site, code = site_of(unit.place), code_of(unit.place)
    return M("{status}, in {code} ({site})", status=status, code=code, site=site)
