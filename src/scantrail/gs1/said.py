"""What a code says by itself: a command, a GS1 code, another public grammar's label, a site's own, or a plain text.

Device and server tell it from the same text by this one function, so that a record never stands for another code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import gtin14, gtin_of_upc_e
from scantrail.domain.names.labels import label_kind
from scantrail.domain.scans.reading import COMMAND_PREFIX, ENROLMENT_PREFIX, Reading, Said
from scantrail.gs1.data_identifiers import unmarked_field
from scantrail.gs1.labels import LabelReading, LabelRefusal
from scantrail.gs1.other_grammars import read_label
from scantrail.gs1.parsing import parse
from scantrail.gs1.reading import FAULT_WORDS, Carriage, Element, Fault, Gs1Reading, Gs1Refusal
from scantrail.gs1.run_together import serials_run_together
from scantrail.words import N_

GS1_GRAMMAR = N_("GS1")

_ENDS = " \t\r\n"
_SEPARATOR = "\x1d"
_BETWEEN_SERIALS = re.compile(r"[;,|\n\r\t\x1d\x1e]+")
_MOST_SERIALS = 200
"""Texts of one code that are looked at as serials; a longer list is no label."""
_ABSORBING = ("10", "21", "240", "241", "30", "37")
"""Identifiers of no fixed length: what follows one without a separator becomes part of its value."""


def said_by(reading: Reading, prefixes: Sequence[CodePrefix], today: date) -> Said:
    """What a reading says. `prefixes` are the site's; `today` tells the century of two-digit years."""
    text = reading.text.strip(_ENDS)
    if text.startswith(ENROLMENT_PREFIX):
        return Said(text, CodeKind.ENROLMENT)
    if text.startswith(COMMAND_PREFIX):
        return Said(text, CodeKind.COMMAND)
    by_grammar = _by_grammar(reading, text, today)
    own = _prefixed(text, prefixes)
    if own is None:
        return by_grammar
    others = (each for each in (by_grammar, *by_grammar.others) if not each.fault and each.text != text)
    return replace(own, written=text, others=tuple(replace(each, others=()) for each in others))


def _prefixed(text: str, prefixes: Sequence[CodePrefix]) -> Said | None:
    """A code whose kind the site's prefix tells."""
    fitting = [each for each in prefixes if text.startswith(each.text) and text != each.text]
    if not fitting:
        return None
    prefix = max(fitting, key=lambda each: len(each.text))
    return Said(text.removeprefix(prefix.text).strip(), prefix.kind)


def _by_grammar(reading: Reading, text: str, today: date) -> Said:
    """What a text says by the public grammars, else as plain text."""
    written = reading.aim + text
    label = read_label(text)
    if label is not None:
        return replace(_labelled(label, text), written=written)
    meaning = parse(reading.text, today, reading.aim)
    plain = Said(text, others=tuple(_unmarked(text)), several=_several(text), looks_like=label_kind(text))
    match meaning:
        case Gs1Reading() if meaning.certain:
            return replace(_elements(meaning, text, today), written=written)
        case Gs1Reading():
            return _uncertain(meaning, plain, today)
        case Gs1Refusal() if meaning.certain:
            broken = _broken(meaning, text, today)
            return replace(broken, written=written, several=plain.several if broken.fault else ())
        case Gs1Refusal() if not text.isdecimal():
            torn = _broken(meaning, text, today)
            others = (torn, *plain.others) if torn.run_together else plain.others
            return replace(plain, others=others, fault=FAULT_WORDS[meaning.fault], refusal=meaning.because)
        case _:
            return plain


def _uncertain(meaning: Gs1Reading, plain: Said, today: date) -> Said:
    """A right GS1 code that nothing but its digits shows to be one: it may be somebody's own number as well."""
    if meaning.carriage is not Carriage.NUMBER:
        elements = _elements(meaning, plain.text, today)
        is_likely = bool(elements.sscc) or len(meaning.elements) > 1
        return replace(plain, others=(replace(elements, is_likely=is_likely), *plain.others))
    upc = gtin14(gtin_of_upc_e(plain.text) or "")
    other = (Said(upc, CodeKind.PRODUCT, gtin=upc, grammar=GS1_GRAMMAR, is_whole=False),)
    both = upc.strip("0") and upc != meaning.gtin
    return replace(plain, gtin=meaning.gtin or "", others=(*(other if both else ()), *plain.others))


def _elements(meaning: Gs1Reading, text: str, today: date) -> Said:
    """What the elements of a code say."""
    kind, part = _kind_of(meaning), meaning.part or ""
    named = (meaning.serial, meaning.sscc, meaning.gtin, part, meaning.gln, meaning.lot)
    return Said(
        next(filter(None, named), text),
        kind,
        serial=meaning.serial or "",
        gtin=meaning.gtin or "",
        parts=(part,) if part and not meaning.gtin else (),
        sscc=meaning.sscc or "",
        lot=meaning.lot or "",
        production_date=meaning.production_date,
        expiry=meaning.expiry,
        quantity="" if meaning.count is None else str(meaning.count),
        grammar=GS1_GRAMMAR,
        is_whole=False,
        run_together=_run_together(meaning.elements, today) if meaning.gtin else (),
    )


def _kind_of(meaning: Gs1Reading) -> CodeKind | None:
    """What it identifies: a carton or pallet, a unit, a product, a place, or only what belongs to one of them."""
    if meaning.sscc or meaning.content_gtin:
        return CodeKind.CARTON
    if meaning.serial:
        return CodeKind.SERIAL
    if meaning.gtin or meaning.part:
        return CodeKind.PRODUCT
    if meaning.gln:
        return CodeKind.PLACE
    details = (meaning.lot, meaning.production_date, meaning.best_before, meaning.expiry, meaning.count)
    return CodeKind.DETAIL if any(each is not None for each in details) else None


def _run_together(elements: Sequence[Element], today: date) -> tuple[str, ...]:
    """What the serial may be if the values of these elements have taken in what followed them."""
    found: set[str] = set()
    for element in elements:
        if element.ai in _ABSORBING:
            found |= set(serials_run_together(element.ai + element.value, today))
    return tuple(sorted(found - {element.value for element in elements if element.ai == "21"}))


def _broken(refusal: Gs1Refusal, text: str, today: date) -> Said:
    """A code that shows to be GS1's and breaks its rules.

    Where only the elements are missing that belong with others, they may be in another symbol of the same label, and
    the step that knows the product goes on. A value too long may have lost its separator.
    """
    before = Gs1Reading(refusal.elements, Carriage.ELEMENT_STRINGS)
    if refusal.fault is Fault.INCOMPLETE and refusal.elements:
        return _elements(before, text, today)
    broken = Said(text, is_whole=False, fault=FAULT_WORDS[refusal.fault], refusal=refusal.because)
    if refusal.fault is not Fault.TOO_LONG or not before.gtin:
        return broken
    lost = text[refusal.position :].partition(_SEPARATOR)[0]
    serials = serials_run_together(lost, today)
    if not serials:
        return broken
    return replace(broken, kind=CodeKind.SERIAL, gtin=before.gtin, grammar=GS1_GRAMMAR, run_together=serials)


def _labelled(label: LabelReading | LabelRefusal, text: str) -> Said:
    """What a label of another grammar says."""
    if isinstance(label, LabelRefusal):
        return Said(text, is_whole=False, grammar=label.grammar, fault=label.fault, refusal=label.because)
    one = label.serials[0] if len(label.serials) == 1 else ""
    part = label.parts[0] if label.parts else ""
    kind = CodeKind.DETAIL
    if label.serials:
        kind = CodeKind.SERIAL
    elif label.carton:
        kind = CodeKind.CARTON
    elif part:
        kind = CodeKind.PRODUCT
    found = Said(
        one or (text if label.serials else label.carton or part or label.lot or text),
        kind,
        serial=one,
        parts=label.parts,
        lot=label.lot,
        quantity=label.quantity,
        grammar=label.grammar,
        is_whole=False,
        several=label.serials if len(label.serials) > 1 else (),
    )
    whole = label.whole_serial
    has_company = one and whole and whole != one
    return replace(found, others=(replace(found, text=whole, serial=whole),)) if has_company else found


def _unmarked(text: str) -> Iterator[Said]:
    """What a bare text may say too: an identifier of one symbol among several of a label, and its value.

    Digits alone may be any number on a box: 21 at their beginning says nothing.
    """
    if text.startswith("21") and 2 < len(text) <= 22 and not text.isdecimal():
        yield Said(text[2:], CodeKind.SERIAL, serial=text[2:], grammar=GS1_GRAMMAR, is_whole=False)
    field = unmarked_field(text)
    if field is not None:
        said = _labelled(field, text)
        yield replace(said, others=())
        yield from said.others


def _several(text: str) -> tuple[str, ...]:
    """The texts between separators, where there are several."""
    parts = tuple(dict.fromkeys(part for each in _BETWEEN_SERIALS.split(text) if (part := each.strip())))
    return parts if 1 < len(parts) <= _MOST_SERIALS else ()
