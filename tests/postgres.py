"""A PostgreSQL server for the tests: the one TEST_PG_URL names, or a private one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, Table, make_url

from scantrail.proving.postgres import DRIVER, Cluster, PostgresUnavailableError, cluster, installed, plain_address

# For what does not outlive the tests, and so need not reach the disk.
UNSAFE_SETTINGS = ("fsync=off", "full_page_writes=off")

needs_programs = pytest.mark.skipif(
    installed() is None, reason="It stops and starts PostgreSQL itself, and PostgreSQL's programs are not installed."
)
"""Marks a test with a `postgres_cluster`: for it the address of a server is no help."""


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The address of a running server, for an account that may create databases there."""
    if named := os.environ.get("TEST_PG_URL"):
        url = make_url(named).set(drivername=DRIVER)
        try:
            psycopg.connect(plain_address(url)).close()
        except psycopg.OperationalError as error:
            raise PostgresUnavailableError(f"TEST_PG_URL names a server that refuses: {error}") from None
        yield url
        return
    install = installed()
    if install is None:
        raise PostgresUnavailableError(
            "The tests need PostgreSQL and found none: run `make test`, which installs one,"
            " or set TEST_PG_URL to the address of a server."
        )
    with cluster(install, UNSAFE_SETTINGS) as started:
        started.start()
        yield started.url


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """A running cluster that a test may stop and start; what it has committed reaches the disk."""
    install = installed()
    if install is None:
        raise PostgresUnavailableError("PostgreSQL's programs are not installed: run `make test`, which installs them.")
    with cluster(install) as started:
        started.start()
        yield started


def keep(url: str) -> None:
    """Remember what is in the database now, for `restored`."""
    tables = [table.name for table in _tables()]
    with psycopg.connect(plain_address(make_url(url))) as admin:
        admin.execute("CREATE SCHEMA kept")
        for name in tables:
            admin.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(sql.Identifier(name)))


def restored(url: str) -> str:
    """The same address, with what was kept there and nobody else connected; many times quicker than anew."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    tables = [sql.Identifier(table.name) for table in _tables()]
    emptying = [sql.SQL("DELETE FROM public.{};").format(table) for table in reversed(tables)]
    filling = [sql.SQL("INSERT INTO public.{0} SELECT * FROM kept.{0};").format(table) for table in tables]
    with psycopg.connect(plain_address(make_url(url))) as admin:
        admin.execute(others, [admin.info.backend_pid])
        admin.execute(sql.Composed([*emptying, *filling]))
    return url


def _tables() -> list[Table]:
    """The server's tables, each behind those it refers to."""
    # Deferred: tests of the pure packages load no server.
    from scantrail.server.database.schema import metadata

    return metadata.sorted_tables
