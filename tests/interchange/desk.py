"""The importing desk of a test: files by name, brought into a database of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.kinds import Document
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.listing import Listing
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.things.unit import Unit
from scantrail.interchange.importing import Outcome, import_files
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import events, feed, log
from scantrail.server.records.documents import documents_by_number, put_documents
from scantrail.server.records.listed import listed_on, put_listed
from scantrail.server.records.units import units_by_id
from tests.support.worlds import named_by

DEMO = Path(__file__).parents[2] / "assets" / "demo"
NOW = datetime(2025, 1, 28, 14, 0, tzinfo=UTC)

BASICS: dict[str, Any] = {
    "sites": [
        {"id": "MAIN", "name": "Main warehouse", "time_zone": "America/New_York"},
        {"id": "EAST", "name": "East warehouse", "time_zone": "America/Chicago"},
    ],
    "partners": [
        {"name": "Precision Components LLC", "kind": "supplier"},
        {"name": "Metro Manufacturing", "kind": "customer"},
    ],
    "places": [
        {"place": "MAIN/DOCK-01", "kind": "dock", "pickable": False},
        {"place": "MAIN/A-15-03", "kind": "bin", "pickable": True},
        {"place": "MAIN/QC-01", "kind": "bin", "pickable": False},
        {"place": "MAIN/CART-05", "kind": "cart", "pickable": False},
        {"place": "EAST/E-01-01", "kind": "bin", "pickable": True},
        {"place": "PRECISION/RETURNS", "kind": "supplier", "pickable": False, "name": "Precision Components LLC"},
        {"place": "TRANSIT/FEDEX", "kind": "in_transit", "pickable": False},
        {"place": "METRO/DELIVERED", "kind": "customer", "pickable": False, "name": "Metro Manufacturing"},
    ],
    "products": [
        {"sku": "CM-500-STD", "name": "Control Module CM-500", "serial_format": "CM500-YYYY-NNNN"},
        {"sku": "PS-1", "name": "Power Supply", "serial_format": "NNNNNNNN"},
        {"sku": "FREE", "name": "Without a format"},
        {"sku": "CABLE", "name": "Cable", "tracking": "quantity"},
    ],
    "workers": [
        {
            "id": "sarah",
            "name": "Sarah Johnson",
            "badge": "WKR-1001",
            "pin": "1234",
            "site": "MAIN",
            "roles": ["picker"],
        }
    ],
}


def unit_row(number: int, **cells: Any) -> dict[str, Any]:
    """A module in A-15-03."""
    return {"product": "CM-500-STD", "serial": serial(number), "place": "MAIN/A-15-03", **cells}


def serial(number: int) -> str:
    """The serial of a module."""
    return f"CM500-2025-{number:04d}"


def order_row(*lines: dict[str, Any], number: str = "SO-1", **cells: Any) -> dict[str, Any]:
    """A sales order for modules."""
    return {"number": number, "site": "MAIN", "customer": "Premium", "lines": list(lines or [any_line(3)]), **cells}


def list_row(*lines: dict[str, Any], number: str = "PL-1", **cells: Any) -> dict[str, Any]:
    """A pick list for the order."""
    return {"number": number, "site": "MAIN", "order": "SO-1", "lines": list(lines), **cells}


def any_line(quantity: int, line: str = "1", **cells: Any) -> dict[str, Any]:
    """A line that takes any module."""
    return {"line": line, "product": "CM-500-STD", "kind": "any", "quantity": str(quantity), **cells}


def exact_line(*numbers: int, line: str = "1", **cells: Any) -> dict[str, Any]:
    """A line that names its modules."""
    return {"line": line, "product": "CM-500-STD", "serials": [serial(each) for each in numbers], **cells}


@dataclass(slots=True)
class Desk:
    """Writes files and imports them."""

    folder: Path
    database: Database
    now: datetime = NOW

    def file(self, name: str, content: str | bytes) -> Path:
        """A file on disk."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def bring(self, **kinds: list[dict[str, Any]]) -> Outcome:
        """Import rows by kind, as one JSON file."""
        return self.bring_files(self.file("rows.json", json.dumps(kinds, default=str)))

    def bring_csv(self, name: str, content: str | bytes) -> Outcome:
        """Import one CSV file."""
        return self.bring_files(self.file(name, content))

    def bring_files(self, *paths: Path) -> Outcome:
        """Import files."""
        return import_files(paths, self.database, self.now, lambda done, total, what: None)

    def with_basics(self) -> Desk:
        """Sites, places, products and people are on record."""
        done(self.bring(**BASICS))
        return self

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A look at the database."""
        with self.database.reading() as connection:
            yield connection

    def unit(self, number: int) -> Unit | None:
        """A module on record."""
        wanted = unit_id("CM-500-STD", serial(number))
        with self.reading() as connection:
            return units_by_id(connection, [wanted]).get(wanted)

    def document(self, number: str) -> Document | None:
        """A document on record."""
        with self.reading() as connection:
            return documents_by_number(connection, [number]).get(number)

    def listing(self, number: str = "PL-1") -> Listing:
        """The units on a document."""
        with self.reading() as connection:
            return Listing(listed_on(connection, [number]))

    def named(self, line: str = "1", number: str = "PL-1") -> list[str]:
        """The serials of the units that a line of a document names."""
        return [row.serial for row in named_by(self.listing(number), line)]

    def named_row(self, number: int, document: str = "PL-1") -> Listed:
        """A module's row on a document."""
        found = self.listing(document).get(unit_id("CM-500-STD", serial(number)))
        assert found is not None
        return found

    def told(self, stream: str, kind: RowKind) -> set[str]:
        """Which rows of a kind the feed of a stream lists."""
        with self.reading() as connection:
            wanted = select(feed.c.id).where(feed.c.stream == stream, feed.c.kind == kind)
            return set(connection.execute(wanted).scalars())

    def work_on(self, document: Document, *units: Listed) -> None:
        """Put a document on record as work has left it, and units on it."""
        with self.database.writing() as connection:
            put_documents(connection, [document])
            put_listed(connection, units)

    def traces(self) -> tuple[int, ...]:
        """How many acts, events and rows of the change feed there are, and the newest position."""
        with self.reading() as connection:
            counts = [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in (log, events)]
            newest = connection.execute(select(func.sum(feed.c.position))).scalar_one()
        return (*counts, int(newest or 0))


def done(outcome: Outcome) -> Outcome:
    """The outcome, which must be an import."""
    assert [str(each) for each in outcome.problems] == []
    return outcome


def told(outcome: Outcome) -> list[str]:
    """The sentences of what was refused."""
    assert not outcome.is_right
    return [str(each) for each in outcome.problems]


def the_problem(outcome: Outcome) -> str:
    """The one sentence of what was refused."""
    sentences = told(outcome)
    assert len(sentences) == 1, sentences
    return sentences[0]
