"""No text steers the terminal, hides itself, or is read as markup."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scantrail.handheld.drawing.lines import cut, text_of, wrap, wrapped
from scantrail.handheld.drawing.packing import shortened
from scantrail.handheld.text import told, visible
from scantrail.words import M


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SN[/1]", "SN[/1]"),
        ("[b]bold[/b]", "[b]bold[/b]"),
        ("A\x1b[31mB", "A␛[31mB"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("10LOT\x1d21SN", "10LOT␝21SN"),
        ("a\tb\nc\x7f", "a␉b␊c␡"),
        ("\x9b31m", "‹009B›31m"),
        ("SN\u202e1234", "SN‹202E›1234"),
        ("SN\u200b1", "SN‹200B›1"),
        ("\ufeffSN", "‹FEFF›SN"),
        ("\ud800", "‹D800›"),
        ("a\u2028b", "a‹2028›b"),
        ("a\u00a0b\u3000c", "a b␣c"),
        ("👍🏽", "👍‹1F3FD›"),
        ("❤\ufe0f", "❤‹FE0F›"),
        ("日本語", "日本語"),
        ("Cafe\u0301", "Café"),
        ("\u0301x", "‹0301›x"),
        ("\u3164", "‹3164›"),
        ("a" + "\u0323\u0307\u0308\u0309", "ạ\u0307\u0308‹0309›"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_a_glyph(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_printable_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn") for each in shown)
    assert visible(shown) == shown


def test_values_in_sentences_are_made_visible_and_kept_short() -> None:
    sentence = M("Scan {wanted}.", wanted="\x1b" + "x" * 100)
    assert told(sentence) == "Scan ␛" + "x" * 38 + "…"


def test_a_value_with_braces_is_no_template() -> None:
    assert told(M("That is {what}.", what="{x} %s")) == "That is {x} %s."


def test_a_message_in_a_message_is_told_too() -> None:
    assert told(M("That is {what}.", what=M("a {kind}", kind="\x07"))) == "That is a ␇."


@given(st.text(), st.integers(2, 40))
def test_a_wrapped_text_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == visible(text).replace(" ", "")


@given(st.text(), st.integers(1, 40))
def test_a_cut_text_says_so(text: str, width: int) -> None:
    shown = visible(text)
    short = cut(shown, width)
    assert cell_len(short) <= width
    assert short == shown or short.endswith("…")


def test_a_cut_text_ends_in_one_ellipsis_with_no_stop_before_it() -> None:
    assert [cut("certificate in every box.", 20), cut("No. 1, No. 2", 4), cut("whole", 5)] == [
        "certificate in ever…",
        "No…",
        "whole",
    ]
    assert wrap("one two… three four", 8, most=1) == ["one two…"]
    line = text_of(shortened(wrapped("certificate in every box", 16), 16)(1)[0])
    assert line == "certificate in…"


def test_a_long_value_is_cut_in_a_sentence_and_whole_where_it_can_be_scrolled() -> None:
    reason = "Police file 4711, handed to the " + "officer on duty " * 3
    hold = M("It is held: {reason}.", reason=reason)
    assert told(hold) == "It is held: Police file 4711, handed to the officer…"
    assert reason.strip() in told(hold, longest=None)
