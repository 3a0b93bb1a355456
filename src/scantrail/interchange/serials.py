"""What a code may be in a file: what a label holds, and not what an office program has made of it.

A product's serial format says more than any rule here, so most are asked only of serials without one.
"""

from __future__ import annotations

import re
import unicodedata

from scantrail.words import M, Message

LATIN_1 = 0xFF

_FOLDED = {"\u2044": "/", "\u2215": "/", "\u2212": "-"}
"""Signs that look like others and that Unicode does not fold."""

_WORDS = "- -- ? ?? . n/a na n.a. null none nil nan tbd tba unknown true false"
_PLACEHOLDERS = frozenset(_WORDS.split())
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_IMPOSSIBLE: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"[=@].*"), M("expected the serial itself; this is a spreadsheet's formula")),
    (
        re.compile(r"[+-]?\d+[.,]\d+[eE][ +-]?\d+"),
        M("expected the serial as it is on the label; a spreadsheet has turned it into a number and lost digits"),
    ),
    (
        re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?"),
        M("expected the serial as it is on the label; a spreadsheet has turned it into a time"),
    ),
)
_DOUBTFUL: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"\d{1,3}(,\d{3})+"), M("is this the serial, or a number that a spreadsheet has grouped?")),
    (
        re.compile(
            rf"\d{{1,2}}[-./ ]({_MONTH})|({_MONTH})[-./ ]\d{{1,2}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}", re.IGNORECASE
        ),
        M("is this the serial, or a date that a spreadsheet has made of it?"),
    ),
    (re.compile(r"\d{4}-\d\d-\d\d"), M("is this the serial, or a date that a spreadsheet has made of it?")),
    (re.compile(r"[+-]?inf", re.IGNORECASE), M("is this the serial, or a number that a spreadsheet has made of it?")),
    (re.compile(r"\d{12,15}0{3}"), M("is this the serial, or a long number whose last digits a spreadsheet has lost?")),
    (re.compile(r"0+"), M("is this the serial, or a place that nobody has filled in?")),
)


def look_alike(code: str) -> Message | None:
    """The first character of a code that only looks like a plain one, as a sentence; None where there is none.

    A dash from a word processor, a no-break space, a full-width letter: people scan and type the plain one.
    """
    for character in code:
        folded = character if character.isascii() else _plain(character)
        if folded != character and folded.isascii():
            facts = {"character": character, "point": _point(character), "plain": folded}
            return M("expected {plain!r} in place of {character!r} ({point})", **facts)
    return None


def beyond_labels(serial: str) -> Message | None:
    """The first character of a serial that no Code 128 holds, as a sentence; those are Latin-1's."""
    for character in serial:
        if ord(character) > LATIN_1 or (not character.isascii() and _plain(character) != character):
            facts = {"character": character, "point": _point(character)}
            return M("expected characters that a label can hold; {character!r} ({point}) is none", **facts)
    return None


def impossible(serial: str) -> Message | None:
    """Why a text can be no serial, whatever the product; None where it may be one."""
    if serial.lower() in _PLACEHOLDERS:
        return M("expected a serial; this says that there is none. Leave the row out until it is known")
    return next((sentence for pattern, sentence in _IMPOSSIBLE if pattern.fullmatch(serial)), None)


def doubt(serial: str) -> Message | None:
    """Why a person should look at a serial again, although it may be one."""
    return next((sentence for pattern, sentence in _DOUBTFUL if pattern.fullmatch(serial)), None)


def _plain(character: str) -> str:
    if unicodedata.category(character) == "Pd":
        return "-"
    if unicodedata.category(character) == "Zs":
        return " "
    return _FOLDED.get(character) or unicodedata.normalize("NFKC", character)


def _point(character: str) -> str:
    """`U+2013, en dash`."""
    return f"U+{ord(character):04X}, {unicodedata.name(character, 'without a name').lower()}"
