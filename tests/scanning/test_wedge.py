"""Scans are told from typing and from keys, whatever a scanner sends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.profiles import load_profile
from scantrail.scanning.wedge import LONGEST, MODIFIERS, Heard, Wedge
from tests.scanning.hands import Hands

SERIAL = "CM500-2025-0046"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", ""])
def test_a_burst_is_one_scan_with_any_suffix_or_none(hands: Hands, suffix: str) -> None:
    hands.sends(SERIAL + suffix)
    hands.rests()
    assert hands.heard == [Reading(SERIAL, Carrier.WEDGE)]


def test_fifty_scans_without_any_gap_come_out_exact_and_in_order(hands: Hands) -> None:
    wanted = [f"SN-{number:04d}-ABCDEFGHIJKLMNOPQRSTUV" for number in range(50)]
    hands.keys(*((("enter", "\r") if each == "\r" else (each, each)) for each in "\r".join([*wanted, ""])), gap=0.0)
    assert hands.scans == wanted
    assert hands.pressed == []


@pytest.mark.parametrize("suffix", ["\r", "\r\n", "\t"])
def test_two_scans_back_to_back_are_two(hands: Hands, suffix: str) -> None:
    hands.sends(f"{SERIAL}{suffix}CM500-2025-0047{suffix}")
    hands.rests()
    assert hands.scans == [SERIAL, "CM500-2025-0047"]
    assert hands.pressed == [], "the line feed after a carriage return is no key"


def test_two_scans_without_suffix_are_told_apart_by_the_silence_between_them(hands: Hands) -> None:
    hands.sends(SERIAL)
    hands.now += 0.2
    hands.sends("CM500-2025-0047")
    hands.rests()
    assert hands.scans == [SERIAL, "CM500-2025-0047"]


def test_a_scan_that_stumbles_for_a_moment_stays_one(hands: Hands) -> None:
    hands.sends("CM500-20")
    hands.now += 0.1
    hands.sends("25-0046\r")
    assert hands.scans == [SERIAL]


def test_what_a_hand_types_is_marked_typed(hands: Hands) -> None:
    hands.types(SERIAL + "\r")
    assert hands.readings == [(SERIAL, Carrier.TYPED)]


def test_typing_waits_for_enter_however_long_it_takes(hands: Hands) -> None:
    hands.types("CM500")
    hands.types("-2025")
    assert hands.heard == []
    assert hands.wedge.typed == "CM500-2025"
    hands.types("-0046\r")
    assert hands.readings == [(SERIAL, Carrier.TYPED)]


def test_backspace_takes_back_a_typed_character_even_when_it_repeats_fast(hands: Hands) -> None:
    hands.types("CM500xyz")
    hands.now += 1
    hands.keys(*[("backspace", "\x7f")] * 3, gap=0.03)
    hands.types("\r")
    assert hands.readings == [("CM500", Carrier.TYPED)]


def test_a_backspace_inside_a_scan_alters_nothing(hands: Hands) -> None:
    hands.keys(("S", "S"), ("N", "N"), ("1", "1"), ("backspace", "\x7f"), ("2", "2"), ("enter", "\r"))
    assert hands.scans == ["SN1\x7f2"]


def test_escape_drops_what_was_typed_and_only_then_is_a_key(hands: Hands) -> None:
    hands.types("CM5")
    hands.presses("escape", "\x1b")
    assert (hands.wedge.typed, hands.pressed) == ("", [])
    hands.presses("escape", "\x1b")
    assert hands.pressed == ["escape"]


def test_a_stray_typed_key_before_a_scan_is_no_part_of_it(hands: Hands) -> None:
    hands.types("4")
    hands.sends(SERIAL + "\r")
    assert hands.readings == [(SERIAL, Carrier.WEDGE)]
    assert hands.wedge.typed == ""


@pytest.mark.parametrize("key", ["f1", "f5", "f10", "escape", "enter", "up", "ctrl+q", "ctrl+c"])
def test_a_key_alone_is_a_key(hands: Hands, key: str) -> None:
    hands.presses(key)
    assert hands.pressed == [key]


@pytest.mark.parametrize("key", ["f1", "f5", "escape", "enter", "up"])
def test_a_key_just_before_a_scan_is_its_prefix_and_does_nothing(hands: Hands, key: str) -> None:
    hands.keys((key, None))
    hands.sends(SERIAL + "\r")
    hands.rests()
    assert (hands.scans, hands.pressed) == ([SERIAL], [])


def test_a_function_key_inside_a_scan_is_no_key_and_leaves_a_mark(hands: Hands) -> None:
    hands.sends("CM500")
    hands.keys(("f5", None))
    hands.sends("-0046\r")
    hands.rests()
    assert (hands.scans, hands.pressed) == (["CM500\ufffd-0046"], [])


def test_a_function_key_straight_after_a_scan_is_no_key(hands: Hands) -> None:
    hands.sends(SERIAL + "\r")
    hands.keys(("f5", None))
    hands.rests()
    assert (hands.scans, hands.pressed) == ([SERIAL], [])


@pytest.mark.parametrize("character", ["\x11", None])
def test_ctrl_q_inside_a_scan_is_data_with_or_without_its_character(hands: Hands, character: str | None) -> None:
    hands.sends("CM5")
    hands.keys(("ctrl+q", character))
    hands.sends("00\r")
    hands.rests()
    assert (hands.scans, hands.pressed) == (["CM5\x1100"], [])


def test_ctrl_q_at_the_start_of_a_scan_is_data(hands: Hands) -> None:
    hands.sends("\x11CM500\r")
    hands.rests()
    assert (hands.scans, hands.pressed) == (["\x11CM500"], [])


@pytest.mark.parametrize("separator", ["ctrl+right_square_bracket", "f8", "down"])
def test_a_separator_is_kept_as_gs_however_it_is_sent(hands: Hands, separator: str) -> None:
    hands.sends("10LOT7A")
    hands.keys((separator, None))
    hands.sends("21SN42\r")
    assert hands.scans == ["10LOT7A\x1d21SN42"]


def test_gs_as_a_character_is_kept(hands: Hands) -> None:
    hands.sends("10LOT7A\x1d21SN42\r")
    assert hands.scans == ["10LOT7A\x1d21SN42"]


def test_an_escape_before_a_scan_is_a_prefix_also_where_it_made_the_next_letter_an_alt_key(hands: Hands) -> None:
    hands.keys(("alt+shift+c", "C"))
    hands.sends("M500\r")
    hands.now += 1
    hands.keys(("\udc1b", "\udc1b"))
    hands.sends("CM500\r")
    hands.now += 1
    hands.sends("\x02CM500\r")
    assert hands.scans == ["CM500"] * 3


def test_an_escape_inside_a_scan_is_kept(hands: Hands) -> None:
    hands.keys(("S", "S"), ("N", "N"), ("1", "1"), ("\udc1b", "\udc1b"), ("2", "2"), ("enter", "\r"))
    assert hands.scans == ["SN1\x1b2"]


def test_shift_keys_that_a_terminal_reports_by_themselves_change_nothing(hands: Hands) -> None:
    for each in SERIAL:
        hands.keys(("left_shift", None), (each, each))
    hands.keys(("enter", "\r"))
    assert hands.scans == [SERIAL]


@pytest.mark.parametrize("text", ["5", "0", "03", "A", "42"])
@pytest.mark.parametrize("suffix", ["\r", "\r\n", "\t"])
@pytest.mark.parametrize("gap", [0.0, 0.005, 0.03])
def test_a_code_of_one_or_two_characters_at_a_scanner_s_pace_is_a_scan(
    hands: Hands, text: str, suffix: str, gap: float
) -> None:
    hands.sends(text + suffix, gap)
    hands.rests()
    assert hands.readings == [(text, Carrier.WEDGE)]
    assert hands.pressed == []


@pytest.mark.parametrize("text", ["5", "03"])
@pytest.mark.parametrize("gap", [0.05, 0.12, 0.9])
def test_one_or_two_characters_at_a_hand_s_pace_are_typed(hands: Hands, text: str, gap: float) -> None:
    hands.sends(text + "\r", gap)
    assert hands.readings == [(text, Carrier.TYPED)]


def test_two_characters_of_a_scanner_that_sends_no_suffix_stay_a_scan_when_a_hand_presses_enter(hands: Hands) -> None:
    hands.sends("03")
    hands.presses("enter", "\r")
    assert hands.readings == [("03", Carrier.WEDGE)]


def test_a_slow_scanner_s_short_code_is_known_by_its_prefix_alone() -> None:
    slow = Hands(replace(load_profile(), key_gap_ms=100, quiet_ms=300, prefixes=("\x02",), twins=False))
    slow.sends("\x025\r", 0.09)
    slow.now += 1
    slow.sends("5\r", 0.09)
    assert slow.readings == [("5", Carrier.WEDGE), ("5", Carrier.TYPED)]


# A digit that acts without Enter


def test_a_digit_alone_is_told_after_a_silence_and_only_once(hands: Hands) -> None:
    hands.types("5")
    assert hands.wedge.typed == "5"
    assert hands.wedge.lone_digit() == [Reading("5", Carrier.TYPED, "generic")]
    assert (hands.wedge.typed, hands.wedge.lone_digit()) == ("", [])


@pytest.mark.parametrize("text", ["", "12", "A", "²", "5A"])
def test_whatever_else_is_typed_waits_for_enter(hands: Hands, text: str) -> None:
    hands.types(text)
    assert hands.wedge.lone_digit() == []
    assert hands.wedge.typed == text


def test_a_digit_straight_after_a_scan_is_part_of_it(hands: Hands) -> None:
    hands.sends(SERIAL + "\r5")
    hands.now += 1
    assert hands.wedge.lone_digit() == []


def test_a_digit_alone_does_not_act_where_the_scanner_ends_codes_with_no_key() -> None:
    hands = Hands(replace(load_profile(), ends=()))
    hands.types("5")
    assert hands.wedge.lone_digit() == []


def lone(hands: Hands, digit: str) -> list[Heard]:
    """A hand types a digit and waits for what it does."""
    hands.keys((digit, digit))
    return hands.wedge.lone_digit()


def test_enter_pressed_out_of_habit_after_a_digit_that_acted_is_no_key(hands: Hands) -> None:
    lone(hands, "5")
    hands.now += 0.5
    hands.keys(("enter", "\r"))
    hands.rests()
    assert hands.pressed == []
    hands.presses("enter", "\r")
    assert hands.pressed == ["enter"]


def test_enter_well_after_a_digit_that_acted_is_a_key(hands: Hands) -> None:
    lone(hands, "5")
    hands.presses("enter", "\r")
    assert hands.pressed == ["enter"]


def test_a_digit_that_is_held_down_acts_once(hands: Hands) -> None:
    assert lone(hands, "5")
    for _repeat in range(3):
        hands.now += 0.3
        assert lone(hands, "5") == []
    hands.now += 0.5
    assert lone(hands, "6")
    hands.now += 1.0
    assert lone(hands, "6")


def test_a_code_with_line_ends_in_it_never_looks_like_a_typed_digit(hands: Hands) -> None:
    hands.sends("5\rSN-0001\r5\r")
    hands.rests()
    assert hands.readings == [(text, Carrier.WEDGE) for text in ("5", "SN-0001", "5")]
    assert hands.pressed == []


def test_enter_well_after_a_scan_is_a_key(hands: Hands) -> None:
    hands.sends(SERIAL + "\r")
    hands.presses("enter", "\r")
    assert (hands.scans, hands.pressed) == ([SERIAL], ["enter"])


@pytest.mark.parametrize("gap", [0.05, 0.1, 0.14])
def test_enter_soon_after_a_scan_is_a_key_too(hands: Hands, gap: float) -> None:
    hands.sends(SERIAL + "\r")
    hands.now += gap
    hands.keys(("enter", "\r"))
    hands.rests()
    assert (hands.scans, hands.pressed) == ([SERIAL], ["enter"])


def test_a_line_feed_that_comes_slowly_after_its_carriage_return_is_no_key(hands: Hands) -> None:
    hands.sends(SERIAL + "\r")
    hands.now += 0.1
    hands.keys(("ctrl+j", "\n"))
    hands.rests()
    assert (hands.scans, hands.pressed) == ([SERIAL], [])


def test_enter_that_a_terminal_sends_as_crlf_is_one_enter(hands: Hands) -> None:
    hands.keys(("enter", "\r"), ("ctrl+j", "\n"))
    hands.rests()
    assert hands.pressed == ["enter"]


def test_a_typed_digit_ended_by_crlf_is_typed(hands: Hands) -> None:
    hands.sends("5\r\n", 0.1)
    hands.rests()
    assert (hands.readings, hands.pressed) == ([("5", Carrier.TYPED)], [])


@pytest.mark.parametrize("text", ["0109521234543213\x1d21SN42", "SN[/1]", "a\rb", "日本"])
def test_a_paste_is_one_scan_whole(hands: Hands, text: str) -> None:
    assert hands.wedge.paste(text + "\r\n", 1.0) == [Reading(text, Carrier.PASTE)]


@pytest.mark.parametrize("key", ["ctrl+c", "f5", "enter"])
def test_a_key_straight_before_a_paste_is_no_key(hands: Hands, key: str) -> None:
    hands.keys((key, None))
    assert hands.wedge.paste(SERIAL, hands.now) == [Reading(SERIAL, Carrier.PASTE)]


def test_a_paste_of_nothing_is_nothing(hands: Hands) -> None:
    assert hands.wedge.paste("\r\n", 1.0) == []


def test_bytes_that_are_not_utf_8_are_kept_in_hexadecimal(hands: Hands) -> None:
    hands.sends("SN\udcc41\r")
    assert hands.heard == [Reading("SN\ufffd1", Carrier.WEDGE, raw="534ec431")]


def test_a_scan_without_end_is_cut_where_no_code_is_longer(hands: Hands) -> None:
    hands.sends("7" * LONGEST + "8")
    assert hands.scans == ["7" * LONGEST]


PRINTABLE = st.characters(exclude_categories=["Cc", "Cs"])


@given(st.lists(st.text(PRINTABLE, min_size=3, max_size=40), min_size=1, max_size=5))
def test_whatever_scanners_send_in_bursts_arrives_whole(texts: list[str]) -> None:
    hands = Hands()
    for text in texts:
        hands.sends(text + "\r", gap=0.001)
    assert hands.scans == texts


@given(st.text(PRINTABLE, min_size=1, max_size=20))
def test_whatever_a_hand_types_arrives_whole(text: str) -> None:
    hands = Hands()
    hands.types(text + "\r")
    assert hands.readings == [(text, Carrier.TYPED)]


NAMES = st.sampled_from(["enter", "tab", "ctrl+j", "f1", "f8", "escape", "backspace", "ctrl+q", "alt+x", *MODIFIERS])
KEYS = st.one_of(NAMES.map(lambda name: (name, None)), st.characters().map(lambda each: (each, each)))


@given(st.lists(st.tuples(KEYS, st.floats(0, 2), st.booleans()), max_size=60))
def test_no_stream_of_keys_breaks_it_or_makes_up_characters(
    stream: list[tuple[tuple[str, str | None], float, bool]],
) -> None:
    wedge, now, heard, sent = Wedge(load_profile()), 0.0, [], ""
    for (name, character), gap, settles in stream:
        now += gap
        heard += wedge.key(name, character, now)
        sent += character or ""
        if settles and wedge.wait_ms is not None:
            heard += wedge.settle()
    texts = "".join(each.text for each in heard if isinstance(each, Reading))
    made_up = {"\ufffd", "\x1d", "\x1b", "\x11", "\x7f", "x"}
    assert set(texts) - made_up <= set(sent)
    assert len(texts) <= len(stream) * 2
