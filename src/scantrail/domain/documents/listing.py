"""The units of one document, kept in the orders in which people work on them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside
from scantrail.domain.names.identifiers import UnitId, WorkerId

T = TypeVar("T")


class Listing:
    """Rows of one document by unit. No look-up costs more for a long document than for a short one.

    A row that changes is `put` again. What the look-ups give are the orders themselves: read them, do not keep them.
    """

    def __init__(self, rows: Iterable[Listed] = ()) -> None:
        self._rows: dict[UnitId, Listed] = {}
        self._left: dict[str, list[Listed]] = {}
        self._picked: list[PickedUnit] = []
        self._picked_on: dict[str, list[PickedUnit]] = {}
        self._set_aside: list[SetAside] = []
        self._people: Counter[WorkerId] = Counter()
        self.asked = 0
        """Another number where the document names other units, or the same on other lines."""
        for row in rows:
            self.put(row)

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._rows.values())

    def put(self, row: Listed) -> None:
        """Take a row in its new state."""
        self.drop(row.unit)
        self._rows[row.unit] = row
        if row.named:
            self.asked ^= hash((row.line, row.unit))
        if row.named and row.picked is None:
            insort(self._left.setdefault(row.line, []), row, key=_by_serial)
        if row.picked is not None:
            insort(self._picked, row.picked, key=_by_time)
            insort(self._picked_on.setdefault(row.line, []), row.picked, key=_by_time)
        if row.set_aside is not None:
            insort(self._set_aside, row.set_aside, key=_by_time)
        self._people.update(_people_of(row))

    def drop(self, unit: UnitId) -> None:
        """Forget a row, if there is one."""
        row = self._rows.pop(unit, None)
        if row is None:
            return
        if row.named:
            self.asked ^= hash((row.line, row.unit))
        if row.named and row.picked is None:
            _remove(self._left[row.line], row, _by_serial)
        if row.picked is not None:
            _remove(self._picked, row.picked, _by_time)
            _remove(self._picked_on[row.line], row.picked, _by_time)
        if row.set_aside is not None:
            _remove(self._set_aside, row.set_aside, _by_time)
        self._people.subtract(_people_of(row))

    def get(self, unit: UnitId) -> Listed | None:
        """A unit's row; None where it has never been on the document."""
        return self._rows.get(unit)

    def left_on(self, line: str) -> Sequence[Listed]:
        """The units that a line names and that are not picked, by serial; some of them may be given up."""
        return self._left.get(line, ())

    def place_on(self, row: Listed) -> int:
        """How many of the units left on its line come before a unit."""
        return bisect_left(self.left_on(row.line), _by_serial(row), key=_by_serial)

    def picked_on(self, line: str) -> Sequence[PickedUnit]:
        """The units picked on a line, oldest first."""
        return self._picked_on.get(line, ())

    @property
    def people(self) -> frozenset[WorkerId]:
        """Who has picked units or found them damaged."""
        return frozenset(person for person, count in self._people.items() if count > 0)

    @property
    def picked(self) -> Sequence[PickedUnit]:
        """Every unit picked, oldest first."""
        return self._picked

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """Every unit found damaged, oldest first."""
        return self._set_aside

    def picked_unit(self, unit: UnitId) -> PickedUnit | None:
        """How a unit was picked; None where it is not picked for the document."""
        row = self._rows.get(unit)
        return row.picked if row is not None else None

    def unit_set_aside(self, unit: UnitId) -> SetAside | None:
        """How a unit was found damaged; None where it was not."""
        row = self._rows.get(unit)
        return row.set_aside if row is not None else None


def _people_of(row: Listed) -> list[WorkerId]:
    return [each.by for each in (row.picked, row.set_aside) if each is not None]


def _remove(rows: list[T], row: T, key: Callable[[T], Any]) -> None:
    """Take a row out of its place in an order."""
    del rows[bisect_left(rows, key(row), key=key)]


def _by_serial(row: Listed) -> tuple[str, UnitId]:
    return row.serial, row.unit


def _by_time(each: PickedUnit | SetAside) -> tuple[datetime, UnitId]:
    return each.at, each.unit
