"""CSV templates: what each column holds, a header, and one row that shows how it looks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from scantrail.interchange.columns import Column, Kind
from scantrail.interchange.csv_files import COMMENT
from scantrail.interchange.kinds import KINDS
from scantrail.words import M, _, say


def template(kind_name: str) -> str:
    """A CSV file of a kind: comment lines, header, example row."""
    kind = KINDS[kind_name]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([column.name for column in kind.all_columns])
    writer.writerow([column.example for column in kind.all_columns])
    return "".join(f"{COMMENT} {line}\n" for line in _comments(kind)) + table.getvalue()


def _comments(kind: Kind) -> Iterator[str]:
    yield _(kind.about)
    yield say(M("Save as {kind}.csv, in UTF-8. A row's key: {key}.", kind=kind.name, key=", ".join(kind.key)))
    if kind.lines:
        yield _(
            "One row for each line of a document; the document's own columns may be left empty after its first row."
        )
    for column in kind.all_columns:
        yield f"{column.name}: {_about(column)}"


def _about(column: Column) -> str:
    return say(M("{about} (needed)", about=_(column.about))) if column.required else _(column.about)
