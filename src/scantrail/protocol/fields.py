"""What the fields of a request may hold, written with their types: it is checked, and told to others, from there alone.

An annotation such as `code: Name` says it; decoding (`domain/plain`) looks at the type alone.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any

from scantrail.domain.things.photo import is_hash
from scantrail.protocol.limits import LONGEST_NAME
from scantrail.words import M, Message


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text: what is looked up, kept as a key or shown."""

    longest: int = LONGEST_NAME
    """Characters."""

    def fault(self, name: str, value: str) -> Message | None:
        """What is wrong with a text, with the name of its field."""
        if len(value) <= self.longest and value.isprintable():
            return None
        return M("{name}: expected printable text of at most {limit} characters.", name=name, limit=self.longest)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def fault(self, name: str, value: int) -> Message | None:
        """What is wrong with a number, with the name of its field."""
        if self.least <= value <= self.most:
            return None
        return M("{name}: expected a number from {least} to {limit}.", name=name, least=self.least, limit=self.most)


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `least` to `most` items."""

    least: int
    most: int

    def fault(self, name: str, value: typing.Sized) -> Message | None:
        """What is wrong with a list, with the name of its field."""
        if self.least <= len(value) <= self.most:
            return None
        return M("{name}: expected {least} to {limit} of them.", name=name, least=self.least, limit=self.most)


@dataclass(frozen=True, slots=True)
class Hash:
    """A SHA-256, in hexadecimal: `e3b0c442…b855`."""

    def fault(self, name: str, value: str) -> Message | None:
        """What is wrong with a hash, with the name of its field."""
        return None if is_hash(value) else M("{name}: expected 64 hexadecimal digits.", name=name)


Limit = Text | Number | Items | Hash

Name = Annotated[str, Text()]
"""An id, a serial, a code, a badge: whatever the server looks up."""

Check = Callable[[Any, str], Message | None]


def fault_in(message: Any) -> Message | None:
    """What is wrong with the first field of a message that holds what its annotation does not allow."""
    cls: Any = type(message)
    check = _check(cls)
    return check(message, "") if check else None


@cache
def _check(wanted: Any) -> Check | None:
    """How values of a type are looked at; None where every value of it is right."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is Annotated:
        limits = tuple(each for each in arguments[1:] if isinstance(each, Limit))
        return _first(*(_limited(each) for each in limits), _check(arguments[0]))
    if origin in (typing.Union, types.UnionType):
        return _optional(next(each for each in arguments if each is not types.NoneType))
    if origin in (tuple, frozenset):
        return _each(_check(arguments[0]))
    if origin in (dict, Mapping):
        return _mapping(*map(_check, arguments))
    return _dataclass(wanted) if is_dataclass(wanted) else None


def _limited(limit: Any) -> Check:
    return lambda value, path: limit.fault(path, value)


def _first(*checks: Check | None) -> Check | None:
    there = [each for each in checks if each is not None]
    if len(there) <= 1:
        return there[0] if there else None
    return lambda value, path: next(filter(None, (each(value, path) for each in there)), None)


def _optional(inner: Any) -> Check | None:
    check = _check(inner)
    return check and (lambda value, path: None if value is None else check(value, path))


def _each(check: Check | None) -> Check | None:
    return check and (lambda value, path: next(filter(None, (check(each, path) for each in value)), None))


def _mapping(key: Check | None, item: Check | None) -> Check | None:
    keys, items = _each(key), _each(item)
    return _first(keys, items and (lambda value, path: items(value.values(), path)))


def _dataclass(cls: Any) -> Check | None:
    hints = typing.get_type_hints(cls, include_extras=True)
    checks = [(each.name, check) for each in fields(cls) if (check := _check(hints[each.name])) is not None]
    if not checks:
        return None

    def check_all(value: Any, path: str) -> Message | None:
        for name, check in checks:
            fault = check(getattr(value, name), f"{path}.{name}" if path else name)
            if fault is not None:
                return fault
        return None

    return check_all
