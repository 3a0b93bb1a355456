"""What a sync has brought into an open pick: told at once, before the next scan."""

from __future__ import annotations

from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.hold import HOLD_NAMES, Hold
from scantrail.domain.wordings import explain
from scantrail.words import M
from scantrail.workflows.base import Tone, Verdict
from scantrail.workflows.pick.state import CLOSED_STEPS, Pick


def news(before: Pick, after: Pick) -> Verdict | None:
    """A new hold on a unit of the list, or a list that the desk has changed.

    A list that is cancelled or taken over says so itself: its prompt is another.
    """
    if after.step in CLOSED_STEPS:
        return None
    return _held(before, after) or _changed(before.pick_list, after.pick_list)


def _held(before: Pick, after: Pick) -> Verdict | None:
    known = _holds(before)
    for unit_id, holds in _holds(after).items():
        new = [hold for hold in holds if hold not in known.get(unit_id, ())]
        if not new:
            continue
        refusal = refuse(GoodsCode.HOLD, kind=M(HOLD_NAMES[new[0].kind]), reason=new[0].reason)
        is_picked = after.pick_list.picked_unit(unit_id) is not None
        why = explain(refusal)
        todo = why.afterwards("") if is_picked else M("Leave it where it is.")
        return Verdict(Tone.REFUSED, why.title, after.world.units[unit_id].serial, why.because, todo)
    return None


def _holds(pick: Pick) -> dict[UnitId, tuple[Hold, ...]]:
    """The holds on each unit that is picked on the list, or named and still to pick."""
    listed = pick.pick_list
    wanted = {unit for line in listed.lines for unit in line.remaining_units} | {each.unit for each in listed.picked}
    return {unit: pick.world.holds.on(pick.world.units[unit]) for unit in wanted if unit in pick.world.units}


def _changed(before: PickList, after: PickList) -> Verdict | None:
    if _asked(before) == _asked(after):
        return None
    because = M("What {document} asks for was changed at the desk.", document=after.number)
    return Verdict(Tone.NOTED, M("LIST CHANGED"), because=because, todo=M("F3 shows the list as it is now."))


def _asked(pick_list: PickList) -> object:
    return [(line.id, line.product, line.kind, line.quantity, line.units, line.cancelled) for line in pick_list.lines]
