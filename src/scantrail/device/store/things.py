"""What an act is about: its units and documents, and what it does to stock."""

from __future__ import annotations

from functools import lru_cache

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.fact import Stock
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts import fact_of
from scantrail.domain.facts import things_of as everything_about
from scantrail.protocol.acts import decode_act

UNIT, DOCUMENT = "unit", "document"
Thing = tuple[str, str]
"""A kind (`unit` or `document`) and an id."""

TAKES, FREES = Stock.TAKES.value, Stock.FREES.value


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
        effect = fact_of(event).stock.value
        for kind, name in everything_about(event):
            found[kind.value, name] = (effect if kind is RowKind.UNIT else "") or found.get((kind.value, name), "")
    return found
