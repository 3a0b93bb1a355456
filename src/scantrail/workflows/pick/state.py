"""Where a pick stands: the stops, the step, and what may be chosen. All of it follows from the pick list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.listed import PickedUnit, SetAside, line_naming
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.facts.quality.damage import as_set_aside, is_for_damaged
from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.domain.rules.task import cart_of
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.photo import MOST, photo_stem
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message
from scantrail.workflows.base import Book, Choice
from scantrail.workflows.pick.modes import (
    CLOSED_STEPS,
    EXCEPTION_NAMES,
    WORKING,
    ChoosingCheckReason,
    ChoosingException,
    ChoosingReason,
    ChoosingReplaced,
    ChoosingUndo,
    ExceptionKind,
    GivenBack,
    Mode,
    PuttingAside,
    ScanningUndoBin,
    Step,
    Working,
)
from scantrail.workflows.pick.route import Barred, Route, Stop
from scantrail.workflows.pick.way import Way


@dataclass(frozen=True)
class Pick:
    """A pick list being worked on, and what is known around it.

    Without slots, so that what is asked for again and again is worked out once.
    """

    world: World
    pick_list: PickList
    book: Book
    """The units on the list."""
    route: Route
    """Those of them that are still to pick."""
    stock: tuple[Unit, ...]
    """Units that any-serial lines may take, in route order, oldest first."""
    device: str
    worker: str
    today: date
    mode: Mode = WORKING
    reserved_elsewhere: frozenset[UnitId] = frozenset()
    """Which of the stock other open lists have reserved: theirs is the way to it."""
    asked: int = 0
    """Another number where the list names other units."""

    @property
    def listing(self) -> Listing:
        """The units on the list."""
        return self.book.listing

    def unit(self, unit: UnitId | None) -> Unit | None:
        """A unit as it is on record here: on the list, or asked about."""
        if unit is None:
            return None
        return self.book.unit(unit) or self.world.units.get(unit)

    def line_naming(self, unit: UnitId) -> PickLine | None:
        """The exact line, not cancelled, that names a unit."""
        return line_naming(self.pick_list, self.listing.get(unit))

    @property
    def unstated(self) -> PickedUnit | None:
        """The picked unit whose condition the picker still has to state."""
        found = (self.listing.picked_unit(unit) for unit in self.pick_list.unstated)
        return next((each for each in found if each is not None), None)

    @property
    def barred(self) -> Mapping[UnitId, Barred]:
        """Named units that are still to pick and may not be picked: nobody is sent to one."""
        return self.route.barred

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

    @cached_property
    def way(self) -> Way:
        """Where the list leads."""
        return Way(
            self.world, self.pick_list, self.listing, self.route, self.stock, self.reserved_elsewhere, self.today
        )

    @cached_property
    def stop(self) -> Stop | None:
        """The stop worked on, or the next one."""
        here = self.way.stops_at(self.pick_list.at_place)
        at_product = [stop for stop in here if stop.product == self.pick_list.at_product]
        return next(iter([*at_product, *here]), None) or next(self.way.stops(), None)

    @cached_property
    def step(self) -> Step:
        """What the document asks for next."""
        pick_list, stop = self.pick_list, self.stop
        if pick_list.status is DocumentStatus.COMPLETED:
            return Step.DONE
        if pick_list.status is DocumentStatus.CANCELLED:
            return Step.PUT_BACK if pick_list.done else Step.CANCELLED
        if pick_list.taken is not None and pick_list.taken.device != self.device:
            return Step.TAKEN_OVER
        if pick_list.unstated and self.world.settings.picking.condition is PickCondition.EACH:
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
        return self.world.settings.picking.checklist if self.pick_list.done else ()

    @cached_property
    def line(self) -> PickLine | None:
        """The open line that the present stop works on; without a stop, the first open line."""
        open_lines = [line for line in self.pick_list.lines if line.remaining]
        if self.to_replace is not None:
            return self.pick_list.line(self.to_replace.line)
        stop = self.stop
        if stop is None:
            return next(iter(open_lines), None)
        named = self.route.line_at(stop)
        lines = self.pick_list.lines
        at_stop = [
            line
            for line in open_lines
            if line.product == stop.product
            and (line.kind is LineKind.ANY or (named is not None and line is lines[named]))
        ]
        return next(iter([*at_stop, *open_lines]), None)

    @property
    def as_asked(self) -> Pick:
        """The pick without a question that has no place any more, because the list is over or another's."""
        still_asked = (Working, GivenBack, ChoosingUndo, ScanningUndoBin, PuttingAside)
        is_asked = self.step not in CLOSED_STEPS or isinstance(self.mode, still_asked)
        is_lost = self.step is Step.TAKEN_OVER and isinstance(self.mode, (ChoosingUndo, ScanningUndoBin))
        return replace(self, mode=WORKING) if is_lost or not is_asked else self

    @property
    def in_cart(self) -> tuple[PickedUnit, ...]:
        """What is picked for this list and in this person's cart, oldest first."""
        cart = cart_of(self.world, self.worker)
        return self._picked_of(self.route.picked_at.get(cart, ()) if cart is not None else ())

    @cached_property
    def to_receive(self) -> tuple[PickedUnit, ...]:
        """What colleagues have picked for this list and have not handed over yet, oldest first."""
        cart = cart_of(self.world, self.worker)
        if self.step in CLOSED_STEPS or cart is None:
            return ()
        elsewhere = (units for place, units in self.route.picked_at.items() if place != cart)
        return self._picked_of(unit for units in elsewhere for unit in units)

    def _picked_of(self, units: Iterable[UnitId]) -> tuple[PickedUnit, ...]:
        found = (self.listing.picked_unit(unit) for unit in units)
        return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.at, each.unit)))

    @property
    def is_untouched(self) -> bool:
        """Whether this device has the list and nothing was done on it: leaving it gives it back."""
        listed = self.pick_list
        is_mine = listed.taken is not None and (listed.taken.device, listed.taken.worker) == (self.device, self.worker)
        is_open = listed.status is DocumentStatus.IN_PROGRESS
        done = listed.done or listed.at_place or listed.empty_bins or listed.checks or self.listing.set_aside
        return is_mine and is_open and not done and not any(line.short for line in listed.lines)

    @property
    def undoable(self) -> tuple[PickedUnit | SetAside | PickLine, ...]:
        """What can be taken back: units, last first, then reports of damage, then short lines."""
        if self.step is Step.TAKEN_OVER:
            return ()
        if self.step is Step.PUT_BACK:
            return tuple(reversed(self.listing.picked))
        return (*reversed(self.listing.picked), *reversed(self.own_damage), *self._shorts)

    @property
    def can_undo(self) -> bool:
        """Whether anything can be taken back."""
        if self.step is Step.TAKEN_OVER:
            return False
        return bool(self.listing.picked or (self.step is not Step.PUT_BACK and (self.own_damage or self._shorts)))

    @property
    def _shorts(self) -> list[PickLine]:
        return [line for line in self.pick_list.lines if line.short]

    @cached_property
    def own_damage(self) -> tuple[SetAside, ...]:
        """Units that this person found damaged on the open list, and that nobody has dealt with since."""
        if self.step in CLOSED_STEPS:
            return ()
        return tuple(each for each in self._damage if each.by == self.worker)

    @cached_property
    def to_put_aside(self) -> tuple[SetAside, ...]:
        """Damaged units of the list that are not yet recorded in a place for them."""
        placed = ((each, self.world.places.get(each.place)) for each in self._damage)
        return tuple(each for each, place in placed if place is None or not is_for_damaged(self.world, place))

    @property
    def _damage(self) -> Iterable[SetAside]:
        units = (self.unit(each.unit) for each in self.listing.set_aside)
        found = (as_set_aside(self.listing.get(unit.id), unit) for unit in units if unit is not None)
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
                return step is Step.SERIAL or (step not in CLOSED_STEPS and self.pick_list.done > 0)
            case ExceptionKind.BIN_EMPTY:
                return at_bin or step is Step.BIN
            case ExceptionKind.ANOTHER_BIN:
                here = self.pick_list.at_place
                return (at_bin and self.way.has_another_bin) or (step is Step.REPLACE and here is not None)
            case ExceptionKind.UNREADABLE:
                return step is Step.SERIAL
            case ExceptionKind.GIVE_BACK:
                return at_bin or step in (Step.BIN, Step.REPLACE, Step.STUCK)
            case ExceptionKind.SUBSTITUTE:
                return (at_bin or step is Step.BIN) and self.can_replace

    @property
    def replaceable(self) -> tuple[tuple[UnitId, str], ...]:
        """Units named and still to pick, with their serials, that another of the product may be taken for.

        Those at the bin the picker stands at, and those that may not be picked.
        """
        barred = tuple((each.unit, each.serial) for each in self.barred.values())
        stop, line = self.stop, self._exact_line_here
        if stop is None or line is None:
            return barred
        here = (unit for unit in stop.units if self.line_naming(unit.id) == line)
        return (*((unit.id, unit.serial) for unit in here), *barred)

    @property
    def can_replace(self) -> bool:
        """Whether there is any such unit."""
        return bool(self.barred) or self._exact_line_here is not None

    @property
    def _exact_line_here(self) -> PickLine | None:
        """The line worked on in the bin at hand, where it names its units."""
        is_here = self.stop is not None and self.step in (Step.PRODUCT, Step.SERIAL)
        return self.line if is_here and self.line is not None and self.line.kind is LineKind.EXACT else None

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
            unit = self.unit(mode.unit)
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
        unit = self.unit(unit_id)
        return unit.serial if unit else unit_id

    def _undo_label(self, each: PickedUnit | SetAside | PickLine) -> Message | str:
        if isinstance(each, PickedUnit):
            return each.serial
        if isinstance(each, SetAside):
            return M("damage of {serial}", serial=self.serial_of(each.unit))
        if each.missing:
            rows = (self.listing.get(unit) for unit in each.missing)
            serials = [row.serial if row is not None else unit for row, unit in zip(rows, each.missing, strict=True)]
            return M("short pick of {serials}", serials=", ".join(serials))
        return M("short pick of {quantity} {product}", quantity=each.short, product=each.product)
