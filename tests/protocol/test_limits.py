"""How large JSON text and acts may be: found on the bytes, before anything is made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.protocol.limits import (
    LARGEST_NUMBER,
    LONGEST_NAME,
    LONGEST_SCAN,
    LONGEST_TEXT,
    MOST_EVENTS,
    Size,
    TooLarge,
    act_fault,
    check_json,
    may_hold_fault,
)

ROOMY = Size(bytes=10**6, marks=10**6, depth=10**6)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters() | st.sampled_from('"\\[]{},:'))
DATA = st.recursive(LEAVES, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=30)


def as_sent(data: Any) -> list[bytes]:
    """Both ways in which JSON text may be written."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return [json.dumps(data).encode(), plain]


def depth_of(data: Any) -> int:
    if isinstance(data, dict):
        return 1 + max(map(depth_of, data.values()), default=0)
    return 1 + max(map(depth_of, data), default=0) if isinstance(data, list) else 0


def elements_of(data: Any) -> int:
    parts = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []
    return len(parts) + sum(map(elements_of, parts))


def fits(text: bytes, size: Size) -> bool:
    try:
        check_json(text, size)
    except TooLarge:
        return False
    return True


@given(DATA, st.booleans())
def test_the_depth_of_json_is_found_whatever_its_texts_look_like(data: Any, is_ascii: bool) -> None:
    text = json.dumps(data, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    depth = depth_of(data)
    assert fits(text, replace(ROOMY, depth=depth))
    assert not fits(text, replace(ROOMY, depth=depth - 1)) or depth == 0


@given(DATA)
def test_no_json_has_more_elements_than_its_limit_allows(data: Any) -> None:
    text = json.dumps(data).encode()
    elements = elements_of(data)
    assert not fits(text, replace(ROOMY, marks=elements - 1)) or elements == 0
    assert fits(text, replace(ROOMY, marks=4 * elements + 2))


@given(st.lists(st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"}", b",", b"x", b"\xff"])).map(b"".join))
def test_what_parses_is_never_deeper_than_was_found(text: bytes) -> None:
    try:
        data = json.loads(text)
    except ValueError:
        check_json(text, ROOMY)
        return
    assert fits(text, replace(ROOMY, depth=depth_of(data)))


@pytest.mark.parametrize(
    "text", [b"[" * 10**5, b"[[]," * 10**5, b'"' * 10**5, b'"' + b"\\" * 10**5, b'\\"' * 10**5, b"]" * 10**5]
)
def test_garbage_without_end_is_found_or_passed_over(text: bytes) -> None:
    small = Size(bytes=10**6, marks=1000, depth=10)
    assert fits(text, small) == (b"[" not in text and b"]" not in text)


def test_one_byte_too_many_is_too_large() -> None:
    assert fits(b"[1]", replace(ROOMY, bytes=3))
    assert not fits(b"[1]", replace(ROOMY, bytes=2))


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"events": [{"unit": "x" * (LONGEST_NAME + 1)}]}, "events.unit"),
        ({"events": [{"type": ["x" * (LONGEST_NAME + 1)]}]}, "events.type"),
        ({"events": [{"born": {"serial": "x" * (LONGEST_NAME + 1)}}]}, "events.born.serial"),
        ({"events": [{"born": {"notes": "x" * (LONGEST_TEXT + 1)}}]}, "events.born.notes"),
        ({"events": [{"item": "x" * (LONGEST_TEXT + 1)}]}, "events.item"),
        ({"note": "x" * (LONGEST_TEXT + 1)}, "note"),
        ({"reading": {"text": "x" * (LONGEST_SCAN + 1)}}, "reading.text"),
        ({"versions": {"x" * (LONGEST_NAME + 1): 1}}, "versions.name of a field"),
        ({"events": [{"seq": LARGEST_NUMBER + 1}]}, "events.seq"),
        ({"events": [{"quantity": -LARGEST_NUMBER - 1}]}, "events.quantity"),
        ({"actor": "nul\x00"}, "actor"),
        ({"document": "\ud800"}, "document"),
        ({"events": [{}] * (MOST_EVENTS + 1)}, "events"),
    ],
)
def test_a_record_over_a_limit_is_told_with_its_field(data: Any, where: str) -> None:
    assert act_fault(data).startswith(f"{where}: ")
    assert all(may_hold_fault(text) for text in as_sent(data))


@given(DATA | st.lists(st.integers() | st.text(min_size=190, max_size=210)))
def test_a_record_whose_bytes_show_no_need_to_look_at_its_fields_has_no_fault(data: Any) -> None:
    assert act_fault(data) == "" or all(may_hold_fault(text) for text in as_sent(data))


def test_the_fields_of_a_usual_record_need_no_look() -> None:
    assert not any(map(may_hold_fault, as_sent({"events": [{"unit": "x" * LONGEST_NAME, "seq": 10**17}]})))


@pytest.mark.parametrize(
    "data",
    [
        {"events": [{"unit": "x" * LONGEST_NAME, "seq": LARGEST_NUMBER}] * MOST_EVENTS},
        {"events": [{"item": "x" * LONGEST_TEXT}], "reason": "x" * LONGEST_TEXT},
        {"reading": {"text": "\ud800\x00" * (LONGEST_SCAN // 2), "raw": "00" * LONGEST_SCAN}},
        {"refusal": {"facts": {"scanned": "\x00" * LONGEST_SCAN}}},
    ],
)
def test_a_record_at_its_limits_is_taken(data: Any) -> None:
    assert act_fault(data) == ""
