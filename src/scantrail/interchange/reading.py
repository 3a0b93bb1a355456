"""A file's bytes as rows; whatever the bytes are, the answer is rows or sentences."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path, PurePath

from scantrail.interchange.csv_files import csv_rows
from scantrail.interchange.json_files import json_rows
from scantrail.interchange.problems import Problems, Spot, row_spot
from scantrail.interchange.rows import Source
from scantrail.words import M

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_file(path: Path, problems: Problems) -> Source | None:
    """The rows of a file on disk; None when it cannot be read at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problems.add(Spot(path.name), M("expected a file that can be read: {error}", error=error.strerror or error))
        return None
    return read_bytes(path.name, data, problems)


def read_bytes(name: str, data: bytes, problems: Problems) -> Source:
    """The rows of a file that is called `name`."""
    digest = sha256(data).hexdigest()
    text = _text(name, data, problems)
    if text is None:
        return Source(name, digest, ())
    path = PurePath(name)
    if path.suffix.lower() == ".json":
        return Source(name, digest, json_rows(name, text, problems))
    if path.suffix.lower() == ".csv":
        return Source(name, digest, csv_rows(name, path.stem, text, problems))
    problems.add(Spot(name), M("expected a file whose name ends in .csv or .json"))
    return Source(name, digest, ())


def _text(name: str, data: bytes, problems: Problems) -> str | None:
    if data.startswith(_UTF16_MARKS):
        problems.add(Spot(name), M("expected UTF-8; this is UTF-16. Save it again as CSV UTF-8"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        expected = M(
            "expected UTF-8; byte {offset} is {byte}. Save it again as CSV UTF-8",
            offset=error.start,
            byte=f"0x{data[error.start]:02X}",
        )
        problems.add(row_spot(name, row, row), expected)
        return None
    if not text.strip():
        problems.add(Spot(name), M("expected rows; the file is empty"))
        return None
    return text
