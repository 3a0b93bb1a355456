"""Many rows at once are inserted whole, or refused as any statement is."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scantrail.server.database.schema import labels, log, streams
from scantrail.server.database.sets import COPIED_FROM, insert_rows
from scantrail.server.migrations import ready


@pytest.mark.parametrize("count", [3, COPIED_FROM])
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


@pytest.mark.parametrize("count", [3, COPIED_FROM])
def test_a_row_that_breaks_a_constraint_refuses_them_all(database_url: str, count: int) -> None:
    database = ready(database_url, create=True)
    rows = [{"product": "A", "serial": str(number), "unit": "u"} for number in range(count)]
    with pytest.raises(IntegrityError), database.writing() as connection:
        insert_rows(connection, labels, [*rows, rows[0]])
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(labels)).scalar_one() == 0
        assert connection.execute(select(streams.c.id)).scalars().all() == ["*"]
    database.close()
