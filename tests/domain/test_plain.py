"""Domain values as plain data: strict about shape, kind to newer writers."""

from __future__ import annotations

from typing import Any

import pytest

from scantrail.domain.acts.act import Times
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.things.unit import Unit
from tests.support.worlds import exact_line, pick_list, promised

UNIT = to_plain(promised(46))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": None}, "Unit.id"),
        ({"id": 7}, "Unit.id"),
        ({"status": "teleported"}, "Unit.status: expected one of available"),
        ({"received": "yesterday"}, "Unit.received: expected a date"),
        ({"received": 20250101}, "Unit.received: expected a date"),
        ({"former_serials": "A"}, "Unit.former_serials: expected a list"),
        ({"owner": []}, "Unit.owner: expected an object"),
        ({"former_serials": ["A", 1]}, r"Unit.former_serials\[1\]"),
    ],
)
def test_an_ill_typed_field_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(PlainError, match=path):
        from_plain(Unit, {**UNIT, **change})


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(PlainError, match="expected an instant"):
        from_plain(Times, {"wall": "2025-01-31T08:00:00", "boot": "b", "mono_ms": 1})


def test_a_pick_list_comes_back_as_it_was() -> None:
    listed = pick_list(exact_line(promised(46), promised(47)))
    assert from_plain(PickList, to_plain(listed)) == listed


@pytest.mark.parametrize("data", [None, 1, "x", [], True])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(PlainError, match="expected an object"):
        from_plain(Unit, data)
