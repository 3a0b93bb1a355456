"""The list beside the prompt: every unit of it, with how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.words import M, Message
from scantrail.workflows.base import Item, Mark
from scantrail.workflows.pick.state import Pick

AROUND = 20
"""Items shown beside the prompt before the one that matters now, and as many from there on: more than a glass has."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the items, one after the other: drawn as far as anybody looks."""

    count: int
    at: Callable[[int], Item]

    def items(self, first: int, end: int) -> Iterator[Item]:
        """Those between two places of this part."""
        return (self.at(place) for place in range(max(first, 0), min(end, self.count)))


def all_items(pick: Pick) -> Iterator[Item]:
    """The whole list."""
    return (item for part in _parts(pick) for item in part.items(0, part.count))


def items_around(pick: Pick) -> tuple[Item, ...]:
    """The part of the list around the unit that is asked for now; its end, where no unit in particular is."""
    parts = _parts(pick)
    now = _place_of_now(pick, parts)
    total = sum(part.count for part in parts)
    first, end = (now - AROUND, now + AROUND) if now is not None else (total - 2 * AROUND, total)
    found: list[Item] = []
    begins = 0
    for part in parts:
        found += part.items(first - begins, end - begins)
        begins += part.count
    return tuple(found)


def _parts(pick: Pick) -> list[_Part]:
    elsewhere = frozenset(each.unit for each in pick.to_receive)
    now = _now(pick)
    parts = [part for line in pick.pick_list.lines for part in _parts_of(pick, line, elsewhere, now)]
    aside = [each.unit for each in pick.listing.set_aside if pick.line_naming(each.unit) is None]
    damaged = [Item(Mark.BARRED, pick.serial_of(unit), M("damaged")) for unit in aside]
    return [*parts, _part_of(damaged)]


def _now(pick: Pick) -> UnitId:
    first = next(iter(islice(pick.stop.units, 1)), None) if pick.stop is not None else None
    return first.id if first is not None else ""


def _part_of(items: list[Item]) -> _Part:
    return _Part(len(items), items.__getitem__)


def _parts_of(pick: Pick, line: PickLine, elsewhere: frozenset[UnitId], now: UnitId) -> list[_Part]:
    """What is picked on a line, then what it names, then what it wants of no unit in particular."""
    picked, left = pick.listing.picked_on(line.id), pick.listing.left_on(line.id)
    if line.cancelled:
        left = [row for row in left if row.unit in line.missing]
    others: list[Item] = []
    unnamed_short = line.short - len(line.missing)
    if unnamed_short:
        others.append(Item(Mark.SHORT, line.product, M("{count} short", count=unnamed_short)))
    if line.kind is LineKind.ANY and line.remaining:
        others.append(Item(Mark.TODO, line.product, M("any {count}", count=line.remaining)))
    return [
        _Part(len(picked), lambda at: _picked(pick, picked[at], elsewhere)),
        _Part(len(left), lambda at: _left(pick, line, left[at], now)),
        _part_of(others),
    ]


def _picked(pick: Pick, each: PickedUnit, elsewhere: frozenset[UnitId]) -> Item:
    is_elsewhere = each.unit in elsewhere
    return Item(Mark.DONE, each.serial, M("in {place}", place=_where(pick, each.unit)) if is_elsewhere else "")


def _left(pick: Pick, line: PickLine, row: Listed, now: UnitId) -> Item:
    if row.unit in line.missing:
        return Item(Mark.SHORT, row.serial, M("damaged") if row.set_aside is not None else M("short"))
    barred = pick.barred.get(row.unit)
    if barred is not None:
        return Item(Mark.BARRED, row.serial, barred.why)
    return Item(Mark.NOW if row.unit == now else Mark.TODO, row.serial, _where(pick, row.unit))


def _place_of_now(pick: Pick, parts: list[_Part]) -> int | None:
    """The place in the list of the unit that is asked for now; None where the stop names none."""
    row = pick.listing.get(_now(pick))
    if row is None or not row.named:
        return None
    begins = 0
    for at, line in enumerate(pick.pick_list.lines):
        picked, left, others = parts[3 * at : 3 * at + 3]
        if line.id == row.line:
            return begins + picked.count + pick.listing.place_on(row)
        begins += picked.count + left.count + others.count
    return None


def _where(pick: Pick, unit_id: UnitId) -> Message | str:
    unit = pick.unit(unit_id)
    return code_of(unit.place) if unit else ""
