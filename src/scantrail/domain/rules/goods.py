"""May these goods be used for this? The one ordered list for all who pick, promise or look for goods (R14, R20, R57).

It looks at the unit and at the records around it, never at a scan: that is asked before, see `scan`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import Requirement
from scantrail.domain.moments import local
from scantrail.domain.names.identifiers import DocumentId, PlaceId, SiteId, code_of
from scantrail.domain.rules.refusals.containers import ContainerCode
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.hold import HOLD_NAMES, Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import SENT, STATUS_NAMES, Status, may_pick
from scantrail.domain.things.unit import Unit
from scantrail.words import M


class Obstacle(Enum):
    """What stands in the way of using a unit. What is named first is said first."""

    HOLD = "hold"
    """An open hold lies on it (R40, R41)."""
    PICKED = "picked"
    SENT = "sent"
    STATUS = "status"
    """It is neither Available nor Allocated."""
    ANOTHER_SITE = "another_site"
    OWNER = "owner"
    """It is not ours to sell (R7)."""
    ANOTHER_LIST = "another_list"
    """It is promised to another list."""
    ANOTHER_ORDER = "another_order"
    """It is promised to another order."""
    FIRMWARE = "firmware"
    CALIBRATION = "calibration"
    IN_CONTAINER = "in_container"
    """It is in a carton or on a pallet; it has to be taken out first."""
    NOT_PICKABLE = "not_pickable"
    """It stands where nobody may pick from (H9)."""


OF_THE_UNIT = (
    Obstacle.HOLD,
    Obstacle.PICKED,
    Obstacle.SENT,
    Obstacle.STATUS,
    Obstacle.ANOTHER_SITE,
    Obstacle.OWNER,
)
"""What stands in the way whatever list or order the unit is for."""

TO_PROMISE = tuple(each for each in Obstacle if each not in (Obstacle.IN_CONTAINER, Obstacle.NOT_PICKABLE))
"""What stands in the way of promising a unit. It may still be at the dock, in its carton."""


@dataclass(frozen=True, slots=True)
class Use:
    """What goods are wanted for, and the records that may speak against it."""

    site: SiteId
    holds: Holds
    places: Mapping[PlaceId, Place]
    """The places that the goods are in, where those are on record."""
    today: date
    """The day of use in the site's time zone; a calibration must be valid on it."""
    order: DocumentId | None = None
    """The order that they are for; None where any will do."""
    document: DocumentId | None = None
    """The list that they are for; None where any will do."""
    requirement: Requirement = Requirement()


def obstacles(unit: Unit, use: Use, among: Collection[Obstacle] | None = None) -> Iterator[Obstacle]:
    """What stands in the way of using a unit for this, in the order of `Obstacle`; nothing where it may be used.

    `among` says what is looked at; None looks at everything.
    """
    for obstacle, stands_in_the_way in _STANDS_IN_THE_WAY.items():
        if (among is None or obstacle in among) and stands_in_the_way(unit, use):
            yield obstacle


def may_be_used(unit: Unit, use: Use) -> bool:
    """Whether nothing stands in the way of picking a unit for this."""
    return next(obstacles(unit, use), None) is None


def goods_refusal(
    world: World, unit: Unit, use: Use, among: Collection[Obstacle] | None = None, wanted: str = "–"
) -> Refusal | None:
    """Why a unit may not be used for this: the first obstacle, as it is told to the person; None when it may.

    `wanted` says what to scan instead.
    """
    obstacle = next(obstacles(unit, use, among), None)
    return None if obstacle is None else _REFUSALS[obstacle](world, unit, use, wanted)


def _is_for_another_list(unit: Unit, use: Use) -> bool:
    is_named = use.document is not None and unit.document is not None
    return unit.status is Status.ALLOCATED and is_named and unit.document != use.document


def _is_for_another_order(unit: Unit, use: Use) -> bool:
    is_named = use.order is not None and unit.order is not None
    return unit.status is Status.ALLOCATED and is_named and unit.order != use.order


def _has_other_firmware(unit: Unit, use: Use) -> bool:
    return bool(use.requirement.firmware) and unit.firmware != use.requirement.firmware


def _is_not_calibrated(unit: Unit, use: Use) -> bool:
    valid_until = unit.calibration_valid_until
    return use.requirement.calibrated and (valid_until is None or valid_until < use.today)


def _is_not_pickable(unit: Unit, use: Use) -> bool:
    place = use.places.get(unit.place)
    return place is None or not place.pickable


_STANDS_IN_THE_WAY: dict[Obstacle, Callable[[Unit, Use], bool]] = {
    Obstacle.HOLD: lambda unit, use: bool(use.holds.on(unit)),
    Obstacle.PICKED: lambda unit, _: unit.status is Status.PICKED,
    Obstacle.SENT: lambda unit, _: unit.status in SENT,
    Obstacle.STATUS: lambda unit, _: not may_pick(unit.status),
    Obstacle.ANOTHER_SITE: lambda unit, use: unit.site != use.site,
    Obstacle.OWNER: lambda unit, _: not unit.owner.is_us,
    Obstacle.ANOTHER_LIST: _is_for_another_list,
    Obstacle.ANOTHER_ORDER: _is_for_another_order,
    Obstacle.FIRMWARE: _has_other_firmware,
    Obstacle.CALIBRATION: _is_not_calibrated,
    Obstacle.IN_CONTAINER: lambda unit, _: unit.container is not None,
    Obstacle.NOT_PICKABLE: _is_not_pickable,
}


def _on_hold(_world: World, unit: Unit, use: Use, _wanted: str) -> Refusal:
    first = use.holds.on(unit)[0]
    return refuse(GoodsCode.HOLD, kind=M(HOLD_NAMES[first.kind]), reason=first.reason)


def _picked(world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(
        GoodsCode.ALREADY_PICKED,
        worker=world.worker_name(unit.changed_by),
        document=unit.document,
        when=_here(world, unit.changed_at),
        wanted=wanted,
    )


def _sent(world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    left = unit.left_at or (unit.changed_at if unit.status is Status.SHIPPED else None)
    status = M(STATUS_NAMES[unit.status])
    return refuse(GoodsCode.SHIPPED, document=unit.document, when=_here(world, left), status=status, wanted=wanted)


def _here(world: World, when: datetime | None) -> datetime | None:
    """An instant as a clock at the site shows it; a refusal is read there."""
    return None if when is None else local(when, world.site.time_zone)


def _status(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.STATUS, status=M(STATUS_NAMES[unit.status]), wanted=wanted)


def _another_site(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(SiteCode.ANOTHER_SITE, site=unit.site, place=code_of(unit.place), wanted=wanted)


def _owner(world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.OWNER, owner=world.party_name(unit.owner.party) or "?", wanted=wanted)


def _another_list(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.ANOTHER_LIST, document=unit.document, wanted=wanted)


def _another_order(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.ANOTHER_ORDER, document=unit.order, wanted=wanted)


def _firmware(_world: World, unit: Unit, use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.FIRMWARE, required=use.requirement.firmware, found=unit.firmware or "?", wanted=wanted)


def _calibration(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.CALIBRATION, found=str(unit.calibration_valid_until or "–"), wanted=wanted)


def _in_container(_world: World, unit: Unit, _use: Use, _wanted: str) -> Refusal:
    return refuse(ContainerCode.IN_CONTAINER, sscc=unit.container)


def _not_pickable(_world: World, unit: Unit, _use: Use, wanted: str) -> Refusal:
    return refuse(GoodsCode.NOT_PICKABLE, place=code_of(unit.place), wanted=wanted)


_REFUSALS: dict[Obstacle, Callable[[World, Unit, Use, str], Refusal]] = {
    Obstacle.HOLD: _on_hold,
    Obstacle.PICKED: _picked,
    Obstacle.SENT: _sent,
    Obstacle.STATUS: _status,
    Obstacle.ANOTHER_SITE: _another_site,
    Obstacle.OWNER: _owner,
    Obstacle.ANOTHER_LIST: _another_list,
    Obstacle.ANOTHER_ORDER: _another_order,
    Obstacle.FIRMWARE: _firmware,
    Obstacle.CALIBRATION: _calibration,
    Obstacle.IN_CONTAINER: _in_container,
    Obstacle.NOT_PICKABLE: _not_pickable,
}
