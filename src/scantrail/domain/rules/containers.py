"""What is asked of containers and of what is in them, in every job (N13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scantrail.domain.acts.kinds import RowKind, Thing, container
from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.names.identifiers import PlaceId, code_of
from scantrail.domain.rules.refusals.containers import ContainerCode
from scantrail.domain.things.container import Container
from scantrail.domain.things.unit import Unit


def elsewhere_refusal(found: Container, place: PlaceId) -> Refusal | None:
    """Why a record may not say that a container stands there: it is recorded in another place."""
    if found.place == place:
        return None
    return refuse(ContainerCode.CONTAINER_ELSEWHERE, sscc=found.id, place=code_of(found.place))


def apart_refusal(world: World, changed: Mapping[Thing, Any]) -> Refusal | None:
    """Why rows may not be changed so: a unit in a container would not stand where that stands.

    `changed` has their new state; `world` their state before. So whatever takes a unit away by itself, a pick, a move
    or a shipment, is refused until the unit is taken out of its container.
    """
    units = [value for (kind, _), value in changed.items() if kind == RowKind.UNIT and value.container is not None]
    apart = (each for each in units if _is_apart(world, changed, each))
    found = next(apart, None)
    return None if found is None else refuse(ContainerCode.IN_CONTAINER, sscc=found.container)


def _is_apart(world: World, changed: Mapping[Thing, Any], after: Unit) -> bool:
    before = world.units.get(after.id)
    if before is not None and (before.place, before.container) == (after.place, after.container):
        return False
    thing = container(after.container or "")
    found = changed.get(thing) or world.row(thing)
    return found is None or found.place != after.place
