"""Whether a container may begin, and whether a unit may be put into it or taken out (N13, PK2)."""

from __future__ import annotations

from scantrail.domain.acts.kinds import container
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.sight import Sight
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked, UnitUnpacked
from scantrail.domain.facts.packing.refusals import PackingCode
from scantrail.domain.names.identifiers import code_of, is_sscc
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.containers import elsewhere_refusal
from scantrail.domain.rules.goods import Obstacle, Use, goods_refusal
from scantrail.domain.rules.handling import at_hand_refusal, transition_refusal
from scantrail.domain.rules.records import has_right
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.scope import place_refusal
from scantrail.domain.things.container import Container
from scantrail.domain.things.unit import Unit
from scantrail.words import M


def made(sight: Sight, event: ContainerMade) -> Refusal | None:
    """A right number that no container on record has, and a place of this site."""
    refusal = has_right(sight, Right.PACK)
    if refusal is not None:
        return refusal
    if not is_sscc(event.container):
        return refuse(ScanCode.BAD_CODE, fault=M("an SSCC has 18 digits, the last of them a check digit"))
    found: Container | None = sight.row(container(event.container))
    if found is not None:
        return refuse(PackingCode.SSCC_USED, sscc=found.id, place=code_of(found.place))
    return place_refusal(sight.world, event.place)


def packed(sight: Sight, event: UnitPacked) -> Refusal | None:
    """A unit at hand, in no container and under no hold, from where it is into a container that stands there."""
    unit, into = sight.unit(event.unit), sight.container(event.container)
    return (
        has_right(sight, Right.PACK)
        or _hold_refusal(sight, unit)
        or at_hand_refusal(sight.world, unit)
        or (refuse(PackingCode.ALREADY_PACKED, sscc=unit.container) if unit.container else None)
        or (None if unit.place == event.from_place else transition_refusal(unit))
        or elsewhere_refusal(into, event.to_place)
    )


def _hold_refusal(sight: Sight, unit: Unit) -> Refusal | None:
    use = Use(sight.world.site.id, sight.world.holds, sight.world.places, sight.today)
    return goods_refusal(sight.world, unit, use, (Obstacle.HOLD,))


def unpacked(sight: Sight, event: UnitUnpacked) -> Refusal | None:
    """A unit that is in this container, to a place of this site."""
    unit, out_of = sight.unit(event.unit), sight.container(event.container)
    if unit.container != out_of.id:
        refusal = has_right(sight, Right.PACK)
        return refusal or refuse(PackingCode.NOT_IN_CONTAINER, unit=unit.serial, sscc=out_of.id)
    return (
        has_right(sight, Right.PACK)
        or at_hand_refusal(sight.world, unit)
        or elsewhere_refusal(out_of, event.from_place)
        or place_refusal(sight.world, event.to_place)
    )
