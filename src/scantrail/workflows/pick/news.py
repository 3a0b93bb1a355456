"""What a sync has brought into an open pick: told at once, before the next scan."""

from __future__ import annotations

from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.listed import Listed, is_to_pick
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.hold import HOLD_NAMES, Hold, Holds
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import M
from scantrail.workflows.base import Tone, Verdict
from scantrail.workflows.pick.modes import CLOSED_STEPS
from scantrail.workflows.pick.state import Pick


def news(before: Pick, after: Pick) -> Verdict | None:
    """A new hold on a unit of the list, or a list that the desk has changed.

    A list that is cancelled or taken over says so itself: its prompt is another.
    """
    told = _held(before, after) or _changed(before, after)
    return told if told is not None and after.step not in CLOSED_STEPS else None


def _held(before: Pick, after: Pick) -> Verdict | None:
    known = frozenset(before.world.holds)
    new = Holds(hold for hold in after.world.holds if hold not in known)
    rows = after.listing if len(new) else (after.listing.get(unit) for unit in sorted(after.route.joined))
    holds = new if len(new) else after.world.holds
    for row in rows:
        unit = after.unit(row.unit) if row is not None else None
        found = holds.on(unit) if unit is not None else ()
        if row is not None and unit is not None and found:
            told = _on_hold(after, row, unit, found[0])
            if told is not None:
                return told
    return None


def _on_hold(pick: Pick, row: Listed, unit: Unit, hold: Hold) -> Verdict | None:
    """What is told of a hold on a unit of the list; None where the list asks for that unit no more."""
    is_picked = row.picked is not None
    if not is_picked and not is_to_pick(pick.pick_list, row):
        return None
    why = explain(refuse(GoodsCode.HOLD, kind=M(HOLD_NAMES[hold.kind]), reason=hold.reason))
    todo = why.afterwards("") if is_picked else M("Leave it where it is.")
    return Verdict(Tone.REFUSED, why.title, unit.serial, why.because, todo)


def _changed(before: Pick, after: Pick) -> Verdict | None:
    if (before.asked, _asked(before.pick_list)) == (after.asked, _asked(after.pick_list)):
        return None
    because = M("What {document} asks for was changed at the desk.", document=after.pick_list.number)
    return Verdict(Tone.NOTED, M("LIST CHANGED"), because=because, todo=M("F3 shows the list as it is now."))


def _asked(pick_list: PickList) -> object:
    return [(line.id, line.product, line.kind, line.quantity, line.cancelled) for line in pick_list.lines]
