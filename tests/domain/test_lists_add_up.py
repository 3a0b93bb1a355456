"""A list counts what the rows of its units say, whatever is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.sight import Recorder
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import line_for
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.facts.picking.events import (
    LineShorted,
    ShortUndone,
)
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.people.worker import Worker
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from tests.domain.floor import LIST, UNITS, Floor
from tests.support.worlds import (
    MIKE,
    SAM,
    SARAH,
)

NUMBERS = st.integers(0, len(UNITS) - 1)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("pick", "pick", "undo", "state", "damage", "take back", "short", "long", "substitute", "correct", "cancel")
        ),
        NUMBERS,
        NUMBERS,
        st.sampled_from((SARAH, MIKE)),
    ),
    max_size=25,
)


@given(STEPS)
def test_whatever_is_recorded_a_list_counts_what_the_rows_of_its_units_say(
    steps: list[tuple[str, int, int, Worker]],
) -> None:
    floor = Floor()
    for what, number, other, by in steps:
        unit = UNITS[number]
        line = line_for(floor.list, unit, floor.row(unit)) or floor.line("1")
        if what == "cancel":
            floor.cancels(line.id)
            continue
        desk: dict[str, Any] = {"by": SAM, "recorder": Recorder.DESK}
        how = desk if what == "correct" else {"by": by, "scan": unit if what in SCANS else None}
        floor.records(*_events(floor, what, unit, UNITS[other], line, by), **how)


SCANS = ("pick", "substitute")


def _events(floor: Floor, what: str, unit: Unit, other: Unit, line: PickLine, by: Worker) -> tuple[Event, ...]:
    """The step as somebody records it who sees this floor."""
    named = (unit.id,) if line.kind is LineKind.EXACT else ()
    told: dict[str, Callable[[], tuple[Event, ...]]] = {
        "pick": lambda: (*floor.walks(unit), floor.pick(unit, line.id, by)),
        "undo": lambda: (floor.undo(unit),),
        "state": lambda: (ConditionStated(unit.id, Condition.GOOD, LIST),),
        "damage": lambda: (floor.damage(unit),),
        "take back": lambda: (floor.damage_undo(unit),),
        "short": lambda: (LineShorted(LIST, line.id, 1, named),),
        "long": lambda: (ShortUndone(LIST, line.id, max(1, line.short), line.missing),),
        "substitute": lambda: floor.substitute(unit, other, line.id, by),
        "correct": lambda: (floor.correct(unit, Status.AVAILABLE),),
    }
    return told[what]()
