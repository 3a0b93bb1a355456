"""Many rows at once are inserted whole, or refused as any statement is."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scantrail.server.database.schema import labels, log, streams
from scantrail.server.database.sets import insert_rows, put
from scantrail.server.migrations import ready


@pytest.mark.parametrize("count", [3, 300])
def test_every_kind_of_value_arrives_as_it_was(database_url: str, count: int) -> None:
    database = ready(database_url, create=True)
    header = dict.fromkeys((column.name for column in log.c), 'tab\t "quote" \\N back\\slash\nline €')
    rows = [
        {
            **header,
            "stream": "*",
            "position": number,
            "seq": number,
            "hash": "h",
            "previous_row": "",
            "row_hash": "r",
            "refusal": None,
            "payload": bytes(range(256)),
        }
        for number in range(count)
    ]
    with database.writing() as connection:
        insert_rows(connection, log, rows)
        found = connection.execute(select(log).order_by(log.c.position)).mappings().all()
    assert [dict(row) for row in found] == rows
    database.close()


@pytest.mark.parametrize("count", [3, 300])
def test_a_row_that_breaks_a_constraint_refuses_them_all(database_url: str, count: int) -> None:
    database = ready(database_url, create=True)
    rows = [{"product": "A", "serial": str(number), "unit": "u"} for number in range(count)]
    with pytest.raises(IntegrityError), database.writing() as connection:
        insert_rows(connection, labels, [*rows, rows[0]])
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(labels)).scalar_one() == 0
        assert connection.execute(select(streams.c.id)).scalars().all() == ["*"]
    database.close()


def test_a_row_takes_the_place_of_the_one_with_its_key_and_of_no_other(database_url: str) -> None:
    database = ready(database_url, create=True)
    rows = [{"product": "A", "serial": str(number), "unit": "u"} for number in range(3)]
    with database.writing() as connection:
        insert_rows(connection, labels, rows)
        put(connection, labels, [{**rows[1], "unit": "v"}, {**rows[2], "serial": "9", "unit": "w"}])
        found = connection.execute(select(labels.c.serial, labels.c.unit).order_by(labels.c.serial)).all()
    assert [tuple(each) for each in found] == [("0", "u"), ("1", "v"), ("2", "u"), ("9", "w")]
    database.close()
