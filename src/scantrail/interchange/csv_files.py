"""CSV files: a header of column names, one row for each thing; documents have one row for each line."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from scantrail.interchange.columns import Kind
from scantrail.interchange.kinds import KINDS, kind_of_file
from scantrail.interchange.problems import Problems, Spot, row_spot
from scantrail.interchange.rows import Row
from scantrail.words import M

COMMENT = "#"
"""Lines that begin with it, above the header, are for people."""


def csv_rows(name: str, stem: str, text: str, problems: Problems) -> tuple[Row, ...]:
    """The rows of a CSV file."""
    kind = kind_of_file(stem)
    if kind is None:
        names = ", ".join(f"{each}.csv" for each in KINDS)
        problems.add(Spot(name), M("expected a file name that begins with its kind: {names}", names=names))
        return ()
    try:
        rows = tuple(_rows(name, kind, text, problems))
    except csv.Error as error:
        problems.add(Spot(name), M("expected CSV with closed quotes and commas between cells ({error})", error=error))
        return ()
    return _documents(kind, rows, problems) if kind.lines else rows


def _rows(name: str, kind: Kind, text: str, problems: Problems) -> Iterator[Row]:
    skipped, body = _without_comments(text)
    delimiter = _delimiter(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if not _header_fits(row_spot(name, skipped + 1, skipped + 1), kind, header, problems):
        return
    start = reader.line_num + 1
    for number, cells in enumerate(reader, skipped + 2):
        spot = row_spot(name, number, skipped + start)
        start = reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            expected = M("expected {count} cells as in the header, got {found}", count=len(header), found=len(cells))
            problems.add(spot, expected)
            continue
        yield Row(kind.name, spot, dict(zip(header, cells, strict=True)))


def _without_comments(text: str) -> tuple[int, str]:
    """How many lines stand above the header, and the text from the header on."""
    lines = text.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith(COMMENT)):
        skipped += 1
    return skipped, "".join(lines[skipped:])


def _delimiter(body: str) -> str:
    header = body.splitlines()[0] if body else ""
    return ";" if ";" in header and "," not in header else ","


def _header_fits(spot: Spot, kind: Kind, header: list[str], problems: Problems) -> bool:
    known = [column.name for column in kind.all_columns]
    before = len(problems)
    if not any(header):
        problems.add(Spot(spot.file), M("expected a header row with these columns: {names}", names=", ".join(known)))
        return False
    for name in header:
        if name not in known:
            problems.add(spot, M("expected one of these columns: {names}", names=", ".join(known)), value=name)
    for name in sorted(each for each, times in Counter(header).items() if times > 1):
        problems.add(spot, M("expected every column once"), name)
    for column in kind.columns:
        if column.required and column.name not in header:
            problems.add(spot, M("expected this column; it is missing"), column.name)
    return len(problems) == before


def _documents(kind: Kind, rows: tuple[Row, ...], problems: Problems) -> tuple[Row, ...]:
    """One row for each document, made of the rows of its lines."""
    names = [column.name for column in kind.columns]
    line_names = [column.name for column in kind.lines]
    key = kind.key[0]
    found: dict[str, Row] = {}
    for row in rows:
        head = {name: row.cells[name] for name in names if name in row.cells}
        cells = {name: row.cells[name] for name in line_names if name in row.cells}
        line = (Row(kind.name, row.spot, cells),) if any(cell.strip() for cell in cells.values()) else ()
        number = row.cells[key].strip()
        first = found.get(number)
        if first is None:
            found[number] = replace(row, cells=head, lines=line)
            continue
        _same_head(first, row, head, problems)
        found[number] = replace(first, lines=first.lines + line)
    return tuple(found.values())


def _same_head(first: Row, row: Row, head: dict[str, str], problems: Problems) -> None:
    for name, value in head.items():
        if value.strip() and value != first.cells[name]:
            expected = M("expected the same as in {spot}, or nothing: it is one document", spot=str(first.spot))
            problems.add(row.spot, expected, name, value)
