"""Rows as they travel: which body is read, what a device of another site is told, how a device looks a row up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.documents.document import Taken
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.plain import PlainError, UnknownValue
from scantrail.protocol.messages import Row
from scantrail.protocol.rows import UNTOLD_ELSEWHERE, body_for, columns_of, value_of, whole_at
from tests.support.worlds import exact_line, module, named_on, pick_list

UNIT = module(46)
LIST = pick_list(exact_line(UNIT), taken=Taken("Scanner-05", "sarah"), instructions=("Antistatic bags only",))
(LISTED,) = named_on(LIST, UNIT)


def row_of(kind: RowKind, value: Any) -> Row:
    return Row(kind, KINDS[kind].name(value), 7, KINDS[kind].written(value))


LIST_ROW, LISTED_ROW = row_of(RowKind.DOCUMENT, LIST), row_of(RowKind.LISTED, LISTED)


@pytest.mark.parametrize(("row", "value"), [(LIST_ROW, LIST), (LISTED_ROW, LISTED)])
def test_a_row_holds_the_value_that_it_names(row: Row, value: Any) -> None:
    assert value_of(row) == value
    with pytest.raises(PlainError, match="its body is of"):
        value_of(replace(row, id="another"))


@pytest.mark.parametrize("told", ["pick_list", "pick_list/3", "move"])
def test_a_row_in_a_form_that_this_version_does_not_know_is_not_read_as_if_it_did(told: str) -> None:
    """It may be a newer version's, or an earlier one's that is upgraded where rows are kept."""
    with pytest.raises(UnknownValue, match="document_kind"):
        value_of(replace(LIST_ROW, body={**LIST_ROW.body, "document_kind": told}))


def test_of_another_site_s_list_a_device_holds_that_it_is_theirs_and_not_what_is_on_it() -> None:
    assert whole_at(LIST_ROW) == "MAIN"
    assert body_for("MAIN", LIST_ROW) == LIST_ROW.body
    elsewhere = body_for("EAST", LIST_ROW)
    assert elsewhere["document_kind"] == "pick_list/2"
    assert value_of(replace(LIST_ROW, body=elsewhere)) == PickList(LIST.number, "MAIN", "", ())


def test_of_a_list_in_a_newer_form_nobody_can_say_what_its_readers_need() -> None:
    newer = replace(LIST_ROW, body={**LIST_ROW.body, "document_kind": "pick_list/3"})
    assert body_for("EAST", newer) == newer.body


def test_the_units_of_another_site_s_list_are_not_told() -> None:
    assert RowKind.LISTED in UNTOLD_ELSEWHERE
    assert RowKind.DOCUMENT not in UNTOLD_ELSEWHERE


def test_a_unit_on_a_list_is_looked_up_by_the_list() -> None:
    columns = columns_of(LISTED_ROW, LISTED)
    assert {name: columns[name] for name in ("id", "document", "position")} == {
        "id": f"{LIST.number}|{UNIT.id}",
        "document": LIST.number,
        "position": 7,
    }
    unnamed = Listed(LIST.number, UNIT.id)
    assert columns_of(row_of(RowKind.LISTED, unnamed), unnamed)["id"] == LISTED.id


def test_a_document_is_looked_up_by_its_kind_whatever_form_its_body_has() -> None:
    assert columns_of(LIST_ROW, LIST)["kind"] == "pick_list"
    order = SalesOrder("SO-1", "MAIN", "ACME", ())
    assert columns_of(row_of(RowKind.DOCUMENT, order), order)["kind"] == "sales_order"
