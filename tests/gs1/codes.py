"""GS1 values made from the dictionary's specification, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

from scantrail.gs1 import Fault, Gs1Reading, Gs1Refusal, parse
from scantrail.gs1.contents import check_pair
from scantrail.gs1.dictionary import Component, Identifier, fits, identifiers, read_dictionary
from scantrail.words import say

TODAY = date(2026, 11, 24)
GS = "\x1d"
GTIN = "09521234543213"
SSCC = "106141412345678908"
_PUBLISHED = Path(__file__).parents[3] / "shared" / "vectors" / "gs1-syntax-dictionary.txt"

EXAMPLES = {
    "csumalpha": "1987654Ad4X4bL5ttr2310c2K",
    "yymmd0": "271231",
    "yymmdd": "271231",
    "yyyymmdd": "20271231",
    "hh": "23",
    "mi": "59",
    "ss": "59",
    "hhmi": "2359",
    "iso3166": "276",
    "iso3166999": "999",
    "iso3166alpha2": "DE",
    "iso4217": "978",
    "iso5218": "9",
    "iban": "GB82WEST12345698765432",
    "mediatype": "10",
    "pieceoftotal": "0102",
    "pcenc": "M%C3%BCller",
    "posinseqslash": "1/2",
    "hasnondigit": "1987654Ad4X4bL5ttr2310c2K",
    "hyphen": "-",
    "importeridx": "A",
    "packagetype": "PX",
    "yesno": "1",
    "zero": "0",
    "winding": "1",
    "couponcode": "106141416543213150110120",
    "couponposoffer": "001234561234560123456",
    "latitude": "1800000000",
    "longitude": "3600000000",
}
"""A right part for every check that digits alone do not pass."""
_LETTERS = {"N": "1234567890", "X": "1234aB-/%_", "Y": "1234AB-/#Z", "Z": "1234aB-_zZ"}


def published() -> dict[str, Identifier]:
    """GS1's own file where it is at hand, else our copy of it."""
    return read_dictionary(_PUBLISHED.read_text("utf-8")) if _PUBLISHED.exists() else dict(identifiers())


def value_for(identifier: Identifier, *, longest: bool = False) -> str:
    """A right value, with all optional parts when it shall be the longest."""
    parts = [each for each in identifier.components if longest or not each.optional]
    return "".join(_part(each, each.longest if longest else each.shortest) for each in parts)


def _part(component: Component, length: int) -> str:
    for check in component.checks:
        if check in EXAMPLES:
            return EXAMPLES[check]
    length = max(length, 4) if {"gcppos1", "gcppos2"} & set(component.checks) else length
    text = (_LETTERS[component.kind] * 10)[:length]
    return with_check_digit(text[:-1]) if "csum" in component.checks else text


def with_check_digit(digits: str) -> str:
    """The digits and their check digit, worked out here by hand (General Specifications 7.9.1)."""
    total = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def with_what_it_needs(ai: str, known: dict[str, Identifier]) -> list[str]:
    """The identifier, and a set of others that it may stand with and that meets every need."""
    for choice in count():
        chosen = _completed([ai], known, choice)
        if chosen is not None:
            return chosen
        assert choice < 40, f"({ai}) can stand with nothing"
    raise AssertionError


def _completed(chosen: list[str], known: dict[str, Identifier], choice: int) -> list[str] | None:
    for ai in chosen:
        for groups in known[ai].requires:
            if any(all(any(fits(each, need) for each in chosen) for need in group) for group in groups):
                continue
            group = groups[choice % len(groups)]
            chosen += [new for need in group if (new := need.replace("n", "0")) not in chosen]
    pairs = ((one, other) for one in chosen for other in chosen if one != other)
    return None if any(fits(other, each) for one, other in pairs for each in known[one].excludes) else chosen


def encoded(values: dict[str, str], known: dict[str, Identifier]) -> str:
    """Element strings with a separator wherever one is due."""
    parts = [ai + value + ("" if known[ai].ends_itself else GS) for ai, value in values.items()]
    return "]C1" + "".join(parts).removesuffix(GS)


def understood(text: str, aim: str = "") -> dict[str, str]:
    """Identifiers and values of a text that must be right."""
    reading = parse(text, TODAY, aim)
    assert isinstance(reading, Gs1Reading), say(reading.because) if reading else "not taken for GS1"
    return {element.ai: element.value for element in reading.elements}


def refused(text: str, aim: str = "") -> tuple[Fault, str]:
    """Why a text that must be wrong is refused: the fault, and the sentence."""
    refusal = parse(text, TODAY, aim)
    assert isinstance(refusal, Gs1Refusal), refusal
    return refusal.fault, say(refusal.because)


def wrong_check(value: str, identifier: Identifier) -> str | None:
    """The value with a wrong check digit or pair, if it has one."""
    at = 0
    for component in identifier.components:
        if "csum" in component.checks:
            end = at + component.longest - 1
            return value[:end] + str((int(value[end]) + 1) % 10) + value[end + 1 :]
        if "csumalpha" in component.checks:
            right = check_pair(value[:-2])
            return value[:-2] + ("22" if right != "22" else "33")
        at += component.longest
    return None


def every_identifier() -> Iterator[str]:
    """The digits of all application identifiers."""
    yield from published()
