"""A database becomes ready: from nothing, again, and by several processes at once."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from scantrail.server.database import Database, DatabaseError
from scantrail.server.migrations import ready
from scantrail.server.schema import meta, streams

STARTERS = 4
START = """
import sys
from scantrail.server.migrations import ready
sys.stdin.readline()
ready(sys.argv[1]).close()
"""


def test_processes_that_start_at_once_on_an_empty_database_all_become_ready(database_url: str) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", START, database_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(STARTERS)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write(b"go\n")
        starter.stdin.flush()
    errors = [starter.communicate(timeout=60)[1].decode() for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * STARTERS, errors
    database = Database(database_url)
    with database.reading() as connection:
        keys = connection.execute(select(meta.c.key).order_by(meta.c.key)).scalars().all()
        assert keys == ["attention_filled", "numbers_key", "server_epoch"]
        assert connection.execute(select(streams.c.id)).scalars().all() == ["*"]
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://localhost/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////proc/none/server.db",
        "postgresql+psycopg://x@127.0.0.1:1/x",
        "postgresql+psycopg://x@127.0.0.1:port/x",
        "postgresql+asyncpg://x@127.0.0.1:1/x",
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(DatabaseError) as told:
        ready(url)
    assert str(told.value).strip()
    assert "Traceback" not in str(told.value)


def test_a_database_in_a_file_is_its_owners_only(tmp_path: Path) -> None:
    database = ready(f"sqlite:///{tmp_path}/new/server.db")
    with database.writing() as connection:
        connection.execute(select(meta))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    database.close()
    assert modes == dict.fromkeys(("server.db", "server.db-shm", "server.db-wal"), 384)
