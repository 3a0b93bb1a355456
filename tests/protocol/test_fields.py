"""What the fields of a request may hold is written with their types, however deep they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from scantrail.domain.plain import from_plain
from scantrail.protocol.fields import Items, Name, Number, Text, fault_in
from scantrail.words import say


@dataclass(frozen=True, slots=True)
class Inner:
    name: Name = ""
    numbers: Mapping[Name, Annotated[int, Number(1, 9)]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outer:
    note: Annotated[str, Text(5)] = ""
    listed: Annotated[tuple[Name, ...], Items(0, 2)] = ()
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()
    anything: Any = None
    free: str = ""


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Outer(note="123456"), "note: expected printable text of at most 5 characters."),
        (Outer(note="\n"), "note: expected printable text of at most 5 characters."),
        (Outer(listed=("a", "b", "c")), "listed: expected 0 to 2 of them."),
        (Outer(listed=("a", "\x00")), "listed: expected printable text of at most 200 characters."),
        (Outer(inner=Inner("x" * 201)), "inner.name: expected printable text of at most 200 characters."),
        (
            Outer(inner=Inner(numbers={"\ud800": 1})),
            "inner.numbers: expected printable text of at most 200 characters.",
        ),
        (Outer(inner=Inner(numbers={"a": 0})), "inner.numbers: expected a number from 1 to 9."),
        (Outer(inner=Inner(numbers={"a": 10})), "inner.numbers: expected a number from 1 to 9."),
        (Outer(several=(Inner(), Inner("\x7f"))), "several.name: expected printable text of at most 200 characters."),
    ],
)
def test_what_a_field_may_not_hold_is_named(message: Outer, fault: str) -> None:
    found = fault_in(message)
    assert found is not None
    assert say(found) == fault


def test_what_they_may_hold_is_no_fault() -> None:
    full = Outer("12345", ("x" * 200, ""), Inner("é", {"a": 1, "b": 9}), (Inner(),), "\x00", "\x00" * 1000)
    assert fault_in(full) is None
    assert fault_in(Outer()) is None


def test_decoding_looks_at_the_type_alone() -> None:
    assert from_plain(Outer, {"note": "too long", "listed": ["a"], "inner": {"numbers": {"a": 77}}}) == Outer(
        "too long", ("a",), Inner(numbers={"a": 77})
    )
