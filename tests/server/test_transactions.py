"""What a transaction is relied on for: one state to read, turns at a site, a disk that has what was committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import OperationalError

from scantrail.protocol.messages import Seen
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import log, units
from scantrail.server.ledger import snapshots as snapshots_module
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.log import row_hash, verify_chain
from scantrail.server.ledger.snapshots import Snapshots
from tests.postgres import restored
from tests.server.site import ServedSite
from tests.server.test_snapshots import changed
from tests.support.worlds import module

UNIT = module(49).id


@pytest.fixture
def on_postgres(filled_postgres: str) -> Iterator[Database]:
    database = Database(restored(filled_postgres))
    yield database
    database.close()


def test_what_is_read_in_one_transaction_is_one_state_whatever_is_committed_meanwhile(served: ServedSite) -> None:
    body = select(units.c.body).where(units.c.id == UNIT)
    with served.database.reading() as connection:
        before = connection.execute(body).scalar_one()
        served.change(replace(served.unit(49), firmware="9.9"))
        assert connection.execute(body).scalar_one() == before
    assert served.unit(49).firmware == "9.9"


def test_a_site_s_lock_keeps_others_out_until_its_transaction_ends_and_no_other_site(on_postgres: Database) -> None:
    with on_postgres.writing() as second:
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with on_postgres.writing() as first:
            on_postgres.lock(first, ["MAIN"])
            on_postgres.lock(second, ["EAST"])
            with pytest.raises(OperationalError, match="lock timeout"), second.begin_nested():
                on_postgres.lock(second, ["MAIN"])
        on_postgres.lock(second, ["MAIN"])


def test_a_connection_that_was_closed_meanwhile_is_replaced_without_a_question_to_the_database(
    filled_postgres: str, on_postgres: Database
) -> None:
    with on_postgres.reading() as connection:
        closed = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    restored(filled_postgres)
    with on_postgres.writing() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != closed


def test_what_is_only_read_is_read_in_one_state_and_what_is_written_after_the_latest(on_postgres: Database) -> None:
    kept = text("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
    for transaction, expected in (
        (on_postgres.reading, ("repeatable read", "on")),
        (on_postgres.writing, ("read committed", "off")),
        (on_postgres.reading, ("repeatable read", "on")),
    ):
        with transaction() as connection:
            assert tuple(connection.execute(kept).one()) == expected


def test_sqlite_has_a_commit_on_the_disk_before_it_is_told(sqlite_with_tables: Path) -> None:
    database = Database(f"sqlite:///{sqlite_with_tables}")
    for transaction in (database.reading, database.writing):
        with transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2, "FULL"
    database.close()


def test_what_changes_while_a_snapshot_is_written_comes_after_it(
    served: ServedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_others = snapshots_module._write_others

    def changed_meanwhile(*given: Any) -> int:
        changed(served, "MAIN", replace(served.unit(49), firmware="9.9"))
        return write_others(*given)

    monkeypatch.setattr(snapshots_module, "_write_others", changed_meanwhile)
    snapshot = Snapshots(served.database, tmp_path, smallest=1).write("MAIN")
    assert snapshot is not None
    with served.database.reading() as connection:
        rows = changes_after(connection, Seen(snapshot.cursor), "MAIN").rows
    assert [row.id for row in rows] == [UNIT]


def test_a_snapshot_s_cursor_is_read_before_its_rows(served: ServedSite, tmp_path: Path) -> None:
    read: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        read.extend(name for name in ("streams", "units", "feed") if f"FROM {name}" in statement.replace("\n", ""))

    event.listen(served.database.engine, "before_cursor_execute", note)
    Snapshots(served.database, tmp_path, smallest=1).write("MAIN")
    assert read[0] == "streams"
    assert {"units", "feed"} <= set(read[1:])
    assert "streams" not in read[1:]


@pytest.mark.parametrize("harm", ["another worker", "another payload", "gone", "another order"])
def test_a_log_that_was_changed_is_found_at_the_first_row_that_is_wrong(served: ServedSite, harm: str) -> None:
    device = served.device()
    device.pick(46)
    device.push()
    with served.database.writing() as connection:
        assert verify_chain(connection, "MAIN") is None
        first, second, third = connection.execute(
            select(log.c.position).where(log.c.stream == "MAIN", log.c.device == device.name).order_by(log.c.position)
        ).scalars()
        here = (log.c.stream == "MAIN", log.c.position == second)
        if harm == "another worker":
            connection.execute(update(log).where(*here).values(actor="mike"))
        elif harm == "another payload":
            connection.execute(update(log).where(*here).values(payload=b"{}"))
        elif harm == "gone":
            connection.execute(delete(log).where(*here))
        else:
            connection.execute(update(log).where(*here).values(seq=99))
        assert verify_chain(connection, "MAIN") == (third if harm == "gone" else second)
        assert first < second
        connection.rollback()


def test_the_link_of_a_log_s_row_is_what_it_always_was() -> None:
    row = {
        "stream": "MAIN",
        "position": 7,
        "device": "Scanner-05 é",
        "epoch": "e1",
        "seq": 3,
        "hash": "a" * 64,
        "outcome": "refused",
        "refusal": '{"code": "hold"}',
        "actor": "sarah",
        "effective_at": "2025-01-28T09:00:00.000000+00:00",
        "received_at": "2025-01-28T09:00:01.000000+00:00",
        "previous_row": "b" * 64,
    }
    assert row_hash(row) == "2d3f66c667dcf8c6591e2886678b24fbec129a2fda4a7879ad12fd234576db70"
