"""What a scanned text means by the rules of GS1, kept as strictly as the General Specifications write them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from scantrail.domain.names.identifiers import gtin_of_upc_e, gtin_problem
from scantrail.gs1.contents import shown
from scantrail.gs1.dictionary import Identifier, identifier_at, identifiers
from scantrail.gs1.elements import (
    SEPARATOR,
    Elements,
    is_in_parentheses,
    read_element,
    read_elements,
    read_in_parentheses,
)
from scantrail.gs1.envelope import GS1, is_envelope, read_envelope
from scantrail.gs1.link import is_address, read_link
from scantrail.gs1.reading import Carriage, Element, Fault, Gs1Reading, Gs1Refusal
from scantrail.words import M

_ENDS = "\t\r\n"
"""What a scanner may end a text with. Never `str.strip()` alone: it takes the separator with it."""
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_AIM_ELEMENTS = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
_AIM_LENGTHS = {"]E0": (8, 12, 13), "]E3": (13,), "]E4": (8,), "]I1": (14,)}
"""Symbols that hold a bare GTIN, and its digits."""
_GTIN_LENGTHS = (8, 12, 13, 14)
_UNMISTAKABLE = frozenset({"00", "01", "02", "03"})
"""Identifiers that a text of enough digits is taken to begin with, even with a wrong check digit."""

Meaning = Gs1Reading | Gs1Refusal | None


def parse(text: str, today: date, aim: str = "") -> Meaning:
    """What a text says in GS1's terms; None where it is not GS1 at all, such as a plain serial number.

    Where nothing shows that a text is GS1 (no AIM identifier, separator, parentheses or link) it may still be
    somebody's own number, such as a serial of 13 digits. What is said of such a text is not `certain`: try it as plain
    text first.

    Args:
        text: as it was scanned, with separators as U+001D; an AIM identifier may stand in front.
        today: for the century of two-digit years.
        aim: the AIM identifier, where the scanner sent it apart.
    """
    begin, text = len(text) - len(text.lstrip(" " + _ENDS)), text.rstrip(_ENDS)
    if not aim and (found := _AIM.match(text, begin)):
        aim, begin = found.group(), found.end()
    if not _claims_gs1(aim):
        text = text.rstrip(" ")
    if len(text) <= begin:
        return Gs1Refusal(Fault.EMPTY, M("The code is empty."), position=begin)
    meaning = _meaning(text, begin, aim, today)
    if meaning is None or _claims_gs1(aim):
        return meaning
    if aim and isinstance(meaning, Gs1Refusal):
        return None
    return replace(meaning, certain=_shows_gs1(text, begin))


def _shows_gs1(text: str, begin: int) -> bool:
    shows = is_in_parentheses(text, begin) or is_address(text, begin) or is_envelope(text[begin:])
    return shows or SEPARATOR in text[begin:]


def _claims_gs1(aim: str) -> bool:
    return aim in _AIM_ELEMENTS or aim in _AIM_LENGTHS


def _meaning(text: str, begin: int, aim: str, today: date) -> Meaning:
    if is_envelope(text[begin:]):
        return _enveloped(text, begin, aim, today)
    if is_address(text, begin):
        return _reading(read_link(text, begin, today), Carriage.DIGITAL_LINK, aim)
    if aim in _AIM_ELEMENTS:
        return _reading(read_elements(text, begin, today), Carriage.ELEMENT_STRINGS, aim)
    if aim in _AIM_LENGTHS:
        return _symbol_number(text, begin, aim, today)
    digits = text[begin:]
    if _is_number(digits) and len(digits) in _GTIN_LENGTHS:
        return _reading(_number(digits, begin, today), Carriage.NUMBER, aim)
    if is_in_parentheses(text, begin):
        return _reading(read_in_parentheses(text, begin, today), Carriage.ELEMENT_STRINGS, aim)
    if _shows_elements(text, begin, today):
        return _reading(read_elements(text, begin, today), Carriage.ELEMENT_STRINGS, aim)
    return None


def _enveloped(text: str, begin: int, aim: str, today: date) -> Meaning:
    """The element strings in an ISO/IEC 15434 envelope of format 05; other formats are not GS1's."""
    envelope = read_envelope(text[begin:])
    if envelope is None or envelope.format != GS1:
        return None
    return _reading(read_elements(SEPARATOR.join(envelope.fields), 0, today), Carriage.ELEMENT_STRINGS, aim)


def _reading(elements: Elements | Gs1Refusal | None, carriage: Carriage, aim: str) -> Meaning:
    return Gs1Reading(elements, carriage, aim) if isinstance(elements, tuple) else elements


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(digits: str, at: int, today: date, *, is_upc: bool = False) -> Elements | Gs1Refusal:
    """The GTIN that digits stand for: of 8 digits a GTIN-8, else a UPC-E; from a UPC's symbol first that."""
    upc_a = gtin_of_upc_e(digits) if gtin_problem(digits) or is_upc else None
    element = read_element(identifiers()["01"], (upc_a or digits).zfill(14), at, today)
    return (element,) if isinstance(element, Element) else element


def _symbol_number(text: str, begin: int, aim: str, today: date) -> Meaning:
    """An EAN, UPC or ITF-14 symbol's number. EAN-13 with an add-on (]E3) has 2 or 5 digits more."""
    digits, lengths = text[begin:], _AIM_LENGTHS[aim]
    if aim == "]E3" and _is_number(digits) and len(digits) in (15, 18):
        digits = digits[:13]
    if aim == "]I1" and len(digits) != lengths[0]:
        return None
    if not _is_number(digits) or len(digits) not in lengths:
        because = M(
            "The scanner says {aim}: expected {lengths} digits, got {got}.",
            aim=aim,
            lengths=" / ".join(str(length) for length in lengths),
            got=shown(digits),
        )
        fault = Fault.CUT_SHORT if len(digits) < lengths[0] else Fault.TOO_LONG
        return Gs1Refusal(fault if _is_number(digits) else Fault.CHARACTER, because, "01", begin)
    return _reading(_number(digits, begin, today, is_upc=aim == "]E0"), Carriage.NUMBER, aim)


def _shows_elements(text: str, begin: int, today: date) -> bool:
    """Whether a text with no AIM identifier is meant as element strings.

    A separator shows it, and so does a key number at the beginning whose check digit is right.
    """
    if text.startswith(SEPARATOR, begin):
        return True
    identifier = identifier_at(text, begin)
    if identifier is None:
        return False
    return SEPARATOR in text[begin:] or _begins_with_key(text, begin, identifier, today)


def _begins_with_key(text: str, begin: int, identifier: Identifier, today: date) -> bool:
    if not identifier.has_check_digit or identifier.components[0].kind != "N":
        return False
    start = begin + len(identifier.ai)
    length = identifier.shortest
    value = text[start : start + length]
    if not _is_number(value) or len(value) < length:
        return False
    return identifier.ai in _UNMISTAKABLE or isinstance(read_element(identifier, value, begin, today), Element)
