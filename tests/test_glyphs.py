"""Terminals and locales without our glyphs get an ASCII twin of each."""

from __future__ import annotations

import io

import pytest

from scantrail.glyphs import TWINS, UNICODE, charset_of, print_twins, shown_in
from scantrail.handheld.drawing.guided import MARKS
from scantrail.handheld.drawing.verdict import GLYPHS, Proof


@pytest.mark.parametrize(
    ("environment", "encoding", "charset"),
    [
        ({}, "utf-8", UNICODE),
        ({"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}, "utf-8", UNICODE),
        ({"LANG": "C"}, "utf-8", "ascii"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", "ascii"),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", UNICODE),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, "utf-8", UNICODE),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, "utf-8", UNICODE),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", "ascii"),
        ({"LANG": "de_DE@euro"}, "utf-8", "iso8859-15"),
        ({"LANG": "de_DE.ISO-8859-1"}, "iso8859-1", "iso8859-1"),
        ({"LANG": "en_US.UTF-8"}, "ascii", "ascii"),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, "utf-8", "ascii"),
        ({"LANG": "en_US.UTF-8", "TERM": "vt220"}, "utf-8", "ascii"),
        ({"LANG": "xx.no-such-charset"}, "utf-8", "ascii"),
    ],
)
def test_what_can_be_shown_is_what_locale_terminal_and_output_all_can(
    environment: dict[str, str], encoding: str, charset: str
) -> None:
    assert charset_of(environment, encoding) == charset


def test_every_glyph_of_a_state_has_a_twin_of_its_own_width_and_no_two_states_look_alike() -> None:
    assert all(len(twin) == 1 and twin.isascii() for twin in TWINS.values())
    for glyphs in (
        list(GLYPHS.values()),
        [proof.value for proof in Proof if proof is not Proof.NONE],
        [glyph for glyph, _ink in MARKS.values()],
        ["●", "○", "⊘"],
        ["✓", "·", "✗"],
    ):
        shown = [shown_in(each, "ascii") for each in glyphs]
        assert len(set(shown)) == len(glyphs)
        assert all(each.isascii() for each in shown)


def test_data_without_a_twin_is_told_by_its_code_so_that_two_serials_never_look_alike() -> None:
    assert shown_in("Ж1 ␝21Ü", "ascii") == "<0416>1 ^]21<00DC>"
    assert shown_in("Ü ✓", "iso8859-1") == "Ü v"
    assert shown_in("Ü ✓", UNICODE) == "Ü ✓"


def test_a_command_prints_twins_where_the_encoding_of_its_output_lacks_the_glyph() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="latin-1")
    print_twins(stream, {})
    stream.write("✓ × · ✗ → Ж")
    stream.flush()
    assert written.getvalue().decode("latin-1") == "v × · X > <0416>"
