"""A unit's past, step by step: every step must be one that the table of statuses has (R19, R20)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scantrail.domain.acts.event import Event
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import AllocationReleased, UnitAllocated, UnitPicked
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated, UnitQuarantined
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped
from scantrail.domain.names.identifiers import SiteId, site_of
from scantrail.domain.people.party import PartyKind
from scantrail.domain.things.place import PARTNER_KINDS, PlaceKind
from scantrail.domain.things.status import STATUS_NAMES, Status, Trigger, may_change, may_pick
from scantrail.domain.things.unit import Condition, Owner, OwnerType, Unit
from scantrail.interchange.checking import Checked
from scantrail.interchange.lookups import place_of, whereabouts
from scantrail.interchange.partners import partner_or_new, signer_or_new
from scantrail.interchange.plan import Plan
from scantrail.interchange.steps import Step
from scantrail.words import M

STATUS_STEPS = (Step.ALLOCATED, Step.PICKED, Step.QUARANTINED, Step.SHIPPED, Step.DELIVERED)
"""Steps after which a unit has another status."""

WITHOUT_HISTORY = (
    Status.AVAILABLE,
    Status.QUARANTINE,
    Status.RETURNED,
    Status.UNDER_SERVICE,
    Status.DAMAGED,
    Status.RECALLED,
    Status.RETIRED,
)
"""Statuses a unit may be registered in; the others need to say for which order, or how it got there."""


def plan_past(row: Checked, unit: Unit, told: Sequence[Checked], plan: Plan) -> None:
    """Register a unit at the beginning of its past and take it through every step to how it stands."""
    if told[0]["event"] is not Step.REGISTERED:
        plan.problem(told[0], M("expected registered as the first event of a unit"), "event", told[0]["event"].value)
        return
    site = _site(told, unit, plan)
    if site is None:
        plan.problem(told[0], M("expected a place of a site of ours"), "place")
        return
    before = len(plan.problems)
    past = _Past(plan, site, _born(unit, told))
    for step in told:
        past.take(step)
        if len(plan.problems) != before:
            return
    _check_end(row, unit, past.unit, plan)


def _site(told: Sequence[Checked], unit: Unit, plan: Plan) -> SiteId | None:
    """The site whose log tells the unit's past: the last of ours that it was at."""
    if site_of(told[0]["place"] or "") not in plan.records.sites:
        return None
    places = [unit.place, *(step["place"] for step in reversed(told) if step["place"])]
    return next((site_of(place) for place in places if site_of(place) in plan.records.sites), None)


def _born(unit: Unit, told: Sequence[Checked]) -> Unit:
    """How a unit was when it was registered: what no later step has changed is as it stands."""
    steps = {step["event"] for step in told}
    stated = steps & {Step.CONDITION, Step.QUARANTINED}
    keeps_status = unit.status in WITHOUT_HISTORY and not steps & set(STATUS_STEPS)
    return replace(
        unit,
        place=told[0]["place"],
        status=unit.status if keeps_status else Status.AVAILABLE,
        condition=Condition.GOOD if stated else unit.condition,
        owner=Owner() if Step.DELIVERED in steps else unit.owner,
    )


def _check_end(row: Checked, stands: Unit, ended: Unit, plan: Plan) -> None:
    if (stands.status, stands.place) != (ended.status, ended.place):
        expected = M("expected what its history ends with: {where}", where=whereabouts(ended))
        plan.problem(row, expected, "status", f"{stands.status.value}, {stands.place}")
    elif stands.condition is not ended.condition:
        plan.problem(
            row,
            M("expected {condition}, as its history ends", condition=ended.condition.value),
            "condition",
            stands.condition.value,
        )
    elif stands.owner != ended.owner:
        name = plan.records.parties.name_of(ended.owner.party)
        expected = M("expected {type} {name}, as its history ends", type=ended.owner.type.value, name=name)
        plan.problem(row, expected, "owner")
    elif ended.status is Status.ALLOCATED and not isinstance(plan.records.documents.get(ended.order or ""), SalesOrder):
        plan.problem(
            row, M("expected an open allocation to a sales order on record or in these files"), "status", "allocated"
        )


@dataclass(slots=True)
class _Past:
    """A unit on its way through its past."""

    plan: Plan
    site: SiteId
    unit: Unit
    is_registered: bool = False

    def take(self, step: Checked) -> None:
        """One step: checked, logged, folded."""
        if step["at"] > self.plan.now:
            self.plan.problem(step, M("expected a time that has passed"), "at", step["at"].isoformat())
            return
        if (step["event"] is Step.REGISTERED) is self.is_registered:
            self.plan.problem(step, M("expected registered once, as the first event"), "event", step["event"].value)
            return
        event = _MAKERS[step["event"]](self, step)
        if event is None:
            return
        self.is_registered = True
        document = step["document"] or step["order"]
        self.plan.act(self.site, [event], step["at"], step["by"], document, step["reason"], step["note"])
        before = self.unit if not isinstance(event, UnitRegistered) else None
        self.plan.count(step).added += 1
        if isinstance(event, UnitRegistered):
            self.unit = self.plan.register(event, self.site, step["at"], step["by"])
        else:
            self.unit = self.plan.fold(before, event, self.site, step["at"], step["by"])

    def refuse(self, step: Checked) -> None:
        """The unit was not in a status that allows the step."""
        expected = M("expected a step that {status} allows", status=M(STATUS_NAMES[self.unit.status]))
        self.plan.problem(step, expected, "event", step["event"].value)

    def needs(self, step: Checked, *columns: str) -> bool:
        """Whether a step fills the columns it needs."""
        missing = [name for name in columns if not step[name]]
        for name in missing:
            self.plan.problem(step, M("expected a value: this event needs it"), name, "")
        return not missing

    def changes(self, step: Checked, new: Status, trigger: Trigger) -> bool:
        """Whether the table has this change."""
        if may_change(self.unit.status, new, trigger):
            return True
        self.refuse(step)
        return False


def _registered(past: _Past, step: Checked) -> Event | None:
    if place_of(step, past.plan) is None:
        return None
    return UnitRegistered(past.unit.id, step["how"], past.unit)


def _moved(past: _Past, step: Checked) -> Event | None:
    if place_of(step, past.plan) is None:
        return None
    if past.unit.status in (Status.RETIRED, Status.VOID):
        past.refuse(step)
        return None
    return UnitMoved(past.unit.id, past.unit.place, step["place"])


def _allocated(past: _Past, step: Checked) -> Event | None:
    if not past.needs(step, "order") or not past.changes(step, Status.ALLOCATED, Trigger.ORDER):
        return None
    return UnitAllocated(past.unit.id, step["order"])


def _released(past: _Past, step: Checked) -> Event | None:
    if not past.changes(step, Status.AVAILABLE, Trigger.CANCELLED):
        return None
    return AllocationReleased(past.unit.id, past.unit.order or "")


def _picked(past: _Past, step: Checked) -> Event | None:
    place = place_of(step, past.plan)
    order = step["order"] or past.unit.order
    if place is None or not past.needs(step, "document"):
        return None
    if not may_pick(past.unit.status):
        past.refuse(step)
        return None
    if order is None or past.unit.order not in (None, order):
        past.plan.problem(step, M("expected the sales order the unit was allocated to"), "order", order or "")
        return None
    if (
        isinstance(past.plan.records.documents.get(step["document"]), PickList)
        or step["document"] in past.plan.pick_lists
    ):
        past.plan.problem(step, M("expected a pick list of the past; this one is worked on here"), "document")
        return None
    return UnitPicked(
        past.unit.id,
        past.unit.serial,
        step["document"],
        step["line"],
        order,
        past.unit.place,
        place.id,
        past.unit.status,
    )


def _condition(past: _Past, step: Checked) -> Event | None:
    return ConditionStated(past.unit.id, step["condition"], step["document"])


def _quarantined(past: _Past, step: Checked) -> Event | None:
    place = place_of(step, past.plan)
    if place is None or not past.needs(step, "reason"):
        return None
    if not past.changes(step, Status.QUARANTINE, Trigger.QUALITY_ISSUE):
        return None
    return UnitQuarantined(past.unit.id, past.unit.status, past.unit.place, place.id, step["condition"])


def _shipped(past: _Past, step: Checked) -> Event | None:
    place = place_of(step, past.plan)
    if place is None or not past.needs(step, "document"):
        return None
    if not past.changes(step, Status.SHIPPED, Trigger.FULFILMENT):
        return None
    if place.kind not in PARTNER_KINDS:
        past.plan.problem(step, M("expected a place in transit or of a partner"), "place")
        return None
    return UnitShipped(
        past.unit.id,
        step["document"],
        step["order"] or past.unit.order or "",
        past.unit.place,
        place.id,
        partner_or_new(past.plan, step, "carrier", step["carrier"], PartyKind.CARRIER) if step["carrier"] else "",
        step["service"],
        step["tracking"],
    )


def _delivered(past: _Past, step: Checked) -> Event | None:
    place = place_of(step, past.plan)
    if place is None or not past.changes(step, Status.DELIVERED, Trigger.CONFIRMATION):
        return None
    if place.kind is not PlaceKind.CUSTOMER or not (step["owner"] or place.party):
        past.plan.problem(step, M("expected a place of kind customer that names the customer"), "place")
        return None
    customer = place.party or ""
    if step["owner"]:
        customer = partner_or_new(past.plan, step, "owner", step["owner"], PartyKind.CUSTOMER)
    return UnitDelivered(
        past.unit.id,
        step["document"] or past.unit.document or "",
        past.unit.place,
        place.id,
        Owner(OwnerType.CUSTOMER, customer),
        signer_or_new(past.plan, step["signed_by"], customer) if step["signed_by"] else "",
    )


_MAKERS: dict[Step, Callable[[_Past, Checked], Event | None]] = {
    Step.REGISTERED: _registered,
    Step.MOVED: _moved,
    Step.ALLOCATED: _allocated,
    Step.RELEASED: _released,
    Step.PICKED: _picked,
    Step.CONDITION: _condition,
    Step.QUARANTINED: _quarantined,
    Step.SHIPPED: _shipped,
    Step.DELIVERED: _delivered,
}
