"""The database fixture gives every test an empty database of its own, on both engines."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, inspect, text


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
