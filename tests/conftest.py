"""Fixtures every test may ask for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from scantrail.proving.postgres import PostgresUnavailableError, fresh_database
from tests.postgres import keep, postgres_server, restored

# A worker of pytest-xdist has the size of a terminal in its environment, and programs in a test's terminal believe it.
for _size in ("COLUMNS", "LINES"):
    os.environ.pop(_size, None)

# A busy machine is slow, and that is no fault of what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


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


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the server's tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("tables") / "server.db"
    _make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: URL) -> Iterator[str]:
    """A PostgreSQL database with the server's tables, which tests take turns at."""
    with fresh_database(postgres, f"tables_{uuid4().hex}") as url:
        _make_tables(url)
        keep(url)
        yield url


@pytest.fixture(scope="session")
def filled_postgres(postgres: URL) -> Iterator[str]:
    """A PostgreSQL database with the warehouse of `tests.support.worlds`, which tests take turns at."""
    # Deferred: tests of the pure packages load no server.
    from tests.server.site import fill

    with fresh_database(postgres, f"filled_{uuid4().hex}") as url:
        fill(url)
        keep(url)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def server_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the server's tables and nothing in them; for what is not about making them."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "database.sqlite")
        return f"sqlite:///{copy}"
    return restored(request.getfixturevalue("postgres_with_tables"))


def _make_tables(url: str) -> None:
    # Deferred: tests of the pure packages load no database library.
    from scantrail.server.migrations import ready

    ready(url, create=True).close()
