"""The units that a list names and that are still to pick: where they are, and which of them may not be picked.

It is kept from one answer to the next. What has changed in between is looked at unit by unit, so that no step costs
more on a long list than on a short one.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.documents.document import Requirement
from scantrail.domain.documents.listed import line_naming
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import PlaceId, ProductId, UnitId
from scantrail.domain.rules.pick import asked_unit_refusal
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.words import M, Message
from scantrail.workflows.base import Job


@dataclass(frozen=True, slots=True)
class Stop:
    """One product in one bin, with the units to take there."""

    place: PlaceId
    product: ProductId
    units: Sequence[Unit]
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

Where = tuple[PlaceId, ProductId]
"""A bin, and a product in it."""


@dataclass(frozen=True, slots=True)
class _Basis:
    """What all of the route follows from, beside the units: where it changes, the route is worked out from nothing."""

    lines: tuple[tuple[str, ProductId, bool, tuple[UnitId, ...]], ...]
    holds: Holds
    today: date
    requirement: Requirement
    order: str

    @classmethod
    def of(cls, job: Job) -> _Basis:
        listed: PickList = job.document
        lines = tuple((line.id, line.product, line.cancelled, line.missing) for line in listed.lines)
        return cls(lines, job.world.holds, job.today, listed.requirement, listed.order)


_Place = tuple[int, str, UnitId]
"""Where a unit stands in the list: the place of its line, and its serial."""


class Route:
    """See the module. `stops` and `barred` are read, not kept: they go on with the list."""

    def __init__(self, job: Job) -> None:
        self._basis = _Basis.of(job)
        self._line_at = {line.id: at for at, line in enumerate(job.document.lines)}
        self._missing = frozenset(unit for line in job.document.lines if not line.cancelled for unit in line.missing)
        self._where: dict[UnitId, Where] = {}
        self._order: dict[UnitId, _Place] = {}
        self._units: dict[Where, list[Unit]] = {}
        self._on_the_way: list[tuple[int, PlaceId, ProductId]] = []
        """Every stop, in route order."""
        self._at: dict[PlaceId, dict[ProductId, None]] = {}
        self.barred: dict[UnitId, Barred] = {}
        """Named units that are still to pick and may not be picked, in the order of the list: nobody is sent to one."""
        self._handed: dict[UnitId, PlaceId | None] = {}
        self.picked_at: dict[PlaceId | None, set[UnitId]] = {}
        """The units picked for the list, by where each of them is now."""
        self.joined: frozenset[UnitId] = frozenset()
        """Named units that came to be picked with what has changed last."""
        self._take(job, [row.unit for row in job.book.listing])

    @classmethod
    def of(cls, job: Job) -> Route:
        """The route of a job: the one that its book has kept, with what has changed since, where that will do."""
        kept, changed = job.book.kept, job.book.changed()
        if isinstance(kept, Route) and changed is not None and kept._basis == _Basis.of(job):
            known = frozenset(unit for unit in changed if unit in kept._order)
            kept._take(job, changed)
            kept.joined = frozenset(unit for unit in changed if unit in kept._order and unit not in known)
            return kept
        made = job.book.kept = cls(job)
        if isinstance(kept, Route):
            made.joined = frozenset(made._order.keys() - kept._order.keys())
        return made

    def _take(self, job: Job, units: Collection[UnitId]) -> None:
        """Look at these units again."""
        why_not = asked_unit_refusal(job.world, job.document, job.today)
        is_barred_changed = False
        for unit in units:
            is_barred_changed |= self._look_at(job, unit, why_not)
        if is_barred_changed:
            self.barred = dict(sorted(self.barred.items(), key=lambda each: self._order[each[0]]))

    def _look_at(self, job: Job, unit_id: UnitId, why_not: Callable[[Unit], Refusal | None]) -> bool:
        """Look at a unit again; gives whether it is barred now."""
        self._leave_out(unit_id)
        row, unit = job.book.listing.get(unit_id), job.book.unit(unit_id)
        if row is None:
            return False
        if row.picked is not None:
            self._handed[unit_id] = unit.place if unit is not None else None
            self.picked_at.setdefault(self._handed[unit_id], set()).add(unit_id)
            return False
        line = line_naming(job.document, row)
        if line is None or unit_id in self._missing:
            return False
        self._order[unit_id] = (self._line_at[line.id], row.serial, unit_id)
        why = why_not(unit) if unit is not None else refuse(ScanCode.UNKNOWN_SERIAL, wanted="–")
        if unit is None or why is not None:
            self.barred[unit_id] = _barred(unit, row.serial, unit_id, line, why or refuse(ScanCode.UNKNOWN_SERIAL))
            return True
        self._put(job, unit)
        return False

    def _put(self, job: Job, unit: Unit) -> None:
        where = (unit.place, unit.product)
        self._where[unit.id] = where
        if where not in self._units:
            insort(self._on_the_way, (route_of(job, unit.place), *where))
            self._at.setdefault(unit.place, {})[unit.product] = None
        insort(self._units.setdefault(where, []), unit, key=self._place_of)

    def _leave_out(self, unit: UnitId) -> None:
        self.barred.pop(unit, None)
        if unit in self._handed:
            place = self._handed.pop(unit)
            self.picked_at[place].discard(unit)
            if not self.picked_at[place]:
                del self.picked_at[place]
        where = self._where.pop(unit, None)
        if where is not None:
            units = self._units[where]
            del units[bisect_left(units, self._order[unit], key=self._place_of)]
            if not units:
                self._close(where)

    def _close(self, where: Where) -> None:
        del self._units[where]
        del self._at[where[0]][where[1]]
        if not self._at[where[0]]:
            del self._at[where[0]]
        self._on_the_way = [each for each in self._on_the_way if each[1:] != where]

    def _place_of(self, unit: Unit) -> _Place:
        return self._order[unit.id]

    def stops(self) -> Iterator[Stop]:
        """Where to go, in route order."""
        return (Stop(*where, self._units[where]) for _, *place in self._on_the_way for where in [(place[0], place[1])])

    def stops_at(self, place: PlaceId) -> list[Stop]:
        """What to take in a bin, by product."""
        return [Stop(place, product, self._units[place, product]) for product in sorted(self._at.get(place, ()))]

    def line_at(self, stop: Stop) -> int | None:
        """The place in the list of the first line that names a unit at a stop; None where none does."""
        units = self._units.get((stop.place, stop.product))
        return self._order[units[0].id][0] if units else None

    def count_before(self, line: str, stop: Stop) -> int:
        """How many of the named units at a stop are on lines that come before this one."""
        return bisect_left(stop.units, self._line_at[line], key=lambda unit: self._order[unit.id][0])

    @property
    def places(self) -> Container[PlaceId]:
        """The bins on it."""
        return self._at.keys()

    def has_other_than(self, place: PlaceId | None) -> bool:
        """Whether it leads to another bin than this one."""
        return len(self._at) > (place in self._at)

    def holds(self, unit: UnitId, stop: Stop) -> bool:
        """Whether a named unit is to be taken at a stop."""
        return self._where.get(unit) == (stop.place, stop.product)


def route_of(job: Job, place: PlaceId) -> int:
    """Where a place comes on the way through the site."""
    found = job.world.places.get(place)
    return found.route if found else 0


def _barred(unit: Unit | None, serial: str, unit_id: UnitId, line: PickLine, why: Refusal) -> Barred:
    is_damaged = unit is not None and unit.status is Status.QUARANTINE and unit.condition is Condition.DAMAGED
    return Barred(unit_id, serial, line.id, line.product, why, unit.place if unit else None, is_damaged)
