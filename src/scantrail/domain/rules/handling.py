"""Whether goods are at hand, and what is said where they are not what a record says (R20, R21)."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.names.identifiers import code_of
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.status import STATUS_NAMES, may_move
from scantrail.domain.things.unit import Unit
from scantrail.words import M


def transition_refusal(unit: Unit) -> Refusal:
    """The unit is not what the record says, or its status does not allow it."""
    return refuse(GoodsCode.TRANSITION, unit=unit.serial, status=M(STATUS_NAMES[unit.status]))


def at_hand_refusal(world: World, unit: Unit) -> Refusal | None:
    """A unit at another site, or gone, is in nobody's hand here; one that is found takes a correction (R20)."""
    if unit.site != world.site.id:
        return refuse(SiteCode.ANOTHER_SITE, site=unit.site, place=code_of(unit.place), wanted="–")
    return None if may_move(unit.status) else transition_refusal(unit)
