"""A unit on a list: which line names it, which line it counts on, and whether it is still to pick."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.kinds import KINDS, RowKind, listed, unit
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.kinds import DOCUMENTS, kind_told, told_of
from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside, is_to_pick, line_for, line_naming, listed_id
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.plain import PlainError, UnknownValue
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from tests.support.worlds import MODULE, NOW, SARAH, SENSOR, any_line, exact_line, module, named_on, pick_list

UNIT, OTHER = module(46), module(47)
LIST = pick_list(exact_line(UNIT, OTHER), any_line(MODULE, 1, line="2"), any_line(SENSOR, 1, line="3"))
NAMED, _ = named_on(LIST, UNIT, OTHER)
PICKED = PickedUnit(UNIT.id, UNIT.serial, UNIT.place, was_allocated=True, by=SARAH.id, at=NOW)
ASIDE = SetAside(UNIT.id, Status.ALLOCATED, UNIT.place, "MAIN/QC-01", SARAH.id, NOW)


def with_line(line: str, **facts: Any) -> PickList:
    return replace(LIST, lines=tuple(replace(each, **facts) if each.id == line else each for each in LIST.lines))


def test_a_row_is_named_by_its_document_and_its_unit() -> None:
    assert NAMED.id == listed_id(LIST.number, UNIT.id) == f"PL-2025-0091|{UNIT.id}"
    assert listed(LIST.number, UNIT.id) == (RowKind.LISTED, NAMED.id)
    assert KINDS[RowKind.LISTED].name(NAMED) == NAMED.id
    assert list(KINDS[RowKind.LISTED].leads_to([NAMED])) == [unit(UNIT.id)]


@pytest.mark.parametrize(
    "row",
    [
        NAMED,
        replace(NAMED, picked=PICKED),
        replace(NAMED, picked=replace(PICKED, condition=Condition.GOOD)),
        replace(NAMED, set_aside=ASIDE),
        Listed(LIST.number, UNIT.id),
    ],
)
def test_a_row_comes_back_as_it_was(row: Listed) -> None:
    kind = KINDS[RowKind.LISTED]
    assert kind.read(kind.written(row)) == row


def test_a_line_names_a_unit_until_it_is_cancelled() -> None:
    assert line_naming(LIST, NAMED) == LIST.lines[0]
    assert line_naming(with_line("1", cancelled=True), NAMED) is None
    assert line_naming(LIST, replace(NAMED, named=False)) is None, "another one is in its place"
    assert line_naming(LIST, replace(NAMED, line="9")) is None
    assert line_naming(LIST, None) is None


def test_a_named_unit_is_to_pick_until_it_is_picked_or_given_up() -> None:
    assert is_to_pick(LIST, NAMED)
    assert not is_to_pick(LIST, replace(NAMED, picked=PICKED))
    assert not is_to_pick(with_line("1", missing=(UNIT.id,), short=1), NAMED)
    assert is_to_pick(with_line("1", missing=(OTHER.id,), short=1), NAMED)
    assert is_to_pick(with_line("2", missing=(UNIT.id,), short=1), NAMED), "it was given up on another line"
    assert is_to_pick(LIST, replace(NAMED, set_aside=ASIDE)), "found damaged, it is still asked for"
    assert not is_to_pick(with_line("1", cancelled=True), NAMED)
    assert not is_to_pick(LIST, replace(NAMED, named=False))
    assert not is_to_pick(LIST, None)


def test_a_unit_counts_on_the_line_that_names_it() -> None:
    for pick in (LIST, with_line("1", short=2), replace(LIST, lines=LIST.lines[::-1])):
        assert line_for(pick, UNIT, NAMED) == pick.line("1")


def test_a_unit_that_no_line_names_counts_on_a_line_that_takes_any_of_its_product_open_ones_first() -> None:
    more = replace(LIST, lines=(*LIST.lines, any_line(MODULE, 1, line="4")))
    assert line_for(more, UNIT, None) == more.line("2")
    full = replace(more, lines=tuple(replace(line, done=1) if line.id == "2" else line for line in more.lines))
    assert line_for(full, UNIT, None) == full.line("4")
    assert line_for(with_line("2", done=1), UNIT, None) == with_line("2", done=1).line("2"), "full, if none is open"
    assert line_for(with_line("2", cancelled=True), UNIT, None) == LIST.line("1"), "of its product at least"


def test_a_unit_whose_line_was_cancelled_counts_on_another_line() -> None:
    cancelled = with_line("1", cancelled=True)
    assert line_for(cancelled, UNIT, NAMED) == cancelled.line("2")
    alone = replace(cancelled, lines=cancelled.lines[:1])
    assert line_for(alone, UNIT, NAMED) is None


def test_a_line_of_another_product_names_no_unit_of_this_one() -> None:
    changed = with_line("1", product=SENSOR.id)
    assert line_for(changed, UNIT, NAMED) == changed.line("2")


def test_a_pick_list_says_in_which_form_it_is_and_other_documents_only_their_kind() -> None:
    assert KINDS[RowKind.DOCUMENT].written(LIST)["document_kind"] == told_of(LIST) == "pick_list/2"
    assert told_of(SalesOrder("SO-1", "MAIN", "ACME", ())) == "sales_order"
    for kind, described in DOCUMENTS.items():
        assert kind_told(described.told or kind) == kind
    assert [kind_told(each) for each in ("pick_list", "pick_list/3", "PICK_LIST/2", "")] == [None] * 4
    assert DocumentKind.PICK_LIST == "pick_list", "the kind's own name stays"


@pytest.mark.parametrize("told", ["pick_list", "pick_list/3"])
def test_a_pick_list_of_another_form_is_not_misread_as_one_without_units(told: str) -> None:
    body = {**KINDS[RowKind.DOCUMENT].written(LIST), "document_kind": told}
    with pytest.raises(UnknownValue, match="document_kind"):
        KINDS[RowKind.DOCUMENT].read(body)


def test_a_document_that_does_not_say_what_it_is_is_no_document() -> None:
    body = {**KINDS[RowKind.DOCUMENT].written(LIST), "document_kind": 2}
    with pytest.raises(PlainError, match="document_kind"):
        KINDS[RowKind.DOCUMENT].read(body)
