"""What a code says by itself is told from its text alone, alike on the device and on the server."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.labels import LabelKind
from scantrail.domain.scans.reading import Carrier, Reading, Said
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


def named(text: str) -> tuple[str, CodeKind | None]:
    """What a text names, and as what."""
    found = said(text)
    return found.text, found.kind


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
        f"HTTP://EXAMPLE.ORG/01/{GTIN}/10/LOT7A/21/SN42?11=250120",
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
    assert found.may_be(CodeKind.SERIAL)


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
    assert named("S:CM500-2025-0046") == ("CM500-2025-0046", CodeKind.SERIAL)
    assert named("L-A-15-03") == ("A-15-03", CodeKind.PLACE)
    assert named("L-DOC-PL-1") == ("PL-1", CodeKind.DOCUMENT), "the longest prefix that fits"
    assert said("S:CM500-2025-0046").may_be(CodeKind.PLACE) is False
    assert said("S:").may_be(CodeKind.PLACE), "a prefix with nothing behind it is none"


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


@pytest.mark.parametrize("text", ["]C121SN42", "(21)SN42", "(21) SN42"])
def test_a_serial_alone_in_a_symbol_is_a_serial(text: str) -> None:
    found = said(text)
    assert (found.text, found.serial, found.kind, found.fault) == ("SN42", "SN42", CodeKind.SERIAL, "")


def test_a_part_number_and_a_serial_in_a_symbol_say_both() -> None:
    found = said(f"]C1240CM-500-STD{GS}21SN42")
    assert (found.parts, found.serial, found.kind) == (("CM-500-STD",), "SN42", CodeKind.SERIAL)


@pytest.mark.parametrize("text", ["]C110LOT7", "]C117271231", "(10)LOT7(17)271231"])
def test_a_lot_or_a_date_alone_is_named_so(text: str) -> None:
    assert said(text).kind is CodeKind.DETAIL


def test_an_element_string_without_a_mark_may_be_plain_text_and_says_both() -> None:
    found = said(f"01{GTIN}21SN42")
    assert (found.text, found.kind) == (f"01{GTIN}21SN42", None)
    (elements,) = found.others
    assert (elements.text, elements.gtin, elements.kind) == ("SN42", GTIN, CodeKind.SERIAL)


@pytest.mark.parametrize(
    ("text", "serial", "parts", "lot"),
    [
        ("[)>\x1e06\x1d1PF1\x1dSKEEP1\x1e\x04", "KEEP1", ("F1",), ""),
        ("[)>06\x1d1PF1\x1dSKEEP1\x1d1TLOT7\x1dQ1", "KEEP1", ("F1",), "LOT7"),
        ("[)>␞06␝1PF1␝SKEEP1␞␄", "KEEP1", ("F1",), ""),
        ("[)>06|PF0|1PF1|SKEEP1|", "KEEP1", ("F1", "F0"), ""),
        ("[)>{RS}06{GS}1PF1{GS}SKEEP1{RS}{EOT}", "KEEP1", ("F1",), ""),
        ("[)>^^06^]1PF1^]SKEEP1^^^D", "KEEP1", ("F1",), ""),
        ("[)>\x1e06\x1d17V1ABC2\x1d1PF1\x1dS77\x1e\x04", "77", ("F1",), ""),
        ("[)>\x1e06\x1d18S1ABC277\x1e\x04", "77", (), ""),
        ("[)>\x1e06\x1d25SUN12345678977\x1e\x04", "77", (), ""),
        ("[)>\x1e12\x1dCAG 1ABC2\x1dSER 77\x1dPNO F1\x1e\x04", "77", ("F1",), ""),
        ("[)>\x1eDD\x1dCAG 1ABC2\x1dSER 77\x1e\x04", "77", (), ""),
        ("+A99912345/$$52001510X3/16D20111212/S77DEFG457", "77DEFG45", ("1234",), "10X3"),
    ],
)
def test_labels_of_other_public_grammars_are_read(text: str, serial: str, parts: tuple[str, ...], lot: str) -> None:
    found = said(text)
    assert (found.serial, set(found.parts), found.lot) == (serial, set(parts), lot)
    assert (found.kind, found.fault, bool(found.grammar)) == (CodeKind.SERIAL, "", True)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[)>061PF1SKEEP1", "separators between the label's fields are missing"),
        ("[)>\x1e06\x1d1PF1\x1d!!\x1e\x04", "begins with no identifier"),
        ("[)>\x1e06\x1d\x1e\x04", "empty"),
    ],
)
def test_a_label_that_breaks_its_grammar_s_rules_is_refused_with_the_reason(text: str, part: str) -> None:
    found = said(text)
    assert found.refusal is not None
    assert part in say(found.refusal)


@pytest.mark.parametrize(
    ("text", "meant", "kind"),
    [("SKEEP1", "KEEP1", CodeKind.SERIAL), ("PF1", "F1", CodeKind.PRODUCT), ("1PF1", "F1", CodeKind.PRODUCT)],
)
def test_a_bare_text_may_begin_with_a_data_identifier(text: str, meant: str, kind: CodeKind) -> None:
    found = said(text)
    assert (found.text, found.is_whole) == (text, True)
    assert (meant, kind) in [(each.text, each.kind) for each in found.others]


@pytest.mark.parametrize("text", ["KEEP1;KEEP2", "KEEP1\nKEEP2", f"KEEP1{GS}KEEP2", "KEEP1, KEEP2", "KEEP1|KEEP2"])
def test_several_texts_in_one_code_are_told_apart(text: str) -> None:
    assert said(text).several == ("KEEP1", "KEEP2")


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        (f"]C101{GTIN}21SN4210LOT7", {"SN42"}),
        (f"]C101{GTIN}10LOT721SN42", {"SN42"}),
        (f"]C101{GTIN}21CM500-2025-004610LOT7", {"CM500-2025-0046"}),
    ],
)
def test_values_that_may_have_run_together_say_what_the_serial_may_be(text: str, serials: set[str]) -> None:
    assert serials <= set(said(text).run_together)


@given(st.text(st.sampled_from("0123456789SPQT1[)>\x1d\x1e\x04+/$ABC;]C(){}-"), max_size=60))
def test_texts_of_the_marks_that_grammars_use_say_something_too(text: str) -> None:
    found = said(text)
    assert found.meanings
    assert found.refusal is None or say(found.refusal)
