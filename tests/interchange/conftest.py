"""Desks to import at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from scantrail.server.database.engine import Database
from scantrail.server.people import sign_in
from tests.interchange.desk import Desk


@pytest.fixture(scope="session", autouse=True)
def quick_verifiers() -> Iterator[None]:
    """PINs are hashed with the least effort here: what a verifier withstands is not what an import is about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def desk(tmp_path: Path, sqlite_with_tables: Path) -> Iterator[Desk]:
    """A desk on SQLite, with nothing on record."""
    database = Database(f"sqlite:///{shutil.copy(sqlite_with_tables, tmp_path / 'database.sqlite')}")
    yield Desk(tmp_path, database)
    database.close()


@pytest.fixture
def either_desk(tmp_path: Path, server_url: str) -> Iterator[Desk]:
    """A desk on each engine, with nothing on record."""
    database = Database(server_url)
    yield Desk(tmp_path, database)
    database.close()
