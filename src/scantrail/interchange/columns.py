"""What a kind of rows is made of: its columns, each with its reader and its explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scantrail.interchange import cells
from scantrail.interchange.cells import Cell, many


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind."""

    name: str
    read: Cell
    about: str
    """What it holds, for the template."""
    example: str = ""
    required: bool = False
    default: Any = ""
    """What an empty or missing cell means."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows."""

    name: str
    key: tuple[str, ...]
    """The columns that say which thing a row is about."""
    about: str
    columns: tuple[Column, ...]
    lines: tuple[Column, ...] = ()
    """Columns of a document's lines: `lines` in JSON, one CSV row for each line."""

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column of a CSV file of this kind."""
        return self.columns + self.lines


def needed(name: str, read: Cell, about: str, example: str) -> Column:
    """A column that every row must fill."""
    return Column(name, read, about, example, required=True, default=None)


def listed(name: str, read: Cell, about: str, example: str = "", default: tuple[str, ...] | None = ()) -> Column:
    """A column of several entries."""
    return Column(name, many(read), about, example, default=default)


def absent(name: str, read: Cell, about: str, example: str = "") -> Column:
    """A column that may be empty, and then says nothing."""
    return Column(name, read, about, example, default=None)


def plain(name: str, about: str, example: str = "") -> Column:
    """A column of free text that may be empty."""
    return Column(name, cells.text, about, example)


def yes_no(name: str, about: str, example: str, *, default: bool | None) -> Column:
    """A column that says yes or no."""
    return Column(name, cells.flag, about, example, default=default)
