"""Which units a hold lies on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scantrail.domain.things.hold import Hold, HoldKind, holds_on
from tests.support.worlds import MODULE, SENSOR, module, unit


def recall(**criteria: Any) -> Hold:
    return replace(Hold("H-1", HoldKind.RECALL, "batch"), **criteria)


HELD = module(50, lot="L1", supplier_lot="PC-1", manufactured=date(2025, 1, 20))


@pytest.mark.parametrize(
    ("hold", "held"),
    [
        (recall(), False),
        (recall(units=(HELD.id,)), True),
        (recall(units=("another",)), False),
        (recall(product=MODULE.id), True),
        (recall(product=SENSOR.id), False),
        (recall(product=MODULE.id, serial_from="CM500-2025-0050", serial_to="CM500-2025-0050"), True),
        (recall(product=MODULE.id, serial_from="CM500-2025-0051"), False),
        (recall(product=MODULE.id, serial_to="CM500-2025-0049"), False),
        (recall(lot="L1"), True),
        (recall(lot="L2"), False),
        (recall(supplier_lot="PC-1", lot="L2"), False),
        (recall(manufactured_from=date(2025, 1, 20), manufactured_to=date(2025, 1, 20)), True),
        (recall(manufactured_from=date(2025, 1, 21)), False),
        (recall(manufactured_to=date(2025, 1, 19)), False),
    ],
)
def test_a_hold_lies_on_a_unit_when_every_criterion_matches(hold: Hold, held: bool) -> None:
    assert bool(holds_on(HELD, (hold,))) is held


def test_a_closed_hold_lies_on_nothing() -> None:
    assert not holds_on(HELD, (recall(product=MODULE.id, open=False),))


def test_a_unit_of_unknown_age_is_not_in_a_range_of_dates() -> None:
    assert not holds_on(unit(MODULE, "CM500-2025-0001"), (recall(manufactured_to=date(2025, 1, 20)),))
