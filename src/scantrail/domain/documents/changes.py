"""Small changes of a pick list and its units, which facts of several families make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.documents.reservations import without_stale_reservations
from scantrail.domain.names.identifiers import UnitId

MOST_REPORTED = 500
"""Empty bins or confirmed items that a list keeps: no device makes a row grow without end."""


def of_list(step: Callable[[PickList, Any, Any], PickList]) -> Callable[[PickList, Any, Any], PickList]:
    """A fold of a pick list: afterwards, what nobody is on the way to any more is free again."""
    return lambda pick_list, event, change: without_stale_reservations(step(pick_list, event, change))


def as_it_is(pick_list: PickList, event: Any, change: Any) -> PickList:
    """The fold of an event that stands in a list's history and changes nothing on it."""
    return pick_list


def with_line(pick_list: PickList, line_id: str, change: Callable[[PickLine], PickLine], **changes: Any) -> PickList:
    """The list with a line changed, and further fields of its own."""
    lines = tuple(change(line) if line.id == line_id else line for line in pick_list.lines)
    return replace(pick_list, lines=lines, **changes)


def with_one_more(line: PickLine, unit: UnitId) -> PickLine:
    """The line with a unit picked; one that was given up and is found after all is no longer missing."""
    found = without_missing(line, unit)
    reserved = tuple(each for each in line.reserved if each != unit)
    return replace(found, done=line.done + 1, reserved=reserved)


def with_one_less(line: PickLine) -> PickLine:
    """The line with one unit less picked."""
    return replace(line, done=max(0, line.done - 1))


def without_missing(line: PickLine, found: UnitId) -> PickLine:
    """The line without a named unit among those that were given up."""
    missing = tuple(unit for unit in line.missing if unit != found)
    return replace(line, missing=missing, short=line.short - (len(line.missing) - len(missing)))


def without_unit(pick_list: PickList, line_id: str, unit: UnitId, **changes: Any) -> PickList:
    """The list with a unit less picked on a line, and further fields of its own."""
    unstated = tuple(each for each in pick_list.unstated if each != unit)
    return with_line(pick_list, line_id, with_one_less, unstated=unstated, **changes)


def with_new(reported: tuple[str, ...], found: str) -> tuple[str, ...]:
    """What was reported, with one more, once."""
    return reported if found in reported else (*reported, found)[:MOST_REPORTED]
