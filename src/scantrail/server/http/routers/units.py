"""Where a unit is, and what happened to it; of a unit that is not at the device's site, the essentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import CaseRule, SiteId, UnitId, canonical_serial
from scantrail.domain.plain import to_plain
from scantrail.domain.things.unit import Unit
from scantrail.protocol.fields import Name
from scantrail.protocol.messages import Row
from scantrail.protocol.rows import body_for
from scantrail.server.history.timelines import Reader, TimelineEntry, timeline_of
from scantrail.server.http.description import Operation, described
from scantrail.server.http.requests import answer, database_of, device_of, refused, text_in
from scantrail.server.records.units import units_by_id, units_called
from scantrail.words import M

router = APIRouter()


@dataclass(frozen=True, slots=True)
class UnitTimeline:
    """A unit, and what happened to it."""

    unit: Unit
    timeline: tuple[TimelineEntry, ...]


@router.get("/v1/units")
@described(Operation(tuple[Unit, ...]))
def get_units(request: Request, serial: Name) -> Response:
    """Every unit that bears this serial, or once bore it; several products may share one."""
    device = device_of(request)
    forms = {canonical_serial(text_in("serial", serial), rule) for rule in CaseRule}
    with database_of(request).reading() as connection:
        return answer([_body(device.site, unit) for unit in units_called(connection, forms)])


@router.get("/v1/units/{unit}")
@described(Operation(Unit, refuses=(404,)))
def get_unit(request: Request, unit: Name) -> Response:
    """A unit's present state."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        return answer(_body(device.site, _found(connection, unit)))


@router.get("/v1/units/{unit}/timeline")
@described(Operation(UnitTimeline, refuses=(404,)))
def get_timeline(request: Request, unit: Name) -> Response:
    """A unit's life, oldest first: all of it while the unit is at the device's site, else what was recorded there."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        found = _found(connection, unit)
        told = timeline_of(connection, unit, Reader(device.site, is_whole=found.site == device.site))
        return answer({"unit": _body(device.site, found), "timeline": told})


def _body(site: SiteId, unit: Unit) -> dict[str, Any]:
    return body_for(site, Row(RowKind.UNIT, unit.id, 0, to_plain(unit)))


def _found(connection: Connection, unit: UnitId) -> Unit:
    found = units_by_id(connection, [text_in("unit", unit)])
    if unit not in found:
        raise refused(404, "unknown_unit", M("No unit with the id {unit} is on record.", unit=unit))
    return found[unit]
