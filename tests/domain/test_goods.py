"""May these goods be used for this? The one list of what may stand in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scantrail.domain.documents.document import Requirement
from scantrail.domain.rules.goods import OF_THE_UNIT, TO_PROMISE, Obstacle, Use, goods_refusal, may_be_used, obstacles
from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Owner, OwnerType, Unit
from tests.support.worlds import PLACES, TODAY, module, promised, world

QUALITY = Hold("H-1", HoldKind.QUALITY, "capacitors", lot="BAD")
USE = Use(
    "MAIN",
    Holds((QUALITY,)),
    {place.id: place for place in PLACES},
    TODAY,
    order="SO-2025-1289",
    document="PL-2025-0091",
)
DEMANDING = replace(USE, requirement=Requirement(firmware="2.1.4", calibrated=True))
CALIBRATED = module(1, calibration_valid_until=TODAY)


@pytest.mark.parametrize(
    "unit",
    [
        module(1),
        promised(1),
        replace(promised(1), document=None),
        replace(promised(1), order=None),
        module(1, owner=Owner(OwnerType.CONSIGNED, "Precision")),
        module(1, document="PL-OF-LAST-YEAR", order="SO-OF-LAST-YEAR"),
    ],
)
def test_nothing_stands_in_the_way_of_what_is_free_or_promised_here(unit: Unit) -> None:
    assert list(obstacles(unit, USE)) == []
    assert may_be_used(unit, USE)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"lot": "BAD"}, [Obstacle.HOLD]),
        ({"status": Status.PICKED}, [Obstacle.PICKED, Obstacle.STATUS]),
        ({"status": Status.SHIPPED}, [Obstacle.SENT, Obstacle.STATUS]),
        ({"status": Status.DELIVERED}, [Obstacle.SENT, Obstacle.STATUS]),
        ({"status": Status.QUARANTINE}, [Obstacle.STATUS]),
        ({"place": "EAST/A-01"}, [Obstacle.ANOTHER_SITE, Obstacle.NOT_PICKABLE]),
        ({"place": "MAIN/DOCK-01"}, [Obstacle.NOT_PICKABLE]),
        ({"container": "095212340000000419"}, [Obstacle.IN_CONTAINER]),
        ({"place": "MAIN/NOT-ON-RECORD"}, [Obstacle.NOT_PICKABLE]),
        ({"owner": Owner(OwnerType.CUSTOMER, "Metro")}, [Obstacle.OWNER]),
        ({"owner": Owner(OwnerType.SUPPLIER, "Precision")}, [Obstacle.OWNER]),
        ({"status": Status.ALLOCATED, "document": "PL-OTHER"}, [Obstacle.ANOTHER_LIST]),
        ({"status": Status.ALLOCATED, "order": "SO-OTHER"}, [Obstacle.ANOTHER_ORDER]),
        (
            {"lot": "BAD", "status": Status.PICKED, "owner": Owner(OwnerType.CUSTOMER, "Metro")},
            [Obstacle.HOLD, Obstacle.PICKED, Obstacle.STATUS, Obstacle.OWNER],
        ),
    ],
)
def test_everything_that_stands_in_the_way_is_named_in_one_order(facts: dict[str, Any], found: list[Obstacle]) -> None:
    assert list(obstacles(module(1, **facts), USE)) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"firmware": "2.1.3"}, [Obstacle.FIRMWARE]),
        ({"firmware": ""}, [Obstacle.FIRMWARE]),
        ({"calibration_valid_until": TODAY - timedelta(days=1)}, [Obstacle.CALIBRATION]),
        ({"calibration_valid_until": None}, [Obstacle.CALIBRATION]),
    ],
)
def test_what_an_order_demands_of_every_unit_stands_in_the_way(facts: dict[str, Any], found: list[Obstacle]) -> None:
    unit = replace(CALIBRATED, **facts)
    assert list(obstacles(unit, DEMANDING)) == found
    assert may_be_used(unit, USE)


def test_where_any_list_or_order_will_do_a_promise_stands_not_in_the_way() -> None:
    elsewhere = promised(1, document="PL-OTHER", order="SO-OTHER")
    assert list(obstacles(elsewhere, USE)) == [Obstacle.ANOTHER_LIST, Obstacle.ANOTHER_ORDER]
    assert list(obstacles(elsewhere, replace(USE, document=None))) == [Obstacle.ANOTHER_ORDER]
    assert may_be_used(elsewhere, replace(USE, document=None, order=None))


def test_a_unit_at_the_dock_may_be_promised_and_not_picked() -> None:
    at_dock = module(1, place="MAIN/DOCK-01")
    assert list(obstacles(at_dock, USE, TO_PROMISE)) == []
    assert not may_be_used(at_dock, USE)


def test_the_first_obstacle_is_told_and_only_those_that_are_asked_for() -> None:
    unit = module(1, lot="BAD", status=Status.QUARANTINE, place="MAIN/DOCK-01")
    seen = world(unit, holds=(QUALITY,))
    refusals = [goods_refusal(seen, unit, USE, among) for among in ((Obstacle.NOT_PICKABLE,), OF_THE_UNIT, ())]
    assert [refusal.code if refusal else None for refusal in refusals] == ["not_pickable", "hold", None]


def test_every_obstacle_has_a_test_and_a_refusal() -> None:
    everything = module(
        1,
        lot="BAD",
        status=Status.ALLOCATED,
        place="EAST/A-01",
        owner=Owner(OwnerType.CUSTOMER, "Metro"),
        container="095212340000000419",
        document="PL-OTHER",
        order="SO-OTHER",
        firmware="",
    )
    told = set()
    for status in Status:
        unit = replace(everything, status=status)
        for obstacle in obstacles(unit, DEMANDING):
            refusal = goods_refusal(world(unit), unit, DEMANDING, (obstacle,), wanted="another")
            assert refusal is not None
            told.add((obstacle, refusal.code))
    assert {obstacle for obstacle, _ in told} == set(Obstacle)
    assert len({code for _, code in told}) == len(Obstacle)
