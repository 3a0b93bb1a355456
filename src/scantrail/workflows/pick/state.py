"""Where a pick stands: the stops, the step, and what may be chosen. All of it follows from the pick list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cached_property

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.pick_list import PickedUnit, PickLine, PickList, SetAside
from scantrail.domain.facts.quality.damage import as_set_aside, is_for_damaged
from scantrail.domain.names.identifiers import PlaceId, ProductId, UnitId, code_of
from scantrail.domain.rules.pick import asked_unit_refusal
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.task import cart_of, units_in_cart
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.photo import MOST, Photo, photo_stem
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.words import M, Message
from scantrail.workflows.base import Choice, Scan


class Step(Enum):
    """What the pick asks for."""

    BIN = "bin"
    PRODUCT = "product"
    SERIAL = "serial"
    CONDITION = "condition"
    CHECK = "check"
    DONE = "done"
    PUT_BACK = "put_back"
    """The list is cancelled, and units picked for it are to go back."""
    CANCELLED = "cancelled"
    """The list is cancelled, and nothing is picked for it."""
    TAKEN_OVER = "taken_over"
    """Another device has the list now."""
    REPLACE = "replace"
    """A unit that the list names may not be picked: another in its place, or short of it."""
    STUCK = "stuck"
    """Units are still to pick, but none is known to be anywhere."""


_OVER = frozenset({Step.DONE, Step.PUT_BACK, Step.CANCELLED, Step.TAKEN_OVER})
"""The picker may do nothing more for the list but bring goods back."""


class ExceptionKind(Enum):
    """What can go wrong with a pick."""

    SHORT = "short"
    DAMAGED = "damaged"
    BIN_EMPTY = "bin_empty"
    ANOTHER_BIN = "another_bin"
    UNREADABLE = "unreadable"
    SUBSTITUTE = "substitute"
    """Another unit of the product in place of one that the line names."""
    GIVE_BACK = "give_back"
    """The list goes back to those that anybody may take."""

    @property
    def number(self) -> str:
        """The digit that chooses it, the same at every step."""
        return str(list(ExceptionKind).index(self) + 1)


@dataclass(frozen=True, slots=True)
class Stop:
    """One product in one bin, with the units to take there."""

    place: PlaceId
    product: ProductId
    units: tuple[Unit, ...]
    """Exact: the named units. Any serial: suggestions, oldest first."""


@dataclass(frozen=True, slots=True)
class Barred:
    """A unit that the list names and that may not be picked as things are."""

    unit: UnitId
    serial: str
    line: str
    product: ProductId
    refusal: Refusal
    place: PlaceId | None
    """Where it is recorded; None where it is not on record here."""
    is_damaged: bool = False
    """Whether it was found damaged."""

    @property
    def why(self) -> Message:
        """One or two words for its row."""
        if self.is_damaged:
            return M("damaged")
        if self.refusal.code == GoodsCode.STATUS:
            return M(self.refusal.facts["status"])
        return _BARRED_WORDS.get(self.refusal.code, M("not to be picked"))


_BARRED_WORDS: dict[Code, Message] = {
    GoodsCode.HOLD: M("on hold"),
    GoodsCode.ALREADY_PICKED: M("picked"),
    GoodsCode.SHIPPED: M("shipped"),
    SiteCode.ANOTHER_SITE: M("elsewhere"),
    GoodsCode.NOT_PICKABLE: M("elsewhere"),
    GoodsCode.OWNER: M("not ours"),
    GoodsCode.ANOTHER_LIST: M("promised"),
    GoodsCode.ANOTHER_ORDER: M("promised"),
    GoodsCode.FIRMWARE: M("firmware"),
    GoodsCode.CALIBRATION: M("not calibrated"),
    ScanCode.UNKNOWN_SERIAL: M("not on record"),
}


@dataclass(frozen=True, slots=True)
class Working:
    """The document's own next step is asked."""


@dataclass(frozen=True, slots=True)
class ChoosingException:
    """Which exception?"""


@dataclass(frozen=True, slots=True)
class ScanningDamaged:
    """Which unit is damaged?"""


@dataclass(frozen=True, slots=True)
class ChoosingReason:
    """Why? The reason completes the exception."""

    kind: ExceptionKind
    unit: UnitId | None = None
    scan: Scan | None = None
    """The scan of the damaged unit, kept for the record."""
    line: str = ""
    stop: Stop | None = None
    """The line and the stop it was reported at: what a sync brings meanwhile must not make it another's."""
    instead_of: UnitId | None = None
    """For a substitution: the named unit."""
    photos: tuple[Photo, ...] = ()
    """Evidence taken so far."""


@dataclass(frozen=True, slots=True)
class ChoosingReplaced:
    """Which of the named units is another one taken for?"""


@dataclass(frozen=True, slots=True)
class ScanningSubstitute:
    """Which unit is taken in its place?"""

    instead_of: UnitId


@dataclass(frozen=True, slots=True)
class AwaitingGrant:
    """Everything about a substitution is said but who allows it."""

    instead_of: UnitId
    unit: UnitId
    scan: Scan
    reason: str


@dataclass(frozen=True, slots=True)
class ChoosingUndo:
    """Which scan, or short pick, is taken back?"""


@dataclass(frozen=True, slots=True)
class ScanningUndoBin:
    """To which bin does the unit go back?"""

    unit: UnitId


@dataclass(frozen=True, slots=True)
class ChoosingCheckReason:
    """Why may the list end although an item of the checklist is not so?"""

    item: str


@dataclass(frozen=True, slots=True)
class PuttingAside:
    """Into which place for damaged units is it put?"""

    unit: UnitId


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a colleague has picked for this list is handed over: each unit is scanned as it comes."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The list was given back; nothing is asked any more."""


Mode = (
    Working
    | Receiving
    | GivenBack
    | ChoosingException
    | ScanningDamaged
    | ChoosingReason
    | ChoosingReplaced
    | ScanningSubstitute
    | AwaitingGrant
    | ChoosingUndo
    | ScanningUndoBin
    | PuttingAside
    | ChoosingCheckReason
)
WORKING = Working()
CLOSED_STEPS = frozenset({Step.DONE, Step.PUT_BACK, Step.CANCELLED, Step.TAKEN_OVER})
"""Steps at which nothing is picked for the list any more on this device."""


@dataclass(frozen=True)
class Pick:
    """A pick list being worked on, and what is known around it.

    Without slots, so that what is asked for again and again is worked out once.
    """

    world: World
    pick_list: PickList
    stock: tuple[Unit, ...]
    """Units that any-serial lines may take, in route order, oldest first."""
    device: str
    worker: str
    today: date
    mode: Mode = WORKING
    reserved_elsewhere: frozenset[UnitId] = frozenset()
    """Which of the stock other open lists have reserved: theirs is the way to it."""

    @cached_property
    def _why_not(self) -> Callable[[Unit], Refusal | None]:
        return asked_unit_refusal(self.world, self.pick_list, self.today)

    @cached_property
    def barred(self) -> dict[UnitId, Barred]:
        """Named units that are still to pick and may not be picked: nobody is sent to one."""
        found: dict[UnitId, Barred] = {}
        for line in self.pick_list.lines:
            serials = dict(zip(line.units, line.serials, strict=True))
            for unit_id in line.remaining_units:
                unit = self.world.units.get(unit_id)
                why = self._why_not(unit) if unit else refuse(ScanCode.UNKNOWN_SERIAL, wanted="–")
                if why is not None:
                    place = unit.place if unit else None
                    damaged = unit is not None and self._is_damaged(unit)
                    found[unit_id] = Barred(unit_id, serials[unit_id], line.id, line.product, why, place, damaged)
        return found

    @cached_property
    def to_replace(self) -> Barred | None:
        """The named unit for which another one is asked for now, before the picker goes on from here.

        One found damaged at once; any other when nothing else is to take here.
        """
        pick_list, stop = self.pick_list, self.stop
        if not self.barred:
            return None
        here = [each for each in self.barred.values() if each.product == pick_list.at_product and pick_list.at_place]
        damaged = [each for each in here if each.is_damaged]
        if stop is None:
            return next(iter([*damaged, *here, *self.barred.values()]))
        goes_on = (stop.place, stop.product) != (pick_list.at_place, pick_list.at_product)
        left_here = [each for each in here if goes_on and each.place == pick_list.at_place]
        return next(iter([*damaged, *left_here]), None)

    def _is_damaged(self, unit: Unit) -> bool:
        return unit.status is Status.QUARANTINE and unit.condition is Condition.DAMAGED

    @cached_property
    def bins(self) -> frozenset[PlaceId]:
        """Where the picker may go for this list."""
        any_products = {line.product for line in self.pick_list.lines if line.kind is LineKind.ANY and line.remaining}
        stocked = (unit for unit in self.stock if unit.product in any_products and self._why_not(unit) is None)
        return frozenset({stop.place for stop in self.stops} | {unit.place for unit in stocked})

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """Where to go, in route order."""
        found: dict[tuple[PlaceId, ProductId], list[Unit]] = {}
        for line in self.pick_list.lines:
            for unit in self._units_to_take(line):
                found.setdefault((unit.place, unit.product), []).append(unit)
        stops = [Stop(place, product, tuple(units)) for (place, product), units in found.items()]
        return tuple(sorted(stops, key=lambda stop: (self._route(stop.place), stop.place, stop.product)))

    def _units_to_take(self, line: PickLine) -> list[Unit]:
        if line.kind is LineKind.EXACT:
            open_units = (unit for unit in line.remaining_units if unit not in self.barred)
            return [self.world.units[unit] for unit in open_units]
        picked = {each.unit for each in line.picked}
        fitting = [
            unit
            for unit in self.stock
            if unit.product == line.product
            and unit.id not in picked
            and unit.place not in self.pick_list.empty_bins
            and self._why_not(unit) is None
        ]
        free = [unit for unit in fitting if unit.id not in self.reserved_elsewhere]
        if line.reserved:
            free.sort(key=lambda unit: unit.id not in line.reserved)
        here, elsewhere = self._by_where(free)
        others_here, others_elsewhere = self._by_where(unit for unit in fitting if unit.id in self.reserved_elsewhere)
        if not here and self._has_come_by_choice:
            return [*others_here, *elsewhere, *others_elsewhere][: line.remaining]
        return [*here, *elsewhere, *others_here, *others_elsewhere][: line.remaining]

    @property
    def others_here(self) -> tuple[Unit, ...]:
        """Units in the bin last confirmed that other lists have reserved, of what this list still wants any of."""
        here = self.pick_list.at_place
        wanted = {line.product for line in self.pick_list.lines if line.kind is LineKind.ANY and line.remaining}
        others = (unit for unit in self.stock if unit.id in self.reserved_elsewhere)
        return tuple(unit for unit in others if unit.place == here and unit.product in wanted)

    def _by_where(self, units: Iterable[Unit]) -> tuple[list[Unit], list[Unit]]:
        """Those in the bin last confirmed, and the others."""
        here: list[Unit] = []
        elsewhere: list[Unit] = []
        for unit in units:
            (here if unit.place == self.pick_list.at_place else elsewhere).append(unit)
        return here, elsewhere

    @property
    def _has_come_by_choice(self) -> bool:
        """Whether the picker stands at a bin without having just picked there: then what others reserved will do.

        Who has picked the last of their own is led on.
        """
        picked = self.pick_list.picked
        return self.pick_list.at_product is None or not picked or picked[-1].place != self.pick_list.at_place

    def _route(self, place: PlaceId) -> int:
        found = self.world.places.get(place)
        return found.route if found else 0

    @cached_property
    def stop(self) -> Stop | None:
        """The stop worked on, or the next one."""
        here = [stop for stop in self.stops if stop.place == self.pick_list.at_place]
        at_product = [stop for stop in here if stop.product == self.pick_list.at_product]
        return next(iter([*at_product, *here, *self.stops]), None)

    @cached_property
    def step(self) -> Step:
        """What the document asks for next."""
        pick_list, stop = self.pick_list, self.stop
        if pick_list.status is DocumentStatus.COMPLETED:
            return Step.DONE
        if pick_list.status is DocumentStatus.CANCELLED:
            return Step.PUT_BACK if pick_list.picked else Step.CANCELLED
        if pick_list.taken is not None and pick_list.taken.device != self.device:
            return Step.TAKEN_OVER
        if pick_list.unstated is not None and self.world.settings.picking.condition is PickCondition.EACH:
            return Step.CONDITION
        if not pick_list.remaining:
            return Step.CHECK
        if self.to_replace is not None:
            return Step.REPLACE
        if stop is None:
            return Step.STUCK
        if stop.place != pick_list.at_place:
            return Step.BIN
        return Step.SERIAL if stop.product == pick_list.at_product else Step.PRODUCT

    @property
    def checklist(self) -> tuple[str, ...]:
        """What is confirmed, with one Enter, before the list is ended; nothing where nothing was picked."""
        return self.world.settings.picking.checklist if self.pick_list.picked else ()

    @cached_property
    def line(self) -> PickLine | None:
        """The open line that the present stop works on; without a stop, the first open line."""
        open_lines = [line for line in self.pick_list.lines if line.remaining]
        if self.to_replace is not None:
            return self.pick_list.line(self.to_replace.line)
        stop = self.stop
        at_stop = [
            line
            for line in open_lines
            if stop is not None
            and line.product == stop.product
            and (line.kind is LineKind.ANY or {unit.id for unit in stop.units} & set(line.remaining_units))
        ]
        return next(iter([*at_stop, *open_lines]), None)

    @property
    def as_asked(self) -> Pick:
        """The pick without a question that has no place any more, because the list is over or another's."""
        still_asked = (Working, GivenBack, ChoosingUndo, ScanningUndoBin, PuttingAside)
        is_asked = self.step not in CLOSED_STEPS or isinstance(self.mode, still_asked)
        is_lost = self.step is Step.TAKEN_OVER and isinstance(self.mode, (ChoosingUndo, ScanningUndoBin))
        return replace(self, mode=WORKING) if is_lost or not is_asked else self

    @cached_property
    def in_cart(self) -> tuple[PickedUnit, ...]:
        """What is picked for this list and in this person's cart."""
        mine = units_in_cart(self.world, self.pick_list, self.worker)
        return tuple(each for each in self.pick_list.picked if each.unit in mine)

    @cached_property
    def to_receive(self) -> tuple[PickedUnit, ...]:
        """What colleagues have picked for this list and have not handed over yet."""
        if self.step in CLOSED_STEPS or cart_of(self.world, self.worker) is None:
            return ()
        mine = {each.unit for each in self.in_cart}
        return tuple(each for each in self.pick_list.picked if each.unit not in mine)

    @property
    def is_untouched(self) -> bool:
        """Whether this device has the list and nothing was done on it: leaving it gives it back."""
        listed = self.pick_list
        is_mine = listed.taken is not None and (listed.taken.device, listed.taken.worker) == (self.device, self.worker)
        is_open = listed.status is DocumentStatus.IN_PROGRESS
        done = listed.picked or listed.at_place or listed.empty_bins or listed.checks or listed.set_aside
        return is_mine and is_open and not done and not any(line.short for line in listed.lines)

    @property
    def undoable(self) -> tuple[PickedUnit | SetAside | PickLine, ...]:
        """What can be taken back: units, last first, then reports of damage, then short lines."""
        if self.step is Step.TAKEN_OVER:
            return ()
        if self.step is Step.PUT_BACK:
            return tuple(reversed(self.pick_list.picked))
        shorts = tuple(line for line in self.pick_list.lines if line.short)
        return (*reversed(self.pick_list.picked), *reversed(self.own_damage), *shorts)

    @cached_property
    def own_damage(self) -> tuple[SetAside, ...]:
        """Units that this person found damaged on the open list, and that nobody has dealt with since."""
        if self.step in _OVER:
            return ()
        return tuple(each for each in self._damage if each.by == self.worker)

    @cached_property
    def to_put_aside(self) -> tuple[SetAside, ...]:
        """Damaged units of the list that are not yet recorded in a place for them."""
        placed = ((each, self.world.places.get(each.place)) for each in self._damage)
        return tuple(each for each, place in placed if place is None or not is_for_damaged(self.world, place))

    @property
    def _damage(self) -> Iterable[SetAside]:
        units = (self.world.units.get(each.unit) for each in self.pick_list.set_aside)
        found = (as_set_aside(self.pick_list, unit) for unit in units if unit is not None)
        return (each for each in found if each is not None)

    @property
    def exceptions(self) -> tuple[ExceptionKind, ...]:
        """The exceptions that make sense at this step, by number."""
        return tuple(kind for kind in ExceptionKind if self._makes_sense(kind))

    def _makes_sense(self, kind: ExceptionKind) -> bool:
        step, at_bin = self.step, self.step in (Step.PRODUCT, Step.SERIAL)
        match kind:
            case ExceptionKind.SHORT:
                return at_bin or step in (Step.BIN, Step.REPLACE, Step.STUCK)
            case ExceptionKind.DAMAGED:
                return step is Step.SERIAL or (step not in _OVER and bool(self.pick_list.picked))
            case ExceptionKind.BIN_EMPTY:
                return at_bin or step is Step.BIN
            case ExceptionKind.ANOTHER_BIN:
                here = self.pick_list.at_place
                return (at_bin and bool(self.bins - {here})) or (step is Step.REPLACE and here is not None)
            case ExceptionKind.UNREADABLE:
                return step is Step.SERIAL
            case ExceptionKind.GIVE_BACK:
                return at_bin or step in (Step.BIN, Step.REPLACE, Step.STUCK)
            case ExceptionKind.SUBSTITUTE:
                return (at_bin or step is Step.BIN) and bool(self.replaceable)

    @property
    def replaceable(self) -> tuple[tuple[UnitId, str], ...]:
        """Units named and still to pick, with their serials, that another of the product may be taken for.

        Those at the bin the picker stands at, and those that may not be picked.
        """
        barred = tuple((each.unit, each.serial) for each in self.barred.values())
        stop, line = self.stop, self.line
        is_here = self.step in (Step.PRODUCT, Step.SERIAL) and line is not None and line.kind is LineKind.EXACT
        if stop is None or line is None or not is_here:
            return barred
        left = set(line.remaining_units)
        return (*((unit.id, unit.serial) for unit in stop.units if unit.id in left), *barred)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The site's reasons for the exception being recorded."""
        settings = self.world.settings
        kind = self.mode.kind if isinstance(self.mode, ChoosingReason) else None
        lists = {
            ExceptionKind.DAMAGED: settings.quality.damage_reasons,
            ExceptionKind.UNREADABLE: settings.quality.label_reasons,
        }
        return lists.get(kind, settings.picking.short_reasons) if kind else ()

    @property
    def photo_name(self) -> str:
        """What a photo taken now is called; empty where none belongs, or there are enough."""
        mode = self.mode
        if not isinstance(mode, ChoosingReason) or len(mode.photos) == MOST:
            return ""
        if mode.kind is ExceptionKind.DAMAGED:
            unit = self.world.units.get(mode.unit or "")
            return photo_stem("damage", unit.serial, len(mode.photos) + 1) if unit else ""
        if mode.kind is ExceptionKind.UNREADABLE and mode.stop is not None:
            return photo_stem("label", code_of(mode.stop.place), len(mode.photos) + 1)
        return ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen by digit now."""
        labels: tuple[Message | str, ...] = ()
        match self.mode:
            case ChoosingException():
                return tuple(Choice(kind.number, EXCEPTION_NAMES[kind]) for kind in self.exceptions)
            case ChoosingReason():
                labels = self.reasons
            case ChoosingCheckReason():
                labels = self.world.settings.picking.check_reasons
            case ChoosingReplaced():
                labels = tuple(serial for _, serial in self.replaceable)
            case ChoosingUndo():
                labels = tuple(self._undo_label(each) for each in self.undoable)
            case _:
                pass
        return tuple(Choice(str(at), label) for at, label in enumerate(labels, 1))

    def serial_of(self, unit_id: UnitId) -> str:
        """A unit's serial, or its id where it is not on record here."""
        unit = self.world.units.get(unit_id)
        return unit.serial if unit else unit_id

    def _undo_label(self, each: PickedUnit | SetAside | PickLine) -> Message | str:
        if isinstance(each, PickedUnit):
            return each.serial
        if isinstance(each, SetAside):
            return M("damage of {serial}", serial=self.serial_of(each.unit))
        named = dict(zip(each.units, each.serials, strict=True))
        if each.missing:
            return M("short pick of {serials}", serials=", ".join(named[unit] for unit in each.missing))
        return M("short pick of {quantity} {product}", quantity=each.short, product=each.product)


EXCEPTION_NAMES: dict[ExceptionKind, Message] = {
    ExceptionKind.SHORT: M("Short pick"),
    ExceptionKind.DAMAGED: M("Damaged unit"),
    ExceptionKind.BIN_EMPTY: M("Bin is empty"),
    ExceptionKind.ANOTHER_BIN: M("Another bin"),
    ExceptionKind.UNREADABLE: M("Label cannot be read"),
    ExceptionKind.SUBSTITUTE: M("Take another unit"),
    ExceptionKind.GIVE_BACK: M("Give this list back"),
}
