"""Where a pick list leads: to the units that it names, and to some of the stock where any unit of a product will do."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import groupby

from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import PlaceId, ProductId, UnitId
from scantrail.domain.rules.pick import asked_unit_refusal
from scantrail.domain.things.unit import Unit
from scantrail.workflows.pick.route import Route, Stop


@dataclass(frozen=True, slots=True)
class Bins(Container[PlaceId]):
    """The bins of named units, and those where any units may be taken."""

    named: Container[PlaceId]
    free: frozenset[PlaceId]

    def __contains__(self, place: object) -> bool:
        return place in self.named or place in self.free


@dataclass(frozen=True)
class Way:
    """The stops of a list. Without slots, so that what is asked for again and again is worked out once."""

    world: World
    pick_list: PickList
    listing: Listing
    route: Route
    """The named units."""
    stock: tuple[Unit, ...]
    """Units that any-serial lines may take, in route order, oldest first."""
    reserved_elsewhere: frozenset[UnitId]
    """Which of the stock other open lists have reserved."""
    today: date

    @cached_property
    def _why_not(self) -> Callable[[Unit], Refusal | None]:
        """Why nobody may be sent to a unit. Each is judged once: the same few are asked about at every turn."""
        refusal_of = asked_unit_refusal(self.world, self.pick_list, self.today)
        known: dict[UnitId, Refusal | None] = {}

        def why_not(unit: Unit) -> Refusal | None:
            if unit.id not in known:
                known[unit.id] = refusal_of(unit)
            return known[unit.id]

        return why_not

    @cached_property
    def bins(self) -> Container[PlaceId]:
        """Where the picker may go for this list."""
        return Bins(self.route.places, frozenset(unit.place for unit in self._stocked))

    @property
    def _stocked(self) -> Iterator[Unit]:
        """What any-serial lines may take, wherever it is."""
        products = {line.product for line in self.pick_list.lines if line.kind is LineKind.ANY and line.remaining}
        return (unit for unit in self.stock if unit.product in products and self._why_not(unit) is None)

    @property
    def has_another_bin(self) -> bool:
        """Whether the picker may go for this list to another bin than the one last confirmed."""
        here = self.pick_list.at_place
        return self.route.has_other_than(here) or any(unit.place != here for unit in self._stocked)

    def stops(self) -> Iterator[Stop]:
        """Where to go, in route order."""
        both = merge(self.route.stops(), self._any_stops, key=self._on_the_way)
        for _, same in groupby(both, key=self._on_the_way):
            yield self._joined(tuple(same))

    def stops_at(self, place: PlaceId | None) -> list[Stop]:
        """What to take in a bin, by product."""
        if place is None:
            return []
        both = merge(
            self.route.stops_at(place),
            (stop for stop in self._any_stops if stop.place == place),
            key=self._on_the_way,
        )
        return [self._joined(tuple(same)) for _, same in groupby(both, key=self._on_the_way)]

    def leads_to(self, unit: Unit, stop: Stop) -> bool:
        """Whether a unit is one of those to take at a stop."""
        is_suggested = unit.id in self._lines_of_any and (unit.place, unit.product) == (stop.place, stop.product)
        return is_suggested or self.route.holds(unit.id, stop)

    def _on_the_way(self, stop: Stop) -> tuple[int, PlaceId, ProductId]:
        found = self.world.places.get(stop.place)
        return found.route if found else 0, stop.place, stop.product

    def _joined(self, same: tuple[Stop, ...]) -> Stop:
        """One stop of those for the same product in the same bin, its units in the order of the list's lines."""
        if len(same) == 1:
            return same[0]
        named, free = same
        ordered: list[Unit] = []
        taken = 0
        for line, units in groupby(free.units, key=lambda unit: self._lines_of_any[unit.id]):
            before = self.route.count_before(line, named)
            ordered += [*named.units[taken:before], *units]
            taken = before
        return replace(named, units=(*ordered, *named.units[taken:]))

    @cached_property
    def _lines_of_any(self) -> dict[UnitId, str]:
        """The any-serial lines to which units of the stock are suggested."""
        return {unit.id: line.id for line, unit in self._suggested}

    @cached_property
    def _suggested(self) -> list[tuple[PickLine, Unit]]:
        any_lines = (line for line in self.pick_list.lines if line.kind is LineKind.ANY)
        return [(line, unit) for line in any_lines for unit in self._units_to_take(line)]

    @cached_property
    def _any_stops(self) -> list[Stop]:
        """Where any-serial lines lead, in route order."""
        found: dict[tuple[PlaceId, ProductId], list[Unit]] = {}
        for _, unit in self._suggested:
            found.setdefault((unit.place, unit.product), []).append(unit)
        return sorted((Stop(*where, units) for where, units in found.items()), key=self._on_the_way)

    def _units_to_take(self, line: PickLine) -> list[Unit]:
        """Those of the stock that an any-serial line leads to."""
        fitting = [
            unit
            for unit in self.stock
            if unit.product == line.product
            and self._is_not_picked_on(line, unit)
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

    def _is_not_picked_on(self, line: PickLine, unit: Unit) -> bool:
        row = self.listing.get(unit.id)
        return row is None or row.picked is None or row.line != line.id

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
        picked = self.listing.picked
        return self.pick_list.at_product is None or not picked or picked[-1].place != self.pick_list.at_place
