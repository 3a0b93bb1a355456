"""Textual's names of the keys that scanners send, and the characters they stand for inside a code."""

from __future__ import annotations

from string import ascii_lowercase

ESC, GS = "\x1b", "\x1d"
ESC_IN_DATA = "\udc1b"
"""How the driver passes on an ESC that begins no key's sequence."""

CONTROL_KEYS = {
    **{f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in ascii_lowercase},
    "enter": "\r",
    "tab": "\t",
    "escape": ESC,
    "backspace": "\x7f",
    "ctrl+@": "\x00",
    "ctrl+left_square_bracket": ESC,
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": GS,
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
"""Keys that stand for one control character. Some terminals report them without it."""

ACTION_KEYS = frozenset(
    {f"f{number}" for number in range(1, 25)}
    | {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"}
)
"""Keys that stand for no character. Some scanners send them in place of a control character."""


def data_of(name: str, character: str | None) -> str:
    """What a key would mean inside a code; nothing for keys such as F5."""
    held_alt = name.startswith("alt+")
    if character is None and held_alt and len(name) == len("alt+") + 1:
        character = name[-1]
    if character:
        character = character.replace(ESC_IN_DATA, ESC)
        return ESC + character if held_alt else character
    return CONTROL_KEYS.get(name, "")


def key_name(key: str) -> str:
    """A key's name for people: `Enter`, `F8`, `Ctrl+J`."""
    return key.replace("_", " ").title()
