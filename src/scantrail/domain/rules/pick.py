"""The one ordered list of rules by which a unit may be picked (R14, R15, R20, H2)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed, line_for, line_naming
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, code_of
from scantrail.domain.rules.goods import OF_THE_UNIT, Obstacle, Use, goods_refusal
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.scan import Scanned, Wanted, scan_refusal
from scantrail.domain.rules.task import task_refusal
from scantrail.domain.scans.reading import Candidates, Reading
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit


@dataclass(frozen=True, slots=True)
class PickCase:
    """One scan at the serial step, and everything it is judged by."""

    world: World
    pick_list: PickList
    device: str
    worker: str
    today: date
    """The day of the scan in the site's time zone."""
    reading: Reading | None
    """None only for acts without a scan."""
    found: Candidates | None
    """What the scan may mean, as far as it is known on this side; None for acts without a scan."""
    unit: Unit | None
    listed: Listed | None
    """The unit on the list; None where it has never been on it."""
    expected_product: ProductId | None
    """The product confirmed at this stop; None when the picker's product is not known."""
    at_place: PlaceId | None
    """The bin confirmed at this stop."""
    counted_on: str | None = None
    """The line that a record counts the unit on; None where that is still to be decided."""
    wanted: str = "–"
    """What may be scanned instead, in words; only the side that asks for a scan knows it."""
    bins: Container[PlaceId] | None = None
    """Where else the picker may go for this list; None where that is not known."""

    @property
    def line(self) -> PickLine | None:
        """The line the unit would count on; None when no line of the list, or not the recorded one, may take it."""
        if self.unit is None:
            return None
        line = line_for(self.pick_list, self.unit, self.listed)
        if self.counted_on is None or line is None or line == line_naming(self.pick_list, self.listed):
            return line if line is None or self.counted_on in (None, line.id) else None
        recorded = self.pick_list.line(self.counted_on)
        fits = recorded is not None and recorded.product == self.unit.product and not recorded.cancelled
        return recorded if fits else None

    @property
    def use(self) -> Use:
        """What the unit is wanted for."""
        return use_for(self.pick_list, self.world.holds, self.world.places, self.today)

    @property
    def cart(self) -> PlaceId | None:
        """Where the picker puts what is picked."""
        person = self.world.workers.get(self.worker)
        return person.cart if person else None


Rule = Callable[[PickCase], Refusal | None]


def _task(case: PickCase) -> Refusal | None:
    return task_refusal(case.world, case.pick_list, case.device, case.worker)


def _no_cart(case: PickCase) -> Refusal | None:
    return refuse(TaskCode.NO_CART, worker=case.world.worker_name(case.worker)) if case.cart is None else None


def _scan(case: PickCase) -> Refusal | None:
    product = case.world.products.get(case.expected_product) if case.expected_product else None
    scan = Scanned(case.reading, case.found, case.unit)
    return scan_refusal(case.world, scan, Wanted(product, instead=case.wanted))


def _in_task(case: PickCase, unit: Unit) -> Refusal | None:
    picked = case.listed.picked if case.listed else None
    if picked is None:
        return None
    if picked.by != case.worker:
        colleague = case.world.worker_name(picked.by)
        return refuse(PickCode.PICKED_BY_COLLEAGUE, worker=colleague, wanted=case.wanted)
    return refuse(PickCode.IN_TASK, wanted=case.wanted)


def _wrong_product(case: PickCase, unit: Unit) -> Refusal | None:
    on_list = any(line.product == unit.product for line in case.pick_list.lines)
    if on_list and case.expected_product in (None, unit.product):
        return None
    found = case.world.products.get(unit.product)
    return refuse(ScanCode.WRONG_PRODUCT, product=found.name if found else unit.product, wanted=case.wanted)


def _not_on_list(case: PickCase, unit: Unit) -> Refusal | None:
    line = case.line
    if line is not None and (line.kind is LineKind.ANY or line == line_naming(case.pick_list, case.listed)):
        return None
    return refuse(PickCode.NOT_ON_LIST, document=case.pick_list.number, wanted=case.wanted)


def _line_full(case: PickCase, unit: Unit) -> Refusal | None:
    line = case.line
    if line is None or line.remaining or unit.id in line.missing:
        return None
    return refuse(PickCode.LINE_FULL, quantity=line.quantity - line.short, place=code_of(unit.place))


def _wrong_bin(case: PickCase, unit: Unit) -> Refusal | None:
    if case.at_place is None or unit.place == case.at_place:
        return None
    where = {"place": code_of(unit.place), "bin": code_of(case.at_place)}
    if case.bins is None or unit.place in case.bins:
        return refuse(PickCode.WRONG_BIN, **where)
    return refuse(PickCode.NOT_THIS_BIN, **where, wanted=case.wanted)


def _of_unit(rule: Callable[[PickCase, Unit], Refusal | None]) -> Rule:
    """A rule about a unit that is on record; an unknown one was refused further up."""
    return lambda case: None if case.unit is None else rule(case, case.unit)


def _goods(*among: Obstacle) -> Rule:
    """Whether any of these stands in the way of using the unit for the list."""
    return _of_unit(lambda case, unit: goods_refusal(case.world, unit, case.use, among, case.wanted))


PICK_RULES: tuple[Rule, ...] = (
    _task,
    _no_cart,
    _scan,
    _goods(Obstacle.HOLD),
    _of_unit(_in_task),
    _goods(Obstacle.PICKED, Obstacle.SENT, Obstacle.STATUS, Obstacle.ANOTHER_SITE, Obstacle.OWNER),
    _of_unit(_wrong_product),
    _goods(Obstacle.ANOTHER_LIST, Obstacle.ANOTHER_ORDER),
    _of_unit(_not_on_list),
    _of_unit(_line_full),
    _goods(Obstacle.FIRMWARE, Obstacle.CALIBRATION, Obstacle.IN_CONTAINER, Obstacle.NOT_PICKABLE),
    _of_unit(_wrong_bin),
)
"""First about the task, then the scan, then the unit, then its fit to the line; the first refusal wins."""


def before_pick(pick_list: PickList, listed: Listed) -> tuple[Status, DocumentId | None]:
    """The status that undoing a pick restores, and the list the unit stays promised to: the one that names it (R20)."""
    if listed.picked is None or not listed.picked.was_allocated:
        return Status.AVAILABLE, None
    return Status.ALLOCATED, pick_list.number if line_naming(pick_list, listed) else None


def pick_refusal(case: PickCase) -> Refusal | None:
    """Why this scan may not be picked; None when it may."""
    return next((refusal for rule in PICK_RULES if (refusal := rule(case)) is not None), None)


def unlisted_pick_refusal(world: World, unit: Unit | None) -> Refusal | None:
    """Why a unit may not be picked for a list that is not on record, as far as the unit itself says."""
    unlisted = Use(world.site.id, world.holds, world.places, date.min)
    return goods_refusal(world, unit, unlisted, OF_THE_UNIT) if unit is not None else None


def asked_unit_refusal(world: World, pick_list: PickList, today: date) -> Callable[[Unit], Refusal | None]:
    """Says of each unit that a line of the list asks for why nobody may be sent to it; None when it may be picked.

    The work for one unit does not grow with the list.
    """
    use = use_for(pick_list, world.holds, world.places, today)
    return lambda unit: goods_refusal(world, unit, use)


def use_for(pick_list: PickList, holds: Holds, places: Mapping[PlaceId, Place], today: date) -> Use:
    """What the units of a pick list are wanted for."""
    return Use(pick_list.site, holds, places, today, pick_list.order, pick_list.number, pick_list.requirement)
