"""A server with the warehouse of `tests.support.worlds` in it, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scantrail.server.database.engine import Database
from tests.postgres import restored
from tests.server.site import ServedSite, filled_file


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServedSite]:
    """The main site: bin A-15-03 with units 0046 to 0050, PL-2025-0091 naming the first three."""
    if request.param == "sqlite":
        (tmp_path / "database.sqlite").write_bytes(filled_file("server.db"))
        url = f"sqlite:///{tmp_path / 'database.sqlite'}"
    else:
        url = restored(request.getfixturevalue("filled_postgres"))
    site = ServedSite(Database(url))
    # Entered, it answers all requests of a test in one event loop, as the real server does.
    with site.http:
        yield site
    site.database.close()
