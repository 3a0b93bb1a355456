"""What a code says by itself: a command, a GS1 code, a text with the site's prefix, or a plain text.

Device and server tell it from the same text by this one function, so that a record never stands for another code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from scantrail.domain.labels import label_kind
from scantrail.domain.readings import COMMAND_PREFIX, ENROLMENT_PREFIX, CodeKind, CodePrefix, Reading, Said
from scantrail.gs1.parsing import parse
from scantrail.gs1.reading import FAULT_WORDS, Gs1Reading, Gs1Refusal


def said_by(reading: Reading, prefixes: Sequence[CodePrefix], today: date) -> Said:
    """What a reading says. `prefixes` are the site's; `today` tells the century of two-digit years."""
    text = reading.text.strip(" \t\r\n")
    own = _own_code(text, prefixes)
    if own is not None:
        return own
    meaning = parse(reading.text, today, reading.aim)
    plain = Said(text, looks_like=label_kind(text))
    match meaning:
        case Gs1Reading():
            return _said(meaning, plain)
        case Gs1Refusal() if meaning.certain:
            return Said(text, is_whole=False, fault=FAULT_WORDS[meaning.fault], refusal=meaning.because)
        case Gs1Refusal() if not text.isdecimal():
            return replace(plain, fault=FAULT_WORDS[meaning.fault], refusal=meaning.because)
        case _:
            return plain


def _own_code(text: str, prefixes: Sequence[CodePrefix]) -> Said | None:
    """A code of Scantrail's own, or one whose kind the site's prefix tells."""
    if text.startswith(ENROLMENT_PREFIX):
        return Said(text, CodeKind.ENROLMENT)
    if text.startswith(COMMAND_PREFIX):
        return Said(text, CodeKind.COMMAND)
    fitting = [each for each in prefixes if text.startswith(each.text) and text != each.text]
    if not fitting:
        return None
    prefix = max(fitting, key=lambda each: len(each.text))
    return Said(text.removeprefix(prefix.text).strip(), prefix.kind)


def _said(meaning: Gs1Reading, plain: Said) -> Said:
    """A right GS1 code. Where nothing but its digits shows that it is one, it may be somebody's own number as well."""
    held = replace(
        plain,
        serial=meaning.serial or "",
        gtin=meaning.gtin or "",
        sscc=meaning.sscc or "",
        lot=meaning.lot or "",
        production_date=meaning.production_date,
        expiry=meaning.expiry,
    )
    if not meaning.certain:
        return held
    name = meaning.serial or meaning.sscc or meaning.gtin or meaning.gln or plain.text
    return replace(held, text=name, kind=_kind_of(meaning), is_whole=False, looks_like=None)


def _kind_of(meaning: Gs1Reading) -> CodeKind | None:
    """What it identifies: a carton or pallet, a unit, a product, a place."""
    if meaning.sscc or meaning.content_gtin:
        return CodeKind.CARTON
    if meaning.gtin:
        return CodeKind.SERIAL if meaning.serial else CodeKind.PRODUCT
    return CodeKind.PLACE if meaning.gln else None
