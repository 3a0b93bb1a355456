"""The database fixture gives every test an empty database of its own, on both engines; a test may have a cluster."""

import subprocess
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from scantrail.proving.postgres import Cluster, Stop
from tests.postgres import needs_programs, postgres_cluster


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def test_both_engines_answer(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1


@pytest.mark.parametrize("turn", ["first", "second"])
def test_two_tests_share_no_tables(engine: Engine, turn: str) -> None:
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("create table left_behind (turn text)"))


@needs_programs
def test_a_cluster_keeps_what_was_committed_and_is_gone_when_its_test_has_failed() -> None:
    seen: list[Cluster] = []
    processes: list[int] = []

    def fails() -> None:
        with postgres_cluster() as cluster:
            seen.append(cluster)
            _stops_and_starts(cluster)
            processes.append(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not seen[0].folder.exists()
    # Its last act but one is to remove the file by which it is known to run.
    deadline = time.monotonic() + 10
    while _runs(processes[0]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(processes[0])


def _runs(process: int) -> bool:
    """Whether it has not ended; one that has may stay listed until somebody looks."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")


def _stops_and_starts(cluster: Cluster) -> None:
    engine = create_engine(cluster.url)
    for how in Stop:
        with engine.begin() as connection:
            connection.execute(text(f"create table {how.value} (turn text)"))
        engine.dispose()
        cluster.stop(how)
        cluster.start()
    assert set(inspect(engine).get_table_names()) == {how.value for how in Stop}
    engine.dispose()
