"""What a scanned text means: element strings, bare numbers, and where biip is laxer than the standard."""

from __future__ import annotations

from datetime import date

import pytest
from biip import ParseError
from biip.gs1_messages import GS1Message
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scantrail.gs1 import Carriage, Fault, Gs1Reading, Gs1Refusal, parse
from scantrail.gs1.contents import CHARACTERS
from scantrail.gs1.dates import year_of
from scantrail.gs1.dictionary import identifiers
from scantrail.words import say
from tests.gs1.codes import GS, GTIN, SSCC, TODAY, encoded, refused, understood, value_for, with_what_it_needs


def read(text: str) -> Gs1Reading:
    """The reading of a text that must be right."""
    reading = parse(text, TODAY)
    assert isinstance(reading, Gs1Reading)
    return reading


def test_one_code_answers_several_questions() -> None:
    reading = read(f"]C101{GTIN}1126110117281231211A-7{GS}10LOT7")
    assert (reading.gtin, reading.serial, reading.lot) == (GTIN, "1A-7", "LOT7")
    assert (reading.production_date, reading.expiry, reading.best_before) == (
        date(2026, 11, 1),
        date(2028, 12, 31),
        None,
    )
    assert (reading.aim, reading.carriage) == ("]C1", Carriage.ELEMENT_STRINGS)


def test_a_pallet_label_tells_its_number_content_and_count() -> None:
    reading = read(f"]C100{SSCC}02{GTIN}37024")
    assert (reading.sscc, reading.content_gtin, reading.count, reading.gtin) == (SSCC, GTIN, 24, None)


def test_a_place_has_its_number() -> None:
    assert read("]C14149521321000018").gln == "9521321000018"


def test_every_element_says_where_it_stood() -> None:
    assert [(each.ai, each.position) for each in read(f"]d201{GTIN}21A{GS}10B").elements] == [
        ("01", 3),
        ("21", 19),
        ("10", 23),
    ]


@pytest.mark.parametrize("aim", ["]C1", "]e0", "]d2", "]Q3", "]J1"])
def test_the_aim_identifier_may_stand_in_front_or_come_apart(aim: str) -> None:
    wanted = {"01": GTIN, "21": "A"}
    assert understood(f"{aim}01{GTIN}21A") == understood(f"01{GTIN}21A", aim) == wanted


@pytest.mark.parametrize("text", [f"01{GTIN}21A{GS}10B", f"{GS}01{GTIN}21A{GS}10B{GS}", f"01{GTIN}{GS}21A{GS}10B\r\n"])
def test_separators_at_either_end_and_after_predefined_lengths_do_no_harm(text: str) -> None:
    assert understood(text) == {"01": GTIN, "21": "A", "10": "B"}


@pytest.mark.parametrize(
    "text",
    [
        f"(01) {GTIN} (21) A1",
        f"( 01 ) {GTIN} (21)A1 ",
        "(01) 0 9521234 54321 3 (21) A1",
        f"(01)\u00a0{GTIN}\r\n(21) A1",
    ],
)
def test_the_text_under_the_bars_may_have_spaces(text: str) -> None:
    assert understood(text) == {"01": GTIN, "21": "A1"}


def test_what_is_in_an_envelope_of_format_05_is_read() -> None:
    assert understood(f"[)>\x1e05{GS}01{GTIN}21A{GS}10B\x1e\x04") == {"01": GTIN, "21": "A", "10": "B"}


def test_two_separators_in_a_row_are_refused() -> None:
    fault, sentence = refused(f"01{GTIN}21A{GS}{GS}10B")
    assert (fault, "character 21" in sentence, "U+001D" in sentence) == (Fault.NO_IDENTIFIER, True, True)


def test_a_lost_separator_merges_two_fields_and_only_the_length_can_show_it() -> None:
    assert understood(f"]C101{GTIN}10LOT7A21SN42")["10"] == "LOT7A21SN42"
    assert refused(f"]C101{GTIN}10LOT-2026-11-24-A21SN-0042")[0] is Fault.TOO_LONG


def test_what_is_printed_beside_the_bars_can_be_typed() -> None:
    assert understood(f"(01){GTIN}(21)A(1)B") == {"01": GTIN, "21": "A(1)B"}


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("9521234543213", "09521234543213"),
        ("95050003", "00000095050003"),
        ("614141007349", "00614141007349"),
        ("19521234543210", "19521234543210"),
        ("]E09521234543213", "09521234543213"),
        ("]E0614141007349", "00614141007349"),
        ("]E495050003", "00000095050003"),
        ("]E004252614", "00042100005264"),
        ("04252614", "00042100005264"),
        ("]E3952123454321305", "09521234543213"),
        ("]I119521234543210", "19521234543210"),
        (" 9521234543213 \r\n", "09521234543213"),
    ],
)
def test_a_bare_number_is_a_gtin_and_never_an_element_string(text: str, gtin: str) -> None:
    reading = read(text)
    assert (reading.gtin, [each.ai for each in reading.elements]) == (gtin, ["01"])
    assert reading.carriage is Carriage.NUMBER


@pytest.mark.parametrize(
    ("text", "fault", "parts"),
    [
        ("", Fault.EMPTY, ["empty"]),
        (" \r\n", Fault.EMPTY, ["empty"]),
        ("]C1", Fault.EMPTY, ["empty"]),
        ("]C1" + GS, Fault.EMPTY, ["empty"]),
        ("9521234543214", Fault.CHECK_DIGIT, ["(01)", "check digit 3, got 4"]),
        ("0109521234543214", Fault.CHECK_DIGIT, ["(01)", "character 1:", "check digit 3, got 4"]),
        ("]C10109521234543214", Fault.CHECK_DIGIT, ["(01)", "character 4:", "check digit 3, got 4"]),
        ("00106141412345678907", Fault.CHECK_DIGIT, ["(00)", "SSCC", "check digit 8, got 7"]),
        ("]C14149521321000011", Fault.CHECK_DIGIT, ["(414)", "check digit 8, got 1"]),
        ("]C121A", Fault.INCOMPLETE, ["(21) SERIAL", "(01), (03) or (8006)"]),
        ("(21)A", Fault.INCOMPLETE, ["(21) SERIAL", "(01), (03) or (8006)"]),
        (f"01{GTIN}21A{GS}21B", Fault.CONTRADICTION, ["(21) SERIAL", "A at character 17", "B at character 21"]),
        (f"01{GTIN}0119521234543210", Fault.CONTRADICTION, ["(01)", "two different values"]),
        (f"01{GTIN}02{GTIN}3712", Fault.PAIRING, ["(01) GTIN at character 1", "(37) COUNT at character 33"]),
        (f"02{GTIN}01{GTIN}", Fault.PAIRING, ["(02) CONTENT at character 1", "(01) GTIN at character 17"]),
        (f"01{GTIN}3712", Fault.PAIRING, ["(37) COUNT"]),
        ("]C101095212345", Fault.CUT_SHORT, ["(01)", "14 characters, got 9", "cut short"]),
        (f"]C101{GTIN}", None, []),
        (f"]C101{GTIN}21", Fault.CUT_SHORT, ["(21)", "at least 1"]),
        (f"]C101{GTIN}2", Fault.NO_IDENTIFIER, ["character 20"]),
        (f"]C101{GTIN}17270230", Fault.DATE, ["(17) USE BY or EXPIRY", "YYMMDD", "270230"]),
        (f"]C101{GTIN}17271300", Fault.DATE, ["271300"]),
        (f"]C101{GTIN}7006270200", Fault.DATE, ["with its day"]),
        (f"]C101{GTIN}10é", Fault.CHARACTER, ["(10)", "'é'"]),
        ("]E0952123454321", Fault.CHECK_DIGIT, ["(01)"]),
        ("]E09521234", Fault.CUT_SHORT, ["8 / 12 / 13 digits"]),
        ("]E09521234543213X", Fault.CHARACTER, ["8 / 12 / 13 digits"]),
        ("]E0\x1b[2J", Fault.CHARACTER, ["U+001B"]),
    ],
)
def test_what_the_standard_refuses_is_refused_with_what_was_wrong_where(
    text: str, fault: Fault | None, parts: list[str]
) -> None:
    meaning = parse(text, TODAY)
    assert (meaning.fault if isinstance(meaning, Gs1Refusal) else None) is fault
    for part in parts:
        assert isinstance(meaning, Gs1Refusal)
        assert part in say(meaning.because)


def test_the_same_value_twice_is_no_contradiction() -> None:
    assert understood(f"01{GTIN}21A{GS}01{GTIN}") == {"01": GTIN, "21": "A"}


@pytest.mark.parametrize(
    "text",
    [
        "SN-2026-000123",
        "21ABC123",
        "10LOT7A21SN42",
        "123456789012345",
        "00:1A:2B:3C:4D:5E",
        "$ST:CONFIRM",
        "A-01-02",
        "(c) 2026",
        "[)>\x1e06\x1d1PABC\x1dS123\x1e\x04",
        "]C09521234543214",
        "]A021A",
        "]Q1hello",
        "]C4149521321000011",
        "4149521321000011",
        "٣٤٥٦٧٨٩٠",
    ],
)
def test_what_is_no_gs1_code_is_plain_text(text: str) -> None:
    assert parse(text, TODAY) is None


@pytest.mark.parametrize(
    ("two_digits", "year"), [(0, 2000), (26, 2026), (76, 2076), (77, 1977), (99, 1999), (27, 2027), (75, 2075)]
)
def test_a_year_of_two_digits_lies_within_49_years_past_and_50_to_come(two_digits: int, year: int) -> None:
    assert year_of(two_digits, TODAY) == year


@pytest.mark.parametrize(("digits", "day"), [("280200", date(2028, 2, 29)), ("270200", date(2027, 2, 28))])
def test_day_00_is_the_last_of_its_month(digits: str, day: date) -> None:
    assert read(f"01{GTIN}17{digits}").expiry == day


def test_a_delivery_date_may_have_no_time() -> None:
    assert understood(f"]C100{SSCC}43242712319999")["4324"] == "2712319999"
    assert refused(f"]C100{SSCC}43242712312400")[0] is Fault.DATE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("42299", Fault.CUT_SHORT),
        ("422000", Fault.CONTENT),
        ("800100000000000000", Fault.CONTENT),
        ("80060952123454321302 1", Fault.CHARACTER),
    ],
)
def test_codes_and_numbers_inside_values_are_checked(text: str, fault: Fault) -> None:
    assert refused(f"]C101{GTIN}{text}")[0] is fault


@pytest.mark.parametrize(
    "value", ["8112001234561234560123456", "8112101234561234560123456", "8110106141416543213150110120"]
)
def test_a_coupon_s_parts_are_as_long_as_they_say(value: str) -> None:
    assert understood("]e0" + value)
    assert refused("]e0" + value + "7")[0] is Fault.CONTENT
    assert refused("]e0" + value[:-1])[0] is Fault.CONTENT


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ("3271231", True),
        ("32712314271201", True),
        ("32712014271231", False),
        ("3271331", False),
        ("50123456", True),
        ("5012345", False),
        ("111101209", True),
        ("90000", True),
        ("93000", False),
    ],
)
def test_a_coupon_s_further_fields_are_checked(more: str, good: bool) -> None:
    meaning = parse("]e08110106141416543213150110120" + more, TODAY)
    assert isinstance(meaning, Gs1Reading) is good


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("9521234543214", False),
        ("0109521234543214", False),
        ("]C10109521234543214", True),
        ("]E09521234543214", True),
        (f"0109521234543214{GS}", True),
        ("(01)09521234543214", True),
        ("https://x.example/01/09521234543214", True),
    ],
)
def test_a_refusal_says_whether_the_text_may_be_somebody_s_own_number(text: str, certain: bool) -> None:
    refusal = parse(text, TODAY)
    assert isinstance(refusal, Gs1Refusal)
    assert refusal.certain is certain


ANYTHING = st.text(st.one_of(st.characters(codec=None), st.sampled_from("0123456789()]\x1d/:?=&%+")), max_size=80)
BEGINNINGS = st.sampled_from(
    ["", "]C1", "]d2", "]Q3", "]E0", "]E3", "]I1", GS, "01", "(01)", "https://x.example/01/", "]"]
)


@settings(max_examples=500, deadline=None)
@example("", "]")
@given(BEGINNINGS, ANYTHING)
def test_no_text_at_all_makes_it_stumble(beginning: str, rest: str) -> None:
    meaning = parse(beginning + rest, TODAY)
    if isinstance(meaning, Gs1Refusal):
        assert say(meaning.because).isprintable()


@st.composite
def right_codes(draw: st.DrawFn) -> dict[str, str]:
    """Identifiers with values, together with what they need."""
    known = dict(identifiers())
    chosen = with_what_it_needs(draw(st.sampled_from(sorted(known))), known)
    values = {ai: value_for(known[ai], longest=draw(st.booleans())) for ai in chosen}
    free = {"10", "21", "240", "250", "400"} & set(chosen)
    text = st.text(sorted(CHARACTERS["X"]), min_size=1, max_size=20)
    return {ai: draw(text) if ai in free else value for ai, value in values.items()}


@settings(max_examples=300, deadline=None)
@given(right_codes())
def test_what_is_written_is_what_is_read_and_biip_reads_the_same(values: dict[str, str]) -> None:
    text = encoded(values, dict(identifiers()))
    assert understood(text) == values
    try:
        message = GS1Message.parse(text.removeprefix("]C1"))
    except ParseError:
        assert not values.keys() <= BIIP_READS
        return
    assert {each.ai.ai: each.value for each in message.element_strings} == values


BIIP_READS = frozenset(
    {"00", "01", "02", "10", "11", "15", "17", "21", "37", "240", "250", "400", "410", "414", "8006"}
)
"""What a warehouse's labels hold; of the rest some are younger than biip's table."""
