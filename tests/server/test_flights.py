"""Statements that travel together: refused as any statement is, with nothing of the connection lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from scantrail.server.database.engine import Database
from scantrail.server.database.flights import Pairs, Query, fly
from scantrail.server.database.schema import labels, streams
from scantrail.server.database.writes import Written, in_chunks, insert_into, put_into
from tests.postgres import restored

LABELS = Query(
    "SELECT serial FROM labels WHERE serial = ANY($1) ORDER BY serial",
    "SELECT serial FROM labels WHERE serial IN (SELECT value FROM json_each(?1)) ORDER BY serial",
)
NUMBERED = Query.of_both("SELECT 0 + $1")
PAIRED = Query(
    "SELECT labels.unit FROM labels JOIN unnest($1::text[], $2::text[]) AS w (product, serial) USING (product, serial)",
    "SELECT labels.unit FROM labels JOIN json_each(?1) AS w ON product = w.value ->> 0 AND serial = w.value ->> 1",
)


@pytest.fixture
def database(server_url: str) -> Iterator[Database]:
    found = Database(server_url)
    yield found
    found.close()


@pytest.fixture
def on_postgres(postgres_with_tables: str) -> Iterator[Database]:
    found = Database(restored(postgres_with_tables))
    yield found
    found.close()


def labelled(*serials: str) -> Written:
    return Written([(insert_into(labels), [{"product": "A", "serial": each, "unit": f"u-{each}"} for each in serials])])


def counted(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(labels)).scalar_one())


def test_each_statement_has_its_rows_in_the_order_they_were_asked(database: Database) -> None:
    with database.writing() as connection:
        nothing, some, number, paired = fly(
            connection,
            labelled("1", "2", "é"),
            LABELS.asks(["é", "2", "7"]),
            NUMBERED.asks(2**40),
            PAIRED.asks(Pairs([("A", "1"), ("B", "2"), ("A", "2")])),
        )
    assert (nothing, some, number) == ([], [("2",), ("é",)], [(2**40,)])
    assert sorted(paired) == [("u-1",), ("u-2",)]


def test_a_commit_that_travels_along_is_the_transaction_s(database: Database) -> None:
    with database.writing() as connection:
        database.commit(connection, labelled("1"))
        assert not connection.in_transaction()
        assert counted(database) == 1


def test_one_that_is_refused_takes_the_others_and_the_commit_with_it(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        database.commit(connection, labelled("1", "2"), labelled("2"))
    assert counted(database) == 0
    with database.writing() as connection:
        database.commit(connection, labelled("1", "2"))
    assert counted(database) == 2


def test_what_is_no_text_is_refused_and_not_looked_for(database: Database) -> None:
    for serial in ("\ud800", "x" * 10_000 + "\ud800"):
        with pytest.raises((UnicodeEncodeError, DataError)), database.reading() as connection:
            fly(connection, LABELS.asks([serial]))
    assert counted(database) == 0


def test_rows_of_several_tables_are_written_in_as_many_statements_as_their_number_asks(database: Database) -> None:
    rows = [{"product": "A", "serial": str(number), "unit": "u"} for number in range(25)]
    parts = in_chunks([(insert_into(labels), rows), (put_into(streams, "id", "position"), [])], size=10)
    assert [len(part.parts) for part in parts] == [1, 1, 1]
    with database.writing() as connection:
        fly(connection, *parts)
    assert counted(database) == 25
    assert in_chunks([(insert_into(labels), [])]) == ()


def test_a_transaction_begins_with_its_first_statement_whichever_way_that_is_sent(database: Database) -> None:
    for first in ("flight", "statement"):
        with database.writing() as connection:
            if first == "flight":
                fly(connection, labelled(first))
            else:
                connection.execute(labels.insert().values(product="A", serial=first, unit="u"))
            connection.rollback()
        assert counted(database) == 0


def test_those_who_listen_to_statements_hear_of_each_table(database: Database) -> None:
    heard: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *seen: heard.append(seen[2].split("(")[0].strip()))
    with database.writing() as connection:
        fly(connection, labelled("1"), LABELS.asks([]))
    told = [each for each in heard if "BEGIN" not in each]
    assert told == ["INSERT INTO labels", "SELECT serial FROM labels WHERE serial = ANY"]


def test_a_connection_that_breaks_in_a_flight_is_told_as_the_database_away_and_not_used_again(
    on_postgres: Database,
) -> None:
    with pytest.raises(OperationalError) as told, on_postgres.writing() as connection:
        fly(connection, Query.of_both("SELECT pg_terminate_backend(pg_backend_pid())").asks())
    assert told.value.connection_invalidated
    assert counted(on_postgres) == 0


def test_a_statement_is_parsed_once_a_connection_also_after_what_only_reads(on_postgres: Database) -> None:
    for _ in range(3):
        with on_postgres.reading() as connection:
            fly(connection, LABELS.asks(["1"]))
        with on_postgres.reading() as connection:
            connection.execute(text("SELECT 1")).all()
    with on_postgres.reading() as connection:
        names = connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert names.count(LABELS.postgres) == 1
