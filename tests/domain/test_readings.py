"""The codes of Scantrail's own, as texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.scans.reading import Enrolment


@given(st.text(min_size=1), st.text("abcdefghij0123456789-", min_size=1))
def test_an_enrolment_is_told_in_one_text(url: str, code: str) -> None:
    enrolment = Enrolment(url, code)
    assert Enrolment.parse(f"{enrolment.text}\r") == enrolment


@pytest.mark.parametrize(
    "text", ["", "abcd", "https://x#c", "$ST:ENROL:", "$ST:ENROL:https://x", "$ST:ENROL:https://x#"]
)
def test_another_text_is_no_enrolment(text: str) -> None:
    assert Enrolment.parse(text) is None
