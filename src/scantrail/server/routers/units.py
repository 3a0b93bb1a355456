"""Where a unit is, and what happened to it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from scantrail.server.requests import answer, database_of, device_of, refused
from scantrail.server.timelines import timeline_of
from scantrail.server.units import units_by_id, units_called

router = APIRouter()


@router.get("/v1/units")
def get_units(request: Request, serial: str) -> Response:
    """Every unit with this serial; several products may share one."""
    device_of(request)
    with database_of(request).reading() as connection:
        return answer(units_called(connection, {serial, serial.strip().upper()}))


@router.get("/v1/units/{unit}")
def get_unit(request: Request, unit: str) -> Response:
    """A unit's present state."""
    device_of(request)
    with database_of(request).reading() as connection:
        found = units_by_id(connection, [unit])
    if unit not in found:
        raise refused(404, "Unknown unit", f"No unit with the id {unit} is on record.", "unknown_unit")
    return answer(found[unit])


@router.get("/v1/units/{unit}/timeline")
def get_timeline(request: Request, unit: str) -> Response:
    """A unit's whole life, oldest first."""
    device_of(request)
    with database_of(request).reading() as connection:
        found = units_by_id(connection, [unit])
        if unit not in found:
            raise refused(404, "Unknown unit", f"No unit with the id {unit} is on record.", "unknown_unit")
        return answer({"unit": found[unit], "timeline": timeline_of(connection, unit)})
