"""HIBC, labels of medical devices (ANSI/HIBC 2.6): `+`, company, product; then lot, serial, dates behind slashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scantrail.gs1.labels import LabelField, LabelMeaning, LabelReading, LabelRefusal
from scantrail.words import N_, M

GRAMMAR = N_("HIBC (health industry)")
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
"""What a code may hold, in the order of its check character's weights."""
_PRODUCT = re.compile(r"([A-Z][0-9A-Z]{3})([0-9A-Z]{1,18})([0-9])")
_DATES = {"2": 6, "3": 6, "4": 8, "5": 5, "6": 7, "7": 0}
"""What stands behind `$$`: a date of so many digits. `7` is none."""
_QUANTITIES = {"8": 2, "9": 5}


def is_health_label(text: str) -> bool:
    """Whether a text is an HIBC label: it begins so, and its last character is the right check character."""
    return len(text) > 3 and text[0] == "+" and set(text) <= set(_CHARACTERS) and text[-1] == check_character(text[:-1])


def check_character(text: str) -> str:
    """The check character that belongs behind this text, modulo 43."""
    return _CHARACTERS[sum(map(_CHARACTERS.index, text)) % len(_CHARACTERS)]


def read_health_label(text: str) -> LabelMeaning:
    """The fields of an HIBC label whose check character is right."""
    first, *others = text[1:-1].split("/")
    product = _PRODUCT.fullmatch(first)
    fields: list[LabelField] = []
    if product:
        fields += [
            LabelField("LIC", N_("company"), product[1]),
            LabelField("PCN", N_("part number"), product[2]),
            LabelField("U/M", N_("packing level"), product[3]),
        ]
    else:
        *before, last = first, *others
        others = [*before, last[:-1]]  # a secondary symbol ends in its primary's check character
    for each in others:
        found = list(_secondary(each))
        if not found:
            because = M("The part {field} of the HIBC label is none that the standard knows.", field=each)
            return LabelRefusal(GRAMMAR, N_("part of it belongs to nothing"), because)
        fields += found
    values = {field.identifier: field.value for field in fields}
    return LabelReading(
        GRAMMAR,
        tuple(fields),
        serials=(values["SN"],) if values.get("SN") else (),
        parts=(values["PCN"],) if product else (),
        lot=values.get("LOT", ""),
        quantity=values.get("QTY", ""),
    )


def _secondary(text: str) -> Iterator[LabelField]:
    """Lot, serial, quantity and dates of one part."""
    for beginning, name, title in (("$$+", "SN", N_("serial number")), ("$$", "LOT", N_("lot"))):
        if text.startswith(beginning):
            yield from _dated(text.removeprefix(beginning), name, title)
            return
    for beginning, name, title in (
        ("$+", "SN", N_("serial number")),
        ("$", "LOT", N_("lot")),
        ("S", "SN", N_("serial number")),
        ("14D", "14D", N_("expiry date")),
        ("16D", "16D", N_("production date")),
        ("Q", "QTY", N_("quantity")),
    ):
        if text.startswith(beginning) and len(text) > len(beginning):
            yield LabelField(name, title, text.removeprefix(beginning))
            return
    if re.fullmatch(r"[0-9]{5}.*", text):
        yield LabelField("EXP", N_("expiry date"), text[:5])
        if text[5:]:
            yield LabelField("LOT", N_("lot"), text[5:])


def _dated(text: str, name: str, title: str) -> Iterator[LabelField]:
    """What follows `$$`: a quantity, a date, and the lot or serial."""
    if text[:1] in _QUANTITIES:
        length = _QUANTITIES[text[0]]
        yield LabelField("QTY", N_("quantity"), text[1 : 1 + length])
        text = text[1 + length :]
    if text[:1] in _DATES:
        length = _DATES[text[0]]
        if length:
            yield LabelField("EXP", N_("expiry date"), text[1 : 1 + length])
        text = text[1 + length :]
    elif text[:4].isdigit():
        yield LabelField("EXP", N_("expiry date"), text[:4])
        text = text[4:]
    if text:
        yield LabelField(name, title, text)
