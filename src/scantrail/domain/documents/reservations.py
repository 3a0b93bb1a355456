"""The units that somebody is on the way to for an any-serial line, and when they are free again.

A reservation guides people and stops the desk. It changes no unit, and no scan is refused because of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import UnitId


def reserved_on(pick_list: PickList) -> frozenset[UnitId]:
    """Every unit that is reserved for a list."""
    return frozenset(unit for line in pick_list.lines for unit in line.reserved)


def without_reservations(pick_list: PickList, units: Iterable[UnitId] | None = None) -> PickList:
    """The list with these units free again; all of them, if none are named."""
    gone = reserved_on(pick_list) if units is None else frozenset(units)
    return _with_lines(pick_list, lambda line: tuple(unit for unit in line.reserved if unit not in gone))


def without_stale_reservations(pick_list: PickList) -> PickList:
    """The list with what nobody is on the way to any more free again.

    That is what is beyond the number still to pick, and all of it once nobody works on the list.
    """
    if pick_list.status is not DocumentStatus.IN_PROGRESS:
        return without_reservations(pick_list)
    return _with_lines(pick_list, lambda line: tuple(dict.fromkeys(line.reserved))[: line.remaining])


def _with_lines(pick_list: PickList, kept: Callable[[PickLine], tuple[UnitId, ...]]) -> PickList:
    """The list with these reservations alone; most events leave them all as they are."""
    still = [kept(line) if line.reserved else () for line in pick_list.lines]
    if all(units == line.reserved for units, line in zip(still, pick_list.lines, strict=True)):
        return pick_list
    lines = (replace(line, reserved=units) for units, line in zip(still, pick_list.lines, strict=True))
    return replace(pick_list, lines=tuple(lines))
