"""Judging an act: the same function on the device, on the server and in the simulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.events import (
    AllocationReleased,
    AttentionSettled,
    BinConfirmed,
    BinFoundEmpty,
    CheckConfirmed,
    CheckNotMet,
    ConditionStated,
    Event,
    LabelUnreadable,
    LineShorted,
    PickListCompleted,
    PickListReleased,
    PickListTaken,
    PickUndone,
    ProductConfirmed,
    QuarantineUndone,
    ShortUndone,
    UnitHandedOver,
    UnitMoved,
    UnitPicked,
    UnitPutAside,
    UnitQuarantined,
    UnitRegistered,
    UnitsReserved,
    UnitSubstituted,
    WorkerSignedIn,
    WorkerSignedOut,
    document_of,
    unit_of,
)
from scantrail.domain.fold import By, changes_unit, fold_pick_list, fold_unit, substituted
from scantrail.domain.names.identifiers import DocumentId, UnitId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.damage import (
    as_set_aside,
    back_in_bin_refusal,
    before_damage,
    damage_undo_refusal,
    put_aside_refusal,
)
from scantrail.domain.rules.handling import (
    condition_refusal,
    move_refusal,
    place_refusal,
    quarantine_refusal,
    transition_refusal,
)
from scantrail.domain.rules.pick import PickCase, before_pick, pick_refusal, unlisted_pick_refusal
from scantrail.domain.rules.receive import ReceiptCase, receipt_refusal
from scantrail.domain.rules.scan import typed_refusal
from scantrail.domain.rules.scope import scope_refusal
from scantrail.domain.rules.steps import (
    check_refusal,
    completion_refusal,
    empty_bin_refusal,
    label_refusal,
    product_refusal,
)
from scantrail.domain.rules.task import (
    cart_of,
    grant_refusal,
    handover_refusal,
    release_refusal,
    right_refusal,
    task_refusal,
    undo_refusal,
)
from scantrail.domain.scans.reading import Candidates, Said
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging an act gives: a refusal and nothing else, or the rows it changes."""

    refusal: Refusal | None = None
    units: dict[UnitId, Unit] = field(default_factory=dict)
    """Changed units in their new state."""
    documents: dict[DocumentId, PickList] = field(default_factory=dict)
    """Changed pick lists in their new state."""


def judge(act: Act, said: Said | None, world: World, at: datetime, today: date) -> Judgement:
    """Judge an act whole: the first event that may not be refuses all of it, and so does one that nobody can judge.

    `said` is what the act's scan says, told from its text anew by whoever judges; None for an act without a scan.
    `at` is when it happened as well as is known here; `today` is that day in the site's time zone.
    `world` is not changed; see `absorb`.
    """
    if act.draft.refusal is not None:
        return Judgement(refuse(Code.UNREADABLE, act=str(act.id))) if act.draft.events else Judgement()
    sight = _Sight(act, said, world, By(act.actor, act.id.device, at), today)
    if any(not may_be_judged(event) for event in act.draft.events):
        return Judgement(refuse(Code.NO_RIGHT, worker=world.worker_name(act.actor)))
    for event in act.draft.events:
        refusal = sight.refusal_of(event)
        if refusal is not None:
            return Judgement(refusal)
        sight.fold(event)
    refusal = scope_refusal(world, sight.units.values(), sight.documents.values())
    return Judgement(None, sight.units, sight.documents) if refusal is None else Judgement(refusal)


def may_be_judged(event: Event) -> bool:
    """Whether an event has a check: a device may record it. All others are the server's own, and refused here."""
    return type(event) in _CHECKS


def goods_refusal(act: Act, world: World) -> Refusal | None:
    """What forbids an act's pick whatever its list says, and whatever may have to be judged before it."""
    picked = (world.units.get(event.unit) for event in act.draft.events if isinstance(event, UnitPicked))
    refusals = (unlisted_pick_refusal(world, unit) for unit in picked)
    return next((refusal for refusal in refusals if refusal is not None), None)


def absorb(world: World, judgement: Judgement) -> None:
    """Make a judgement's rows the world's, so that the next act is judged after it."""
    world.units.update(judgement.units)
    world.documents.update(judgement.documents)


@dataclass(slots=True)
class _Sight:
    """The world as one act sees it, with what its earlier events have changed."""

    act: Act
    said: Said | None
    world: World
    by: By
    today: date
    units: dict[UnitId, Unit] = field(default_factory=dict)
    documents: dict[DocumentId, PickList] = field(default_factory=dict)

    def unit(self, unit: UnitId) -> Unit | None:
        return self.units.get(unit) or self.world.units.get(unit)

    def pick_list(self, number: DocumentId | None) -> PickList | None:
        return self.documents.get(number or "") or self.world.pick_list(number)

    def refusal_of(self, event: Event) -> Refusal | None:
        document = document_of(event)
        unit = unit_of(event)
        if document is not None and self.pick_list(document) is None:
            taken = unlisted_pick_refusal(self.world, self.unit(unit or "")) if isinstance(event, UnitPicked) else None
            return taken or refuse(Code.UNKNOWN_DOCUMENT, document=document)
        is_missing = unit is not None and changes_unit(event) and self.unit(unit) is None
        if is_missing and not isinstance(event, UnitRegistered):
            ended = self.task(event.document) if isinstance(event, UnitPicked) else None
            return ended or refuse(Code.UNKNOWN_SERIAL, wanted="–")  # a restored server may know less than its devices
        return _CHECKS[type(event)](self, event)

    def fold(self, event: Event) -> None:
        unit = unit_of(event)
        if unit is not None and changes_unit(event):
            self.units[unit] = fold_unit(self.unit(unit), event, self.by)
        pick_list = self.pick_list(document_of(event))
        if pick_list is not None:
            self.documents[pick_list.number] = fold_pick_list(pick_list, event, self.by)

    def pick(self, pick_list: PickList, unit: Unit | None, line: str) -> Refusal | None:
        """Why the act's scan may not pick a unit on a line of a list."""
        found = Candidates(self.said, (unit,) if unit else ()) if self.said else None
        return pick_refusal(
            PickCase(
                world=self.world,
                pick_list=pick_list,
                device=self.by.device,
                worker=self.by.actor,
                today=self.today,
                reading=self.act.draft.reading,
                found=found,
                unit=unit,
                expected_product=pick_list.at_product,
                at_place=pick_list.at_place,
                counted_on=line,
            )
        )

    def task(self, number: DocumentId) -> Refusal | None:
        pick_list = self.pick_list(number)
        if pick_list is None:
            return refuse(Code.UNKNOWN_DOCUMENT, document=number)
        return task_refusal(self.world, pick_list, self.by.device, self.by.actor)


def _registered(sight: _Sight, event: UnitRegistered) -> Refusal | None:
    owner = sight.world.labels.get((event.born.product, event.born.serial), "")
    on_record = sight.unit(event.unit) or sight.unit(owner)
    reading = sight.act.draft.reading
    return receipt_refusal(ReceiptCase(sight.world, sight.by.actor, reading, sight.said, event, on_record))


def _picked(sight: _Sight, event: UnitPicked) -> Refusal | None:
    pick_list = sight.pick_list(event.document)
    unit = sight.unit(event.unit)
    if pick_list is None:
        return refuse(Code.UNKNOWN_DOCUMENT, document=event.document)
    refusal = sight.pick(pick_list, unit, event.line)
    if refusal is not None or unit is None:
        return refusal
    told_truth = (event.serial, event.from_place, event.from_status, event.order) == (
        unit.serial,
        unit.place,
        unit.status,
        pick_list.order,
    )
    return None if told_truth else transition_refusal(unit)


def _substituted(sight: _Sight, event: UnitSubstituted) -> Refusal | None:
    """A free unit of the line's product in place of one still to pick; the pick itself is judged after it."""
    refusal = sight.task(event.document) or grant_refusal(sight.world, sight.act.draft.grant) or _reason(sight)
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    if refusal is not None or pick_list is None:
        return refusal
    line = pick_list.line(event.line)
    if line is None or event.instead_of not in line.remaining_units or pick_list.names(event.unit):
        replaced = sight.unit(event.instead_of)
        called = replaced.serial if replaced else event.instead_of
        return refuse(Code.NOT_NAMED, document=event.document, unit=called)
    if unit is None:
        return refuse(Code.UNKNOWN_SERIAL, wanted="–")
    if unit.product != line.product:
        return refuse(Code.WRONG_PRODUCT, product=unit.product, wanted="–")
    told_truth = (event.serial, event.order) == (unit.serial, pick_list.order)
    return sight.pick(substituted(pick_list, line.id, event.instead_of, unit.id, unit.serial), unit, line.id) or (
        None if told_truth else transition_refusal(unit)
    )


def _released(sight: _Sight, event: AllocationReleased) -> Refusal | None:
    """A device releases a unit only by substituting another for it, in the same act."""
    instead = [each for each in sight.act.draft.events if isinstance(each, UnitSubstituted)]
    replaced = next((each for each in instead if each.instead_of == event.unit), None)
    unit = sight.unit(event.unit)
    if replaced is None or unit is None:
        return _not_allowed(sight)
    is_promised = (unit.status, unit.document, unit.order) == (Status.ALLOCATED, replaced.document, event.order)
    return None if is_promised else transition_refusal(unit)


def _undone(sight: _Sight, event: PickUndone) -> Refusal | None:
    pick_list = sight.pick_list(event.document)
    unit = sight.unit(event.unit)
    picked = pick_list.picked_unit(event.unit) if pick_list else None
    line = pick_list.line_of(event.unit) if pick_list else None
    if pick_list is None or picked is None or unit is None or line is None or line.id != event.line:
        return _not_picked(sight, event.unit, event.document)
    refusal = undo_refusal(sight.world, pick_list, sight.by.actor)
    if refusal is not None:
        return refusal
    told_truth = (event.from_place, event.to_status, event.to_document) == (
        unit.place,
        *before_pick(pick_list, picked),
    )
    return None if unit.status is Status.PICKED and told_truth else transition_refusal(unit)


def _handed_over(sight: _Sight, event: UnitHandedOver) -> Refusal | None:
    """Whoever works on the list scans the unit that a colleague has picked for it."""
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    if pick_list is None or unit is None:
        return _not_picked(sight, event.unit, event.document)
    world, by, product = sight.world, sight.by, sight.world.products.get(unit.product)
    refusal = handover_refusal(world, pick_list, unit, by.device, by.actor)
    refusal = refusal or typed_refusal(world.site, sight.act.draft.reading)
    if refusal is not None:
        return refusal
    if sight.said is None or product is None or not sight.said.is_serial_of(unit.serial, product):
        return refuse(Code.SCAN_MISMATCH)
    told_truth = (event.from_place, event.to_place) == (unit.place, cart_of(world, by.actor))
    is_another_cart = event.from_place != event.to_place
    return None if unit.status is Status.PICKED and told_truth and is_another_cart else transition_refusal(unit)


def _list_released(sight: _Sight, event: PickListReleased) -> Refusal | None:
    pick_list = sight.pick_list(event.document)
    if pick_list is None:
        return refuse(Code.UNKNOWN_DOCUMENT, document=event.document)
    return release_refusal(sight.world, pick_list, sight.by.device, sight.by.actor)


def _stated(sight: _Sight, event: ConditionStated) -> Refusal | None:
    if event.document is None:
        unit = sight.unit(event.unit)
        return condition_refusal(sight.world, sight.by.actor, unit) if unit else _unknown_unit()
    pick_list = sight.pick_list(event.document)
    if pick_list is None or pick_list.picked_unit(event.unit) is None:
        return _not_picked(sight, event.unit, event.document)
    return sight.task(event.document)


def _quarantined(sight: _Sight, event: UnitQuarantined) -> Refusal | None:
    unit = sight.unit(event.unit)
    if unit is None:
        return _unknown_unit()
    refusal = quarantine_refusal(sight.world, unit, event)
    if refusal is not None:
        return refusal
    pick_list = sight.pick_list(event.document)
    line = pick_list.line_of(unit.id) if pick_list else None
    if line is not None and line.id != event.line:
        return _not_picked(sight, unit.id, event.document or "")
    may = right_refusal(sight.world, sight.by.actor, Right.QUARANTINE)
    return _reason(sight) or (sight.task(event.document) if event.document else may)


def _quarantine_undone(sight: _Sight, event: QuarantineUndone) -> Refusal | None:
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    if pick_list is None or unit is None:
        return _unknown_unit()
    refusal = damage_undo_refusal(sight.world, pick_list, unit, sight.by.device, sight.by.actor)
    refusal = refusal or back_in_bin_refusal(sight.world, event.to_place)
    aside = as_set_aside(pick_list, unit)
    if refusal is not None or aside is None:
        return refusal or transition_refusal(unit)
    told = (event.from_place, event.to_status, event.to_document, event.to_order)
    return None if told == (unit.place, *before_damage(pick_list, aside)) else transition_refusal(unit)


def _put_aside(sight: _Sight, event: UnitPutAside) -> Refusal | None:
    pick_list, unit = sight.pick_list(event.document), sight.unit(event.unit)
    if pick_list is None or unit is None:
        return _unknown_unit()
    refusal = put_aside_refusal(sight.world, pick_list, unit, event.to_place, sight.by.actor)
    return refusal or (None if event.from_place == unit.place else transition_refusal(unit))


def _moved(sight: _Sight, event: UnitMoved) -> Refusal | None:
    unit = sight.unit(event.unit)
    return move_refusal(sight.world, sight.by.actor, unit, event) if unit else _unknown_unit()


def _unknown_unit() -> Refusal:
    return refuse(Code.UNKNOWN_SERIAL, wanted="–")


def _list_taken(sight: _Sight, event: PickListTaken) -> Refusal | None:
    pick_list = sight.pick_list(event.document)
    if pick_list is None:
        return refuse(Code.UNKNOWN_DOCUMENT, document=event.document)
    taken_elsewhere = pick_list.taken is not None and pick_list.taken.device != sight.by.device
    if taken_elsewhere and sight.act.draft.reason:
        pick_list = replace(pick_list, taken=None)
    return task_refusal(sight.world, pick_list, sight.by.device, sight.by.actor)


def _reserved(sight: _Sight, event: UnitsReserved) -> Refusal | None:
    """Only what no change since can explain: a unit twice, or one of another product than it says.

    That the desk has changed the line meanwhile is no fault of who was on the way; the fold lets go of what no longer
    fits. A restored server may not know a unit that a device does.
    """
    refusal, pick_list = sight.task(event.document), sight.pick_list(event.document)
    if refusal is not None or pick_list is None:
        return refusal
    elsewhere = {unit for line in pick_list.lines if line.id != event.line for unit in line.reserved}
    if len(set(event.units)) < len(event.units) or elsewhere.intersection(event.units):
        return _line_changed(event)
    known = (sight.unit(unit) for unit in event.units)
    is_told_truly = all(unit.product == event.product for unit in known if unit is not None)
    return None if is_told_truly else refuse(Code.WRONG_PRODUCT, product=event.product, wanted="–")


def _bin_confirmed(sight: _Sight, event: BinConfirmed) -> Refusal | None:
    """A place of this site; whether anything is to pick there may have changed since."""
    leaves = event.place is None
    return sight.task(event.document) or (None if leaves else place_refusal(sight.world, event.place or ""))


def _fits_list(rule: Callable[[World, PickList, Any], Refusal | None]) -> Callable[[_Sight, Any], Refusal | None]:
    """A check of what a picker confirms or reports, by the list that they work on."""

    def check(sight: _Sight, event: Any) -> Refusal | None:
        pick_list = sight.pick_list(event.document)
        if pick_list is None:
            return refuse(Code.UNKNOWN_DOCUMENT, document=event.document)
        return sight.task(event.document) or rule(sight.world, pick_list, event)

    return check


def _shorted(sight: _Sight, event: LineShorted) -> Refusal | None:
    refusal = _reason(sight) or sight.task(event.document)
    line = _line(sight, event)
    if refusal is not None or line is None:
        return refusal or _line_changed(event)
    still_open = line.quantity - line.short - len(line.picked)
    left = set(line.units) - set(line.missing) - {each.unit for each in line.picked}
    fits = event.quantity <= still_open and left.issuperset(event.units)
    return None if fits and _counts_its_units(line, event) else _line_changed(event)


def _short_undone(sight: _Sight, event: ShortUndone) -> Refusal | None:
    refusal = sight.task(event.document)
    line = _line(sight, event)
    if refusal is not None or line is None:
        return refusal or _line_changed(event)
    fits = event.quantity <= line.short and set(line.missing).issuperset(event.units)
    return None if fits and _counts_its_units(line, event) else _line_changed(event)


def _line(sight: _Sight, event: LineShorted | ShortUndone) -> PickLine | None:
    pick_list = sight.pick_list(event.document)
    return pick_list.line(event.line) if pick_list else None


def _counts_its_units(line: PickLine, event: LineShorted | ShortUndone) -> bool:
    """Whether it names as many units as it says: each once on an exact line, none on another."""
    named = event.quantity if line.kind is LineKind.EXACT else 0
    return event.quantity > 0 and len(event.units) == len(set(event.units)) == named


def _line_changed(event: LineShorted | ShortUndone | UnitsReserved) -> Refusal:
    return refuse(Code.LINE_CHANGED, line=event.line, document=event.document)


def _with_reason(check: Callable[[_Sight, Any], Refusal | None]) -> Callable[[_Sight, Any], Refusal | None]:
    return lambda sight, event: _reason(sight) or check(sight, event)


def _settled(sight: _Sight, event: AttentionSettled) -> Refusal | None:
    """Who recorded something deals with it there, afterwards; what another device recorded takes the right to."""
    if sight.by.actor not in sight.world.workers:
        return _not_allowed(sight)
    if (event.device, event.epoch) == sight.act.id[:2]:
        return _reason(sight) if event.seq < sight.act.id.seq else _not_allowed(sight)
    return _reason(sight) or right_refusal(sight.world, sight.by.actor, Right.SETTLE)


def _signed(sight: _Sight, event: WorkerSignedIn | WorkerSignedOut) -> Refusal | None:
    """People sign in and out for themselves. Somebody who has left since did so all the same, and may do no more."""
    is_own = event.worker == sight.by.actor and event.worker in sight.world.workers
    return None if is_own else _not_allowed(sight)


def _not_allowed(sight: _Sight) -> Refusal:
    return refuse(Code.NO_RIGHT, worker=sight.world.worker_name(sight.by.actor))


def _reason(sight: _Sight) -> Refusal | None:
    return None if sight.act.draft.reason else refuse(Code.NO_REASON)


def _not_picked(sight: _Sight, unit_id: UnitId, document: DocumentId) -> Refusal:
    unit = sight.unit(unit_id)
    return refuse(Code.NOT_PICKED_HERE, unit=unit.serial if unit else unit_id, document=document)


_CHECKS: dict[type[Event], Callable[[_Sight, Any], Refusal | None]] = {
    UnitRegistered: _registered,
    UnitSubstituted: _substituted,
    AllocationReleased: _released,
    UnitPicked: _picked,
    PickUndone: _undone,
    UnitHandedOver: _handed_over,
    ConditionStated: _stated,
    UnitQuarantined: _quarantined,
    QuarantineUndone: _quarantine_undone,
    UnitPutAside: _put_aside,
    UnitMoved: _moved,
    PickListTaken: _list_taken,
    PickListReleased: _list_released,
    UnitsReserved: _reserved,
    BinConfirmed: _bin_confirmed,
    ProductConfirmed: _fits_list(lambda world, listed, event: product_refusal(world, listed, event.product)),
    CheckConfirmed: _fits_list(check_refusal),
    CheckNotMet: _with_reason(_fits_list(check_refusal)),
    LineShorted: _shorted,
    ShortUndone: _short_undone,
    BinFoundEmpty: _with_reason(_fits_list(empty_bin_refusal)),
    LabelUnreadable: _with_reason(_fits_list(label_refusal)),
    PickListCompleted: _fits_list(lambda world, listed, _event: completion_refusal(world, listed)),
    AttentionSettled: _settled,
    WorkerSignedIn: _signed,
    WorkerSignedOut: _signed,
}
"""How each fact that a device may record is judged: one that is missing here is refused, on the device and the server.

The server's own facts (imports, the desk's corrections) are checked where they are made.
"""
