"""A set of keys as one value of a query, so that its text never changes with their number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, bindparam, column, func, literal, select


def one_of(key: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is among the keys bound to `name` (see `keys`)."""
    return _among(key, bindparam(name))


def one_of_these(key: ColumnElement[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Whether a column is among keys that are part of the query itself."""
    return _among(key, literal(keys(values)))


def _among(key: ColumnElement[Any], wanted: ColumnElement[str]) -> ColumnElement[bool]:
    values = func.json_each(wanted).table_valued(column("value"))
    return key.in_(select(values.c.value))


def keys(values: Iterable[str | int]) -> str:
    """The keys for a parameter of `one_of`."""
    return json.dumps(sorted(set(values)))
