"""A set of keys as one value of a query, so that its text never changes with their number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, bindparam, column, func, select


def one_of(key: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is among the keys bound to `name` (see `keys`)."""
    values = func.json_each(bindparam(name)).table_valued(column("value"), name=f"{name}_of")
    return key.in_(select(values.c.value))


def keys(values: Iterable[str | int]) -> str:
    """The keys for a parameter of `one_of`."""
    return json.dumps(sorted(set(values)))
