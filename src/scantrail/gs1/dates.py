"""GS1 dates: two-digit years, and a day 00 that means the month's last (General Specifications 7.12)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def year_of(two_digits: int, today: date) -> int:
    """The year that lies between 49 years before and 50 years after this one."""
    earliest = today.year - 49
    return earliest + (two_digits - earliest) % 100


def short_date(digits: str, today: date) -> date | None:
    """The day that YYMMDD means, or None where there is no such day."""
    return _day(year_of(int(digits[:2]), today), int(digits[2:4]), int(digits[4:6]))


def long_date(digits: str) -> date | None:
    """The day that YYYYMMDD means, or None where there is no such day; a day 00 is none."""
    return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if digits[6:8] != "00" else None


def _day(year: int, month: int, day: int) -> date | None:
    if year == 0 or not 1 <= month <= 12 or day > monthrange(year, month)[1]:
        return None
    return date(year, month, day or monthrange(year, month)[1])
