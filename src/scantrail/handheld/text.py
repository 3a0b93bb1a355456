"""Text on its way to the glass: nothing scanned, imported or synced may steer the terminal or hide itself."""

from __future__ import annotations

import unicodedata

from scantrail.words import Message, say

LONGEST_VALUE = 40
"""Characters of one value inside a sentence; what is longer would push the sentence off a small screen."""

_VARIATIONS = range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_PLAIN_SPACES = "\u00a0\u202f"
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show as nothing."""
_MARKS_ON_ONE = 2
"""Accents on one letter at the most; a tower of them is drawn over the lines above."""


def visible(text: str) -> str:
    """The text with a visible glyph for everything that is invisible, reorders, or controls a terminal.

    Every string that is not ours passes it on the way to the screen. Doing it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        is_mark = unicodedata.category(character) in ("Mn", "Mc")
        marks = marks + 1 if is_mark else 0
        if is_mark and (marks > _MARKS_ON_ONE or not shown) and ord(character) not in _VARIATIONS:
            shown.append(_named(character))
        else:
            shown.append(_glyph(character))
    return "".join(shown)


def _glyph(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if character in _PLAIN_SPACES:
        return " "
    category = unicodedata.category(character)
    if category == "Zs" and character != " ":
        return "␣"
    merges = code in _VARIATIONS or code in _SKIN_TONES or code in _FLAG_LETTERS or category == "Me"
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or merges or character in _BLANKS:
        return _named(character)
    return character


def _named(character: str) -> str:
    return f"‹{ord(character):04X}›"


_CUT = "\ufdd0"
"""Where a value was cut, until its sentence is complete: a code point that no text may hold."""


def told(message: Message | str, longest: int | None = LONGEST_VALUE) -> str:
    """A message in the reader's language, its values made visible and kept short enough for a sentence.

    With `longest` None the values are whole, for screens that can be scrolled.
    """
    if isinstance(message, str):
        return visible(message)
    values = {name: _value(value, longest) for name, value in message.values.items()}
    said = say(Message(message.template, values))
    return visible(said.replace(f"{_CUT}.", "…").replace(_CUT, "…"))


def _value(value: object, longest: int | None) -> object:
    if isinstance(value, Message):
        return told(value, longest)
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1].rstrip(" .,;:") + _CUT
