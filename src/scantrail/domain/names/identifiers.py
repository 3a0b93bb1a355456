"""What things are called: unit ids, canonical serials, serial formats, GTINs (R1, R2)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import cache
from uuid import UUID, uuid5

from scantrail.words import M, Message

SCANTRAIL_NAMESPACE = UUID("6f1f3c58-7a0e-5b0e-9f43-5ca9724a1100")
"""Root of every name-based id. Never changes: two offline docks must name the same unit alike."""

UnitId = str
ProductId = str
"""The SKU a product was first registered under."""
PlaceId = str
"""`site/code`, for example `MAIN/A-15-03`."""
SiteId = str
DocumentId = str
"""A document's number, for example `PL-2025-0091`."""
WorkerId = str
PartyId = str
"""Random: it says nothing of whom it names."""
PersonId = str
"""Random, as a party's."""
DeviceId = str
ContainerId = str
"""The SSCC of a carton or pallet: 18 digits, for example `095212340000000419`."""


class CaseRule(Enum):
    """Whether upper and lower case make different serials of a product."""

    UPPER = "upper"
    EXACT = "exact"


def canonical_serial(raw: str, case: CaseRule = CaseRule.UPPER) -> str:
    """The one form a serial is compared in: NFC, trimmed, case rule applied; leading zeros count (R1)."""
    text = unicodedata.normalize("NFC", raw).strip()
    return text.upper() if case is CaseRule.UPPER else text


def unit_id(product: ProductId, canonical: str) -> UnitId:
    """uuid5 of the product and the canonical serial the unit was born with (R1)."""
    product_namespace = uuid5(SCANTRAIL_NAMESPACE, f"product:{product}")
    return str(uuid5(product_namespace, canonical))


def site_of(place: PlaceId) -> SiteId:
    """The site (or partner) a place belongs to."""
    return place.partition("/")[0]


def code_of(place: PlaceId) -> str:
    """The code on the place's label."""
    return place.partition("/")[2]


class SerialFault(Enum):
    """Why a text is not a serial of a product."""

    CUT_SHORT = "cut_short"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """A product's serial format: literals, at most one `YYYY`, and one run of two or more `N` (R2)."""

    template: str
    """For example `CM500-YYYY-NNNN`; an empty template accepts any serial."""

    @classmethod
    def parse(cls, template: str) -> SerialFormat:
        """Read a template.

        Raises:
            ValueError: the template does not have exactly one sequence, or has two years.
        """
        runs = _SEQUENCE.findall(template)
        if template and (len(runs) != 1 or template.count("YYYY") > 1):
            raise ValueError(
                f"Failed to parse {template!r} as a serial format: expected one run of N "
                f"(for example NNNN) and at most one YYYY, got {len(runs)} runs of N."
            )
        return cls(template)

    @property
    def literals(self) -> int:
        """How many characters other than digits every serial of this format has."""
        variable = re.sub(r"YYYY|N{2,}|[0-9]", "", self.template)
        return len(variable)

    def fault(self, canonical: str) -> SerialFault | None:
        """Why `canonical` is not of this format; None when it is."""
        if not self.template or re.fullmatch(_pattern(self.template), canonical):
            return None
        if canonical and any(
            re.fullmatch(_pattern(self.template, end), canonical) for end in range(len(self.template))
        ):
            return SerialFault.CUT_SHORT
        return SerialFault.MALFORMED

    def number(self, sequence: int, year: int) -> str:
        """The serial with this sequence number, in this year of the site's calendar.

        Raises:
            ValueError: the sequence has run out; it is never widened (H10).
        """
        start, end = _sequence_span(self.template)
        digits = f"{sequence:0{end - start}d}"
        if len(digits) > end - start:
            raise ValueError(f"Serial format {self.template} has run out at {sequence - 1}.")
        return f"{self.template[:start]}{digits}{self.template[end:]}".replace("YYYY", f"{year:04d}")


_SEQUENCE = re.compile(r"N{2,}")


def _sequence_span(template: str) -> tuple[int, int]:
    found = _SEQUENCE.search(template)
    return found.span() if found else (0, 0)


@cache
def _pattern(template: str, length: int | None = None) -> str:
    """A regular expression for the first `length` characters of a serial of this format."""
    start, end = _sequence_span(template)
    year = template.find("YYYY")
    in_year = range(year, year + 4) if year >= 0 else range(0)
    return "".join(
        "[0-9]" if start <= at < end or at in in_year else re.escape(character)
        for at, character in enumerate(template[:length])
    )


def check_digit(digits: str) -> int:
    """What follows these digits in a GTIN or an SSCC (GS1 General Specifications 7.9)."""
    return -sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits))) % 10


def gtin_problem(text: str) -> Message | None:
    """Why `text` is not a GTIN of 8, 12, 13 or 14 digits with a right check digit."""
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text):
        return M("expected a GTIN of 8, 12, 13 or 14 digits, got {length} characters", length=len(text))
    check = check_digit(text[:-1])
    if check != int(text[-1]):
        return M("expected check digit {check}, got {digit}", check=check, digit=text[-1])
    return None


def is_sscc(text: str) -> bool:
    """Whether a text is an SSCC: 18 digits with a right check digit.

    >>> is_sscc("095212340000000419")
    True
    """
    return re.fullmatch("[0-9]{18}", text) is not None and check_digit(text[:-1]) == int(text[-1])


def upc_a_of(upc_e: str) -> str:
    """The UPC-A of 12 digits that a UPC-E of 8 digits stands for (General Specifications 5.2.2.4.2).

    >>> upc_a_of("04252614")
    '042100005264'
    """
    system, body, last, check = upc_e[0], upc_e[1:6], upc_e[6], upc_e[7]
    if last in "012":
        whole = body[:2] + last + "0000" + body[2:]
    elif last in "34":
        kept = int(last)
        whole = body[:kept] + "00000" + body[kept:]
    else:
        whole = body + "0000" + last
    return system + whole + check


def gtin_of_upc_e(text: str) -> str | None:
    """The GTIN of 12 digits that a text stands for as the 8 digits of a UPC-E; None where it is none."""
    if not re.fullmatch(r"[01][0-9]{7}", text):
        return None
    whole = upc_a_of(text)
    return whole if gtin_problem(whole) is None else None


def gtin14(text: str) -> str:
    """A GTIN in its 14-digit form."""
    return text.zfill(14)


def place_words(place: str) -> str:
    """A place for a reader who may be at another site: `A-15-03 (MAIN)`."""
    return f"{code_of(place)} ({site_of(place)})"
