"""Element strings: identifiers and values one after the other, as bars or squares hold them, or in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from scantrail.gs1.contents import date_of, problem_of, shown
from scantrail.gs1.dictionary import Identifier, identifier_at, identifiers
from scantrail.gs1.reading import Element, Fault, Gs1Refusal
from scantrail.gs1.rules import breach_of
from scantrail.words import M

SEPARATOR = "\x1d"
"""What FNC1 between two elements is sent as."""
_IN_PARENTHESES = re.compile(r"\( ?([0-9]{2,4}) ?\)")
_BLANKS = " \t\r\n\u00a0\u2009\u202f"
"""What stands between the parts of a text that is printed under the bars; no value may hold one of them."""

Elements = tuple[Element, ...]


def read_elements(text: str, begin: int, today: date) -> Elements | Gs1Refusal:
    """The elements of a text from `begin` on."""
    found: list[Element] = []
    at = begin + text.startswith(SEPARATOR, begin)
    while at < len(text) or not found:
        identifier = identifier_at(text, at)
        if identifier is None:
            return _no_identifier(text, at)
        start = at + len(identifier.ai)
        end = _end(text, start, identifier)
        element = read_element(identifier, text[start:end], at, today)
        if isinstance(element, Gs1Refusal):
            return replace(element, elements=tuple(found))
        found.append(element)
        at = end + text.startswith(SEPARATOR, end)
    return _whole(found)


def read_in_parentheses(text: str, begin: int, today: date) -> Elements | Gs1Refusal:
    """The elements of a text such as `(01)09521234543213(21)A1`, as it is printed beside the bars."""
    found: list[Element] = []
    for identifier, at, value in _written_out(text, begin):
        element = read_element(identifier, value, at, today)
        if isinstance(element, Gs1Refusal):
            return element
        found.append(element)
    return _whole(found)


def _whole(found: Sequence[Element]) -> Elements | Gs1Refusal:
    breach = breach_of(found)
    return replace(breach, elements=tuple(found)) if breach else tuple(found)


def is_in_parentheses(text: str, begin: int) -> bool:
    """Whether a text goes on with a known identifier in parentheses."""
    match = _IN_PARENTHESES.match(text, begin)
    return match is not None and match[1] in identifiers()


def read_element(identifier: Identifier, value: str, at: int, today: date) -> Element | Gs1Refusal:
    """One element whose identifier stands at `at`."""
    problem = problem_of(identifier, value, today)
    if problem is None:
        return Element(identifier.ai, value, identifier.title, at, date_of(identifier, value, today))
    because = M(
        "({ai}) {title} at character {position}: {problem}.",
        ai=identifier.ai,
        title=identifier.title,
        position=at + 1,
        problem=problem.because,
    )
    return Gs1Refusal(problem.fault, because, identifier.ai, at)


def _end(text: str, start: int, identifier: Identifier) -> int:
    separator = text.find(SEPARATOR, start)
    end = len(text) if separator < 0 else separator
    return min(end, start + identifier.longest) if identifier.ends_itself else end


def _written_out(text: str, begin: int) -> Iterator[tuple[Identifier, int, str]]:
    known = identifiers()
    marks = [match for match in _IN_PARENTHESES.finditer(text, begin) if match[1] in known]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        yield known[mark[1]], mark.start(), _printed(known[mark[1]], text[mark.end() : end])


def _printed(identifier: Identifier, value: str) -> str:
    """A value without the blanks it is printed with: around it, and between the digits of a number."""
    is_number = all(component.kind == "N" for component in identifier.components)
    return "".join(each for each in value if each not in _BLANKS) if is_number else value.strip(_BLANKS)


def _no_identifier(text: str, at: int) -> Gs1Refusal:
    if at >= len(text):
        return Gs1Refusal(Fault.EMPTY, M("The code is empty: expected a GS1 application identifier."), position=at)
    because = M(
        "At character {position}: expected a GS1 application identifier, got {got}. "
        "A value before it may be too long, or a separator is missing.",
        position=at + 1,
        got=shown(text[at : at + 4]),
    )
    return Gs1Refusal(Fault.NO_IDENTIFIER, because, position=at)
