"""Names of owners and suppliers in the rows of units become ids of partners; devices are told of what they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert, select, update

from scantrail.domain.people.party import Party, PartyKind
from scantrail.domain.plain import to_plain
from scantrail.domain.things.unit import Owner, OwnerType, Unit
from scantrail.server.database.bodies import to_body
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import feed, meta, parties, products, streams, units
from scantrail.server.migrations import config, migrate
from scantrail.server.records.master import new_stream, parties_called
from scantrail.server.records.units import unit_row, units_by_id
from tests.support.worlds import MODULE, module

METRO = Party("0d5b0c1e-0000-4000-8000-000000000001", PartyKind.CUSTOMER, "Metro", "C-1")
TWINS = (
    Party("0d5b0c1e-0000-4000-8000-000000000002", PartyKind.CUSTOMER, "Twin", "C-2"),
    Party("0d5b0c1e-0000-4000-8000-000000000003", PartyKind.CUSTOMER, "Twin", "C-3"),
    Party("0d5b0c1e-0000-4000-8000-000000000004", PartyKind.SUPPLIER, "Twin", "S-2"),
)
PLAIN, SUPPLIED, SOLD, CONSIGNED, SEVERAL, TOLD_APART, OURS, CURRENT, EAST = (
    module(number, place=place)
    for number, place in enumerate(
        ["MAIN/A-1", "MAIN/A-1", "METRO/DELIVERED", *["MAIN/A-1"] * 5, "EAST/E-1"],
        start=1,
    )
)
FORMER: dict[str, dict[str, Any]] = {
    PLAIN.id: {"notes": 'says "owner": and "supplier":'},
    SUPPLIED.id: {"supplier": "Volta Power “Süd”"},
    SOLD.id: {"supplier": "Volta Power “Süd”", "owner": {"type": "customer", "name": "Metro"}},
    CONSIGNED.id: {"owner": {"type": "consigned", "name": "Volta Power “Süd”"}},
    SEVERAL.id: {"owner": {"type": "customer", "name": "Twin"}},
    TOLD_APART.id: {"supplier": "Twin"},
    OURS.id: {"owner": {"name": "Our own company"}},
    CURRENT.id: {"owner": {"type": "customer", "party": METRO.id}},
    EAST.id: {"supplier": "Eastern"},
}
"""What a version before has kept of these units beside what this one keeps."""


@pytest.fixture
def migrated(database_url: str) -> Iterator[Database]:
    """A database of the version before, brought up to this one."""
    database = Database(database_url)
    every = (PLAIN, SUPPLIED, SOLD, CONSIGNED, SEVERAL, TOLD_APART, OURS, CURRENT, EAST)
    with database.writing() as connection:
        command.upgrade(config(connection), "0016")
        for stream, position in (("*", 7), ("MAIN", 20), ("EAST", 0)):
            connection.execute(insert(streams).values({**new_stream(stream), "position": position}))
        connection.execute(insert(meta).values(key="server_epoch", value="x"))
        connection.execute(update(meta).where(meta.c.key == "masters").values(value="before"))
        connection.execute(insert(products).values(id=MODULE.id, body=to_body(MODULE)))
        for each in (METRO, *TWINS):
            row = {"id": each.id, "number": each.number, "name": each.name, "body": to_body(each)}
            connection.execute(insert(parties).values(row))
        for at, unit in enumerate(every, 1):
            body = json.dumps({**to_plain(unit), **FORMER[unit.id]}, separators=(",", ":"))
            connection.execute(insert(units).values({**unit_row(unit), "body": body}))
            connection.execute(insert(feed).values(stream="MAIN", kind="unit", id=unit.id, position=at))
    migrate(database)
    yield database
    database.close()


def unit(database: Database, which: Unit) -> Unit:
    with database.reading() as connection:
        return units_by_id(connection, [which.id])[which.id]


def party(database: Database, name: str) -> Party:
    with database.reading() as connection:
        (found,) = parties_called(connection, [name]).values()
    return found


def test_each_name_becomes_the_partner_that_has_it_or_a_new_one(migrated: Database) -> None:
    volta = party(migrated, "Volta Power “Süd”")
    assert (volta.kind, volta.number) == (PartyKind.SUPPLIER, "")
    assert unit(migrated, SUPPLIED).supplier == volta.id
    assert unit(migrated, CONSIGNED).owner == Owner(OwnerType.CONSIGNED, volta.id)
    sold = unit(migrated, SOLD)
    assert (sold.owner, sold.supplier) == (Owner(OwnerType.CUSTOMER, METRO.id), volta.id)
    assert unit(migrated, CURRENT).owner == Owner(OwnerType.CUSTOMER, METRO.id)
    with migrated.reading() as connection:
        names = connection.execute(select(parties.c.name)).scalars().all()
    assert sorted(names) == ["Eastern", "Metro", "Twin", "Twin", "Twin", "Volta Power “Süd”"]


def test_a_name_that_several_have_stays_where_it_does_not_tell_which(migrated: Database) -> None:
    assert unit(migrated, SEVERAL).owner == Owner(OwnerType.CUSTOMER, "Twin")
    assert unit(migrated, TOLD_APART).supplier == TWINS[2].id, "one of them is a supplier"


def test_what_names_no_partner_stays_as_it_is(migrated: Database) -> None:
    with migrated.reading() as connection:
        bodies = {row.id: json.loads(row.body) for row in connection.execute(select(units))}
    for each in (PLAIN, OURS, CURRENT):
        assert bodies[each.id] == {**to_plain(each), **FORMER[each.id]}


def test_devices_are_told_of_the_partners_and_of_the_units_that_they_hold_whole(migrated: Database) -> None:
    with migrated.reading() as connection:
        rows = connection.execute(select(feed).order_by(feed.c.stream, feed.c.position)).all()
        reached = {row.id: row.position for row in connection.execute(select(streams))}
        masters = connection.execute(select(meta.c.value).where(meta.c.key == "masters")).scalar_one()
    told = {(row.stream, row.id) for row in rows if row.position > {"*": 7, "MAIN": 20, "EAST": 0}[row.stream]}
    new = {party(migrated, name).id for name in ("Volta Power “Süd”", "Eastern")}
    of_main = {each.id for each in (SUPPLIED, CONSIGNED, TOLD_APART)}
    assert told == {*(("*", each) for each in new), *(("MAIN", each) for each in of_main), ("EAST", EAST.id)}
    assert reached == {"*": 9, "MAIN": 23, "EAST": 1}
    assert [row.position for row in rows if row.id == SOLD.id] == [3], "no device holds its owner"
    assert len({(row.stream, row.position) for row in rows}) == len(rows)
    assert masters != "before"
