"""Lines of orders and pick lists, and what may still be changed in a document that work has been recorded on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.orders import OrderLine
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.names.identifiers import ProductId
from scantrail.domain.things.product import Product
from scantrail.interchange.checking import Checked
from scantrail.interchange.lookups import product_of, serial_of, tracked_by_serial
from scantrail.interchange.plan import Plan
from scantrail.words import M

Line = TypeVar("Line", OrderLine, PickLine)

DEFINING = ("product", "kind", "quantity", "serials", "lot")
"""What a line asks for; the rest is what has become of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a line of any document asks for."""

    row: Checked
    id: str
    product: Product
    kind: LineKind
    quantity: int
    serials: tuple[str, ...]
    """Canonical."""
    cancelled: bool


def asked_lines(row: Checked, plan: Plan) -> tuple[Asked, ...]:
    """The lines of a document that are right; a problem for each that is not."""
    if not row.lines:
        plan.problem(row, M("expected at least one line"), "lines", "")
    lines = tuple(_asked(row.lines, plan))
    named: set[tuple[ProductId, str]] = set()
    for line in lines:
        for serial in line.serials:
            if (line.product.id, serial) in named:
                plan.problem(line.row, M("expected each serial once in a document"), "serials", serial)
            named.add((line.product.id, serial))
    return lines


def _asked(rows: Iterable[Checked], plan: Plan) -> Iterator[Asked]:
    ids: set[str] = set()
    for row in rows:
        if row["line"] in ids:
            plan.problem(row, M("expected each line number once in a document"), "line")
        ids.add(row["line"])
        product = product_of(row, plan)
        kind = row["kind"] or (LineKind.EXACT if row["serials"] else LineKind.ANY)
        if product is None or not _kind_fits(row, kind, product, plan):
            continue
        serials = tuple(serial_of(row, plan, product, raw, "serials") or "" for raw in row["serials"])
        quantity = row["quantity"] or len(serials)
        yield Asked(row, row["line"], product, kind, quantity, serials, row["cancelled"])


def _kind_fits(row: Checked, kind: LineKind, product: Product, plan: Plan) -> bool:
    before = len(plan.problems)
    if kind is LineKind.EXACT and not row["serials"]:
        plan.problem(row, M("expected serials: an exact line names its units"), "serials", "")
    elif kind is LineKind.EXACT and row["quantity"] not in (None, len(row["serials"])):
        plan.problem(row, M("expected {count}, one for each serial", count=len(row["serials"])), "quantity")
    elif kind is not LineKind.EXACT and row["serials"]:
        plan.problem(
            row,
            M("expected no serials on a line that takes {kind}", kind=kind.value),
            "serials",
            "|".join(row["serials"]),
        )
    elif kind is not LineKind.EXACT and row["quantity"] is None:
        plan.problem(row, M("expected how many"), "quantity", "")
    elif kind is not LineKind.QUANTITY:
        tracked_by_serial(row, plan, product)
    return len(plan.problems) == before


def order_lines(row: Checked, plan: Plan) -> tuple[OrderLine, ...]:
    """The lines of an order."""
    return tuple(
        OrderLine(line.id, line.product.id, line.kind, line.quantity, line.serials, line.row["lot"], line.cancelled)
        for line in asked_lines(row, plan)
    )


def amended_lines(row: Checked, plan: Plan, old: Sequence[Line], new: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a document with records on it: the old ones, cancelled where the file says so, and added ones."""
    wanted = {line.id: line for line in new}
    spots = {line["line"]: line for line in row.lines}
    lines: list[Line] = [_amended(row, spots, line, wanted.get(line.id), plan) for line in old]
    known = {line.id for line in old}
    lines.extend(line for line in new if line.id not in known)
    return tuple(lines)


def _amended(row: Checked, spots: Mapping[str, Checked], old: Line, new: Line | None, plan: Plan) -> Line:
    if new is None:
        expected = M("expected line {line} too: to withdraw a line, say yes under cancelled", line=old.id)
        plan.problem(row, expected, "lines", "")
        return old
    for name in DEFINING:
        if getattr(old, name, None) != getattr(new, name, None):
            expected = M("expected no change: work on this document has been recorded. Cancel the line and add another")
            plan.problem(spots[old.id], expected, name)
    return replace(old, cancelled=old.cancelled or new.cancelled)
