"""Repository of units and their labels."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from scantrail.domain.names.identifiers import ProductId, UnitId
from scantrail.domain.things.unit import Unit
from scantrail.server.database.bodies import from_body, to_body
from scantrail.server.database.flights import Row
from scantrail.server.database.schema import labels, units
from scantrail.server.database.sets import insert_rows, put, rows_with


def units_by_id(connection: Connection, ids: Iterable[UnitId]) -> dict[UnitId, Unit]:
    """The units on record with these ids."""
    return {row.id: from_body(Unit, row.body) for row in rows_with(connection, units, units.c.id, ids)}


def units_called(connection: Connection, serials: Iterable[str]) -> tuple[Unit, ...]:
    """Every unit that bears, or once bore, one of these canonical serials, whatever its product."""
    owners = {row.unit for row in rows_with(connection, labels, labels.c.serial, serials)}
    return tuple(units_by_id(connection, owners).values())


def units_labelled(
    connection: Connection, names: Iterable[tuple[ProductId, str]]
) -> dict[tuple[ProductId, str], UnitId]:
    """Which unit each (product, canonical serial) has ever named."""
    wanted = set(names)
    found = rows_with(connection, labels, labels.c.serial, {serial for _, serial in wanted})
    return {(row.product, row.serial): row.unit for row in found if (row.product, row.serial) in wanted}


def put_units(connection: Connection, changed: Iterable[Unit], registered: Iterable[UnitId]) -> None:
    """Write units in their new state; those just registered get their label, once and for ever (R1).

    Raises:
        IntegrityError: a label belongs to another unit.
    """
    ordered = list(changed)
    put(connection, units, [{**unit_row(unit), "body": to_body(unit)} for unit in ordered])
    new = set(registered)
    insert_rows(connection, labels, [label_row(unit) for unit in ordered if unit.id in new])


def label_row(unit: Unit) -> Row:
    """The label of a unit."""
    return {"product": unit.product, "serial": unit.serial, "unit": unit.id}


def unit_row(unit: Unit) -> Row:
    """A unit's columns beside its body."""
    return {
        "id": unit.id,
        "product": unit.product,
        "serial": unit.serial,
        "status": unit.status.value,
        "site": unit.site,
        "place": unit.place,
        "document": unit.document,
    }
