"""Numbers that devices give away without a network: what a series is, and how its numbers are written (§7a)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scantrail.domain.names.identifiers import check_digit
from scantrail.words import M, Message

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
    def name(self) -> str:
        """What people and records call it, for example `SSCC 0 9521234`."""
        return f"SSCC {self.extension} {self.company_prefix}"

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
        other = name.removeprefix("SSCC").replace(" ", "")
        return other.startswith(self._beginning) or self._beginning.startswith(other)

    @property
    def _beginning(self) -> str:
        return f"{self.extension}{self.company_prefix}"


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers of a series, given to one device."""

    first: int
    count: int

    @property
    def last(self) -> int:
        """Its highest number."""
        return self.first + self.count - 1


def company_prefix_problem(text: str) -> Message | None:
    """Why a text is no GS1 Company Prefix; None when it may be one."""
    if re.fullmatch(r"[0-9]{4,12}", text):
        return None
    return M("expected a GS1 Company Prefix of 4 to 12 digits, as GS1 has assigned it")
