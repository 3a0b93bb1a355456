"""Columns of many rows as PostgreSQL's binary arrays.

Written here since they are most of what a push costs in the driver: its own arrays take 12 ms for 100 rows of the log,
events, feed and units, these take 2, as little as a binary COPY, which cannot travel with other statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from struct import pack
from typing import Any

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

_NULL = pack("!i", -1)
_LENGTHS = tuple(pack("!i", length) for length in range(4096))
"""What stands before a value of so many bytes."""


class Array:
    """The values of one column, one a row."""

    __slots__ = ("values",)

    sql: str
    """The type of a value."""
    oid: int
    """The number of that type in PostgreSQL."""
    to_bytes: Callable[[Any], bytes]

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = list(values)

    def __repr__(self) -> str:
        return repr(self.values)


class Texts(Array):
    """Texts.

    Raises, when it is sent:
        UnicodeEncodeError: one holds half a surrogate pair.
    """

    __slots__ = ()
    sql, oid = "text", 25
    to_bytes = staticmethod(str.encode)


class LongNumbers(Array):
    """Whole numbers of 64 bits."""

    __slots__ = ()
    sql, oid = "int8", 20
    to_bytes = staticmethod(lambda value: pack("!q", value))


class Numbers(Array):
    """Whole numbers of 32 bits."""

    __slots__ = ()
    sql, oid = "int4", 23
    to_bytes = staticmethod(lambda value: pack("!i", value))


class Truths(Array):
    """Yes or no."""

    __slots__ = ()
    sql, oid = "bool", 16
    to_bytes = staticmethod(lambda value: b"\1" if value else b"\0")


class Bytes(Array):
    """Bytes as they are."""

    __slots__ = ()
    sql, oid = "bytea", 17
    to_bytes = staticmethod(bytes)


def array_for(column: TypeEngine[Any]) -> type[Array]:
    """The array that carries values of a column of this type."""
    for kind, array in _ARRAYS:
        if isinstance(column, kind):
            return array
    raise TypeError(f"Values of {column!r} are not sent as arrays yet.")


_ARRAYS: Sequence[tuple[type[TypeEngine[Any]], type[Array]]] = (
    (String, Texts),
    (BigInteger, LongNumbers),
    (Integer, Numbers),
    (Boolean, Truths),
    (LargeBinary, Bytes),
)


class _ArrayDumper(Dumper):
    """One dimension, counted from 1: how many dimensions, whether any is null, the type, how many, then the values."""

    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        to_bytes = type(obj).to_bytes
        items = [None if value is None else to_bytes(value) for value in obj.values]
        if not items:
            return pack("!iii", 0, 0, obj.oid)
        parts = [
            _NULL if each is None else (_LENGTHS[len(each)] if len(each) < 4096 else pack("!i", len(each))) + each
            for each in items
        ]
        return pack("!iiiii", 1, None in items, obj.oid, len(items), 1) + b"".join(parts)


for _array, _oid in ((Texts, 1009), (LongNumbers, 1016), (Numbers, 1007), (Truths, 1000), (Bytes, 1001)):
    adapters.register_dumper(_array, type(f"_{_array.__name__}", (_ArrayDumper,), {"oid": _oid}))
