"""A scanner of any make is learned from the sheet, and then read right; or it is said why not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scantrail.domain.scans.calibration import CALIBRATION, GS
from scantrail.domain.scans.reading import Carrier
from scantrail.scanning.learning import Learned, learned, read_with, take_problem
from scantrail.scanning.profiles import Profile
from tests.scanning.sheet import KEYBOARDS, Scanner

ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
CODES = st.lists(
    st.text(ASCII, min_size=4, max_size=30).filter(lambda text: text == text.strip()), min_size=1, max_size=4
)
SCANNERS = st.builds(
    Scanner,
    prefix=st.sampled_from(["", "\x02", "\x1b", "*", "[>", "~\x02"]),
    suffix=st.sampled_from(["", "\r", "\n", "\r\n", "\t", "\x03\r", "#", "#\r", "\x03"]),
    sends_aim=st.booleans(),
    separator=st.sampled_from([GS, "", "key:f8", "key:down", "alt", "~", "{GS}", "|", "key:ctrl+j"]),
    delay_ms=st.one_of(st.floats(0, 40), st.floats(0, 1000)),
    jitter_ms=st.sampled_from([0.0, 1.0, 8.0]),
    keyboard=st.sampled_from(sorted(KEYBOARDS)),
)


def text_of(learned: Learned) -> str:
    return "\n".join(map(str, (*learned.facts, *learned.cautions, learned.trouble)))


def profile_of(scanner: Scanner) -> Profile:
    found = learned(scanner.sheet())
    assert found.profile is not None, text_of(found)
    return found.profile


@given(SCANNERS, CODES)
@settings(deadline=None, max_examples=80)
def test_a_scanner_that_was_learned_is_read_right(scanner: Scanner, codes: list[str]) -> None:
    found = learned(scanner.sheet())
    if found.profile is None:
        assert found.trouble is not None
        return
    lost = {each for caution in found.cautions for each in str(caution.values.get("marks", ""))} - {" "}
    for code in codes:
        text, is_read_otherwise = code, any(each in code for each in found.profile.separator_texts)
        if not lost & set(text) and not is_read_otherwise:
            assert read_with(found.profile, scanner.scan(text)) == [(text, Carrier.WEDGE)]
    fields = f"0109521234543213{GS}10LOT7A{GS}21SN42"
    if scanner.separator:
        assert read_with(found.profile, scanner.scan(fields, is_gs1=True)) == [(fields, Carrier.WEDGE)]
    else:
        assert "separator of GS1 fields does not arrive" in text_of(found)


@pytest.mark.parametrize("separator", [GS, "key:f8", "key:down", "alt", "|"])
@pytest.mark.parametrize("keyboard", ["us", "de", "fr, no dead keys"])
def test_every_usual_setting_is_learned(separator: str, keyboard: str) -> None:
    for prefix, suffix in product(["", "\x02", "\x1b"], ["", "\r", "\n", "\r\n", "\t"]):
        profile = profile_of(Scanner(prefix, suffix, sends_aim=True, separator=separator, keyboard=keyboard))
        assert (profile.aim, profile.prefixes) == (True, (prefix,) if prefix else ())
        scan = Scanner(prefix, suffix, keyboard=keyboard).scan("$ST:CONFIRM")
        assert read_with(profile, scan) == [("$ST:CONFIRM", Carrier.WEDGE)]


def test_what_was_learned_is_said() -> None:
    said = text_of(learned(Scanner("\x02", "\r\n", True, "key:f8", 4, 2, "fr").sheet()))
    assert "Each code ends with Enter, Ctrl+J." in said
    assert "Before each code comes \x02." in said
    assert "AIM identifiers are sent; this one was ]C0." in said
    assert "The separator of GS1 fields arrives as F8." in said
    assert "The scanner types for another keyboard" in said
    assert "codes that hold them are read wrong: [ { ~." in said


@pytest.mark.parametrize(
    ("scanner", "said"),
    [
        (Scanner(caps_lock=True), "Caps Lock is on"),
        (Scanner(caps_lock=True, keyboard="de"), "Caps Lock is on"),
        (Scanner(delay_ms=200), "waits 200 ms between two characters"),
        (Scanner(prefix="AB"), "Before each code comes AB. Nobody can tell"),
        (Scanner(suffix="9\r"), "After each code comes 9. Nobody can tell"),
        (Scanner(separator="key:enter"), "arrives as Enter, which ends a code"),
        (Scanner(separator="-"), "arrives as -, which codes may hold"),
    ],
)
def test_a_scanner_that_cannot_be_told_from_a_hand_or_from_its_codes_is_refused(scanner: Scanner, said: str) -> None:
    found = learned(scanner.sheet())
    assert found.profile is None
    assert said in str(found.trouble)


def test_a_slow_scanner_with_a_prefix_is_learned_and_digits_no_longer_press_keys() -> None:
    profile = profile_of(Scanner("\x02", delay_ms=1000))
    assert (profile.is_slow, profile.twins) == (True, False)
    assert read_with(profile, Scanner("\x02", delay_ms=1000).scan("A-15-03")) == [("A-15-03", Carrier.WEDGE)]


@pytest.mark.parametrize("number", range(len(CALIBRATION)))
def test_a_code_that_did_not_arrive_is_asked_for_again(number: int) -> None:
    takes = Scanner().sheet()
    takes[number] = []
    assert f"Code {number + 1} (" in str(learned(takes).trouble)
    assert learned(takes[:number]).trouble is not None
    assert "Scan it again" in str(take_problem(number, takes[number]))


@pytest.mark.parametrize(("one", "other"), [(at, to) for at in range(7) for to in range(at)])
def test_codes_scanned_in_another_order_teach_nothing(one: int, other: int) -> None:
    takes = Scanner().sheet()
    takes[one], takes[other] = takes[other], takes[one]
    assert learned(takes).profile is None


def test_a_letter_that_got_lost_on_the_way_teaches_nothing_wrong() -> None:
    for number, take in enumerate(Scanner().sheet()):
        for at in range(0, len(take), 3):
            takes = Scanner().sheet()
            takes[number] = take[:at] + take[at + 1 :]
            found = learned(takes).profile
            assert found is None or read_with(found, Scanner().scan("A-b_9$")) == [("A-b_9$", Carrier.WEDGE)], (
                number,
                at,
            )


def test_letters_that_the_scanner_folds_are_noticed() -> None:
    takes = [
        [
            replace(each, key=each.key.upper(), character=each.character.upper()) if each.character else each
            for each in take
        ]
        for take in Scanner().sheet()
    ]
    assert "Switch case conversion off" in str(learned(takes).trouble)
