"""Where a unit is, and what happened to it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from scantrail.domain.names.identifiers import CaseRule, UnitId, canonical_serial
from scantrail.domain.things.unit import Unit
from scantrail.server.history.timelines import timeline_of
from scantrail.server.http.requests import answer, database_of, device_of, refused, text_in
from scantrail.server.records.units import units_by_id, units_called
from scantrail.words import M

router = APIRouter()


@router.get("/v1/units")
def get_units(request: Request, serial: str) -> Response:
    """Every unit that bears this serial, or once bore it; several products may share one."""
    device_of(request)
    forms = {canonical_serial(text_in("serial", serial), rule) for rule in CaseRule}
    with database_of(request).reading() as connection:
        return answer(units_called(connection, forms))


@router.get("/v1/units/{unit}")
def get_unit(request: Request, unit: str) -> Response:
    """A unit's present state."""
    device_of(request)
    with database_of(request).reading() as connection:
        return answer(_found(connection, unit))


@router.get("/v1/units/{unit}/timeline")
def get_timeline(request: Request, unit: str) -> Response:
    """A unit's whole life, oldest first."""
    device_of(request)
    with database_of(request).reading() as connection:
        return answer({"unit": _found(connection, unit), "timeline": timeline_of(connection, unit)})


def _found(connection: Connection, unit: UnitId) -> Unit:
    found = units_by_id(connection, [text_in("unit", unit)])
    if unit not in found:
        raise refused(404, "unknown_unit", M("No unit with the id {unit} is on record.", unit=unit))
    return found[unit]
