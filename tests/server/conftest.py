"""A server with the warehouse of `tests.support.worlds` in it, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scantrail.server.database import Database
from tests.server.site import ServedSite


@pytest.fixture
def served(server_url: str) -> Iterator[ServedSite]:
    """The main site: bin A-15-03 with units 0046 to 0050, PL-2025-0091 naming the first three."""
    database = Database(server_url)
    site = ServedSite(database)
    site.fill()
    yield site
    database.close()
