"""What an act is about: its units and documents, and what it does to stock."""

from __future__ import annotations

from functools import lru_cache

from scantrail.domain.acts.act import Act
from scantrail.domain.events import (
    ConditionStated,
    Event,
    UnitAllocated,
    UnitDelivered,
    UnitHandedOver,
    UnitPicked,
    UnitPutAside,
    UnitQuarantined,
    UnitShipped,
    UnitSubstituted,
    document_of,
    unit_of,
)
from scantrail.domain.fold import changes_unit
from scantrail.protocol.acts import decode_act

UNIT, DOCUMENT = "unit", "document"
Thing = tuple[str, str]
"""A kind (`unit` or `document`) and an id."""

TAKES, FREES = "takes", "frees"
_TAKING = (UnitAllocated, UnitSubstituted, UnitPicked, UnitQuarantined, UnitShipped, UnitDelivered)
_NEITHER = (ConditionStated, UnitHandedOver, UnitPutAside)


@lru_cache(maxsize=2048)
def act_in(exact: bytes) -> Act:
    """The act that these bytes, of this device's own journal, are."""
    return decode_act(exact)


def things_of(act: Act) -> dict[Thing, str]:
    """What an act is about, each with its effect: a unit is taken out of stock, may come back to it, or neither."""
    found: dict[Thing, str] = {}
    if act.draft.document:
        found[DOCUMENT, act.draft.document] = ""
    for event in act.draft.events:
        unit, document = unit_of(event), document_of(event)
        if unit is not None:
            found[UNIT, unit] = _effect(event) or found.get((UNIT, unit), "")
        if document is not None:
            found[DOCUMENT, document] = ""
    return found


def _effect(event: Event) -> str:
    if isinstance(event, _TAKING):
        return TAKES
    return FREES if changes_unit(event) and not isinstance(event, _NEITHER) else ""
