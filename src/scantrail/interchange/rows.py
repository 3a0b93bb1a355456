"""Rows as they stand in a file, before anybody knows whether they are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scantrail.interchange.problems import Spot


class Numeral(str):
    """A number in a JSON file, exactly as it is written there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells by column; in CSV always text, in JSON any JSON value with numbers as `Numeral`."""

    kind: str
    spot: Spot
    cells: Mapping[str, Any]
    lines: tuple[Row, ...] = field(default=())
    """The lines of a document."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that rows came from."""

    name: str
    sha256: str
    rows: tuple[Row, ...]
