"""Pick lists of the former form, all their units in one row, become a row for each unit; devices are told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert, select

from scantrail.domain.acts.kinds import KINDS
from scantrail.domain.documents.document import DocumentStatus, LineKind, Taken
from scantrail.domain.documents.listed import Listed, PickedUnit, SetAside
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import Seen
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import documents, events, feed, listed, meta, streams
from scantrail.server.ledger.feed import changes_after
from scantrail.server.migrations import config, migrate
from scantrail.server.records.documents import documents_by_number
from scantrail.server.records.listed import listed_on
from scantrail.server.records.master import new_stream

NAMED, STATED, UNSTATED, GIVEN_UP, DAMAGED = "named", "stated", "unstated", "given-up", "damaged"
"""Units of an exact line, as far as each of them is."""
ANY, ON_THE_WAY, BROKEN = "any", "on-the-way", "broken"
"""Of an any-serial line: picked, reserved, and found damaged before it was picked."""
WITHDRAWN, MOVED_ON, INSTEAD = "withdrawn", "moved-on", "instead"
"""Named by a cancelled line alone, by that and by the line in its place, and named in place of another unit."""

BIN, CART, QC = "MAIN/A-15-03", "MAIN/CART-05", "MAIN/QC-01"
FIRST, THEN, LAST = (datetime(2025, 1, 28, 9, minute, tzinfo=UTC) for minute in (1, 2, 3))


def picked(unit: str, at: str, **more: Any) -> dict[str, Any]:
    told = {"unit": unit, "serial": unit.upper(), "place": BIN, "was_allocated": True, "by": "sarah", "at": at}
    return {**told, **more}


def line(number: str, kind: str, quantity: int, *units: str, **more: Any) -> dict[str, Any]:
    named = {"units": list(units), "serials": [unit.upper() for unit in units]} if units else {}
    return {"id": number, "product": "CM-500-STD", "kind": kind, "quantity": quantity, **named, **more}


AT = [f"2025-01-28T09:0{minute}:00+00:00" for minute in (1, 2, 3)]
FROM_BIN = {"from_place": BIN}
FORMER = {
    "number": "PL-1",
    "site": "MAIN",
    "order": "SO-1",
    "lines": [
        line(
            "1",
            "exact",
            5,
            *(NAMED, STATED, UNSTATED, GIVEN_UP, DAMAGED),
            picked=[picked(UNSTATED, AT[2]), picked(STATED, AT[0], condition="good")],
            short=1,
            missing=[GIVEN_UP],
        ),
        line("2", "any", 2, picked=[picked(ANY, AT[1], was_allocated=False)], reserved=[ON_THE_WAY]),
        line("3", "exact", 2, WITHDRAWN, MOVED_ON, cancelled=True),
        line("4", "exact", 2, INSTEAD, MOVED_ON),
    ],
    "customer": "Premium",
    "status": "in_progress",
    "taken": {"device": "Scanner-05", "worker": "sarah"},
    "at_place": BIN,
    "checks": ["labels"],
    "set_aside": [
        {"unit": DAMAGED, "line": "1", "status": "allocated", "place": QC, "by": "sarah", "at": AT[0]} | FROM_BIN,
        {"unit": BROKEN, "line": "", "status": "available", "place": CART, "by": "mike", "at": AT[1]} | FROM_BIN,
    ],
}
"""A list that a version before has kept, half done, as it stood in its row."""

HEAD = PickList(
    "PL-1",
    "MAIN",
    "SO-1",
    (
        PickLine("1", "CM-500-STD", LineKind.EXACT, 5, done=2, short=1, missing=(GIVEN_UP,)),
        PickLine("2", "CM-500-STD", LineKind.ANY, 2, done=1, reserved=(ON_THE_WAY,)),
        PickLine("3", "CM-500-STD", LineKind.EXACT, 2, cancelled=True),
        PickLine("4", "CM-500-STD", LineKind.EXACT, 2),
    ),
    "Premium",
    status=DocumentStatus.IN_PROGRESS,
    taken=Taken("Scanner-05", "sarah"),
    at_place=BIN,
    checks=("labels",),
    unstated=(ANY, UNSTATED),
)


def on_list(unit: str, number: str, **more: Any) -> Listed:
    return Listed("PL-1", unit, unit.upper(), number, **more)


def taken(unit: str, at: datetime, condition: Condition | None = None, *, was_allocated: bool = True) -> PickedUnit:
    return PickedUnit(unit, unit.upper(), BIN, was_allocated, "sarah", at, condition)


UNITS = (
    on_list(NAMED, "1", named=True),
    on_list(STATED, "1", named=True, picked=taken(STATED, FIRST, Condition.GOOD)),
    on_list(UNSTATED, "1", named=True, picked=taken(UNSTATED, LAST)),
    on_list(GIVEN_UP, "1", named=True),
    on_list(DAMAGED, "1", named=True, set_aside=SetAside(DAMAGED, Status.ALLOCATED, BIN, QC, "sarah", FIRST)),
    on_list(ANY, "2", picked=taken(ANY, THEN, was_allocated=False)),
    Listed("PL-1", BROKEN, set_aside=SetAside(BROKEN, Status.AVAILABLE, BIN, CART, "mike", THEN)),
    on_list(WITHDRAWN, "3", named=True),
    on_list(MOVED_ON, "4", named=True),
    on_list(INSTEAD, "4", named=True),
)
"""The same by hand."""

EASTERN = {"number": "PL-E", "site": "EAST", "order": "SO-E", "lines": [line("1", "exact", 1, "east")]}
ORDER = {"number": "SO-1", "site": "MAIN", "customer": "premium", "lines": []}
BEFORE = {"*": 3, "MAIN": 700, "EAST": 40}
"""How far the streams were."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of the version before, with nothing in it but its streams."""
    found = Database(database_url)
    with found.writing() as connection:
        command.upgrade(config(connection), "0015")
        connection.execute(insert(meta).values(key="server_epoch", value="x"))
        rows = [{**new_stream(stream), "position": position} for stream, position in BEFORE.items()]
        connection.execute(insert(streams), rows)
    yield found
    found.close()


def keep(database: Database, kind: str, *bodies: dict[str, Any], first: int = 1) -> None:
    """Documents as they were kept: the body did not say of which kind it is. `first` is where they are in the feed."""
    rows = [
        {"id": each["number"], "kind": kind, "site": each["site"], "status": each.get("status", "open")}
        | {"body": json.dumps(each)}
        for each in bodies
    ]
    entries = [
        {"stream": each["site"], "kind": "document", "id": each["number"], "position": at}
        for at, each in enumerate(bodies, first)
    ]
    with database.writing() as connection:
        connection.execute(insert(documents), rows)
        connection.execute(insert(feed), entries)


def test_a_half_done_list_is_the_same_list_with_a_row_for_each_of_its_units(database: Database) -> None:
    keep(database, "pick_list", FORMER)
    keep(database, "sales_order", ORDER | {"site": "EAST"})
    migrate(database)
    with database.reading() as connection:
        assert documents_by_number(connection, ["PL-1", "SO-1"]) == {
            "PL-1": HEAD,
            "SO-1": SalesOrder("SO-1", "EAST", "premium", ()),
        }
        assert {row.id: row for row in listed_on(connection, ["PL-1"])} == {row.id: row for row in UNITS}
        kept = connection.execute(select(listed)).all()
        assert {row.id for row in kept} == {row.id for row in UNITS}
        assert {row.id for row in kept if row.picked} == {row.id for row in UNITS if row.picked}
        assert {row.id for row in kept if row.set_aside} == {row.id for row in UNITS if row.set_aside}


def test_every_list_and_unit_is_told_at_a_new_position_of_its_site_and_the_lists_first(database: Database) -> None:
    keep(database, "pick_list", FORMER, EASTERN)
    keep(database, "sales_order", ORDER, first=3)
    migrate(database)
    with database.reading() as connection:
        reached = {row.id: row.position for row in connection.execute(select(streams))}
        assert reached == {"*": 3, "MAIN": 700 + 1 + len(UNITS), "EAST": 40 + 1 + 1}
        told = changes_after(connection, Seen(BEFORE), "MAIN")
        assert [(row.kind, row.position) for row in told.rows] == [
            ("document", 41),
            ("document", 701),
            *[("listed", 702 + at) for at in range(len(UNITS))],
        ]
        assert told.cursor == reached
        values = [KINDS[row.kind].read(row.body) for row in told.rows]
        assert values[1] == HEAD
        assert {row.id: row for row in values[2:]} == {row.id: row for row in UNITS}
        theirs = changes_after(connection, Seen(BEFORE), "EAST")
        assert [(row.kind, row.id) for row in theirs.rows] == [
            ("document", "PL-E"),
            ("listed", "PL-E|east"),
            ("document", "PL-1"),
        ]
        order = connection.execute(select(feed.c.position).where(feed.c.id == "SO-1")).scalar_one()
        assert order == 3, "an order says the same as before"


def test_many_lists_and_long_ones_are_all_taken_apart(database: Database) -> None:
    long = line("1", "exact", 5_100, *(f"long-{at}" for at in range(5_100)))
    others = [
        {"number": f"PL-{at:04}", "site": "MAIN", "order": "SO", "lines": [line("1", "exact", 1, f"u-{at}")]}
        for at in range(205)
    ]
    keep(database, "pick_list", *others, {"number": "PL-0100-L", "site": "MAIN", "order": "SO", "lines": [long]})
    migrate(database)
    with database.reading() as connection:
        entries = connection.execute(select(feed.c.kind, feed.c.position).order_by(feed.c.position)).all()
        assert [row.kind for row in entries] == ["document"] * 206 + ["listed"] * 5_305
        assert [row.position for row in entries] == list(range(701, 701 + 206 + 5_305))
        assert connection.execute(select(streams.c.position).where(streams.c.id == "MAIN")).scalar_one() == 6_211
        assert len(listed_on(connection, ["PL-0100-L"])) == 5_100
        bodies = connection.execute(select(documents.c.body)).scalars()
        assert {json.loads(body)["document_kind"] for body in bodies} == {"pick_list/2"}


def test_a_unit_that_records_are_about_and_that_is_on_the_list_no_more_has_a_row_with_nothing_in_it(
    database: Database,
) -> None:
    keep(
        database, "pick_list", FORMER, {**FORMER, "number": "PL-9", "lines": [], "set_aside": [], "status": "completed"}
    )
    told = {"stream": "MAIN", "at": 0, "family": "status", "effective_at": AT[0], "body": "{}"}
    substituted = json.dumps({"type": "UnitSubstituted", "instead_of": "replaced"})
    with database.writing() as connection:
        connection.execute(
            insert(events),
            [
                {**told, "position": 1, "type": "UnitPicked", "unit": "taken-back", "document": "PL-1"},
                {**told, "position": 2, "type": "UnitPicked", "unit": NAMED, "document": "PL-1"},
                {**told, "position": 3, "type": "UnitPicked", "unit": "long-ago", "document": "PL-9"},
                {**told, "position": 4, "type": "UnitMoved", "unit": "elsewhere", "document": None},
                {**told, "position": 5, "type": "UnitSubstituted", "unit": INSTEAD, "document": "PL-1"}
                | {"body": substituted},
            ],
        )
    migrate(database)
    with database.reading() as connection:
        found = {row.unit: row for row in listed_on(connection, ["PL-1"])}
        assert found.keys() - {row.unit for row in UNITS} == {"taken-back", "replaced"}
        assert found["taken-back"] == Listed("PL-1", "taken-back")
        assert not listed_on(connection, ["PL-9"])
