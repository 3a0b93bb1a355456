"""What real scanners do to a code on its way, each by its name: separators, prefixes, AIM, layouts, slow keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import ascii_letters, ascii_lowercase, ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scantrail
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.keys import ACTION_KEYS, CONTROL_KEYS
from scantrail.scanning.profile_settings import Kind
from scantrail.scanning.profiles import Profile, load_profile, shipped_names
from tests.scanning.hands import Hands

GENERIC = load_profile()
SERIAL = "CM500-2025-0046"
GS_CODE = "10LOT7A\x1d21SN42"
SLOW = replace(GENERIC, name="slow", prefixes=("\x02",), key_gap_ms=150, quiet_ms=400, twins=False)
WEDGES = [name for name in shipped_names() if load_profile(name).kind is Kind.WEDGE]

Key = tuple[str, str | None]
AS_BYTE: list[Key] = [("ctrl+right_square_bracket", "\x1d")]
AS_KITTY_KEY: list[Key] = [("ctrl+right_square_bracket", None)]
AS_ALT_DIGITS: list[Key] = [(each, each) for digit in "029" for each in ("\udc1b", digit)]
AS_ALT_KEYS: list[Key] = [(f"alt+{digit}", digit) for digit in "029"]
AS_KITTY_ALT_KEYS: list[Key] = [(f"alt+{digit}", None) for digit in "029"]
AS_F8: list[Key] = [("f8", None)]
AS_DOWN: list[Key] = [("down", None)]


def read_with(profile: Profile, *middle: Key) -> list[str]:
    """What comes out of a code with these keys in place of its GS."""
    hands = Hands(profile)
    hands.sends("10LOT7A")
    hands.keys(*middle)
    hands.sends("21SN42\r")
    hands.rests()
    assert hands.pressed == []
    return hands.scans


@pytest.mark.parametrize("name", WEDGES)
def test_gs_is_kept_as_a_byte_and_as_a_key_without_its_byte_in_every_profile(name: str) -> None:
    profile = load_profile(name)
    assert [read_with(profile, *keys) for keys in (AS_BYTE, AS_KITTY_KEY)] == [[GS_CODE]] * 2


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        *((name, keys) for name in ("generic", "newland") for keys in (AS_ALT_DIGITS, AS_ALT_KEYS, AS_KITTY_ALT_KEYS)),
        ("generic", AS_F8),
        ("generic", AS_DOWN),
        ("honeywell", AS_DOWN),
    ],
)
def test_gs_is_kept_in_each_disguise_that_a_profile_knows(name: str, keys: list[Key]) -> None:
    assert read_with(load_profile(name), *keys) == [GS_CODE]


def test_a_disguise_that_a_profile_does_not_know_leaves_a_mark_so_that_the_code_is_refused() -> None:
    assert read_with(load_profile("datalogic"), *AS_F8) == ["10LOT7A\ufffd21SN42"]
    assert read_with(load_profile("datalogic"), *AS_ALT_KEYS) == ["10LOT7A\x1b0\x1b2\x1b921SN42"]


@pytest.mark.parametrize("text", ["{GS}", "~", "\u241d", "<GS>"])
def test_a_text_that_the_site_chose_stands_for_gs(text: str) -> None:
    profile = replace(GENERIC, separator_texts=(text,))
    assert read_with(profile, *((each, each) for each in text)) == [GS_CODE]


def test_four_digits_with_alt_held_are_one_character_where_the_scanner_types_four() -> None:
    keys: list[Key] = [(f"alt+{digit}", digit) for digit in "0029"]
    assert read_with(replace(GENERIC, alt_digits=4), *keys) == [GS_CODE]


def test_a_whole_code_typed_with_alt_held_is_read() -> None:
    hands = Hands()
    for character in GS_CODE:
        hands.keys(*((f"alt+{digit}", digit) for digit in f"{ord(character):03d}"))
    hands.keys(("enter", "\r"))
    assert hands.scans == [GS_CODE]


@pytest.mark.parametrize(("sent", "aim"), [("]C1", "]C1"), ("]d2", "]d2"), ("]Q3", "]Q3"), ("]e0", "]e0"), ("", "")])
def test_an_aim_identifier_is_kept_apart_from_the_code(sent: str, aim: str) -> None:
    hands = Hands()
    hands.sends(f"\x02{sent}{GS_CODE}\x03\r")
    assert hands.heard == [Reading(GS_CODE, Carrier.WEDGE, aim=aim, raw=f"\x02{sent}{GS_CODE}\x03".encode().hex())]


def test_what_looks_like_an_aim_identifier_stays_where_the_scanner_sends_none() -> None:
    hands = Hands(replace(GENERIC, aim=False))
    hands.sends("]C1CM500\r")
    assert hands.scans == ["]C1CM500"]


def test_an_aim_identifier_alone_is_a_code() -> None:
    hands = Hands()
    hands.sends("]C1\r")
    assert [(each.text, each.aim) for each in hands.heard if isinstance(each, Reading)] == [("]C1", "")]


@pytest.mark.parametrize("prefix", ["\x02", "\x1b", "#>", "SCN:"])
@pytest.mark.parametrize("ways", ["scan", "paste"])
def test_a_prefix_and_a_suffix_never_leak_into_the_code(prefix: str, ways: str) -> None:
    hands = Hands(replace(GENERIC, prefixes=(prefix,), suffixes=("<#",)))
    if ways == "scan":
        hands.sends(f"{prefix}{SERIAL}<#\r")
    else:
        hands.heard = hands.wedge.paste(f"{prefix}{SERIAL}<#\r", 1.0)
    assert [each.text for each in hands.heard if isinstance(each, Reading)] == [SERIAL]


def test_a_prefix_inside_a_code_is_part_of_it() -> None:
    hands = Hands()
    hands.sends("\x02SN\x021\r")
    assert hands.scans == ["SN\x021"]


AZERTY = dict(zip("&é\"'(-è_çàqawzm?)", "1234567890aqzw;M-", strict=True))
QWERTZ = {"z": "y", "y": "z", "Z": "Y", "Y": "Z", "ß": "-", "?": "_"}
CAPS_LOCK = dict(zip(ascii_letters, ascii_uppercase + ascii_lowercase, strict=True))


@pytest.mark.parametrize("layout", [AZERTY, QWERTZ, CAPS_LOCK])
def test_a_layout_table_puts_the_characters_of_a_scan_right(layout: dict[str, str]) -> None:
    meant = "1-azy5Aq"
    arrived = "".join({was: came for came, was in layout.items()}.get(each, each) for each in meant)
    assert arrived != meant
    hands = Hands(replace(GENERIC, layout=layout))
    hands.sends(arrived + "\r")
    assert hands.heard == [Reading(meant, Carrier.WEDGE, raw=arrived.encode().hex())]


def test_a_layout_table_leaves_alone_what_a_hand_types() -> None:
    hands = Hands(replace(GENERIC, layout=CAPS_LOCK))
    hands.types(SERIAL + "\r")
    assert hands.readings == [(SERIAL, Carrier.TYPED)]


def test_caps_lock_as_a_key_of_its_own_is_nothing() -> None:
    hands = Hands()
    hands.keys(("caps_lock", None))
    hands.sends(SERIAL + "\r")
    hands.keys(("caps_lock", None))
    hands.rests()
    assert (hands.scans, hands.pressed) == ([SERIAL], [])


def test_a_person_typing_next_to_a_scanner_alters_no_scan_and_keeps_no_rest() -> None:
    hands = Hands()
    hands.types("CM5")
    hands.now += 0.3
    hands.sends(SERIAL + "\r")
    hands.types("12\r")
    assert hands.readings == [(SERIAL, Carrier.WEDGE), ("12", Carrier.TYPED)]


def test_the_same_code_twice_is_two_readings() -> None:
    hands = Hands()
    hands.sends(f"{SERIAL}\r{SERIAL}\r")
    assert hands.scans == [SERIAL, SERIAL]


@pytest.mark.parametrize("gap", [0.002, 0.1, 0.14])
@pytest.mark.parametrize("suffix", ["\r", ""])
def test_a_slow_scanner_is_known_by_its_prefix(gap: float, suffix: str) -> None:
    hands = Hands(SLOW)
    hands.sends(f"\x02{SERIAL}{suffix}", gap=gap)
    hands.rests()
    assert hands.readings == [(SERIAL, Carrier.WEDGE)]


def test_beside_a_slow_scanner_a_hand_still_types_and_presses_keys() -> None:
    hands = Hands(SLOW)
    hands.types(SERIAL + "\r")
    hands.presses("f4")
    assert (hands.readings, hands.pressed) == ([(SERIAL, Carrier.TYPED)], ["f4"])


def test_one_digit_from_a_slow_scanner_is_a_scan() -> None:
    hands = Hands(SLOW)
    hands.sends("\x025\r", gap=0.1)
    hands.rests()
    assert hands.readings == [("5", Carrier.WEDGE)]


def test_a_function_key_inside_a_slow_scan_presses_nothing() -> None:
    hands = Hands(SLOW)
    hands.sends("\x02CM5", gap=0.1)
    hands.keys(("f5", None), gap=0.1)
    hands.sends("00\r", gap=0.1)
    hands.rests()
    assert (hands.scans, hands.pressed) == (["CM5\ufffd00"], [])


def test_nothing_that_handles_scans_splits_them_at_what_python_takes_for_line_ends() -> None:
    package, allowed = Path(scantrail.__file__).parent, {"gs1/dictionary.py"}
    handling = ("scanning", "handheld", "workflows", "domain", "device", "gs1", "protocol")
    files = [path for folder in handling for path in (package / folder).rglob("*.py")]
    found = {str(path.relative_to(package)) for path in files if "splitlines(" in path.read_text()}
    assert len(files) > len(handling)
    assert found == allowed, "0x1C to 0x1E end a line for splitlines"


KEYS = st.one_of(
    st.sampled_from(sorted({*CONTROL_KEYS, *ACTION_KEYS, "alt+x", "shift+tab"})).map(
        lambda name: (name, CONTROL_KEYS.get(name))
    ),
    st.characters(codec="ascii", exclude_categories=["Cc"]).map(lambda each: (each, each)),
)
ENTERS = [("enter", "\r"), ("ctrl+j", "\n")]


@given(
    st.lists(KEYS, min_size=2, max_size=40) | st.lists(st.sampled_from(ENTERS), min_size=2, max_size=6),
    st.sampled_from([0.0, 0.002, 0.02]),
)
def test_nothing_in_a_burst_of_keys_is_ever_pressed(burst: list[Key], gap: float) -> None:
    hands = Hands()
    hands.keys(*burst, gap=gap)
    hands.rests()
    is_one_enter = [name for name, _character in burst] == ["enter", "ctrl+j"]
    assert hands.pressed == (["enter"] if is_one_enter else [])
