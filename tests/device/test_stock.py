"""Which units an any-serial line is offered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from itertools import product as combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.device.store import DeviceStore
from scantrail.device.store.shelf import Shelf, bins_of
from scantrail.device.store.stock import SUGGESTED
from scantrail.domain.documents.document import DocumentStatus, Requirement, Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.packing.events import UnitUnpacked
from scantrail.domain.facts.picking.events import UnitsReserved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.rules.goods import may_be_used
from scantrail.domain.rules.pick import use_for
from scantrail.domain.things.hold import Hold, HoldKind, Holds
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType, Unit
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer
from tests.device.events import LIST, picked, undone
from tests.support.devices import MASTERS, SERVER_EPOCH, Hand, changes_of, new_store
from tests.support.worlds import (
    MODULE,
    PLACES,
    SENSOR,
    TODAY,
    any_line,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    unit,
)

PICKS = pick_list(any_line(MODULE, 3))
FAR, NEAR = "MAIN/B-02-01", "MAIN/A-15-03"
SSCC = "095212340000000419"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, PICKS) as opened:
        yield opened


def offered(store: DeviceStore, number: str = LIST) -> list[str]:
    found = store.pick_list(number)
    assert found is not None
    return [each.serial[-4:] for each in store.stock_for(found, TODAY)]


def bring(store: DeviceStore, *values: object, position: int = 2) -> None:
    store.apply_changes(changes_of(values, position=position))


def test_by_route_then_bin_then_age_then_serial(store: DeviceStore) -> None:
    old = TODAY - timedelta(days=400)
    bring(
        store,
        module(1, place=FAR, received=old),
        module(2, place="MAIN/A-15-04"),
        module(4),
        module(3),
        module(5, received=old),
    )
    assert offered(store) == ["0005", "0003", "0004", "0002", "0001"]


@pytest.mark.parametrize(
    "facts",
    [
        {"place": "MAIN/DOCK-01"},
        {"place": "MAIN/CART-06"},
        {"place": "METRO/DELIVERED"},
        {"place": "MAIN/NOT-ON-RECORD"},
        {"status": Status.QUARANTINE},
        {"status": Status.PICKED},
        {"status": Status.ALLOCATED, "document": "PL-OTHER", "order": "SO-2025-1289"},
        {"status": Status.ALLOCATED, "order": "SO-OTHER"},
        {"owner": Owner(OwnerType.CUSTOMER, "Metro")},
        {"owner": Owner(OwnerType.SUPPLIER, "Precision")},
        {"lot": "BAD"},
        {"container": SSCC},
    ],
)
def test_a_unit_that_may_not_be_picked_is_not_offered(store: DeviceStore, facts: dict[str, object]) -> None:
    bring(store, module(1, **facts), module(2), Hold("H1", HoldKind.QUALITY, "bad lot", lot="BAD"))
    assert offered(store) == ["0002"]


def test_what_is_promised_to_this_order_is_offered_too(store: DeviceStore) -> None:
    for_list = promised(1, place=FAR)
    for_order = replace(promised(2, place=FAR), document=None)
    bring(store, for_list, for_order, module(3, owner=Owner(OwnerType.CONSIGNED, "Precision")))
    assert offered(store) == ["0003", "0001", "0002"]


def test_units_that_an_exact_line_names_are_not_offered_to_an_any_serial_line(store: DeviceStore) -> None:
    named = promised(46)
    both = pick_list(exact_line(named), any_line(MODULE, 1, line="2"))
    bring(store, named, module(47), both, *named_on(both, named))
    assert offered(store) == ["0047"]


def test_a_unit_that_an_exact_line_names_is_not_offered_either_where_it_is_not_promised(store: DeviceStore) -> None:
    both = pick_list(exact_line(module(46)), any_line(MODULE, 1, line="2"))
    bring(store, module(46), module(47), both, *named_on(both, module(46)))
    assert offered(store) == ["0047"]


def test_only_units_that_meet_the_orders_requirement(store: DeviceStore) -> None:
    valid, expired = TODAY, TODAY - timedelta(days=1)
    bring(
        store,
        module(1, calibration_valid_until=valid),
        module(2, calibration_valid_until=expired),
        module(3),
        module(4, calibration_valid_until=valid, firmware="2.1.3"),
        pick_list(any_line(MODULE, 3), requirement=Requirement(firmware="2.1.4", calibrated=True)),
    )
    assert offered(store) == ["0001"]


def test_own_picks_are_gone_at_once_and_come_back_with_an_undo(store: DeviceStore) -> None:
    bring(store, module(1), module(2))
    sarah = Hand(store)
    sarah.does(picked(module(1)), document=LIST)
    sarah.does(ConditionStated(module(1).id, Condition.GOOD, LIST), document=LIST)
    assert offered(store) == ["0002"]
    sarah.does(undone(module(1), to=FAR), document=LIST)
    assert offered(store) == ["0002", "0001"]


def test_an_undo_that_the_server_has_but_whose_row_has_not_come_still_counts(store: DeviceStore) -> None:
    bring(store, module(1))
    sarah = Hand(store)
    sarah.does(picked(module(1)), document=LIST)
    sarah.does(undone(module(1), to=FAR), document=LIST)
    in_cart = replace(module(1), status=Status.PICKED, place="MAIN/CART-05", document=LIST)
    changes = replace(changes_of((in_cart,), position=11), cursor={"MAIN": 11})
    verdicts = (ActVerdict(1, Outcome.APPLIED, 11), ActVerdict(2, Outcome.APPLIED, 12))
    store.apply_answer(PushAnswer(2, verdicts, changes))
    assert offered(store) == ["0001"]


def test_a_contested_pick_is_offered_again_unless_the_server_says_otherwise(store: DeviceStore) -> None:
    bring(store, module(1))
    Hand(store).does(picked(module(1)), document=LIST)
    assert offered(store) == []
    nothing = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    store.apply_answer(PushAnswer(1, (ActVerdict(1, Outcome.CONTESTED, 5),), nothing))
    assert offered(store) == ["0001"]


def test_an_empty_bin_is_passed_over(store: DeviceStore) -> None:
    bring(store, *(module(number) for number in range(1, 60)), module(99, place=FAR))
    bring(store, replace(PICKS, empty_bins=(NEAR,)), position=3)
    assert offered(store)[-1] == "0099"


def test_no_more_than_fifty_of_a_product_and_each_product_gets_its_own(store: DeviceStore) -> None:
    sensors = [unit(SENSOR, f"TS2{number:06d}", place=FAR) for number in range(3)]
    lines = (any_line(MODULE, 3), any_line(SENSOR, 1, line="2"))
    bring(store, *(module(number) for number in range(100)), *sensors, pick_list(*lines))
    found = store.pick_list(LIST)
    assert found is not None
    stock = store.stock_for(found, TODAY)
    assert sum(each.product == MODULE.id for each in stock) == SUGGESTED
    assert sum(each.product == SENSOR.id for each in stock) == 3
    assert {each.place for each in stock} <= store.book(found).places().keys()


def test_a_whole_recalled_batch_in_front_does_not_hide_what_may_be_picked(store: DeviceStore) -> None:
    bring(store, *(module(number, supplier_lot="BAD") for number in range(2000)), module(9000, place=FAR))
    bring(store, Hold("H1", HoldKind.RECALL, "cracks", supplier_lot="BAD"), position=3)
    assert offered(store) == ["9000"]


def test_units_in_cartons_are_not_looked_at_one_by_one(store: DeviceStore) -> None:
    """A bin may hold thousands of them, and every scan would read them all again."""
    bring(store, *(module(number, container=SSCC) for number in range(200)), module(9000))
    use = use_for(PICKS, Holds(), {}, TODAY)
    shelf = Shelf(store._database, MODULE.id, bins_of(store._database, MODULE.id, "MAIN"), use)
    assert list(shelf.walk()) == [module(9000).id]


def test_what_is_taken_out_of_its_carton_is_offered_at_once(store: DeviceStore) -> None:
    packed = module(1, container=SSCC)
    bring(store, packed)
    assert offered(store) == []
    Hand(store).does(UnitUnpacked(packed.id, SSCC, NEAR, NEAR))
    assert offered(store) == ["0001"]


def test_more_holds_than_a_query_can_name_keep_back_what_they_lie_on_all_the_same(store: DeviceStore) -> None:
    others = [Hold(f"H{at:04d}", HoldKind.RECALL, "cracks", supplier_lot=f"S{at}") for at in range(1500)]
    bring(store, *others, Hold("H9999", HoldKind.RECALL, "cracks", supplier_lot="BAD"))
    bring(store, *(module(number, supplier_lot="BAD") for number in range(60)), module(99, place=FAR))
    assert offered(store) == ["0099"]


HOLDS = [
    Hold("h", HoldKind.RECALL, "r"),
    Hold("h", HoldKind.RECALL, "r", units=(module(1).id, module(3).id)),
    Hold("h", HoldKind.RECALL, "r", product=MODULE.id),
    Hold("h", HoldKind.RECALL, "r", product="another"),
    Hold("h", HoldKind.RECALL, "r", serial_from=module(2).serial),
    Hold("h", HoldKind.RECALL, "r", serial_from=module(1).serial, serial_to=module(2).serial),
    Hold("h", HoldKind.RECALL, "r", product=MODULE.id, lot="L1"),
    Hold("h", HoldKind.RECALL, "r", supplier_lot="S1", manufactured_from=date(2025, 1, 20)),
    Hold("h", HoldKind.RECALL, "r", manufactured_to=date(2025, 1, 20)),
    Hold("h", HoldKind.RECALL, "r", manufactured_from=date(2025, 1, 20), manufactured_to=date(2025, 1, 20)),
    Hold("h", HoldKind.RECALL, "r", lot="L1", open=False),
]
"""One of every criterion, alone and together."""


@pytest.mark.parametrize("hold", HOLDS, ids=range(len(HOLDS)))
def test_a_hold_keeps_back_exactly_the_units_it_matches(store: DeviceStore, hold: Hold) -> None:
    units = [
        module(number, lot=lot, supplier_lot=supplier_lot, manufactured=made)
        for number, (lot, supplier_lot, made) in enumerate(
            combinations(("", "L1"), ("", "S1"), (None, date(2025, 1, 19), date(2025, 1, 20)))
        )
    ]
    bring(store, *units, hold)
    assert_offered_are(store, [each for each in units if not hold.matches(each)])


OWNERS = (Owner(), Owner(OwnerType.CONSIGNED, "Precision"), Owner(OwnerType.CUSTOMER, "Metro"))
ON_SHELF = tuple(
    module(
        number,
        place=(NEAR, FAR)[number % 2],
        owner=OWNERS[0] if number % 5 else OWNERS[1 + number % 2],
        firmware=("2.1.4", "2.1.3", "")[number % 3],
        calibration_valid_until=(None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=9))[number % 4],
        lot=("", "L1", "L2")[number // 3 % 3],
        supplier_lot=("", "S1", "S2")[number // 9 % 3],
        manufactured=(None, date(2025, 1, 19), date(2025, 1, 20))[number // 4 % 3],
        container=None if number % 7 else SSCC,
    )
    for number in range(1, SUGGESTED)
)
"""Available units, few enough that all of them can be offered, in many combinations of what a rule looks at."""

A_HOLD = st.builds(
    Hold,
    st.sampled_from([f"H{at}" for at in range(4)]),
    st.just(HoldKind.QUALITY),
    st.just("r"),
    open=st.booleans(),
    units=st.lists(st.sampled_from([each.id for each in ON_SHELF]), max_size=4).map(tuple),
    product=st.sampled_from([None, MODULE.id, SENSOR.id]),
    serial_from=st.sampled_from(["", ON_SHELF[20].serial]),
    serial_to=st.sampled_from(["", ON_SHELF[30].serial]),
    lot=st.sampled_from(["", "L1", "L3"]),
    supplier_lot=st.sampled_from(["", "S1"]),
    manufactured_from=st.sampled_from([None, date(2025, 1, 20)]),
    manufactured_to=st.sampled_from([None, date(2025, 1, 19)]),
)
_POSITION = count(2)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceStore]:
    with new_store(tmp_path_factory.mktemp("shelf"), PICKS, *ON_SHELF) as opened:
        yield opened


@given(
    st.lists(A_HOLD, max_size=4, unique_by=lambda hold: hold.id),
    st.builds(Requirement, st.sampled_from(["", "2.1.4"]), st.booleans()),
    st.sampled_from([(), (NEAR,)]),
)
def test_whatever_the_search_leaves_out_the_rule_refuses_too(
    shelf: DeviceStore, holds: list[Hold], requirement: Requirement, empty: tuple[str, ...]
) -> None:
    closed = [Hold(f"H{at}", HoldKind.QUALITY, "r", open=False) for at in range(4)]
    listed = replace(PICKS, requirement=requirement, empty_bins=empty)
    bring(shelf, *closed, position=next(_POSITION))
    bring(shelf, *holds, listed, position=next(_POSITION))
    use = use_for(listed, Holds(holds), {place.id: place for place in PLACES}, TODAY)
    found = {unit.id for unit in shelf.stock_for(listed, TODAY)}
    assert found == {unit.id for unit in ON_SHELF if may_be_used(unit, use) and unit.place not in empty}


def assert_offered_are(store: DeviceStore, units: list[Unit]) -> None:
    assert sorted(offered(store)) == sorted(each.serial[-4:] for each in units)


def reserving(number: str, *units: Unit, **facts: Any) -> PickList:
    """Another list, whose picker is on the way to these modules."""
    line = replace(any_line(MODULE, len(units)), reserved=tuple(each.id for each in units))
    taken = {"status": DocumentStatus.IN_PROGRESS, "taken": Taken("Scanner-06", "mike")}
    return pick_list(line, number=number, **{**taken, **facts})


def elsewhere(store: DeviceStore, number: str = LIST) -> list[str]:
    found = store.pick_list(number)
    assert found is not None
    stock = store.stock_for(found, TODAY)
    reserved = store.reserved_elsewhere(number, stock)
    return [each.serial[-4:] for each in stock if each.id in reserved]


def test_what_another_list_has_reserved_is_known_until_it_is_free_again(store: DeviceStore) -> None:
    bring(store, module(1), module(2), module(3))
    assert elsewhere(store) == []
    bring(store, reserving("PL-2", module(1), module(2)), position=3)
    assert (offered(store), elsewhere(store)) == (["0001", "0002", "0003"], ["0001", "0002"])
    bring(store, reserving("PL-3", module(2)), position=4)
    bring(store, reserving("PL-2", status=DocumentStatus.COMPLETED), position=5)
    assert elsewhere(store) == ["0002"], "still on the third list"
    bring(store, replace(PICKS, lines=reserving(LIST, module(3)).lines), position=6)
    assert elsewhere(store) == ["0002"], "its own is no other list's"


def test_what_a_lost_list_had_reserved_is_free_once_the_rows_are_taken_anew(store: DeviceStore) -> None:
    bring(store, module(1), reserving("PL-2", module(1)))
    assert elsewhere(store) == ["0001"]
    store.resend_from(0)
    bring(store, *MASTERS, PICKS, module(1), position=4)
    assert (offered(store), elsewhere(store)) == (["0001"], [])


def test_a_list_that_this_device_has_left_keeps_its_own_until_the_server_gives_it_to_another(
    store: DeviceStore,
) -> None:
    bring(store, module(1), module(2), pick_list(any_line(MODULE, 1), number="PL-2"))
    assert elsewhere(store) == []
    taking = (TaskTaken("PL-2"), UnitsReserved("PL-2", "1", MODULE.id, (module(1).id,)))
    Hand(store).does(*taking, document="PL-2")
    assert elsewhere(store) == ["0001"]
    nothing = Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    store.apply_answer(PushAnswer(1, (ActVerdict(1, Outcome.CONTESTED, 5),), nothing))
    assert elsewhere(store) == []


def test_any_number_of_others_reservations_in_front_hides_neither_the_free_nor_the_own(store: DeviceStore) -> None:
    front = [module(number) for number in range(SUGGESTED * 3)]
    behind = [module(9000 + number, place="MAIN/A-15-04") for number in range(SUGGESTED + 2)]
    mine = module(9999, place=FAR)
    bring(store, *front, *behind, mine, reserving("PL-2", *front))
    bring(store, replace(PICKS, lines=reserving(LIST, mine).lines), position=3)
    found = offered(store)
    assert found[-1] == "9999"
    assert len(found) == 2 * SUGGESTED + 1
    assert len(elsewhere(store)) == SUGGESTED
    assert found.count("9000") == 1
