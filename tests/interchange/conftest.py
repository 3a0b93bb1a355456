"""Desks to import at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scantrail.server.migrations import ready
from tests.interchange.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk on SQLite, with nothing on record."""
    database = ready(f"sqlite:///{tmp_path / 'database.sqlite'}")
    yield Desk(tmp_path, database)
    database.close()


@pytest.fixture
def either_desk(tmp_path: Path, server_url: str) -> Iterator[Desk]:
    """A desk on each engine, with nothing on record."""
    database = ready(server_url)
    yield Desk(tmp_path, database)
    database.close()
