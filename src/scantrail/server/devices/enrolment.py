"""Devices: how they become known, and how they prove who they are. Secrets are kept as hashes only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, func, insert, select, update

from scantrail.protocol.messages import EnrolAnswer, EnrolRequest, Push, signed_bytes
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import device_heads, device_keys, devices, enrolment_codes, sites
from scantrail.server.devices.enrolment_codes import canonical_code, new_code
from scantrail.server.ledger.judging import Device
from scantrail.server.ledger.log import SERVER_DEVICE
from scantrail.words import M, Message

CODE_VALID = timedelta(hours=1)

LONGEST_NAME = 60
"""Characters of a device's name: it stands on other devices' screens."""


class NotEnrolled(Exception):
    """The code does not enrol a device."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAdded(Exception):
    """A device cannot be made known under this name or at this site."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


def add_device(connection: Connection, device: str, site: str, now: datetime) -> str:
    """Make a device known and give the code that enrols it: once, within an hour.

    For a device that is known already the new code replaces its token and key when it is used. It stays at its
    site: what it has not sent yet could not be taken for another.

    Raises:
        NotAdded: the name cannot be one, the site is not on record, or the device is known at another.
    """
    if not 0 < len(device) <= LONGEST_NAME or not device.isprintable() or device != device.strip():
        raise NotAdded(M("Expected a name of 1 to {limit} printable characters.", limit=LONGEST_NAME))
    if device == SERVER_DEVICE:
        raise NotAdded(M("{device} is the name of the server itself. Choose another.", device=device))
    if connection.execute(select(sites.c.id).where(sites.c.id == site)).first() is None:
        raise NotAdded(M("Site {site} is not on record. Import it first: scantrail import FILE", site=site))
    known = connection.execute(select(devices.c.site).where(devices.c.id == device)).scalar_one_or_none()
    if known is None:
        connection.execute(insert(devices).values(id=device, site=site, revoked=False))
    elif known != site:
        detail = M(
            "{device} belongs to {known}. Give the device another name at {site}.",
            device=device,
            known=known,
            site=site,
        )
        raise NotAdded(detail)
    code = new_code()
    connection.execute(
        insert(enrolment_codes).values(
            code_hash=_hash(canonical_code(code)), device=device, expires_at=instant_text(now + CODE_VALID), used=False
        )
    )
    return code


def enrol(connection: Connection, request: EnrolRequest, now: datetime) -> EnrolAnswer:
    """Take a device's key and give it its token.

    Raises:
        NotEnrolled: the code is unknown, used or too old, or the key is none.
    """
    try:
        key = bytes.fromhex(request.public_key)
        Ed25519PublicKey.from_public_bytes(key)
    except ValueError as error:
        raise NotEnrolled(M("The public key must be 32 bytes in hexadecimal.")) from error
    used = connection.execute(
        update(enrolment_codes)
        .where(
            enrolment_codes.c.code_hash == _hash(canonical_code(request.code)),
            enrolment_codes.c.used.is_(False),
            enrolment_codes.c.expires_at >= instant_text(now),
        )
        .values(used=True)
        .returning(enrolment_codes.c.device)
    ).one_or_none()
    if used is None:
        raise NotEnrolled(M("This enrolment code is unknown, used or older than an hour. Ask for a new one."))
    token = secrets.token_urlsafe(32)
    connection.execute(
        update(devices)
        .where(devices.c.id == used.device)
        .values(
            token_hash=_hash(token),
            public_key=key.hex(),
            revoked=False,
            enrolled_at=instant_text(now),
            leaving_since=None,
        )
    )
    _keep_key(connection, used.device, key.hex())
    site = connection.execute(select(devices.c.site).where(devices.c.id == used.device)).scalar_one()
    return EnrolAnswer(used.device, site, token)


def device_with_token(connection: Connection, token: str) -> Device | None:
    """The device a bearer token belongs to, unless it was revoked."""
    row = connection.execute(
        select(devices).where(devices.c.token_hash == _hash(token), devices.c.revoked.is_(False))
    ).one_or_none()
    return Device(row.id, row.site, row.public_key, row.leaving_since is not None) if row else None


def revoke(connection: Connection, device: str, now: datetime, *, at_once: bool) -> bool:
    """Take a device out of use; gives False where no device of this name is known.

    It may send what it still has, is answered nothing else, and its token ends when it says that nothing is left.
    `at_once` ends the token now, for a device that is stolen: what it has not sent is lost with it. Codes that were
    given for it and not used yet enrol nothing any more.
    """
    changes = {"leaving_since": instant_text(now), **({"revoked": True} if at_once else {})}
    found = connection.execute(update(devices).where(devices.c.id == device).values(changes)).rowcount == 1
    connection.execute(update(enrolment_codes).where(enrolment_codes.c.device == device).values(used=True))
    return found


def end_token(connection: Connection, device: Device) -> None:
    """A device that was revoked has sent everything."""
    connection.execute(update(devices).where(devices.c.id == device.id).values(revoked=True))


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


def _keep_key(connection: Connection, device: str, public_key: str) -> None:
    """A device that is replaced under its name leaves records that only its former key has signed."""
    row = {"device": device, "public_key": public_key}
    same = (device_keys.c.device == device, device_keys.c.public_key == public_key)
    if connection.execute(select(device_keys).where(*same)).first() is None:
        connection.execute(insert(device_keys).values(row))


def is_signed(device: Device, push: Push) -> bool:
    """Whether a batch carries its device's signature."""
    last_seq = push.first_seq + len(push.acts) - 1
    message = signed_bytes(push.device, push.epoch, push.first_seq, last_seq, push.head)
    return is_signature(device.public_key, push.signature, message)


def is_signature(public_key: str, signature: str, message: bytes) -> bool:
    """Whether an Ed25519 signature in hexadecimal is this key's over a message."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    try:
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _hash(secret: str) -> str:
    """Enough for a token, which nobody can guess, and for a code, which is worth nothing after an hour."""
    return sha256(secret.encode()).hexdigest()
