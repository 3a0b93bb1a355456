"""What an act is about: its units and documents, and what it does to stock."""

from __future__ import annotations

from functools import lru_cache

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.fact import Stock
from scantrail.domain.acts.kinds import RowKind, Thing, document
from scantrail.domain.facts import fact_of, things_of
from scantrail.protocol.acts import decode_act

TAKES, FREES = Stock.TAKES.value, Stock.FREES.value


@lru_cache(maxsize=2048)
def act_in(exact: bytes) -> Act:
    """The act that these bytes, of this device's own journal, are."""
    return decode_act(exact)


def effects_of(act: Act) -> dict[Thing, str]:
    """What an act is about, each with its effect: a unit is taken out of stock, may come back to it, or neither."""
    found: dict[Thing, str] = dict.fromkeys((document(act.draft.document),) if act.draft.document else (), "")
    for event in act.draft.events:
        effect = fact_of(event).stock.value
        for thing in things_of(event):
            found[thing] = (effect if thing[0] == RowKind.UNIT else "") or found.get(thing, "")
    return found
