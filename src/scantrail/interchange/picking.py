"""Allocations and pick lists: promising units, each judged as it would be at the pick (R14, R57, H2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, party
from scantrail.domain.acts.naming import NameOf, rows_named, with_names
from scantrail.domain.documents.document import DocumentKind, DocumentStatus, LineKind
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import without_reservations, without_stale_reservations
from scantrail.domain.facts.imports import DocumentImported
from scantrail.domain.facts.picking.events import AllocationReleased, UnitAllocated
from scantrail.domain.facts.work.events import TaskCancelled
from scantrail.domain.names.identifiers import SiteId, UnitId
from scantrail.domain.rules.goods import TO_PROMISE, Obstacle, Use, obstacles
from scantrail.domain.rules.pick import use_for
from scantrail.domain.things.hold import HOLD_NAMES
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.interchange.checking import Checked
from scantrail.interchange.lines import Asked, amended_lines, asked_lines
from scantrail.interchange.lookups import product_of, sales_order_of, site_known, unit_of_row, whereabouts
from scantrail.interchange.named import NamedLine, Rows, changed_rows, named_in, with_named, without_named
from scantrail.interchange.orders import check_head, document_of_type
from scantrail.interchange.plan import Plan
from scantrail.interchange.records import PROGRESS, has_progress
from scantrail.words import M, Message


def plan_allocations(rows: Iterable[Checked], plan: Plan) -> None:
    """Promise units to sales orders; a promise made once is not made again."""
    for row in rows:
        order = sales_order_of(row, plan)
        product = product_of(row, plan)
        unit = unit_of_row(row, plan, product, row["serial"], "serial") if product else None
        if order is not None and unit is not None:
            _allocate(row, plan, order, unit)


def _allocate(row: Checked, plan: Plan, order: SalesOrder, unit: Unit) -> None:
    if (unit.id, order.number) in plan.records.promised or unit.order == order.number:
        plan.count(row).unchanged += 1
        return
    lines = [line for line in order.lines if line.product == unit.product and not line.cancelled]
    if not any(line.kind is not LineKind.EXACT or unit.serial in line.serials for line in lines):
        plan.problem(row, M("expected a unit that a line of {order} asks for", order=order.number), "serial")
        return
    records, today = plan.records, _today(plan, order.site)
    use = Use(order.site, records.open_holds, records.places, today, order.number, requirement=order.requirement)
    problem = _not_free(plan, unit, use) or _on_the_way_to(plan, unit, lambda other: other.order != order.number)
    if order.status is not DocumentStatus.OPEN:
        problem = M("expected an open order; {order} is {status}", order=order.number, status=order.status.value)
    if problem is not None:
        plan.problem(row, problem, "serial")
        return
    plan.count(row).added += 1
    event = UnitAllocated(unit.id, order.number)
    plan.act(order.site, [event], document=order.number)
    plan.fold(unit, event, order.site)


def plan_pick_lists(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change pick lists, and promise to them the units they name."""
    for row in rows:
        site_known(row, plan)
        asked = asked_lines(row, plan)
        order = sales_order_of(row, plan)
        if order is None:
            continue
        if order.site != row["site"]:
            plan.problem(
                row, M("expected {site}, where {order} is fulfilled", site=order.site, order=order.number), "site"
            )
        if row["status"] not in (DocumentStatus.OPEN, DocumentStatus.CANCELLED):
            plan.problem(row, M("expected open or cancelled: work comes from scans"), "status", row["status"].value)
        old: PickList | None = document_of_type(row, plan, PickList)
        _plan_pick_list(row, plan, old, _described(row, plan, order, asked))


def _described(row: Checked, plan: Plan, order: SalesOrder, asked: Iterable[Asked]) -> PickList:
    return PickList(
        number=row["number"],
        site=row["site"],
        order=order.number,
        lines=tuple(filter(None, (_pick_line(line, order, plan) for line in asked))),
        customer=plan.records.parties.name_of(order.customer),
        customer_class=order.customer_class,
        priority=row["priority"],
        required_by=order.required_by,
        instructions=(*order.instructions, *row["instructions"]),
        requirement=order.requirement,
        status=row["status"],
    )


def _pick_line(line: Asked, order: SalesOrder, plan: Plan) -> PickLine | None:
    if line.kind is LineKind.QUANTITY:
        expected = M("expected exact or any: this version guides no picking by quantity")
        plan.problem(line.row, expected, "kind", line.kind.value)
        return None
    if not any(each.product == line.product.id and not each.cancelled for each in order.lines):
        plan.problem(line.row, M("expected a product that {order} asks for", order=order.number), "product")
        return None
    serials = filter(None, line.serials)
    found = {serial: unit_of_row(line.row, plan, line.product, serial, "serials") for serial in serials}
    asked = NamedLine(line.id, line.product.id, line.kind, line.quantity, cancelled=line.cancelled)
    return asked.with_named((serial, unit.id) for serial, unit in found.items() if unit is not None)


def _plan_pick_list(row: Checked, plan: Plan, on_record: PickList | None, new: PickList) -> None:
    rows = plan.records.listed.get(new.number, {})
    old = with_named(on_record, rows) if on_record is not None else None
    if old is not None and has_progress(old):
        new = _amended(row, plan, old, new, rows)
    if not plan.put(RowKind.DOCUMENT, row, new.number, old, new):
        return
    _write(plan, new, rows)
    events: list[Event | DocumentImported | TaskCancelled] = [DocumentImported(DocumentKind.PICK_LIST, new.number)]
    if new.status is DocumentStatus.CANCELLED:
        events.append(TaskCancelled(new.number))
    before, after = _named(old), _named(new)
    events.extend(_release(plan, new, before.keys() - after.keys()))
    events.extend(_promise(row, plan, new, {unit: after[unit] for unit in after if unit not in before}))
    plan.act(new.site, events, document=new.number)


def _write(plan: Plan, pick_list: PickList, rows: Rows) -> None:
    """Write a list, and the rows of the units that it names now or no more."""
    kept = without_named(pick_list)
    plan.write(RowKind.DOCUMENT, kept.number, kept)
    plan.records.documents[kept.number] = kept
    changed = {each.unit: each for each in changed_rows(pick_list, rows)}
    plan.records.listed[kept.number] = {**rows, **changed}
    for each in changed.values():
        plan.write(RowKind.LISTED, each.id, each)


def _amended(row: Checked, plan: Plan, old: PickList, new: PickList, rows: Rows) -> PickList:
    """The list with the work on it, and what the file changes; a unit that it names now is reserved for nobody."""
    check_head(row, plan, old, new, PROGRESS)
    lines = amended_lines(row, plan, old.lines, [_as_on_record(line, old, rows) for line in new.lines])
    is_over = old.status in (DocumentStatus.COMPLETED, DocumentStatus.CANCELLED)
    if is_over and lines != old.lines:
        expected = M("expected no change: {document} is {status}", document=old.number, status=old.status.value)
        plan.problem(row, expected, "lines", "")
    is_cancelled = not is_over and new.status is DocumentStatus.CANCELLED
    amended = replace(old, lines=lines, status=DocumentStatus.CANCELLED if is_cancelled else old.status)
    return without_stale_reservations(without_reservations(amended, _named(amended)))


def _as_on_record(line: PickLine, old: PickList, rows: Rows) -> PickLine:
    """A line of a file. Where it was cancelled before, units that it named may have come to another line since."""
    before = old.line(line.id)
    if before is None or not before.cancelled or not isinstance(line, NamedLine):
        return line
    names = zip(line.serials, line.units, strict=True)
    return line.with_named((serial, unit) for serial, unit in names if unit not in rows or rows[unit].line == line.id)


def _named(pick_list: PickList | None) -> dict[UnitId, PickLine]:
    """The units a pick list asks for by name, each with its line."""
    if pick_list is None or pick_list.status is DocumentStatus.CANCELLED:
        return {}
    return {unit: line for unit, (line, _serial) in named_in(pick_list).items() if not line.cancelled}


def _release(plan: Plan, pick_list: PickList, units: Iterable[UnitId]) -> Iterable[Event]:
    for unit in sorted(units):
        found = plan.records.units.get(unit)
        if found is not None and (found.status, found.document) == (Status.ALLOCATED, pick_list.number):
            event = AllocationReleased(unit, found.order or pick_list.order)
            plan.fold(found, event, pick_list.site)
            yield event


def _promise(row: Checked, plan: Plan, pick_list: PickList, named: dict[UnitId, PickLine]) -> Iterable[Event]:
    spots = {line["line"]: line for line in row.lines}
    records, today = plan.records, _today(plan, pick_list.site)
    use = use_for(pick_list, records.open_holds, records.places, today)
    for unit_id, line in named.items():
        unit = records.units[unit_id]
        problem = _not_free(plan, unit, use)
        problem = problem or _on_the_way_to(plan, unit, lambda other: other.number != pick_list.number)
        if problem is not None:
            plan.problem(spots[line.id], problem, "serials", unit.serial)
            continue
        event = UnitAllocated(unit.id, pick_list.order, pick_list.number)
        plan.fold(unit, event, pick_list.site)
        yield event


def _today(plan: Plan, site: SiteId) -> date:
    """The day at a site. For a site that is not on record, which is reported by itself, the day in UTC."""
    found = plan.records.sites.get(site)
    return (plan.now.astimezone(ZoneInfo(found.time_zone)) if found else plan.now).date()


def _not_free(plan: Plan, unit: Unit, use: Use) -> Message | None:
    """Why a unit can be promised to no order here, or not to this one."""
    found = frozenset(obstacles(unit, use, TO_PROMISE))
    why = next((words(unit, use) for obstacle, words in _EXPECTED.items() if obstacle in found), None)
    if why is None:
        return None
    return with_names(why, {row: plan.records.parties.name_of(row[1]) for row in rows_named(why)})


def _without_hold(unit: Unit, use: Use) -> Message:
    hold = use.holds.on(unit)[0]
    return M(
        "expected a unit without a hold; hold {hold} ({kind}) lies on it: {reason}",
        hold=hold.id,
        kind=M(HOLD_NAMES[hold.kind]),
        reason=hold.reason,
    )


def _with_firmware(unit: Unit, use: Use) -> Message:
    expected = "expected a unit with firmware {required}; this one has {found}"
    return M(expected, required=use.requirement.firmware, found=unit.firmware or "–")


_EXPECTED: dict[Obstacle, Callable[[Unit, Use], Message]] = {
    Obstacle.STATUS: lambda unit, _: M(
        "expected a unit that is Available; this one is {where}", where=whereabouts(unit)
    ),
    Obstacle.ANOTHER_SITE: lambda unit, use: M(
        "expected a unit at {site}; this one is {where}", site=use.site, where=whereabouts(unit)
    ),
    Obstacle.OWNER: lambda unit, _: M(
        "expected a unit of ours; this one belongs to {owner}", owner=NameOf(party(unit.owner.party))
    ),
    Obstacle.HOLD: _without_hold,
    Obstacle.FIRMWARE: _with_firmware,
    Obstacle.CALIBRATION: lambda unit, _: M(
        "expected a unit with a valid calibration; this one's: {found}", found=str(unit.calibration_valid_until or "–")
    ),
    Obstacle.ANOTHER_ORDER: lambda unit, _: M(
        "expected a unit that is promised to nobody else; this one is to {order}", order=unit.order
    ),
    Obstacle.ANOTHER_LIST: lambda unit, _: M(
        "expected a unit that is on no other list; this one is on {document}", document=unit.document
    ),
}
"""What stands in the way, as the person reads it who made the file; what is named first is said."""


def _on_the_way_to(plan: Plan, unit: Unit, is_another: Callable[[PickList], bool]) -> Message | None:
    """Who is on the way to pick a unit for an any-serial line of another list; promised away, it would be refused."""
    for other in filter(is_another, plan.records.lists_reserving(unit)):
        if other.taken is not None:
            worker = plan.records.workers.get(other.taken.worker)
            return M(
                "expected a unit that nobody is on the way to: {worker}, on {device}, is about to pick this one for "
                "{document}. Name another unit, or import this again when {document} is done",
                worker=worker.name if worker else other.taken.worker,
                device=other.taken.device,
                document=other.number,
            )
    return None
