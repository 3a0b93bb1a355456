"""Domain values as the JSON text that the database keeps."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from scantrail.domain.plain import from_plain, to_plain

T = TypeVar("T")


def to_body(value: Any) -> str:
    """A value as ASCII JSON; see `text_of`."""
    return text_of(to_plain(value))


def text_of(plain: Any) -> str:
    """ASCII JSON: a NUL or a lone surrogate in a scan is escaped and does no harm in PostgreSQL."""
    return _ENCODER.encode(plain)


_ENCODER = json.JSONEncoder(separators=(",", ":"))
"""One for all: making it takes as long as encoding a small row."""


def from_body(wanted: type[T], body: str) -> T:
    """The value that `to_body` wrote."""
    return from_plain(wanted, json.loads(body))
