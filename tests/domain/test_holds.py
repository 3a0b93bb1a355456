"""Which units a hold lies on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.unit import Unit
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
    assert bool(Holds((hold,)).on(HELD)) is held


def test_a_closed_hold_lies_on_nothing() -> None:
    assert not Holds((recall(product=MODULE.id, open=False),)).on(HELD)


def test_a_unit_of_unknown_age_is_not_in_a_range_of_dates() -> None:
    assert not Holds((recall(manufactured_to=date(2025, 1, 20)),)).on(unit(MODULE, "CM500-2025-0001"))


LOTS = ("", "L1", "L2")
DAYS = (None, date(2025, 1, 19), date(2025, 1, 20))
SOME_UNITS = tuple(unit(product, f"S-{at}") for product in (MODULE, SENSOR) for at in range(3))
A_HOLD = st.builds(
    Hold,
    st.uuids().map(str),
    st.sampled_from(HoldKind),
    st.just("batch"),
    open=st.booleans(),
    units=st.lists(st.sampled_from([each.id for each in SOME_UNITS]), max_size=2).map(tuple),
    product=st.sampled_from([None, MODULE.id, SENSOR.id]),
    serial_from=st.sampled_from(["", "S-1"]),
    lot=st.sampled_from(LOTS),
    supplier_lot=st.sampled_from(LOTS),
    manufactured_to=st.sampled_from(DAYS),
)


@given(
    st.lists(A_HOLD, max_size=6),
    st.sampled_from(SOME_UNITS),
    st.tuples(st.sampled_from(LOTS), st.sampled_from(LOTS), st.sampled_from(DAYS)),
)
def test_the_index_finds_exactly_the_holds_that_match_in_their_order(
    holds: list[Hold], which: Unit, made: tuple[str, str, date | None]
) -> None:
    lot, supplier_lot, day = made
    seen = replace(which, lot=lot, supplier_lot=supplier_lot, manufactured=day)
    assert Holds(holds).on(seen) == tuple(hold for hold in holds if hold.matches(seen))


@pytest.mark.parametrize(
    "others",
    [
        [recall(supplier_lot=f"PC-{at}", product=MODULE.id) for at in range(300)],
        [recall(lot=f"L-{at}") for at in range(300)],
        [recall(product=f"P-{at}") for at in range(300)],
        [recall(units=tuple(f"{at}-{each}" for each in range(10))) for at in range(300)],
    ],
)
def test_holds_on_other_goods_are_not_asked_about_a_unit(others: list[Hold], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Hold] = []
    matches = Hold.matches

    def counted(hold: Hold, unit: Unit) -> bool:
        asked.append(hold)
        return matches(hold, unit)

    mine = recall(supplier_lot="VP-78", reason="its own")
    holds = Holds([*others, mine])
    monkeypatch.setattr(Hold, "matches", counted)
    assert holds.on(replace(HELD, lot="", supplier_lot="VP-78")) == (mine,)
    assert asked == [mine]
