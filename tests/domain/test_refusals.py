"""Every refusal can be shown, whatever its facts say; every code belongs to one family and has all its sentences."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scantrail
from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.wordings import FAMILIES, WORDINGS, explain
from scantrail.words import M, say
from tests.support.worlds import NOW

NAMES = ("what", "kind", "status", "when", "wanted", "worker", "document")
SOURCES = [path.read_text() for path in Path(scantrail.__file__).parent.rglob("*.py")]
MADE = re.compile(r'^ *([A-Z_]+) = Code\("(\w+)"\)$', re.MULTILINE)


def test_every_code_that_is_made_anywhere_is_in_the_table() -> None:
    made = [found for source in SOURCES for found in MADE.findall(source)]
    assert {name for _, name in made} == set(WORDINGS)
    assert all(constant.lower() == name for constant, name in made)


def test_no_two_families_have_a_code_of_one_name() -> None:
    counted = Counter(code for family in FAMILIES for code in family)
    assert [code for code, count in counted.items() if count > 1] == []
    assert set(counted) == set(WORDINGS)


def test_codes_are_compared_by_their_names_since_one_that_was_stored_is_another_object() -> None:
    compared = re.compile(r"\bis (?:not )?\w+Code\.[A-Z_]+")
    assert [found for source in SOURCES for found in compared.findall(source)] == []


@pytest.mark.parametrize("code", list(WORDINGS), ids=str)
def test_every_code_says_what_was_found_what_to_do_and_what_the_desk_does(code: Code) -> None:
    wording = WORDINGS[code]
    assert wording.title == wording.title.upper()
    assert all(part.endswith(".") for part in (wording.because, wording.todo, wording.desk))
    assert all(part.endswith(".") for part in (wording.afterwards, wording.waits) if part)


def test_a_code_that_is_not_known_here_is_shown_by_its_name() -> None:
    why = explain(refuse(Code("too_warm"), celsius=41))
    assert say(why.because) == "Refused by the server for a reason that this version does not know (too_warm)."
    assert not why.contests


@given(
    st.sampled_from(list(WORDINGS)) | st.text().map(Code),
    st.dictionaries(st.sampled_from(NAMES), st.text() | st.just("{0}") | st.just("{a.b}")),
)
def test_no_fact_of_a_refusal_stops_it_from_being_shown(code: Code, facts: dict[str, str]) -> None:
    why = explain(Refusal(code, facts))
    assert all(say(part) for part in (why.title, why.because, why.todo))


@pytest.mark.parametrize("kind", ["{0}", "{a.b}", "{"])
def test_braces_in_a_fact_are_shown_as_they_are(kind: str) -> None:
    refusal = Refusal(GoodsCode.HOLD, {"kind": kind, "reason": "x"})
    assert say(explain(refusal).because) == f"It is under a {kind} hold: x."


def test_an_instant_is_shown_to_the_minute() -> None:
    refusal = refuse(GoodsCode.SHIPPED, document="SH-1", when=NOW, status=M("Shipped"))
    assert say(explain(refusal).because) == "It left on SH-1, 2025-01-28 09:00; its status is Shipped."
