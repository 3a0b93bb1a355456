"""Fixtures every test may ask for."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL

from tests.postgres import PostgresUnavailableError, fresh_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server, started when the first test needs it."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres_server())
        except PostgresUnavailableError as error:
            reason = str(error)
        else:
            yield url
            return
    pytest.fail(reason, pytrace=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the test's own; the test runs once for each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'database.sqlite'}"
        return
    server: URL = request.getfixturevalue("postgres")
    with fresh_database(server, f"test_{uuid4().hex}") as url:
        yield url
