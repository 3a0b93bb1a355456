"""Labels that are often scanned in place of a unit's serial, known by their own check digits and shape."""

from __future__ import annotations

import re
from enum import Enum

from scantrail.domain.names.identifiers import gtin_of_upc_e, gtin_problem
from scantrail.words import N_

_MAC = re.compile(
    r"[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}|(?:[0-9A-F]{4}\.){2}[0-9A-F]{4}|(?=[0-9]*[A-F])[0-9A-F]{12}",
    re.IGNORECASE,
)
_IMEI = re.compile(r"[0-9]{15}")


class LabelKind(Enum):
    """What else is on a box."""

    ARTICLE = "article"
    """An EAN, UPC or ITF-14 number: a GTIN."""
    MAC = "mac"
    """A network address, EUI-48."""
    IMEI = "imei"
    """A mobile device's number (3GPP TS 23.003)."""


LABEL_NAMES: dict[LabelKind, str] = {
    LabelKind.ARTICLE: N_("an article number (EAN or UPC)"),
    LabelKind.MAC: N_("a network address (MAC)"),
    LabelKind.IMEI: N_("a mobile device's number (IMEI)"),
}


def label_kind(text: str) -> LabelKind | None:
    """What sort of label a text is from, if it can be told. Some serials look the same: ask what is on record first."""
    if gtin_problem(text) is None or gtin_of_upc_e(text):
        return LabelKind.ARTICLE
    if _MAC.fullmatch(text):
        return LabelKind.MAC
    if _IMEI.fullmatch(text) and _has_luhn_digit(text):
        return LabelKind.IMEI
    return None


def _has_luhn_digit(digits: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0
