"""Two pickers and the last units of a bin: each is led to their own, and nobody is refused for another's."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from itertools import combinations as subsets
from itertools import product as combinations

import pytest

from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.facts.picking.events import UnitsReserved
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.workflows.base import Scan, Tone
from scantrail.workflows.pick.answers import answer
from scantrail.workflows.pick.modes import Step
from scantrail.workflows.pick.state import Pick
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SENSOR,
    any_line,
    candidates_in,
    exact_line,
    module,
    pick_list,
    scanned,
    unit,
    world,
)
from tests.workflows.guide import Guide

NEAR, FAR = "MAIN/A-15-03", "MAIN/B-02-01"
FIRST, SECOND = "PL-1", "PL-2"


def two_pickers(*units: Unit, wanted: int = 2) -> tuple[Guide, Guide]:
    """Sarah with the first list and Mike with the second one, each of any modules, in one world."""
    lists = tuple(pick_list(any_line(MODULE, wanted), number=number) for number in (FIRST, SECOND))
    seen = world(*units, lists=lists)
    return Guide(seen, FIRST), Guide(seen, SECOND, device="Scanner-06", worker=MIKE.id)


def at_bin(guide: Guide, code: str) -> Guide:
    guide.scan_all(code, "CM-500-STD")
    return guide


def at_another_bin(guide: Guide, code: str) -> Guide:
    guide.report("Another bin")
    return at_bin(guide, code)


def picks(guide: Guide, number: int) -> Tone:
    tone = guide.scan(module(number).serial).tone
    guide.confirm()
    return tone


def reserved(guide: Guide) -> list[int]:
    return [int(guide.world.units[each].serial[-4:]) for line in guide.pick_list.lines for each in line.reserved]


def test_two_pickers_are_not_both_sent_to_the_last_units_of_a_bin() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3), module(4, place=FAR))
    sarah.take()
    mike.take()
    assert (reserved(sarah), reserved(mike)) == ([1, 2], [3, 4])
    assert [stop.place for stop in mike.pick.way.stops()] == [NEAR, FAR]
    picks(at_bin(mike, "A-15-03"), 3)
    assert mike.prompt().expected == ("B-02-01",), "what is left here is Sarah's"
    assert [each.id for each in at_bin(sarah, "A-15-03").pick.stop.units] == [module(1).id, module(2).id]  # type: ignore[union-attr]  # reason: mypy does not know that there is a stop


def test_where_there_is_not_enough_for_two_nothing_is_reserved_twice_but_everything_is_offered() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3))
    sarah.take()
    mike.take()
    assert reserved(mike) == [3]
    at_bin(mike, "A-15-03")
    assert mike.prompt().codes == (module(3).serial, module(1).serial)


def test_who_takes_what_another_has_reserved_is_right_and_the_other_is_led_elsewhere() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3), module(4, place=FAR), module(5, place=FAR))
    sarah.take()
    mike.take()
    picks(at_bin(mike, "A-15-03"), 3)
    assert mike.step() is Step.BIN
    assert picks(mike, 1) is Tone.ACCEPTED, "the unit lies beside the one just picked"
    first, second = sarah.pick.way.stops()
    assert list(first.units) == [module(2)]
    assert reserved(sarah) == [1, 2], "a reservation is its own list's affair; guidance goes by stock"
    assert second.place == FAR


def test_a_picker_goes_to_what_is_reserved_for_them_also_when_something_nearer_comes_in() -> None:
    sarah, mike = two_pickers(module(2, place=FAR), wanted=1)
    sarah.take()
    sarah.world.units[module(1).id] = module(1)
    assert sarah.prompt().expected == ("B-02-01",)
    mike.take()
    assert reserved(mike) == [1]


def test_where_there_is_nothing_to_reserve_the_list_is_taken_all_the_same() -> None:
    sarah, mike = two_pickers(module(1), wanted=1)
    sarah.take()
    mike.take()
    assert mike.recorded == [TaskTaken(SECOND)]


def test_two_that_reserved_the_same_without_knowing_both_look_elsewhere_first() -> None:
    sarah, mike = two_pickers(module(1), module(2, place=FAR), wanted=1)
    for guide, device in ((sarah, "Scanner-05"), (mike, "Scanner-06")):
        guide.world.documents[guide.number] = taken(guide.pick_list, device, module(1))
    assert [guide.prompt().expected for guide in (sarah, mike)] == [("B-02-01",)] * 2


def test_a_picker_who_goes_to_a_bin_of_others_reservations_finds_work_there() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3, place=FAR), module(4, place=FAR))
    sarah.take()
    mike.take()
    assert mike.prompt().expected == ("B-02-01",)
    at_bin(mike, "A-15-03")
    assert mike.step() is Step.SERIAL
    assert picks(mike, 1) is Tone.ACCEPTED


def test_who_comes_back_to_a_bin_after_having_been_led_on_finds_work_there() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3), module(4, place=FAR))
    sarah.take()
    mike.take()
    picks(at_bin(mike, "A-15-03"), 3)
    assert mike.prompt().expected == ("B-02-01",)
    mike.scan("A-15-03")
    assert mike.step() is Step.PRODUCT
    mike.scan("CM-500-STD")
    assert picks(mike, 1) is Tone.ACCEPTED


def test_who_has_picked_elsewhere_before_finds_work_in_a_bin_of_others_reservations() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3, place=FAR), module(4, place=FAR))
    sarah.take()
    mike.take()
    picks(at_bin(mike, "B-02-01"), 3)
    at_another_bin(mike, "A-15-03")
    assert mike.prompt().codes == (module(1).serial,)


def test_who_picks_the_last_of_their_own_in_a_bin_is_led_on_wherever_they_began() -> None:
    near, far = [module(number) for number in range(1, 5)], [module(number, place=FAR) for number in (5, 6)]
    sarah, mike = two_pickers(*near, *far, wanted=3)
    sarah.take()
    mike.take()
    picks(at_bin(mike, "B-02-01"), 5)
    picks(at_another_bin(mike, "A-15-03"), 4)
    assert mike.prompt().expected == ("B-02-01",)


def test_a_product_that_others_have_reserved_is_confirmed_only_where_it_lies() -> None:
    sensor = unit(SENSOR, "TS2000001", place=FAR)
    both = pick_list(any_line(MODULE, 1), any_line(SENSOR, 1, line="2"), number=SECOND)
    lists = (pick_list(any_line(SENSOR, 1), number=FIRST), both)
    seen = world(module(1), sensor, lists=lists)
    Guide(seen, FIRST).take()
    mike = Guide(seen, SECOND, device="Scanner-06", worker=MIKE.id)
    mike.scan("A-15-03")
    assert mike.scan("TS-200").tone is Tone.REFUSED


def test_a_product_whose_line_is_full_is_not_right_because_others_have_it_reserved() -> None:
    sensors = unit(SENSOR, "TS2000001"), unit(SENSOR, "TS2000002")
    full = replace(any_line(SENSOR, 1, line="2"), short=1)
    lists = (pick_list(any_line(SENSOR, 2), number=FIRST), pick_list(any_line(MODULE, 1), full, number=SECOND))
    seen = world(module(1), *sensors, lists=lists)
    Guide(seen, FIRST).take()
    mike = Guide(seen, SECOND, device="Scanner-06", worker=MIKE.id)
    mike.scan("A-15-03")
    assert mike.scan("TS-200").tone is Tone.REFUSED


def test_the_product_comes_before_the_serial_also_of_what_others_have_reserved() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3, place=FAR), module(4, place=FAR))
    sarah.take()
    mike.take()
    mike.scan("A-15-03")
    assert picks(mike, 1) is Tone.REFUSED
    assert not mike.listing.picked


def test_a_list_that_is_taken_over_is_reserved_for_anew_without_what_is_picked() -> None:
    sarah, mike = two_pickers(module(1), module(2), module(3))
    sarah.take()
    picks(at_bin(sarah, "A-15-03"), 1)
    second = Guide(sarah.world, FIRST, device="Scanner-07", worker=MIKE.id)
    second.take("shift ended")
    assert second.recorded == [
        TaskTaken(FIRST),
        UnitsReserved(FIRST, "1", MODULE.id, (module(2).id,)),
    ]
    mike.take()
    assert reserved(mike) == [3]


def test_two_lines_of_one_product_reserve_different_units() -> None:
    listed = pick_list(any_line(MODULE, 1), any_line(MODULE, 2, line="2"), number=FIRST)
    guide = Guide(world(module(1), module(2), module(3), lists=(listed,)), FIRST)
    guide.take()
    assert [len(line.reserved) for line in guide.pick_list.lines] == [1, 2]
    assert len(reserved_on(guide.pick_list)) == 3


def test_a_line_that_names_its_units_takes_none_of_what_another_line_may_reserve() -> None:
    named = module(9, status=Status.ALLOCATED, document=FIRST, order="SO-2025-1289")
    listed = pick_list(exact_line(named), any_line(MODULE, 2, line="2"), number=FIRST)
    guide = Guide(world(named, module(1), module(2), lists=(listed,)), FIRST)
    guide.take()
    assert [event.line for event in guide.recorded if isinstance(event, UnitsReserved)] == ["2"]
    assert reserved(guide) == [1, 2]


HEAPS = {
    (place, made.id): tuple(
        unit(made, format_.format(2 * at + number), place=place, status=Status.AVAILABLE) for number in range(2)
    )
    for at, place in enumerate((NEAR, FAR))
    for made, format_ in ((MODULE, "CM500-2025-{:04}"), (SENSOR, "TS2{:06}"))
}
"""Two units of each product in each bin."""
UNITS = tuple(each for heap in HEAPS.values() for each in heap)
TEXTS = ("A-15-03", "B-02-01", "CM-500-STD", "TS-200", *(heap[0].serial for heap in HEAPS.values()))


def taken(listed: PickList, device: str, *units: Unit) -> PickList:
    """The list as a device has it that reserved these units for its first line."""
    lines = (replace(listed.lines[0], reserved=tuple(each.id for each in units)), *listed.lines[1:])
    return replace(listed, status=DocumentStatus.IN_PROGRESS, taken=Taken(device, MIKE.id), lines=lines)


@pytest.mark.parametrize("sensors", [0, 2])
@pytest.mark.parametrize("last", [None, NEAR, FAR])
@pytest.mark.parametrize(
    ("at_place", "at_product"), [*combinations((NEAR, FAR), (None, MODULE.id, SENSOR.id)), ("", None)]
)
def test_no_scan_is_refused_for_what_others_have_reserved(
    at_place: str, at_product: str | None, last: str | None, sensors: int
) -> None:
    listed = taken(pick_list(any_line(MODULE, 3), any_line(SENSOR, sensors, line="2"), number=FIRST), "Scanner-05")
    rows: tuple[Listed, ...] = ()
    if last is not None:
        done = PickedUnit(module(99).id, module(99).serial, last, False, MIKE.id, NOW, Condition.GOOD)
        rows = (Listed(FIRST, done.unit, done.serial, "1", picked=done),)
        listed = replace(listed, lines=(replace(listed.lines[0], done=1), listed.lines[1]))
    listed = replace(listed, at_place=at_place or None, at_product=at_product)
    seen = world(*UNITS, lists=(listed,), listed=rows)
    unguided = Guide(seen, FIRST).pick
    for text in TEXTS:
        scan = Scan(scanned(text), candidates_in(seen, text))
        if _is_refused(unguided, scan):
            continue
        for heaps in chain.from_iterable(subsets(HEAPS.values(), size) for size in range(5)):
            others = frozenset(each.id for heap in heaps for each in heap)
            assert not _is_refused(replace(unguided, reserved_elsewhere=others), scan), (text, heaps)


def _is_refused(pick: Pick, scan: Scan) -> bool:
    verdict = answer(pick, scan).verdict
    assert verdict is not None, "a scan always gets a verdict"
    return verdict.tone is Tone.REFUSED
