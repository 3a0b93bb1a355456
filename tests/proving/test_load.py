"""The bench of the server, in its shortest form: it runs, and what it says is worked out rightly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, select, text

from scantrail.proving.load import ceiling
from scantrail.proving.load.copies import Copies, SqliteCopies, on_postgres
from scantrail.proving.load.counting import Count, counting
from scantrail.proving.load.handhelds import Busy, Pace, Stage, Waits, crowds
from scantrail.proving.load.pushes import Alone, Batch, Plan, Together, Warehouse, measured
from scantrail.proving.load.rehearsal import Written, rehearse, tables_of
from scantrail.proving.load.runs import Spent
from scantrail.proving.load.tables import print_handhelds, print_pushes
from scantrail.proving.load.warehouse import Work
from scantrail.server.database.engine import Database

SHORT = Pace(handhelds=4, period=0.1, settling=0.1, measured=1.0)
FEW = Batch(2, 1)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("load") / "prepared.db", FEW.units)


def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    with closing(Database(url)) as database, database.reading() as connection:
        rows = {table.name: connection.execute(select(table)) for table in tables_of(database)}
        return {name: sorted(repr(tuple(row)) for row in found) for name, found in rows.items()}


@dataclass(frozen=True)
class Rehearsed:
    """Pushes of every handheld, what each of them has written, and all rows there are after them."""

    sites: list[str]
    written: list[Written]
    rows: dict[str, list[str]]


@pytest.fixture(scope="module")
def rehearsed(warehouse: Warehouse) -> dict[Work, Rehearsed]:
    found, files = {}, SqliteCopies(warehouse.file)
    for work in Work:
        shares = Plan(warehouse, files, work, FEW).pushes.values()
        pushes = [(share.device, push) for share in shares for push in share.pushes]
        with files.copy() as url:
            with closing(Database(url)) as database:
                written = rehearse(database, pushes)
            found[work] = Rehearsed([device.site for device, _push in pushes], written, everything(url))
    return found


@contextmanager
def copies_of(engine: str, warehouse: Warehouse, request: pytest.FixtureRequest) -> Iterator[Copies]:
    if engine == "sqlite":
        yield SqliteCopies(warehouse.file)
        return
    with on_postgres(request.getfixturevalue("postgres"), warehouse.file) as made:
        yield made


@pytest.mark.parametrize(("engine", "copied_from"), [("sqlite", 30), ("postgresql", 1), ("postgresql", 30)])
def test_the_ceiling_leaves_the_very_rows_that_the_pushes_left(
    engine: str,
    copied_from: int,
    warehouse: Warehouse,
    rehearsed: dict[Work, Rehearsed],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ceiling, "COPIED_FROM", copied_from)
    before = everything(f"sqlite:///{warehouse.file}")
    with copies_of(engine, warehouse, request) as copies:
        for pushes in rehearsed.values():
            with copies.copy() as url:
                for site in dict.fromkeys(pushes.sites):
                    with ceiling.writer(url, site) as write:
                        for at, written in zip(pushes.sites, pushes.written, strict=True):
                            if at == site:
                                write(written)
                assert everything(url) == pushes.rows != before


def test_pushes_are_measured_against_their_ceiling_alone_and_together(postgres: URL) -> None:
    sqlite, alone, *together = measured(postgres, [FEW], [Work.PICK])
    for row in (sqlite, alone):
        assert isinstance(row, Alone)
        assert min(row.push.cpu_ms, row.push.wall_ms, row.ceiling.cpu_ms, row.ceiling.wall_ms) > 0
    assert isinstance(alone, Alone)
    assert alone.count is not None
    assert alone.push.server_ms > 0
    for both, sites in zip(together, (1, 2), strict=True):
        assert isinstance(both, Together)
        assert both.sites == sites
        assert min(both.push, both.ceiling) > 0


def test_without_postgresql_pushes_are_measured_on_sqlite_alone() -> None:
    (row,) = measured(None, [Batch(1, 1)], [Work.MOVE])
    assert isinstance(row, Alone)
    assert (row.engine, row.push.server_ms, row.count) == ("SQLite", 0.0, None)


@pytest.fixture
def counted(postgres: URL) -> Iterator[Database]:
    with closing(Database(postgres.render_as_string(hide_password=False))) as database:
        yield database


def test_statements_and_waits_are_counted_by_whichever_library_they_are_sent(counted: Database) -> None:
    with counting(counted) as counter, counted.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        connection.execute(text("SELECT 0"))
        before = counter.so_far()
        connection.execute(text("SELECT 1 AS one,\n\t2 AS two"))
        with driver.pipeline():
            driver.execute("SELECT 2")
            driver.execute("SELECT 3")
        with driver.cursor().copy("COPY (SELECT 4) TO STDOUT") as copied:
            assert b"".join(copied) == b"4\n"
        after = counter.so_far()
    assert after.statements - before.statements == 4
    assert after.round_trips - before.round_trips == 3


def test_many_handhelds_are_served_by_a_real_server(tmp_path: Path) -> None:
    """Its shape is asked for, never how quick it is."""
    idle, busy = crowds(None, [Busy(0), Busy(2, every_s=0.1)], SHORT)
    assert (idle.engine, idle.handhelds, busy.busy.working) == ("SQLite", 4, 2)
    assert idle.polls.per_second > 0
    assert 0 < idle.poll_bytes <= idle.unpacked_bytes
    assert (idle.pushes.per_second, idle.refused) == (0.0, 0)
    assert busy.pushes.per_second > 0


def spent(cpu_ms: float, wall_ms: float) -> Spent:
    return Spent(wall_ms, cpu_ms / 2, cpu_ms / 2)


def verdicts(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """By what was asked for, whether it is met."""
    lines = capsys.readouterr().out.splitlines()
    return {line[:34].rstrip(): line.split()[-1] for line in lines if line.endswith(("met", "missed"))}


def test_the_worst_push_is_told_beside_its_target(capsys: pytest.CaptureFixture[str]) -> None:
    few, many = Count(9, 3), Count(11, 4)
    print_pushes(
        [
            Alone("PostgreSQL", Work.MOVE, 1, spent(3.9, 4), spent(1, 1), few),
            Alone("PostgreSQL", Work.PICK, 1, spent(4.1, 4), spent(1, 1), many),
            Alone("PostgreSQL", Work.PICK, 500, spent(200, 100), spent(40, 41), few),
            Alone("SQLite", Work.PICK, 1, spent(99, 99), spent(1, 1)),
            Together("PostgreSQL", Work.PICK, 100, 1, 41, 100),
            Together("PostgreSQL", Work.PICK, 100, 2, 34, 100),
        ]
    )
    assert list(verdicts(capsys).values()) == ["missed", "met", "missed", "met", "met", "missed"]


def stage(busy: Busy, poll_bytes: float, pushes: Waits) -> Stage:
    return Stage("PostgreSQL", 500, busy, Waits(100, 5, 150), pushes, 0, poll_bytes, 9 * poll_bytes, 0.04, 0.02)


def test_what_an_idle_handheld_costs_is_worked_out_from_what_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    nothing, some, most = Waits(0, inf, inf), Waits(5, 20, 90), Waits(94, 40, 499)
    print_handhelds([stage(Busy(0), 250, nothing), stage(Busy(25), 2150, some), stage(Busy(400, 4.0), 2150, most)])
    # 100 polls a second of 0.06 processors are 0.6 ms each; (2150 - 250) bytes of 2 × 5 × 4.75 acts are 40 each.
    assert list(verdicts(capsys).values()) == ["missed", "missed", "met", "met", "missed"]


def test_a_server_that_answers_nobody_meets_no_target(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = Waits(0, inf, inf)
    print_handhelds([Stage("PostgreSQL", 500, Busy(400, 4.0), nothing, nothing, 900, 0, 0, 2, 1)])
    assert list(verdicts(capsys).values()) == ["missed", "missed", "missed"]
