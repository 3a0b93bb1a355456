"""The devices there are: how each stands, and taking one out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import device_heads, devices, enrolment_codes
from scantrail.server.ledger.counters import note_devices_changed
from scantrail.server.ledger.judging import Device


class DeviceState(Enum):
    """How a device stands."""

    EXPECTED = "expected"
    """Added, and not enrolled yet."""
    ENROLLED = "enrolled"
    LEAVING = "leaving"
    """Revoked; what it still has is waited for."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device for the administrator."""

    name: str
    site: str
    state: DeviceState
    enrolled_at: datetime | None
    token_until: datetime | None
    """When its token ends; another takes its place before. None where it has none."""
    last_seen: datetime | None
    """To about a minute; None before the first contact."""
    leaving_since: datetime | None
    acts: int
    """Records that the server has of it."""


def listed_devices(connection: Connection, site: str | None) -> tuple[ListedDevice, ...]:
    """The devices of one site or of all, by name."""
    heads = select(device_heads.c.device, func.sum(device_heads.c.seq).label("acts")).group_by(device_heads.c.device)
    acts = {row.device: int(row.acts) for row in connection.execute(heads)}
    of_site = () if site is None else (devices.c.site == site,)
    rows = connection.execute(select(devices).where(*of_site).order_by(devices.c.id)).all()
    return tuple(
        ListedDevice(
            row.id,
            row.site,
            _state(row),
            _instant(row.enrolled_at),
            None if row.revoked or row.leaving_since else _instant(row.token_ends_at),
            _instant(row.last_seen),
            _instant(row.leaving_since),
            acts.get(row.id, 0),
        )
        for row in rows
    )


def _state(row: Row[Any]) -> DeviceState:
    if row.revoked:
        return DeviceState.REVOKED
    if row.leaving_since is not None:
        return DeviceState.LEAVING
    return DeviceState.EXPECTED if row.token_hash is None else DeviceState.ENROLLED


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def revoke(connection: Connection, device: str, now: datetime, *, at_once: bool) -> bool:
    """Take a device out of use; gives False where no device of this name is known.

    It may send what it still has, is answered nothing else, and its token ends when it says that nothing is left.
    `at_once` ends the token now, for a device that is stolen: what it has not sent is lost with it. Codes that were
    given for it and not used yet enrol nothing any more.
    """
    changes = {"leaving_since": instant_text(now), **({"revoked": True} if at_once else {})}
    found = connection.execute(update(devices).where(devices.c.id == device).values(changes)).rowcount == 1
    connection.execute(update(enrolment_codes).where(enrolment_codes.c.device == device).values(used=True))
    note_devices_changed(connection)
    return found


def end_token(connection: Connection, device: Device) -> None:
    """A device that was revoked has sent everything."""
    connection.execute(update(devices).where(devices.c.id == device.id).values(revoked=True))
    note_devices_changed(connection)
