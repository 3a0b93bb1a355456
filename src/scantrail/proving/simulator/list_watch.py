"""What must hold between a pick list and the rows of its units: what the one counts, the others say one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.proving.simulator.invariants import COUNTS, Broken


def look_at_list(pick_list: PickList, rows: Collection[Listed]) -> None:
    """Look at a list and at all the rows of its units.

    Raises:
        Broken: something does not hold.
    """
    number, picked = pick_list.number, [row for row in rows if row.picked is not None]
    counted = {line.id: line.done for line in pick_list.lines if line.done}
    if counted != Counter(row.line for row in picked):
        raise Broken(COUNTS, f"{number} counts {counted} by line, picked are {picked}")
    unstated = [row.unit for row in picked if row.picked is not None and row.picked.condition is None]
    if sorted(pick_list.unstated) != sorted(unstated):
        raise Broken(COUNTS, f"{number} asks for the condition of {pick_list.unstated}, it is not stated of {unstated}")
    for line in pick_list.lines:
        _look_at_missing(pick_list, line, rows)


def _look_at_missing(pick_list: PickList, line: PickLine, rows: Collection[Listed]) -> None:
    """What a line misses is named by it, once, and not picked; a cancelled line names nothing any more."""
    named = {row.unit for row in rows if row.named and row.line == line.id and row.picked is None}
    missing = set(line.missing)
    if len(missing) != len(line.missing) or not (line.cancelled or missing <= named):
        raise Broken(COUNTS, f"{pick_list.number} misses {line.missing} on line {line.id}, which names {named}")
