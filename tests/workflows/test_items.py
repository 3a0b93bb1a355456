"""The list beside the prompt: the part around the unit that is asked for, and all of it where somebody wants that."""

from __future__ import annotations

import pytest

from scantrail.workflows.base import Item, Mark
from scantrail.workflows.pick.items import AROUND, all_items
from tests.support.worlds import MODULE, any_line, exact_line, pick_list, promised, world
from tests.workflows.guide import Guide

UNITS = [promised(number) for number in range(1, 401)]


def a_long_list(picked: int = 0) -> Guide:
    """A picker at the bin of 400 named units, so many of them picked, and of two more of any serial."""
    listed = pick_list(exact_line(*UNITS), any_line(MODULE, 2, line="2"))
    guide = Guide(world(*UNITS, lists=(listed,)), listed.number)
    guide.take()
    guide.scan_all("A-15-03", "CM-500-STD")
    for unit in UNITS[:picked]:
        guide.scan(unit.serial)
        guide.confirm()
    return guide


def shown(guide: Guide) -> tuple[list[Item], list[Item]]:
    """What stands beside the prompt, and the whole list."""
    return list(guide.prompt().items), list(all_items(guide.pick))


@pytest.mark.parametrize("picked", [0, 1, 70])
def test_of_a_long_list_the_part_around_the_unit_that_is_asked_for_is_shown(picked: int) -> None:
    items, whole = shown(a_long_list(picked))
    now = next(at for at, item in enumerate(whole) if item.mark is Mark.NOW)
    assert whole[now].text == UNITS[picked].serial
    assert items == whole[max(0, now - AROUND) : now + AROUND]


def test_the_whole_list_has_every_unit_and_what_is_wanted_of_any() -> None:
    _, whole = shown(a_long_list(picked=2))
    assert [item.text for item in whole] == [*(unit.serial for unit in UNITS), MODULE.id]
    assert [item.mark for item in whole[:4]] == [Mark.DONE, Mark.DONE, Mark.NOW, Mark.TODO]


def test_where_no_unit_in_particular_is_asked_for_its_end_is_shown() -> None:
    guide = a_long_list()
    guide.report("Short pick")
    guide.choose("not found")
    items, whole = shown(guide)
    assert items == whole[-2 * AROUND :]
    assert items[-1].text == MODULE.id


def test_of_a_short_list_all_is_shown() -> None:
    listed = pick_list(exact_line(*UNITS[:3]), any_line(MODULE, 2, line="2"))
    items, whole = shown(Guide(world(*UNITS[:3], lists=(listed,)), listed.number))
    assert items == whole
    assert len(items) == 4
