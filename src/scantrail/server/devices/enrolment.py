"""Enrolment: a device becomes known by a code that enrols it once, and gets its token for its key."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, insert, select, update

from scantrail.protocol.messages import EnrolAnswer, EnrolRequest
from scantrail.protocol.tokens import BYTES, GOOD_FOR, hash_of
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import device_keys, devices, enrolment_codes, sites
from scantrail.server.devices.enrolment_codes import canonical_code, new_code
from scantrail.server.ledger.counters import note_devices_changed
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
            code_hash=hash_of(canonical_code(code)),
            device=device,
            expires_at=instant_text(now + CODE_VALID),
            used=False,
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
            enrolment_codes.c.code_hash == hash_of(canonical_code(request.code)),
            enrolment_codes.c.used.is_(False),
            enrolment_codes.c.expires_at >= instant_text(now),
        )
        .values(used=True)
        .returning(enrolment_codes.c.device)
    ).one_or_none()
    if used is None:
        raise NotEnrolled(M("This enrolment code is unknown, used or older than an hour. Ask for a new one."))
    token, until = secrets.token_urlsafe(BYTES), now + GOOD_FOR
    connection.execute(
        update(devices)
        .where(devices.c.id == used.device)
        .values(
            token_hash=hash_of(token),
            token_turn=1,
            token_ends_at=instant_text(until),
            next_token_hash=None,
            next_token_turn=None,
            next_token_ends_at=None,
            public_key=key.hex(),
            revoked=False,
            enrolled_at=instant_text(now),
            leaving_since=None,
        )
    )
    _keep_key(connection, used.device, key.hex())
    note_devices_changed(connection)
    site = connection.execute(select(devices.c.site).where(devices.c.id == used.device)).scalar_one()
    return EnrolAnswer(used.device, site, token, until)


def _keep_key(connection: Connection, device: str, public_key: str) -> None:
    """A device that is replaced under its name leaves records that only its former key has signed."""
    row = {"device": device, "public_key": public_key}
    same = (device_keys.c.device == device, device_keys.c.public_key == public_key)
    if connection.execute(select(device_keys).where(*same)).first() is None:
        connection.execute(insert(device_keys).values(row))
