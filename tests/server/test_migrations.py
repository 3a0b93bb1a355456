"""A database becomes ready: from nothing, again, and by several processes at once."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import URL, insert, inspect, select

from scantrail.cli import main
from scantrail.proving.postgres import fresh_database
from scantrail.server.database.engine import Database, DatabaseError
from scantrail.server.database.schema import documents, feed, meta, parties, places, streams
from scantrail.server.migrations import config, migrate, ready
from scantrail.server.records.documents import documents_by_number
from scantrail.server.records.master import all_places, new_stream, parties_called

STARTERS = 4
START = """
import sys
from scantrail.server.migrations import ready
sys.stdin.readline()
ready(sys.argv[1], create=True).close()
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
        assert keys == ["attention_filled", "masters", "numbers_key", "server_epoch"]
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
        ready(url, create=True)
    assert str(told.value).strip()
    assert "Traceback" not in str(told.value)


def test_a_database_in_a_file_is_its_owners_only(tmp_path: Path) -> None:
    database = ready(f"sqlite:///{tmp_path}/new/server.db", create=True)
    with database.writing() as connection:
        connection.execute(select(meta))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    database.close()
    assert modes == dict.fromkeys(("server.db", "server.db-shm", "server.db-wal"), 384)


COMMANDS = [
    ["unit", "CM500-2025-0046"],
    ["attention", "list"],
    ["device", "add", "Scanner-09", "--site", "MAIN"],
    ["restored"],
]
"""Commands that need a database that is there."""


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_command_that_looks_makes_no_database_at_a_mistyped_address(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = tmp_path / "nope" / "server.db"
    assert main([*words, "--database-url", f"sqlite:///{mistyped}"]) != 0
    told = capsys.readouterr().err
    assert str(mistyped) in told
    assert "scantrail serve" in told
    assert not mistyped.parent.exists()


def test_a_database_of_another_program_is_not_made_ours_by_looking(database_url: str) -> None:
    Database(database_url).close()
    with pytest.raises(DatabaseError, match="No Scantrail database was found at"):
        ready(database_url)
    database = Database(database_url)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_name_is_refused_at_once(
    encoding: str, postgres: URL, capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh_database(postgres, f"test_{encoding.lower()}", encoding) as url:
        for words in (*COMMANDS, ["serve"], ["import", "units.csv"]):
            assert main([*words, "--database-url", url]) == 1, words
            told = capsys.readouterr().err
            assert f"keeps text as {encoding}" in told
            assert "createdb --encoding UTF8" in told


def test_a_serial_is_looked_up_by_an_index(server_url: str) -> None:
    database = Database(server_url)
    with database.reading() as connection:
        indexes = {tuple(each["column_names"]) for each in inspect(connection).get_indexes("labels")}
    database.close()
    assert ("serial",) in indexes


def test_names_in_orders_and_places_become_partners_that_devices_are_told_of(database_url: str) -> None:
    order = {"number": "SO-1", "site": "MAIN", "customer": "Premium", "lines": []}
    bought = {"number": "PO-1", "site": "MAIN", "supplier": "Volta", "lines": []}
    place = {"id": "VOLTA/BACK", "site": "VOLTA", "code": "BACK", "kind": "supplier", "name": "Volta"}
    own = {"id": "MAIN/A-1", "site": "MAIN", "code": "A-1", "name": "Aisle A"}
    database = Database(database_url)
    with database.writing() as connection:
        command.upgrade(config(connection), "0011")
        connection.execute(insert(streams).values({**new_stream("*"), "position": 7}))
        connection.execute(insert(meta).values(key="server_epoch", value="x"))
        for kind, each in (
            ("sales_order", order),
            ("sales_order", {**order, "number": "SO-2"}),
            ("purchase_order", bought),
        ):
            row = {"id": each["number"], "kind": kind, "site": "MAIN", "status": "open", "body": json.dumps(each)}
            connection.execute(insert(documents).values(row))
        for about in (place, own):
            connection.execute(insert(places).values(id=about["id"], site=about["site"], body=json.dumps(about)))
    migrate(database)
    with database.reading() as connection:
        orders = documents_by_number(connection, ["SO-1", "SO-2", "PO-1"])
        found = {each.name: each for each in parties_called(connection, ["Premium", "Volta"]).values()}
        assert [each.kind.value for each in (found["Premium"], found["Volta"])] == ["customer", "supplier"]
        assert [getattr(orders[each], "customer", "") for each in ("SO-1", "SO-2")] == [found["Premium"].id] * 2
        assert getattr(orders["PO-1"], "supplier", "") == found["Volta"].id
        assert {each.id: each.party for each in all_places(connection).values()} == {
            "VOLTA/BACK": found["Volta"].id,
            "MAIN/A-1": None,
        }
        listed = connection.execute(select(feed.c.kind, feed.c.id, feed.c.position).order_by(feed.c.position)).all()
        assert {each.id for each in listed} == {each.id for each in found.values()}
        assert [(each.kind, each.position) for each in listed] == [("party", 8), ("party", 9)]
        assert connection.execute(select(streams.c.position)).scalar_one() == 9
        assert connection.execute(select(parties.c.name).order_by(parties.c.name)).scalars().all() == [
            "Premium",
            "Volta",
        ]
    database.close()
