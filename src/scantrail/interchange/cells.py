"""What a cell may hold: each reader gives the value or raises `CellError` with what was expected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from scantrail.domain.documents.kinds import DOCUMENTS
from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import SerialFormat, gtin_problem
from scantrail.domain.names.numbers import (
    LEAST_DIGITS,
    MOST_DIGITS,
    SERIAL,
    NumberFormat,
    company_prefix_problem,
    is_number_format,
)
from scantrail.domain.scans.reading import COMMAND_PREFIX
from scantrail.domain.things.product import ProductGtin
from scantrail.interchange.problems import CellError
from scantrail.interchange.rows import Numeral
from scantrail.interchange.serials import look_alike
from scantrail.words import M

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
Cell = Callable[[Any], Any]

LONGEST_CODE = 100
LONGEST_TEXT = 2_000
LARGEST_NUMBER = 1_000_000_000
SEPARATOR = "|"
"""Between the entries of a cell that holds several."""

_OTHER_SEPARATORS = {";": M("semicolons"), ",": M("commas"), "\n": M("line breaks"), "\t": M("tabs")}

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d+")
_SHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#+)")
_GTIN_LENGTHS = (8, 12, 13, 14)
_PREFIXED = (CodeKind.SERIAL, CodeKind.PRODUCT, CodeKind.PLACE, CodeKind.DOCUMENT, CodeKind.BADGE)


def text(value: Any) -> str:
    """Free text: names, reasons, notes."""
    if isinstance(value, Numeral):
        raise CellError(M('expected text in quotes, like "{value}": a bare number loses leading zeros', value=value))
    if not isinstance(value, str):
        raise CellError(M("expected text"))
    trimmed = value.strip()
    if not trimmed.isascii():
        trimmed = unicodedata.normalize("NFC", trimmed)
    if not trimmed.isprintable() and any(_is_control(each) and each not in "\t\n\r" for each in trimmed):
        raise CellError(M("expected text without control characters"))
    if len(trimmed) > LONGEST_TEXT:
        raise CellError(M("expected at most {count} characters, got {length}", count=LONGEST_TEXT, length=len(trimmed)))
    return trimmed


def code(value: Any) -> str:
    """A code that is scanned or typed: one line, as it is on the label."""
    found = text(value)
    if found.isalnum():
        pass
    elif _SCIENTIFIC.fullmatch(found):
        raise CellError(
            M("expected the code as it is on the label; a spreadsheet has turned it into a number and lost digits")
        )
    elif _SHEET_ERROR.fullmatch(found):
        raise CellError(M("expected a code; this is a spreadsheet's error mark"))
    elif not found.isprintable() and any(_is_control(each) or _is_invisible(each) for each in found):
        raise CellError(M("expected a code without control or invisible characters"))
    elif found.upper().startswith(COMMAND_PREFIX):
        raise CellError(
            M("expected a code that does not begin with {prefix}: that marks commands", prefix=COMMAND_PREFIX)
        )
    problem = None if found.isascii() else look_alike(found)
    if problem is not None:
        raise CellError(problem)
    if len(found) > LONGEST_CODE:
        raise CellError(M("expected at most {count} characters, got {length}", count=LONGEST_CODE, length=len(found)))
    return found


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Zl", "Zp")


def word(value: Any) -> str:
    """A code without a slash: the name of a site, or a place's code."""
    found = code(value)
    if "/" in found or found == "*":
        raise CellError(M("expected a code without / and other than *"))
    return found


def place(value: Any) -> str:
    """A place's full name."""
    found = code(value)
    site, slash, label = found.partition("/")
    if not (site and slash and label):
        raise CellError(M("expected a place as SITE/CODE, for example MAIN/A-15-03"))
    return found


def serial_format(value: Any) -> str:
    """A product's serial format."""
    found = code(value)
    try:
        SerialFormat.parse(found)
    except ValueError as error:
        raise CellError(
            M("expected a serial format with one run of N and at most one YYYY, for example CM500-YYYY-NNNN")
        ) from error
    return found


def gtin(value: Any) -> ProductGtin:
    """A GTIN, with its packing level and quantity after colons when it is not that of a single unit."""
    number, *rest = code(value).split(":")
    problem = gtin_problem(number)
    if problem is not None:
        raise CellError(_lost_zeros(number) or problem, number)
    if not rest:
        return ProductGtin(number)
    if len(rest) != 2 or not rest[0]:
        raise CellError(M("expected a GTIN, or GTIN:level:quantity, for example 19521234543210:case:10"), value)
    return ProductGtin(number, rest[0], integer(rest[1]))


def company_prefix(value: Any) -> str:
    """A GS1 Company Prefix."""
    found = code(value)
    problem = company_prefix_problem(found)
    if problem is not None:
        raise CellError(problem)
    return found


def digit(value: Any) -> int:
    """A single digit."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]", value.strip()):
        raise CellError(M("expected a digit from 0 to 9"))
    return int(value)


def code_prefix(value: Any) -> CodePrefix:
    """A text that the site's labels put before codes of one kind, such as `serial=S:`."""
    kind, equals, prefix = code(value).partition("=")
    kinds = {each.value: each for each in _PREFIXED}
    if kind not in kinds or not equals or not prefix:
        raise CellError(
            M(
                "expected KIND=PREFIX, for example serial=S:, with KIND one of {kinds}",
                kinds=" / ".join(kinds),
            )
        )
    return CodePrefix(prefix, kinds[kind])


def number_format(value: Any) -> NumberFormat:
    """How a site numbers documents of a kind, or serials of a product, such as `pick_list=PL-YYYY-NNNN`."""
    of, equals, written = code(value).rpartition("=")
    kind, _, product = of.partition(" ")
    if not equals or not (of in DOCUMENTS or (kind == SERIAL and product)) or not is_number_format(written):
        raise CellError(
            M(
                "expected KIND=FORMAT, for example pick_list=PL-YYYY-NNNN, with KIND one of {kinds} or serial and a "
                "SKU, and FORMAT without spaces, with one run of {least} to {most} N and at most one YYYY",
                kinds=" / ".join(DOCUMENTS),
                least=LEAST_DIGITS,
                most=MOST_DIGITS,
            )
        )
    return NumberFormat(of, written)


def _lost_zeros(number: str) -> Any:
    padded = (number.zfill(length) for length in _GTIN_LENGTHS if length > len(number))
    whole = next((each for each in padded if number.isdecimal() and gtin_problem(each) is None), None)
    if whole is None or int(number) == 0:
        return None
    return M("expected {gtin}: its leading zeros are lost. Format the column as text and enter it again", gtin=whole)


def pin(value: Any) -> str:
    """A worker's PIN."""
    found = text(value)
    if not re.fullmatch(r"[0-9]{4,12}", found):
        raise CellError(M("expected a PIN of 4 to 12 digits (a spreadsheet drops leading zeros: format it as text)"))
    return found


def time_zone(value: Any) -> str:
    """An IANA time zone."""
    found = text(value)
    try:
        ZoneInfo(found)
    except (ValueError, OSError, KeyError) as error:
        raise CellError(M("expected a time zone such as America/New_York or Europe/Berlin")) from error
    return found


def day(value: Any) -> date:
    """A calendar date."""
    found = text(value)
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII):
            raise ValueError
        return date.fromisoformat(found)
    except ValueError as error:
        raise CellError(M("expected a date as year-month-day, for example 2025-01-31")) from error


def instant(value: Any) -> datetime:
    """A moment, with its offset from UTC."""
    found = text(value)
    try:
        moment = datetime.fromisoformat(found)
        offset = moment.utcoffset()
        if offset is None or not 1970 <= moment.year <= 9000:
            raise ValueError
    except ValueError as error:
        raise CellError(M("expected a time with its offset, for example 2025-01-31T09:30:00-05:00")) from error
    return moment


def integer(value: Any) -> int:
    """A whole number, zero or more."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,10}", value.strip()) or int(value) > LARGEST_NUMBER:
        raise CellError(M("expected a whole number, for example 3"))
    return int(value)


def count(value: Any) -> int:
    """A whole number, one or more."""
    found = integer(value)
    if found == 0:
        raise CellError(M("expected a whole number of at least 1"))
    return found


def flag(value: Any) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    answer = value.strip().lower() if isinstance(value, str) else ""
    if answer not in ("yes", "no", "true", "false"):
        raise CellError(M("expected yes or no"))
    return answer in ("yes", "true")


def one_of(choices: Iterable[E]) -> Callable[[Any], E]:
    """One of an enumeration's values."""

    listed = tuple(choices)

    def read(value: Any) -> E:
        found = text(value).lower()
        for choice in listed:
            if choice.value == found:
                return choice
        raise CellError(M("expected one of: {choices}", choices=", ".join(str(each.value) for each in listed)))

    return read


def many(item: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """Several entries: a list in JSON, `a|b|c` in CSV."""

    def read(value: Any) -> tuple[T, ...]:
        if isinstance(value, str) and not isinstance(value, Numeral):
            _must_be_parted(item, value)
            value = value.split(SEPARATOR)
        if not isinstance(value, list):
            raise CellError(M("expected a list"))
        return tuple(_entry(item, each) for each in value if each != "")

    return read


def _must_be_parted(item: Callable[[Any], Any], value: str) -> None:
    """Lists of codes that are parted otherwise would be taken for one long code. A sentence may hold such marks."""
    mark = next((each for each in _OTHER_SEPARATORS if each in value), None)
    if mark is None or item is text:
        return
    entries = [each.strip() for each in value.replace(mark, SEPARATOR).split(SEPARATOR) if each.strip()]
    raise CellError(
        M(
            "expected entries parted by |, for example {example}; found {mark} between them",
            example=SEPARATOR.join(entries[:2]) or "A1|A2",
            mark=_OTHER_SEPARATORS[mark],
        )
    )


def _entry(item: Callable[[Any], T], value: Any) -> T:
    try:
        return item(value)
    except CellError as error:
        raise CellError(error.expected, value if error.value is None else error.value) from error
