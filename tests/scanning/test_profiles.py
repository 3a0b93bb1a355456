"""Scanner profiles are checked when they are read, say where their facts come from, and can be written."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.scanning.acceptance import Rules, Symbology
from scantrail.scanning.profile_settings import Kind, setting_names
from scantrail.scanning.profiles import Profile, layout_between, load_profile, shipped_names, shipped_text
from scantrail.scanning.settings import ProfileUnusable

SHIPPED = (
    "camera", "datalogic", "generic", "honeywell", "newland", "serial-port", "socket", "zebra-datawedge",
)  # fmt: skip


def changed(shipped: str, /, **settings: object) -> str:
    """A profile that ships, with some settings replaced, added, or (None) taken out."""
    plain = load_profile(shipped).to_plain()
    for key, value in settings.items():
        table, _dot, inner = key.partition("__")
        holder, at = (plain[table], inner) if inner else (plain, key)
        holder[at] = value
    lines = [f"{key} = {json.dumps(value)}" for key, value in plain.items() if not isinstance(value, dict | None)]
    for table, values in plain.items():
        if isinstance(values, dict):
            lines += [f"[{table}]", *(f"{json.dumps(key)} = {json.dumps(each)}" for key, each in values.items())]
    return "\n".join(lines)


def test_these_profiles_ship() -> None:
    assert shipped_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_says_of_every_setting_where_it_comes_from_or_that_it_is_assumed(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert set(profile.assumed) <= set(setting_names(profile.kind))
    assert all(len(source) > len("https://") for source in profile.sources)
    assert profile.sources


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_is_the_same_after_it_was_written(name: str) -> None:
    profile = load_profile(name)
    assert Profile.parse(profile.to_toml(), "again") == profile


TEXTS = st.lists(st.text(min_size=1).filter(lambda each: not (each.isalnum() or set(each) & set("\r\n\t"))), max_size=3)
CHARACTER = st.characters(codec="utf-8")


@given(TEXTS, TEXTS, st.dictionaries(CHARACTER, CHARACTER, max_size=5))
def test_a_learned_profile_survives_its_file(prefixes: list[str], suffixes: list[str], layout: dict[str, str]) -> None:
    if len(set(layout.values())) < len(layout) or any(
        "\ud800" <= each <= "\udfff" for each in "".join(prefixes + suffixes)
    ):
        return
    learned = replace(load_profile(), name="learned", prefixes=tuple(prefixes), suffixes=tuple(suffixes), layout=layout)
    assert Profile.parse(learned.to_toml(), "learned.toml") == learned


def test_a_profile_that_does_not_ship_is_named_with_those_that_do() -> None:
    with pytest.raises(ProfileUnusable, match=r"no scanner profile acme\. There are: camera, datalogic"):
        load_profile("acme")


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("generic", {"min_length": None}, "min_length is missing. Add it: a whole number from 1 to 100."),
        ("generic", {"more": {"a": "b"}}, "more is no setting. Expected only: name, kind"),
        ("generic", {"baud": 9600}, "baud is no setting"),
        ("serial-port", {"serial__speed": 9600}, "serial.speed is no setting. Expected only: serial.port, serial.baud"),
        ("camera", {"ends": ["enter"]}, "ends is no setting"),
        ("generic", {"quiet_ms": 0}, "quiet_ms is 0. Expected a whole number from 1 to 10000"),
        ("generic", {"quiet_ms": True}, "quiet_ms is True"),
        ("generic", {"aim": 1}, "aim is 1. Expected true or false"),
        ("generic", {"ends": "enter"}, "ends is 'enter'. Expected a list of keys such as enter"),
        ("generic", {"ends": ["return"]}, "ends is ['return']"),
        ("serial-port", {"ends": ["f5"]}, "ends is ['f5']"),
        ("generic", {"name": 5}, "name is 5. Expected a name"),
        ("generic", {"name": "\x1b[31m"}, "Expected a name of letters"),
        ("generic", {"kind": "wedge"}, "kind is 'wedge'. Expected one of keyboard wedge, serial port, camera"),
        ("generic", {"alt_digits": 2}, "alt_digits is 2. Expected one of 0, 3, 4"),
        ("generic", {"prefixes": ["SN"]}, "prefixes is ['SN']. Expected a list of texts that are not letters"),
        ("generic", {"separator_texts": ["-"]}, "separator_texts is ['-']. Expected a list of texts such as ~ or {GS}"),
        ("generic", {"layout": {"a": "bc"}}, "layout is {'a': 'bc'}. Expected a table of single characters"),
        ("generic", {"layout": {"a": "q", "b": "q"}}, "layout is"),
        ("serial-port", {"serial__baud": 9601}, "serial.baud is 9601. Expected one of 1200, 2400"),
        ("serial-port", {"serial__parity": "mark"}, "serial.parity is 'mark'. Expected one of none, even, odd"),
        ("serial-port", {"serial__port": "ttyS0"}, "serial.port is 'ttyS0'. Expected a device file"),
        ("serial-port", {"serial": None}, "serial is missing"),
        ("camera", {"camera__symbologies": ["QR", "PDF"]}, "camera.symbologies is ['QR', 'PDF']. Expected a list of"),
        ("camera", {"camera__itf_lengths": [14, 1]}, "camera.itf_lengths is [14, 1]"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_with_what_was_found_and_what_may_be(
    name: str, settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ProfileUnusable, match=f"Scanner profile mine.toml: .*{re.escape(sentence)}"):
        Profile.parse(changed(name, **settings), "mine.toml")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"key_gap_ms": 150, "quiet_ms": 400, "prefixes": [], "twins": False}, "a scanner so slow needs a prefix"),
        ({"key_gap_ms": 150, "quiet_ms": 400}, "Set twins to false"),
        ({"key_gap_ms": 35, "quiet_ms": 35}, "quiet_ms is 35 and must be more than key_gap_ms, which is 35"),
        ({"separator_keys": ["tab"]}, "tab cannot both end a code and stand for GS"),
        ({"prefixes": ["\x02\t"]}, "can never arrive whole"),
        ({"assumed": ["serial.baud"]}, "assumed names serial.baud, which a keyboard wedge has no setting for"),
        ({"sources": []}, "sources is empty"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ProfileUnusable, match=sentence):
        Profile.parse(changed("generic", **settings), "mine.toml")


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(ProfileUnusable, match=r"mine.toml is not TOML .*line 1"):
        Profile.parse("= =", "mine.toml")


def test_the_camera_s_rules_come_from_its_profile() -> None:
    camera = load_profile("camera").camera
    assert camera is not None
    assert camera.rules == Rules(symbologies=frozenset(camera.symbologies))
    assert Symbology.QR in camera.symbologies
    assert Symbology.CODE_93 not in camera.symbologies
    lenient = Profile.parse(changed("camera", camera__itf_lengths=[6, 14], camera__itf_check_digit=False), "mine.toml")
    assert lenient.camera is not None
    assert replace(lenient.camera.rules, symbologies=Rules().symbologies) == Rules(
        frozenset({6, 14}), itf_check_digit=False
    )


def test_every_kind_has_settings() -> None:
    assert all(setting_names(kind) for kind in Kind)


def test_the_comments_of_a_shipped_profile_are_in_its_text() -> None:
    assert shipped_text("generic").startswith("# The profile that is used where no other is chosen")


def test_a_layout_is_learned_from_a_known_code_and_what_arrived_of_it() -> None:
    assert layout_between("AZERTY-12", "QWERTY)&é") == {"Q": "A", "W": "Z", ")": "-", "&": "1", "é": "2"}
    assert layout_between("CM500", "CM500") == {}


@pytest.mark.parametrize(("meant", "arrived"), [("CM500", "CM50"), ("ABAB", "XYXZ"), ("AB", "XX")])
def test_no_layout_is_learned_from_what_cannot_be_one(meant: str, arrived: str) -> None:
    with pytest.raises(ValueError, match="character"):
        layout_between(meant, arrived)
