"""Which units the person who takes a list goes to for its any-serial lines."""

from __future__ import annotations

from collections.abc import Iterator

from scantrail.domain.documents.document import LineKind
from scantrail.domain.facts.picking.events import UnitsReserved
from scantrail.workflows.pick.state import Pick


def reservations(pick: Pick) -> tuple[UnitsReserved, ...]:
    """For each open any-serial line what is still to pick: first on the route, oldest first, wanted by no other list.

    Where there is too little of that, fewer are reserved: two people are not both sent to the same unit.
    """
    return tuple(_reservations(pick))


def _reservations(pick: Pick) -> Iterator[UnitsReserved]:
    left = [unit for unit in pick.stock if unit.id not in pick.reserved_elsewhere]
    for line in pick.pick_list.lines:
        if line.kind is not LineKind.ANY:
            continue
        units = tuple(unit.id for unit in left if unit.product == line.product)[: line.remaining]
        left = [unit for unit in left if unit.id not in units]
        if units:
            yield UnitsReserved(pick.pick_list.number, line.id, line.product, units)
