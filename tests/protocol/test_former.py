"""Pick lists of the former form, with all their units in one row, as earlier versions wrote them: nothing is lost.

The bodies are written by hand, so that no later change of the classes changes them.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.document import DocumentStatus, LineKind
from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside, is_to_pick, line_naming
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.plain import UnknownValue
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.former import is_former, taken_apart
from tests.support.worlds import NOW

LIST = "PL-2025-0091"
BIN, CART, QC = "MAIN/A-15-03", "MAIN/CART-05", "MAIN/QC-01"
AT = "2025-01-28T09:00:00+00:00"


def body_of(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "document_kind": "pick_list",
        "number": LIST,
        "site": "MAIN",
        "order": "SO-2025-1289",
        "lines": list(lines),
        **more,
    }


def exact(line: str, *units: str, **more: Any) -> dict[str, Any]:
    named = {"units": list(units), "serials": [each.upper() for each in units]}
    return {"id": line, "product": "CM-500-STD", "kind": "exact", "quantity": len(units), **named, **more}


def any_of(line: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"id": line, "product": "TS-200", "kind": "any", "quantity": quantity, **more}


def picked(unit: str, at: str = AT, **more: Any) -> dict[str, Any]:
    told = {"unit": unit, "serial": unit.upper(), "place": BIN, "was_allocated": True, "by": "sarah", "at": at}
    return {**told, **more}


def aside(unit: str, line: str, status: str = "allocated") -> dict[str, Any]:
    return {
        "unit": unit, "line": line, "status": status, "from_place": BIN, "place": QC, "by": "mike", "at": AT,
    }  # fmt: skip


def read(body: dict[str, Any]) -> tuple[PickList, dict[str, Listed]]:
    """The list and its units by id, after a way over the wire, as this version reads them."""
    given = copy.deepcopy(body)
    head, rows = json.loads(json.dumps(taken_apart(body)))
    assert body == given, "what was on record is not changed"
    units = [KINDS[RowKind.LISTED].read(row) for row in rows]
    assert len({each.id for each in units}) == len(units)
    return KINDS[RowKind.DOCUMENT].read(head), {each.unit: each for each in units}


def as_picked(unit: str, condition: Condition | None = None) -> PickedUnit:
    return PickedUnit(unit, unit.upper(), BIN, was_allocated=True, by="sarah", at=NOW, condition=condition)


def test_only_a_pick_list_that_says_nothing_of_its_form_is_of_the_former() -> None:
    assert is_former(body_of())
    for kind in ("pick_list/2", "sales_order", None):
        assert not is_former({**body_of(), "document_kind": kind})
    assert not is_former({"number": LIST})


def test_this_version_does_not_read_the_former_form_itself_and_says_so() -> None:
    with pytest.raises(UnknownValue, match="pick_list"):
        KINDS[RowKind.DOCUMENT].read(body_of(exact("1", "u1"), any_of("2", 3)))


def test_a_list_that_nobody_has_begun_names_its_units() -> None:
    pick_list, units = read(body_of(exact("1", "u1", "u2"), any_of("2", 3)))
    assert pick_list == PickList(
        LIST,
        "MAIN",
        "SO-2025-1289",
        (PickLine("1", "CM-500-STD", LineKind.EXACT, 2), PickLine("2", "TS-200", LineKind.ANY, 3)),
    )
    assert units == {each: Listed(LIST, each, each.upper(), "1", named=True) for each in ("u1", "u2")}


def test_what_is_known_of_the_list_itself_stays() -> None:
    told = {
        "customer": "Premium Manufacturing",
        "priority": 1,
        "required_by": "2025-02-01",
        "status": "in_progress",
        "taken": {"device": "Scanner-05", "worker": "sarah"},
        "at_place": BIN,
        "at_product": "CM-500-STD",
        "empty_bins": ["MAIN/B-02-01"],
        "checks": ["Every label can be read"],
        "unmet": ["All units are in the cart"],
    }
    head, _ = taken_apart(body_of(exact("1", "u1"), **told))
    assert {name: head[name] for name in told} == told
    assert KINDS[RowKind.DOCUMENT].read(head).status is DocumentStatus.IN_PROGRESS


def test_what_is_picked_is_counted_on_its_line_with_the_condition_that_was_stated() -> None:
    stated = picked("u1", condition="good")
    loose = picked("s1", was_allocated=False)
    pick_list, units = read(body_of(exact("1", "u1", "u2", picked=[stated]), any_of("2", 2, picked=[loose])))
    assert [(line.id, line.done, line.remaining) for line in pick_list.lines] == [("1", 1, 1), ("2", 1, 1)]
    assert units["u1"] == Listed(LIST, "u1", "U1", "1", named=True, picked=as_picked("u1", Condition.GOOD))
    assert units["s1"].picked is not None
    assert (units["s1"].line, units["s1"].named, units["s1"].picked.was_allocated) == ("2", False, False)
    assert units["u2"].picked is None


def test_conditions_that_are_still_to_be_stated_are_asked_for_oldest_first() -> None:
    lines = (
        any_of("1", 3, picked=[picked("s3", "2025-01-28T09:00:03.500000+00:00"), picked("s1")]),
        any_of("2", 3, picked=[picked("s4", "2025-01-28T11:00:02+02:00"), picked("s5", condition="good")]),
    )
    pick_list, _ = read(body_of(*lines))
    assert pick_list.unstated == ("s1", "s4", "s3")
    assert "unstated" not in taken_apart(body_of(exact("1", "u1")))[0]


def test_what_was_given_up_stays_with_its_line_and_can_still_be_found() -> None:
    short = exact("1", "u1", "u2", "u3", short=1, missing=["u2"], picked=[picked("u1")])
    pick_list, units = read(body_of(short, any_of("2", 5, short=2)))
    line = pick_list.lines[0]
    assert (line.short, line.missing, line.done, line.remaining) == (1, ("u2",), 1, 1)
    assert (pick_list.lines[1].short, pick_list.lines[1].remaining) == (2, 3)
    assert [unit for unit, row in units.items() if is_to_pick(pick_list, row)] == ["u3"]
    assert units["u2"].named, "it counts on this line when it is found"


def test_reservations_stay() -> None:
    pick_list, units = read(body_of(any_of("1", 2, reserved=["s1", "s2"])))
    assert pick_list.lines[0].reserved == ("s1", "s2")
    assert units == {}


def test_what_was_set_aside_is_so_still_named_or_not() -> None:
    damaged = [aside("u1", "1"), aside("s1", "2", "available"), aside("s2", "", "available")]
    pick_list, units = read(body_of(exact("1", "u1"), any_of("2", 2), set_aside=damaged))
    report = SetAside("u1", Status.ALLOCATED, BIN, QC, "mike", NOW)
    assert units["u1"] == Listed(LIST, "u1", "U1", "1", named=True, set_aside=report)
    assert [(units[each].line, units[each].named) for each in ("s1", "s2")] == [("2", False), ("", False)]
    assert is_to_pick(pick_list, units["u1"])
    assert "set_aside" not in taken_apart(body_of(set_aside=damaged))[0]


def test_a_unit_that_was_set_aside_and_replaced_is_named_no_more() -> None:
    pick_list, units = read(body_of(exact("1", "u2", picked=[picked("u2")]), set_aside=[aside("u1", "1")]))
    assert (units["u1"].line, units["u1"].named) == ("1", False)
    assert line_naming(pick_list, units["u1"]) is None


def test_a_unit_that_was_found_to_be_good_again_and_picked_is_both() -> None:
    _, units = read(body_of(any_of("2", 2, picked=[picked("s1")]), set_aside=[aside("s1", "")]))
    assert units["s1"].picked is not None
    assert units["s1"].set_aside is not None
    assert units["s1"].line == "2"


@pytest.mark.parametrize("is_first", [True, False])
def test_of_a_cancelled_line_and_the_one_in_its_place_the_one_that_counts_names_the_units(is_first: bool) -> None:
    cancelled, instead = exact("1", "u1", "u2", cancelled=True), exact("2", "u1", "u3")
    lines = (cancelled, instead) if is_first else (instead, cancelled)
    pick_list, units = read(body_of(*lines))
    assert {unit: row.line for unit, row in units.items()} == {"u1": "2", "u2": "1", "u3": "2"}
    assert [unit for unit, row in units.items() if is_to_pick(pick_list, row)] == [
        unit for unit in units if unit != "u2"
    ]
    assert pick_list.remaining == 2


def test_what_was_picked_on_a_cancelled_line_stays_picked_there() -> None:
    pick_list, units = read(body_of(exact("1", "u1", "u2", cancelled=True, picked=[picked("u1")]), any_of("2", 1)))
    assert [(line.done, line.cancelled) for line in pick_list.lines] == [(1, True), (0, False)]
    assert (units["u1"].line, units["u1"].picked) == ("1", as_picked("u1"))
    assert pick_list.done == 1


def test_what_a_cancelled_line_named_and_another_line_took_is_named_by_none() -> None:
    """Put back, it is promised to the order alone, and no line asks for it by name."""
    cancelled, taking = exact("1", "u1", cancelled=True), any_of("2", 1, picked=[picked("u1")])
    for lines in ((cancelled, taking), (taking, cancelled)):
        pick_list, units = read(body_of(*lines))
        assert (units["u1"].line, units["u1"].named) == ("2", False)
        assert line_naming(pick_list, units["u1"]) is None


def test_what_a_newer_version_added_stays_where_it_was() -> None:
    newer = body_of(exact("1", "u1", picked=[picked("u1", scale="B7")], lot="L1"), priority_words="rush")
    newer["set_aside"] = [{**aside("u2", "1"), "photo": "abc"}]
    head, rows = taken_apart(newer)
    assert head["priority_words"] == "rush"
    assert head["lines"][0]["lot"] == "L1"
    by_unit = {row["unit"]: row for row in rows}
    assert by_unit["u1"]["picked"]["scale"] == "B7"
    assert by_unit["u2"]["set_aside"]["photo"] == "abc"


def test_a_list_without_lines_is_one_of_another_site_of_which_only_the_essentials_are_held() -> None:
    head, rows = taken_apart({"document_kind": "pick_list", "number": LIST, "site": "EAST", "order": "", "lines": []})
    assert rows == []
    assert KINDS[RowKind.DOCUMENT].read(head) == PickList(LIST, "EAST", "", ())


def test_rows_of_today_s_form_hold_no_more_than_the_domain_writes() -> None:
    lines = (exact("1", "u1", "u2", picked=[picked("u1", condition="good")]), exact("3", "u9", cancelled=True))
    body = body_of(*lines, any_of("2", 1, picked=[picked("s1", was_allocated=False)]), set_aside=[aside("u2", "1")])
    head, rows = taken_apart(body)
    document, listed = KINDS[RowKind.DOCUMENT], KINDS[RowKind.LISTED]
    assert head == document.written(document.read(head))
    assert rows == [listed.written(listed.read(row)) for row in rows]
