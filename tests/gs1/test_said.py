"""What a code says by itself is told from its text alone, alike on the device and on the server."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.labels import LabelKind
from scantrail.domain.readings import Carrier, CodeKind, CodePrefix, Reading, Said
from scantrail.gs1.reading import FAULT_WORDS, Fault
from scantrail.gs1.said import said_by
from scantrail.words import say
from tests.gs1.codes import GS, GTIN, SSCC, TODAY

PREFIXES = (
    CodePrefix("S:", CodeKind.SERIAL),
    CodePrefix("L-", CodeKind.PLACE),
    CodePrefix("L-DOC-", CodeKind.DOCUMENT),
)


def said(text: str, aim: str = "") -> Said:
    return said_by(Reading(text, Carrier.WEDGE, aim=aim), PREFIXES, TODAY)


def test_a_plain_text_may_be_anything() -> None:
    assert said(" CM500-2025-0046\r") == Said("CM500-2025-0046")
    assert all(said("X-1").may_be(kind) for kind in CodeKind)


@pytest.mark.parametrize(
    "text",
    [
        f"]C101{GTIN}21SN42{GS}10LOT7A",
        f"]d201{GTIN}10LOT7A{GS}21SN42",
        f"(01){GTIN}(21)SN42(10)LOT7A",
        f"https://shop.example/products/01/{GTIN}/10/LOT7A/21/SN42?from=label",
        f"HTTP://EXAMPLE.ORG/01/{GTIN}/21/SN42?10=LOT7A",
    ],
)
def test_one_code_answers_several_questions_however_it_is_written(text: str) -> None:
    found = said(text)
    assert (found.text, found.serial, found.gtin, found.lot) == ("SN42", "SN42", GTIN, "LOT7A")
    assert found.kind is CodeKind.SERIAL
    assert not found.may_be(CodeKind.SERIAL), "the text as a whole is nobody's name"


def test_dates_are_read_too() -> None:
    found = said(f"]C101{GTIN}1125012017270131{GS}21SN42")
    assert (found.production_date, found.expiry) == (date(2025, 1, 20), date(2027, 1, 31))


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (f"]C100{SSCC}", CodeKind.CARTON, SSCC),
        (f"]C100{SSCC}02{GTIN}3710", CodeKind.CARTON, SSCC),
        (f"]C101{GTIN}", CodeKind.PRODUCT, GTIN),
        ("]C14149521234543213", CodeKind.PLACE, "9521234543213"),
        ("]E09521234543213", CodeKind.PRODUCT, GTIN),
    ],
)
def test_a_gs1_code_names_one_kind_of_thing(text: str, kind: CodeKind, name: str) -> None:
    found = said(text)
    assert (found.kind, found.is_whole) == (kind, False)
    assert found.text == name


def test_a_number_that_only_looks_like_an_article_may_be_a_serial_too() -> None:
    found = said("9521234543213")
    assert (found.kind, found.gtin, found.looks_like) == (None, GTIN, LabelKind.ARTICLE)
    assert found.as_serial == "9521234543213"


def test_an_aim_identifier_that_came_apart_says_the_same() -> None:
    assert said(f"01{GTIN}21SN42", aim="]C1") == said(f"]C101{GTIN}21SN42")


def test_a_code_that_claims_to_be_gs1_and_is_not_right_means_nothing_and_says_why() -> None:
    found = said("]C10109521234543214")
    assert found.refusal is not None
    assert "check digit 3" in say(found.refusal)
    assert not any(found.may_be(kind) for kind in CodeKind)


def test_somebody_s_own_thirteen_digits_are_no_fault() -> None:
    assert said("9521234543214") == Said("9521234543214")


def test_the_site_s_prefix_tells_the_kind_and_never_leaks_into_the_text() -> None:
    assert said("S:CM500-2025-0046") == Said("CM500-2025-0046", CodeKind.SERIAL)
    assert said("L-A-15-03") == Said("A-15-03", CodeKind.PLACE)
    assert said("L-DOC-PL-1") == Said("PL-1", CodeKind.DOCUMENT), "the longest prefix that fits"
    assert said("S:CM500-2025-0046").may_be(CodeKind.PLACE) is False
    assert said("S:") == Said("S:"), "a prefix with nothing behind it is none"


@pytest.mark.parametrize(
    ("text", "kind"), [("$ST:CONFIRM", CodeKind.COMMAND), ("$ST:ENROL:https://x#c", CodeKind.ENROLMENT)]
)
def test_scantrail_s_own_codes_are_known(text: str, kind: CodeKind) -> None:
    assert said(text).kind is kind


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda data: data.decode("utf-8", "replace")))
def test_every_text_says_something_and_never_more_than_it_holds(text: str) -> None:
    found = said(text)
    assert found == said(text)
    for part in (found.serial, found.lot):
        assert set(part) <= set(text) or "%" in text, "nothing is made up"
    assert found.refusal is None or found.kind is None
    assert bool(found.fault) == (found.refusal is not None)


def test_every_fault_has_its_few_words() -> None:
    assert set(FAULT_WORDS) == set(Fault)
    assert max(map(len, FAULT_WORDS.values())) <= 30
