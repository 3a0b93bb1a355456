"""One sentence for each finding."""

from __future__ import annotations

from scantrail.domain.facts.quality.events import (
    ConditionStated,
    LabelUnreadable,
    QuarantineUndone,
    StatedBy,
    UnitPutAside,
    UnitQuarantined,
)
from scantrail.domain.names.identifiers import code_of
from scantrail.domain.things.unit import Condition
from scantrail.words import M, Message

_CONDITIONS: dict[Condition, Message] = {
    Condition.GOOD: M("Condition: good"),
    Condition.DAMAGED: M("Condition: damaged"),
}
_GOOD_BY: dict[StatedBy, Message] = {
    StatedBy.CONFIRMED: _CONDITIONS[Condition.GOOD],
    StatedBy.NEXT_SCAN: M("Condition: good, since the work went on"),
    StatedBy.NO_EXCEPTION: M("Condition: good, since nothing was reported"),
}


def stated(event: ConditionStated) -> Message:
    """The condition; how it was told, where it is good."""
    is_good = event.condition is Condition.GOOD
    return _GOOD_BY[event.how] if is_good else _CONDITIONS[event.condition]


def quarantined(event: UnitQuarantined) -> Message:
    """Where it was put, or left."""
    if event.from_place == event.to_place:
        return M("Set apart as damaged, in {place}", place=code_of(event.to_place))
    return M("Set apart as damaged, put into {place}", place=code_of(event.to_place))


def quarantine_undone(event: QuarantineUndone) -> Message:
    """Where it is again."""
    return M("Reported damaged by mistake, put back into {place}, good", place=code_of(event.to_place))


def put_aside(event: UnitPutAside) -> Message:
    """Where it was put."""
    return M("Damaged unit put into {place}", place=code_of(event.to_place))


def unreadable(event: LabelUnreadable) -> Message:
    """Of which product, and where."""
    return M(
        "A label of {product} in {place} cannot be read, on {document}",
        product=event.product,
        place=code_of(event.place),
        document=event.document,
    )
