"""Numbers that devices give away without a network: what a series is, and how its numbers are written (§7a)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from scantrail.domain.names.identifiers import SerialFormat, check_digit
from scantrail.words import M, Message


class Series(Protocol):
    """Numbers that follow each other, of which each is given once."""

    @property
    def of(self) -> str:
        """What it numbers: `SSCC`, a kind of documents, or `serial` and the SKU."""

    @property
    def name(self) -> str:
        """What people and records call it, for example `SSCC 0 9521234` or `receipt RC-2025-NNNN`."""

    @property
    def last(self) -> int:
        """The highest there is; the first is 1."""

    def number(self, reference: int) -> str:
        """The number at this place, as it is written.

        Raises:
            ValueError: the series has no such number; it is never widened (H10).
        """

    def overlaps(self, name: str) -> bool:
        """Whether this series and the one with that name have numbers in common."""


SSCC = "SSCC"
"""What the name of a series of carton numbers begins with."""

_SSCC_DIGITS = 17
"""Of a Serial Shipping Container Code, without its check digit."""


@dataclass(frozen=True, slots=True)
class SsccSeries:
    """The SSCCs of one company prefix and one extension digit (GS1 General Specifications 2.2.1)."""

    extension: int
    """0 to 9."""
    company_prefix: str
    """GS1 Company Prefix, 4 to 12 digits."""

    @property
    def of(self) -> str:
        """What it numbers."""
        return SSCC

    @property
    def name(self) -> str:
        """What people and records call it, for example `SSCC 0 9521234`."""
        return f"{SSCC} {self.extension} {self.company_prefix}"

    @property
    def last(self) -> int:
        """The highest serial reference; how many digits it has follows from the prefix."""
        return int(10 ** (_SSCC_DIGITS - len(self._beginning))) - 1

    def number(self, reference: int) -> str:
        """The SSCC with this serial reference, 18 digits.

        Raises:
            ValueError: the series has no such number; it is never widened (H10).
        """
        if not 1 <= reference <= self.last:
            raise ValueError(f"Failed to write {self.name}: expected 1 to {self.last}, got {reference}.")
        digits = f"{self._beginning}{reference:0{_SSCC_DIGITS - len(self._beginning)}d}"
        return f"{digits}{check_digit(digits)}"

    def overlaps(self, name: str) -> bool:
        """Whether this series and the one with that name have numbers in common."""
        kind, _, written = name.partition(" ")
        if kind != SSCC:
            return False
        other = written.replace(" ", "")
        return other.startswith(self._beginning) or self._beginning.startswith(other)

    @property
    def _beginning(self) -> str:
        return f"{self.extension}{self.company_prefix}"


SERIAL = "serial"
"""What the name of a series of serials begins with; its product follows."""

LEAST_DIGITS, MOST_DIGITS = 4, 9
"""How long the run of N of a written series may be: fewer numbers cannot be shared out in blocks."""


@dataclass(frozen=True, slots=True)
class WrittenSeries:
    """The numbers of one format in one year: documents of a kind, or serials of a product."""

    of: str
    """A kind of documents, such as `receipt`, or `serial` and the SKU: `serial CM-500-STD`."""
    format: str
    """With its year, for example `RC-2025-NNNN`."""

    @property
    def name(self) -> str:
        """What people and records call it, for example `receipt RC-2025-NNNN`."""
        return f"{self.of} {self.format}"

    @property
    def last(self) -> int:
        """The highest there is; how many digits it has follows from the format."""
        return int(10 ** len(_digits_in(self.format))) - 1

    def number(self, reference: int) -> str:
        """The number at this place, for example `RC-2025-0007`.

        Raises:
            ValueError: the series has no such number; it is never widened (H10).
        """
        if not 1 <= reference <= self.last:
            raise ValueError(f"Failed to write {self.name}: expected 1 to {self.last}, got {reference}.")
        return SerialFormat(self.format).number(reference, 0)

    def overlaps(self, name: str) -> bool:
        """Whether a number of this series may be one of the series with that name.

        All documents share their numbers, whatever their kind; serials are those of one product.
        """
        of, _, other = name.rpartition(" ")
        if _shared_by(of) != _shared_by(self.of) or len(other) != len(self.format):
            return False
        mine, others = _digits_in(self.format), _digits_in(other)
        return all(
            _may_be_alike(one, another, at in mine, at in others)
            for at, (one, another) in enumerate(zip(self.format, other, strict=True))
        )


def _shared_by(of: str) -> str:
    """Among what a number is to be found once: all documents, the serials of one product, or all cartons."""
    return of if of.partition(" ")[0] in (SERIAL, SSCC) else "documents"


def _digits_in(written: str) -> range:
    """Where a format has its run of N."""
    found = re.search(r"N{2,}", written)
    return range(*found.span()) if found else range(0)


def _may_be_alike(one: str, other: str, any_digit: bool, other_any_digit: bool) -> bool:
    if any_digit and other_any_digit:
        return True
    if any_digit:
        return other.isdecimal()
    return one.isdecimal() if other_any_digit else one == other


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of one series of a site are written, year by year."""

    of: str
    """A kind of documents, or `serial` and the SKU."""
    format: str
    """One run of at least four N, and at most one YYYY: `RC-YYYY-NNNN`."""

    def series(self, year: int) -> WrittenSeries:
        """The series of a year."""
        return WrittenSeries(self.of, self.format.replace("YYYY", f"{year:04d}"))


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers of a series, given to one device."""

    first: int
    count: int

    @property
    def last(self) -> int:
        """Its highest number."""
        return self.first + self.count - 1


def is_number_format(text: str) -> bool:
    """Whether numbers can be written by a format: `RC-YYYY-NNNN`, with four to nine N."""
    try:
        SerialFormat.parse(text)
    except ValueError:
        return False
    return LEAST_DIGITS <= len(_digits_in(text)) <= MOST_DIGITS and not re.search(r"[\s|/]", text)


def company_prefix_problem(text: str) -> Message | None:
    """Why a text is no GS1 Company Prefix; None when it may be one."""
    if re.fullmatch(r"[0-9]{4,12}", text):
        return None
    return M("expected a GS1 Company Prefix of 4 to 12 digits, as GS1 has assigned it")
