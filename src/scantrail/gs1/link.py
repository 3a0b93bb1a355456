"""GS1 Digital Links: web addresses, on any domain, whose path holds a GS1 key (GS1 Digital Link, URI syntax)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from scantrail.gs1.contents import shown
from scantrail.gs1.dictionary import Identifier, identifiers
from scantrail.gs1.elements import Elements, read_element
from scantrail.gs1.reading import Element, Fault, Gs1Refusal
from scantrail.gs1.rules import breach_of
from scantrail.words import M, Message

_ADDRESS = re.compile(r"https?://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_GS1_HOST = "id.gs1.org"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LOOKS_LIKE_A_KEY = re.compile(r"[0-9]{4}")
_WORDS = {
    "cpid": "8010", "cpsn": "8011", "cpv": "22", "gcn": "255", "gdti": "253", "giai": "8004", "ginc": "401",
    "gln": "414", "glnx": "254", "gmn": "8013", "grai": "8003", "gsin": "402", "gsrn": "8018", "gsrnp": "8017",
    "gtin": "01", "itip": "8006", "lot": "10", "party": "417", "payto": "415", "refno": "8020", "ser": "21",
    "srin": "8019", "sscc": "00", "tpx": "235",
}  # fmt: skip
"""Words that earlier editions of the standard allowed in place of identifiers."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """An identifier and its value as they stand in the address, undecoded."""

    name: str
    value: str
    at: int


def is_address(text: str, begin: int) -> bool:
    """Whether a text goes on as a web address."""
    return text[begin : begin + 8].lower().startswith(("http://", "https://"))


def read_link(text: str, begin: int, today: date) -> Elements | Gs1Refusal | None:
    """The elements of a Digital Link; None for a web address that is none."""
    address = _ADDRESS.fullmatch(text, begin)
    if address is None:
        return None
    ends_in_slash = address[2].endswith("/")
    segments = list(_split(address[2].removesuffix("/"), "/", address.start(2)))
    key = _key_among(segments, anything=address[1].lower() == _GS1_HOST)
    if key is None:
        because = M("The link holds no GS1 key with its value, such as /01/09521234543213.")
        return Gs1Refusal(Fault.LINK, because, position=begin) if address[1].lower() == _GS1_HOST else None
    if ends_in_slash:
        because = M("The link's path ends in a slash at character {position}: the standard wants none.")
        return _refusal(because, at=address.end(2) - 1)
    path = segments[key:]
    if len(path) % 2:
        because = M("The link ends with {name} at character {position}: expected its value behind it.")
        return _refusal(because, name=shown(path[-1][0]), at=path[-1][1])
    pairs = [_Pair(name, value, at) for (name, at), (value, _at) in zip(path[::2], path[1::2], strict=True)]
    queried = _queried(address[3] or "", address.start(3))
    return _whole(pairs, list(queried), today)


def _whole(path: list[_Pair], queried: list[_Pair], today: date) -> Elements | Gs1Refusal:
    problems = (_query_problem(each, path[0]) for each in queried)
    refusal = _path_problem(path) or next(filter(None, problems), None) or _repetition([*path, *queried])
    if refusal is not None:
        return refusal
    found: list[Element] = []
    for pair, in_query in [(each, False) for each in path] + [(each, True) for each in queried]:
        element = _element(pair, today, in_query=in_query)
        if isinstance(element, Gs1Refusal):
            return element
        found.append(element)
    return breach_of(found) or tuple(found)


def _split(text: str, separators: str, at: int) -> Iterator[tuple[str, int]]:
    """The pieces between separators, each with where it stands."""
    for piece in re.split(f"[{separators}]", text):
        yield piece, at
        at += len(piece) + 1


def _key_among(segments: list[tuple[str, int]], *, anything: bool) -> int | None:
    """Which segment is the key: the first that names one and has a value that may be one behind it."""
    for at, (name, _position) in enumerate(segments[:-1]):
        identifier = identifiers().get(_WORDS.get(name.lower(), name))
        is_key = identifier is not None and identifier.qualifiers is not None
        if is_key and (anything or _LOOKS_LIKE_A_KEY.match(unquote(segments[at + 1][0]))):
            return at
    return None


def _queried(query: str, at: int) -> Iterator[_Pair]:
    """What stands behind the question mark and claims to be an identifier; all else is the website's own."""
    for piece, position in _split(query, "&;", at):
        name, _equals, value = piece.partition("=")
        if name.isdecimal() and name.isascii():
            yield _Pair(name, value, position)


def _path_problem(path: list[_Pair]) -> Gs1Refusal | None:
    for pair in path:
        if pair.name.lower() in _WORDS:
            because = M("The link writes /{name}/ at character {position}: the standard wants /{ai}/.")
            return _refusal(because, name=pair.name, at=pair.at, ai=_WORDS[pair.name.lower()])
    names = [pair.name for pair in path[1:]]
    sequences = identifiers()[path[0].name].qualifiers or ()
    if not any(_in_order(names, sequence) for sequence in sequences) and names:
        because = M("The link goes on with {name} at character {position} after ({ai}): expected {expected}.")
        expected: Message | str = " / ".join(",".join(each) for each in sequences) or M("nothing")
        return _refusal(because, name=shown(",".join(names)), at=path[1].at, ai=path[0].name, expected=_order(expected))
    return None


def _order(expected: Message | str) -> Message:
    return M("{identifiers} in this order", identifiers=expected) if isinstance(expected, str) else expected


def _in_order(names: list[str], sequence: tuple[str, ...]) -> bool:
    rest = iter(sequence)
    return all(name in rest for name in names)


def _repetition(pairs: list[_Pair]) -> Gs1Refusal | None:
    """An identifier twice, be it with one value: a link says everything once."""
    seen: set[str] = set()
    for pair in pairs:
        if pair.name in seen:
            because = M("The link has ({name}) once more at character {position}: expected it once.")
            return _refusal(because, name=pair.name, at=pair.at)
        seen.add(pair.name)
    return None


def _query_problem(pair: _Pair, key: _Pair) -> Gs1Refusal | None:
    """What is behind the question mark must be a GS1 identifier that is no key and no qualifier of this link's key."""
    qualifiers = {ai for sequence in identifiers()[key.name].qualifiers or () for ai in sequence}
    identifier = identifiers().get(pair.name)
    if identifier is None:
        because = M("The link has {name} behind the question mark at character {position}: no GS1 identifier.")
    elif not identifier.in_query or pair.name in qualifiers:
        because = M("The link has ({name}) behind the question mark at character {position}: it belongs in the path.")
    else:
        return None
    return _refusal(because, name=pair.name, at=pair.at)


def _element(pair: _Pair, today: date, *, in_query: bool) -> Element | Gs1Refusal:
    identifier: Identifier = identifiers()[pair.name]
    if _BAD_ESCAPE.search(pair.value):
        because = M("The link's value of ({name}) at character {position} has a % without two hexadecimal digits.")
        return _refusal(because, name=pair.name, at=pair.at)
    value = unquote(pair.value.replace("+", " ") if in_query else pair.value)
    return read_element(identifier, value, pair.at, today)


def _refusal(because: Message, at: int, **values: object) -> Gs1Refusal:
    return Gs1Refusal(Fault.LINK, Message(because.template, {**values, "position": at + 1}), position=at)
