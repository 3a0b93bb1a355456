"""Domain values as plain JSON data and back, driven by their type annotations.

Encoding leaves out fields that hold their default, so an added field changes no stored byte of older values.
Decoding ignores fields it does not know (a newer writer) and refuses a missing or ill-typed one with its path.
A class with a static method `from_other_version` is given the data first, to say in its own words what a newer or
older version wrote.
"""

from __future__ import annotations

import reprlib
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

T = typing.TypeVar("T")
Decoder = Callable[[Any, str], Any]
Encoder = Callable[[Any], Any]

_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types that JSON has itself."""

_SHORT = reprlib.Repr()
"""Shows a value in a message, cut: one that is wrong may be a whole file."""
_SHORT.maxstring = _SHORT.maxother = 80


class PlainError(ValueError):
    """The data does not have the shape of the wanted type; the message names the path."""


class UnknownValue(PlainError):
    """A text stands where this version has a list of values, and is none of them: perhaps a newer version wrote it."""


def to_plain(value: Any) -> Any:
    """JSON-ready data: dataclasses become objects, tuples and sets lists, dates and instants ISO 8601."""
    kind: Any = type(value)
    return value if kind in _PLAIN else _encoder(kind)(value)


@cache
def _encoder(kind: Any) -> Encoder:
    """How values of one class are written; worked out once, since imports write many thousands."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, (datetime, date)):
        return lambda value: value.isoformat()
    if issubclass(kind, str):
        return str
    if issubclass(kind, frozenset):
        return lambda value: sorted(to_plain(item) for item in value)
    if issubclass(kind, (tuple, list)):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(kind, Mapping):
        return lambda value: {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if is_dataclass(kind):
        return _dataclass_encoder(_defaults(typing.cast("Any", kind)))
    raise TypeError(f"{kind.__name__} has no form in plain data.")


def _dataclass_encoder(defaults: tuple[tuple[str, Any], ...]) -> Encoder:
    def encode(value: Any) -> Any:
        return {
            name: item if type(item) in _PLAIN else to_plain(item)
            for name, default in defaults
            if (item := getattr(value, name)) is not default and item != default
        }

    return encode


def from_plain(wanted: type[T], data: Any) -> T:
    """The value of type `wanted` that `data` describes.

    Raises:
        PlainError: the data is not of that shape.
    """
    decode: Decoder = _decoder(typing.cast("Any", wanted))
    return typing.cast("T", decode(data, wanted.__name__))


@cache
def _defaults(cls: Any) -> tuple[tuple[str, Any], ...]:
    """Field names with their defaults; a default that can never be equal where a field is required."""
    found: list[tuple[str, Any]] = []
    for spec in fields(cls):
        if spec.default is not MISSING:
            found.append((spec.name, spec.default))
        elif spec.default_factory is not MISSING:
            found.append((spec.name, spec.default_factory()))
        else:
            found.append((spec.name, MISSING))
    return tuple(found)


@cache
def _decoder(wanted: Any) -> Decoder:
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, types.UnionType):
        return _optional(typing.get_args(wanted))
    if origin in (tuple, frozenset):
        return _sequence(origin, typing.get_args(wanted)[0])
    if origin in (dict, Mapping) or (origin is not None and issubclass(origin, Mapping)):
        return _mapping(typing.get_args(wanted))
    if is_dataclass(wanted):
        return _dataclass(wanted)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _enum(wanted)
    if wanted is datetime:
        return _converted(_instant, "an instant like 2025-01-31T08:00:00+00:00")
    if wanted is date:
        return _converted(date.fromisoformat, "a date like 2025-01-31")
    if wanted in (str, int, bool):
        return _exact(wanted)
    if isinstance(wanted, type) and issubclass(wanted, str):
        decode_text = _exact(str)
        return lambda data, path: wanted(decode_text(data, path))
    return lambda data, _path: data


def _exact(kind: type) -> Decoder:
    def decode(data: Any, path: str) -> Any:
        if type(data) is not kind:
            raise PlainError(f"{path}: expected {kind.__name__}, got {_SHORT.repr(data)}")
        return data

    return decode


def _enum(wanted: type[Enum]) -> Decoder:
    def decode(data: Any, path: str) -> Any:
        try:
            return wanted(data)
        except (ValueError, TypeError) as error:
            expected = ", ".join(str(each.value) for each in wanted)
            kind = UnknownValue if isinstance(data, str) else PlainError
            raise kind(f"{path}: expected one of {expected}, got {_SHORT.repr(data)}") from error

    return decode


def _converted(convert: Callable[[str], Any], expected: str) -> Decoder:
    def decode(data: Any, path: str) -> Any:
        try:
            return convert(data)
        except (ValueError, TypeError) as error:
            raise PlainError(f"{path}: expected {expected}, got {_SHORT.repr(data)}") from error

    return decode


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant


def _optional(arguments: tuple[Any, ...]) -> Decoder:
    (inner,) = (argument for argument in arguments if argument is not type(None))
    decode_inner = _decoder(inner)
    return lambda data, path: None if data is None else decode_inner(data, path)


def _sequence(make: Callable[[Any], Any], item: Any) -> Decoder:
    decode_item = _decoder(item)

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, list):
            raise PlainError(f"{path}: expected a list, got {_SHORT.repr(data)}")
        return make(decode_item(each, f"{path}[{at}]") for at, each in enumerate(data))

    return decode


def _mapping(arguments: tuple[Any, ...]) -> Decoder:
    decode_key, decode_item = (_decoder(argument) for argument in arguments)

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise PlainError(f"{path}: expected an object, got {_SHORT.repr(data)}")
        return {decode_key(key, path): decode_item(item, f"{path}.{key}") for key, item in data.items()}

    return decode


def _dataclass(cls: Any) -> Decoder:
    hints = typing.get_type_hints(cls)
    from_other_version = getattr(cls, "from_other_version", None)
    decoders = [(name, default is MISSING, _decoder(hints[name])) for name, default in _defaults(cls)]

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise PlainError(f"{path}: expected an object, got {_SHORT.repr(data)}")
        if from_other_version is not None:
            data = from_other_version(data)
        values = {}
        for name, required, decode_field in decoders:
            if name in data:
                values[name] = decode_field(data[name], f"{path}.{name}")
            elif required:
                raise PlainError(f"{path}.{name}: missing")
        return cls(**values)

    return decode
