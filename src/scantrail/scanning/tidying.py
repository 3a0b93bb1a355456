"""From what arrived to the code: what the scanner added is taken off, what it or the keyboard altered is put back."""

from __future__ import annotations

import re

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.keys import ESC, GS
from scantrail.scanning.profiles import Profile

UNKNOWN = "\ufffd"
"""Stands in a text for a key or a byte that is no character."""
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z](?=.)", re.DOTALL)
_LARGEST_ASCII = 127


def reading_of(arrived: str, carrier: Carrier, profile: Profile) -> Reading:
    """The reading that a scanner's or a hand's text is; bytes that are no UTF-8 arrive as lone surrogates."""
    if carrier is Carrier.TYPED:
        text, aim = arrived, ""
    else:
        meant = meant_by(arrived, profile) if carrier is Carrier.WEDGE else arrived
        text, aim = _without_aim(_with_separators(_bare(meant, profile), profile), profile)
    shown = "".join(map(_readable, text))
    raw = b"".join(map(_bytes, arrived))
    differs = raw != (aim + shown).encode()
    return Reading(shown, carrier, profile.name, aim, raw.hex() if differs else "")


def meant_by(typed: str, profile: Profile) -> str:
    """What a scanner meant by what it typed, where it holds Alt or the keyboard's layout is another."""
    if not (profile.alt_digits or profile.layout):
        return typed
    alt = f"(?:{ESC}[0-9]){{{profile.alt_digits}}}" if profile.alt_digits else "(?!)"
    return re.sub(f"{alt}|.", lambda found: _meant(found[0], profile), typed, flags=re.DOTALL)


def is_marked(typed: str, profile: Profile) -> bool:
    """Whether a text begins as only a scanner's does: with a prefix."""
    return meant_by(typed, profile).startswith(profile.prefixes)


def _meant(part: str, profile: Profile) -> str:
    if len(part) == 1:
        return profile.layout.get(part, part)
    number = int(part.replace(ESC, ""))
    return chr(number) if number <= _LARGEST_ASCII else part


def _bare(text: str, profile: Profile) -> str:
    """Without the profile's prefix and suffix."""
    text = next((text.removeprefix(each) for each in profile.prefixes if text.startswith(each)), text)
    return next((text.removesuffix(each) for each in profile.suffixes if text.endswith(each)), text)


def _with_separators(text: str, profile: Profile) -> str:
    for each in profile.separator_texts:
        text = text.replace(each, GS)
    return text


def _without_aim(text: str, profile: Profile) -> tuple[str, str]:
    """The code, and the AIM identifier that was sent before it."""
    found = _AIM.match(text) if profile.aim else None
    return (text[found.end() :], found[0]) if found else (text, "")


def _bytes(character: str) -> bytes:
    if "\udc80" <= character <= "\udcff":
        return bytes([ord(character) & 0xFF])
    return character.encode("utf-8", "surrogatepass")


def _readable(character: str) -> str:
    return UNKNOWN if "\ud800" <= character <= "\udfff" else character
