"""Every refusal can be shown, whatever its facts say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.refusal import WORDINGS, Code, Refusal, refuse
from scantrail.words import M, say
from tests.support.worlds import NOW

NAMES = ("what", "kind", "status", "when", "wanted", "worker", "document")


def test_every_code_has_its_sentence() -> None:
    assert set(WORDINGS) == set(Code)


@given(st.sampled_from(Code), st.dictionaries(st.sampled_from(NAMES), st.text() | st.just("{0}") | st.just("{a.b}")))
def test_no_fact_of_a_refusal_stops_it_from_being_shown(code: Code, facts: dict[str, str]) -> None:
    refusal = Refusal(code, facts)
    assert all(say(part) for part in (refusal.title, refusal.because, refusal.todo))


@pytest.mark.parametrize("kind", ["{0}", "{a.b}", "{"])
def test_braces_in_a_fact_are_shown_as_they_are(kind: str) -> None:
    assert say(Refusal(Code.HOLD, {"kind": kind, "reason": "x"}).because) == f"It is under a {kind} hold: x."


def test_an_instant_is_shown_to_the_minute() -> None:
    refusal = refuse(Code.SHIPPED, document="SH-1", when=NOW, status=M("Shipped"))
    assert say(refusal.because) == "It left on SH-1, 2025-01-28 09:00; its status is Shipped."
