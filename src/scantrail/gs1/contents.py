"""What the value of an application identifier must be: length, characters, check digits, dates, codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from scantrail.gs1.code_lists import COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS
from scantrail.gs1.dates import long_date, short_date
from scantrail.gs1.dictionary import Component, Identifier
from scantrail.gs1.reading import Fault
from scantrail.words import N_, M, Message

CHARACTERS_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""GS1's character set 82, in the order of its check characters' weights."""
CHARACTERS_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What check characters are written with."""
CHARACTERS = {
    "N": frozenset("0123456789"),
    "X": frozenset(CHARACTERS_82),
    "Y": frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "Z": frozenset("-0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"),
}
_CLASSES = {
    "N": N_("a digit"),
    "X": N_("a letter A–Z or a–z, a digit, or one of !\"%&'()*+,-./:;<=>?_"),
    "Y": N_("a capital letter, a digit, or one of #-/"),
    "Z": N_("a letter A–Z or a–z, a digit, or one of -_="),
}
_PRIMES_BELOW_100 = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
_SHOWN = 8
"""Unprintable characters that a sentence names at the most."""
_SHORTEST_PREFIX = 4
"""Digits of the shortest GS1 company prefix."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is not what its identifier wants."""

    fault: Fault
    because: Message
    offset: int = 0
    """Where in the value, counted from 0."""


Check = Callable[[str, date], "Message | None"]


def problem_of(identifier: Identifier, value: str, today: date) -> Problem | None:
    """The first thing that is wrong with a value, if any."""
    return _length_problem(identifier, value) or next(
        (
            found
            for component, start, part in parts_of(identifier, value)
            if not _says_no_time(identifier, part) and (found := _part_problem(component, start, part, today))
        ),
        None,
    )


def date_of(identifier: Identifier, value: str, today: date) -> date | None:
    """The day that a right value begins with, if it begins with one."""
    checks = identifier.components[0].checks
    if "yymmd0" in checks or "yymmdd" in checks:
        return short_date(value[:6], today)
    return long_date(value) if "yyyymmdd" in checks else None


def parts_of(identifier: Identifier, value: str) -> Iterator[tuple[Component, int, str]]:
    """The parts of a value, each with where it starts; optional ones only as far as the value reaches."""
    start = 0
    for component in identifier.components:
        part = value[start : start + component.longest]
        if part or not component.optional:
            yield component, start, part
        start += len(part)


def check_digit(digits: str) -> int:
    """The check digit that belongs behind these digits."""
    from biip.checksums import gs1_standard_check_digit

    return gs1_standard_check_digit(digits)


def check_pair(text: str) -> str:
    """The two check characters that belong behind this text (General Specifications 7.9.5)."""
    weighted = zip(reversed(text), _PRIMES_BELOW_100, strict=False)
    total = sum(CHARACTERS_82.index(character) * prime for character, prime in weighted) % 1021
    return CHARACTERS_32[total >> 5] + CHARACTERS_32[total & 31]


def _length_problem(identifier: Identifier, value: str) -> Problem | None:
    """A value too short or too long. Optional parts are there whole or not at all."""
    if len(value) > identifier.longest:
        because = M("expected {most} characters at the most, got {length}", most=identifier.longest, length=len(value))
        return Problem(Fault.TOO_LONG, because, identifier.longest)
    for component, start, part in parts_of(identifier, value):
        if len(part) < component.shortest:
            wanted = start + component.shortest
            template = (
                M("expected {wanted} characters, got {length}: the code is cut short", wanted=wanted, length=len(value))
                if identifier.shortest == identifier.longest
                else M("expected at least {wanted} characters, got {length}", wanted=wanted, length=len(value))
            )
            return Problem(Fault.CUT_SHORT, template, len(value))
    return None


def _part_problem(component: Component, start: int, part: str, today: date) -> Problem | None:
    allowed = CHARACTERS[component.kind]
    for at, character in enumerate(part):
        if character not in allowed:
            because = M(
                "expected {wanted}, got {character}",
                wanted=M(_CLASSES[component.kind]),
                character=shown(character),
            )
            return Problem(Fault.CHARACTER, because, start + at)
    for name in component.checks:
        fault, check = CHECKS[name]
        because_of_check = check(part, today)
        if because_of_check is not None:
            return Problem(fault, because_of_check, start)
    return None


def _says_no_time(identifier: Identifier, part: str) -> bool:
    """Delivery dates without a time of day are written with the time 9999."""
    return part == "9999" and identifier.ai in ("4324", "4325")


def shown(text: str) -> str:
    """Scanned characters so that a person can tell what they are and a terminal prints them."""
    if text.isprintable() and " " not in text:
        return f"'{text}'"
    return " ".join(f"U+{ord(character):04X}" for character in text[:_SHOWN]) + (" …" if len(text) > _SHOWN else "")


def _check_digit(part: str, _today: date) -> Message | None:
    wanted = check_digit(part[:-1])
    return (
        None if wanted == int(part[-1]) else M("expected check digit {wanted}, got {got}", wanted=wanted, got=part[-1])
    )


def _check_pair(part: str, _today: date) -> Message | None:
    wanted = check_pair(part[:-2])
    if len(part) > 2 and wanted == part[-2:]:
        return None
    return M("expected check characters {wanted}, got {got}", wanted=wanted, got=part[-2:])


def _prefix(part: str, _today: date) -> Message | None:
    return None if re.match(rf"[0-9]{{{_SHORTEST_PREFIX}}}", part) else _no_prefix(part)


def _no_prefix(part: str) -> Message:
    return M(
        "expected a company's number of at least {least} digits at the beginning, got {got}",
        least=_SHORTEST_PREFIX,
        got=part[:_SHORTEST_PREFIX],
    )


def _short_date(part: str, today: date) -> Message | None:
    return None if short_date(part, today) else M("expected a date as YYMMDD, got {got}", got=part)


def _short_date_with_day(part: str, today: date) -> Message | None:
    if part[4:] == "00":
        return M("expected a date as YYMMDD with its day, got {got}", got=part)
    return _short_date(part, today)


def _long_date(part: str, _today: date) -> Message | None:
    return None if long_date(part) else M("expected a date as YYYYMMDD, got {got}", got=part)


def _matches(pattern: str, wanted: str) -> Check:
    whole = re.compile(pattern)

    def check(part: str, _today: date) -> Message | None:
        return None if whole.fullmatch(part) else M("expected {wanted}, got {got}", wanted=M(wanted), got=part)

    return check


def _one_of(codes: frozenset[str], wanted: str) -> Check:
    def check(part: str, _today: date) -> Message | None:
        return None if part in codes else M("expected {wanted}, got {got}", wanted=M(wanted), got=part)

    return check


def _up_to(limit: int, wanted: str) -> Check:
    def check(part: str, _today: date) -> Message | None:
        return None if int(part) <= limit else M("expected {wanted}, got {got}", wanted=M(wanted), got=part)

    return check


def _bank_account(part: str, _today: date) -> Message | None:
    digits = "".join(str(int(character, 36)) for character in part[4:] + part[:4] if character.isalnum())
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", part) and part[:2] in COUNTRY_LETTERS and int(digits) % 97 == 1:
        return None
    return M("expected a bank account's IBAN with its right check digits, got {got}", got=part)


def _piece_of_total(part: str, _today: date) -> Message | None:
    if 1 <= int(part[:2]) <= int(part[2:]):
        return None
    return M("expected a piece's number and how many there are, such as 0103, got {got}", got=part)


def _place_in_sequence(part: str, _today: date) -> Message | None:
    if re.fullmatch(r"[1-9]/[1-9]", part) and part[0] <= part[2]:
        return None
    return M("expected a place in a sequence, such as 1/2, got {got}", got=part)


def _counted(first: int, last: int, more: int = 0) -> str:
    """A pattern for digits whose number stands before them as one digit, less `more`."""
    return "(?:" + "|".join(f"{count}[0-9]{{{count + more}}}" for count in range(first, last + 1)) + ")"


_PURCHASE = _counted(1, 5) + "[0-49][0-9]{3}"
_COMPANY = _counted(0, 6, more=6)
_COUPON = re.compile(
    f"{_COMPANY}[0-9]{{6}}{_counted(1, 5)}{_PURCHASE}"
    f"(?:1[0-3]{_PURCHASE}(?:9|{_COMPANY}))?(?:2{_PURCHASE}(?:9|{_COMPANY}))?"
    f"(?:3(?P<end>[0-9]{{6}}))?(?:4(?P<start>[0-9]{{6}}))?(?:5{_counted(0, 9, more=6)})?(?:6{_counted(1, 7, more=6)})?"
    "(?:9[01256][0-2][0-9][01])?"
)
"""Company, offer, saving, purchase; then further purchases, dates, serial, retailer, miscellaneous, as marked."""


def _coupon(part: str, today: date) -> Message | None:
    match = _COUPON.fullmatch(part)
    days = [short_date(match[name], today) for name in ("start", "end") if match[name]] if match else [None]
    if match and all(days) and days == sorted(each for each in days if each):
        return None
    return M("expected a coupon's code as in GS1's specification of (8110), got {got}", got=part)


_COUNTRY = N_("a country's ISO 3166 number")
_TIME = N_("a time of day as HHMM")

CHECKS: dict[str, tuple[Fault, Check]] = {
    "csum": (Fault.CHECK_DIGIT, _check_digit),
    "csumalpha": (Fault.CHECK_DIGIT, _check_pair),
    "gcppos1": (Fault.CONTENT, _prefix),
    "gcppos2": (Fault.CONTENT, lambda part, today: _prefix(part[1:], today)),
    "yymmd0": (Fault.DATE, _short_date),
    "yymmdd": (Fault.DATE, _short_date_with_day),
    "yyyymmdd": (Fault.DATE, _long_date),
    "hh": (Fault.DATE, _up_to(23, N_("an hour from 00 to 23"))),
    "mi": (Fault.DATE, _up_to(59, N_("a minute from 00 to 59"))),
    "ss": (Fault.DATE, _up_to(59, N_("a second from 00 to 59"))),
    "hhmi": (Fault.DATE, _matches(r"(?:[01][0-9]|2[0-3])[0-5][0-9]", _TIME)),
    "iso3166": (Fault.CONTENT, _one_of(COUNTRY_NUMBERS, _COUNTRY)),
    "iso3166999": (Fault.CONTENT, _one_of(COUNTRY_NUMBERS | {"999"}, _COUNTRY)),
    "iso3166alpha2": (Fault.CONTENT, _one_of(COUNTRY_LETTERS, N_("a country's two ISO 3166 letters"))),
    "iso4217": (Fault.CONTENT, _one_of(CURRENCY_NUMBERS, N_("a currency's ISO 4217 number"))),
    "iso5218": (Fault.CONTENT, _matches("[0129]", N_("0, 1, 2 or 9"))),
    "iban": (Fault.CHECK_DIGIT, _bank_account),
    "latitude": (Fault.CONTENT, _up_to(1_800_000_000, N_("a latitude of at most 1800000000"))),
    "longitude": (Fault.CONTENT, _up_to(3_600_000_000, N_("a longitude of at most 3600000000"))),
    "mediatype": (Fault.CONTENT, _matches("0[1-9]|10|[89][0-9]", N_("a media type: 01 to 10, or 80 to 99"))),
    "nonzero": (Fault.CONTENT, _matches("0*[1-9][0-9]*", N_("a number above zero"))),
    "zero": (Fault.CONTENT, _matches("0", N_("a zero"))),
    "nozeroprefix": (Fault.CONTENT, _matches("[1-9][0-9]*", N_("a number without leading zeros"))),
    "winding": (Fault.CONTENT, _matches("[019]", N_("0, 1 or 9"))),
    "pieceoftotal": (Fault.CONTENT, _piece_of_total),
    "pcenc": (Fault.CONTENT, _matches(r"(?:[^%]|%[0-9A-Fa-f]{2})*", N_("two hexadecimal digits after every %"))),
    "posinseqslash": (Fault.CONTENT, _place_in_sequence),
    "hasnondigit": (Fault.CONTENT, _matches(r".*[^0-9].*", N_("at least one character that is no digit"))),
    "hyphen": (Fault.CONTENT, _matches("-", N_("a minus sign or nothing"))),
    "importeridx": (Fault.CONTENT, _matches("[-_0-9A-Za-z]", N_("a letter, a digit, - or _"))),
    "packagetype": (Fault.CONTENT, _matches("[0-9A-Z]{1,3}", N_("a package type of at most 3 capitals or digits"))),
    "yesno": (Fault.CONTENT, _matches("[01]", N_("0 for no or 1 for yes"))),
    "couponcode": (Fault.CONTENT, _coupon),
    "couponposoffer": (
        Fault.CONTENT,
        _matches(f"[01]{_COMPANY}[0-9]{{6}}{_counted(0, 9, more=6)}", N_("a coupon's offer as in GS1's specification")),
    ),
}
"""Every check that the dictionary names: the fault it finds, and the check."""
