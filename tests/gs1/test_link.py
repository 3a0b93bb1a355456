"""GS1 Digital Links: any domain, the path's order, the query, percent escapes."""

from __future__ import annotations

import pytest

from scantrail.gs1 import Carriage, Fault, Gs1Reading, parse
from tests.gs1.codes import GTIN, TODAY, refused, understood


@pytest.mark.parametrize(
    "address",
    ["https://id.gs1.org", "http://example.com:8080/shop/de", "HTTPS://user@x.example", "]Q1https://x.example"],
)
def test_any_domain_and_any_path_before_the_key_will_do(address: str) -> None:
    reading = parse(f"{address}/01/{GTIN}/21/A1", TODAY)
    assert isinstance(reading, Gs1Reading)
    assert (reading.gtin, reading.serial, reading.carriage) == (GTIN, "A1", Carriage.DIGITAL_LINK)


def test_the_query_is_read_and_what_is_the_website_s_own_is_left_alone() -> None:
    link = f"https://x.example/01/{GTIN}?17=271231&linkType=pip;3103=000195&utm=1#top"
    assert understood(link) == {"01": GTIN, "17": "271231", "3103": "000195"}


def test_values_are_percent_decoded_after_the_path_is_taken_apart() -> None:
    assert understood(f"https://x.example/01/{GTIN}/10/A%2FB%25/21/%22x")["10"] == "A/B%"


def test_elements_say_where_they_stood() -> None:
    reading = parse(f"https://x.example/01/{GTIN}?17=271231", TODAY)
    assert isinstance(reading, Gs1Reading)
    assert [each.position for each in reading.elements] == [18, 36]


def test_qualifiers_stand_in_their_order() -> None:
    assert understood(f"https://x.example/01/{GTIN}/22/V/10/L/21/S").keys() == {"01", "22", "10", "21"}
    assert understood("https://x.example/414/9521321000018/254/A1").keys() == {"414", "254"}


@pytest.mark.parametrize(
    ("rest", "fault", "part"),
    [
        (f"gtin/{GTIN}", Fault.LINK, "/gtin/ at character 19: the standard wants /01/"),
        ("sscc/106141412345678908", Fault.LINK, "the standard wants /00/"),
        (f"01/{GTIN}/lot/A", Fault.LINK, "/lot/ at character 37: the standard wants /10/"),
        (f"01/{GTIN}/ser/A", Fault.LINK, "the standard wants /21/"),
        (f"01/{GTIN}/21/S/10/L", Fault.LINK, "expected 22,10,21 / 235 in this order"),
        (f"01/{GTIN}/21/S/235/T", Fault.LINK, "in this order"),
        (f"01/{GTIN}/17/271231", Fault.LINK, "in this order"),
        ("00/106141412345678908/21/S", Fault.LINK, "expected nothing"),
        (f"01/{GTIN}/21", Fault.LINK, "expected its value behind it"),
        (f"01/{GTIN}?21=S", Fault.LINK, "(21) behind the question mark"),
        (f"01/{GTIN}?9999999=S", Fault.LINK, "no GS1 identifier"),
        (f"01/{GTIN}?17=%GG", Fault.LINK, "% without two hexadecimal digits"),
        (f"01/{GTIN}?240=A+B", Fault.CHARACTER, "U+0020"),
        (f"01/{GTIN}?17=271231&17=271231", Fault.LINK, "(17) once more at character"),
        (f"01/{GTIN}?17=271231&17=281231", Fault.LINK, "(17) once more at character"),
        (f"01/{GTIN}/21/S?01={GTIN}", Fault.LINK, "(01) "),
        (f"01/{GTIN}/01/{GTIN}", Fault.LINK, "in this order"),
        (f"01/{GTIN}?10=A", Fault.LINK, "(10) behind the question mark"),
        (f"01/{GTIN}/", Fault.LINK, "ends in a slash at character 36"),
        (f"01/{GTIN}/21/S/?17=271231", Fault.LINK, "ends in a slash"),
        (f"01/{GTIN}?37=5", Fault.PAIRING, "must not stand"),
        ("01/09521234543214", Fault.CHECK_DIGIT, "check digit 3, got 4"),
        ("01/9521234543213", Fault.CUT_SHORT, "14 characters, got 13"),
        (f"01/{GTIN}/10/%E2%82%AC", Fault.CHARACTER, "€"),
        (f"01/{GTIN}/\x1b[2J/x", Fault.LINK, "U+001B"),
    ],
)
def test_a_link_that_breaks_the_standard_is_refused_with_the_reason(rest: str, fault: Fault, part: str) -> None:
    found, sentence = refused(f"https://x.example/{rest}")
    assert (found, part in sentence) == (fault, True), sentence


def test_an_address_on_gs1_s_own_domain_must_be_a_digital_link() -> None:
    assert refused("https://id.gs1.org/hello")[0] is Fault.LINK
    assert refused("https://id.gs1.org/01/0952")[0] is Fault.CUT_SHORT


@pytest.mark.parametrize("text", ["https://x.example", "https://x.example/2026/01/15", "http://", "ftp://x/01/" + GTIN])
def test_other_addresses_are_plain_text(text: str) -> None:
    assert parse(text, TODAY) is None
