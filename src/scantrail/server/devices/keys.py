"""How devices prove who they are: tokens, of which only hashes are kept, and signatures."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from scantrail.protocol.messages import Push, signed_bytes
from scantrail.server.database.schema import devices
from scantrail.server.database.sets import rows_with
from scantrail.server.ledger.judging import Device


def device_with_token(connection: Connection, token: str) -> Device | None:
    """The device a bearer token belongs to, unless it was revoked."""
    mine = hash_of(token)
    return devices_with_tokens(connection, (mine,)).get(mine)


def devices_with_tokens(connection: Connection, hashes: Iterable[str]) -> dict[str, Device]:
    """By hash of their token, the devices that these belong to, without those whose token has ended."""
    return {
        row.token_hash: Device(row.id, row.site, row.public_key, row.leaving_since is not None)
        for row in rows_with(connection, devices, devices.c.token_hash, hashes)
        if not row.revoked
    }


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


def hash_of(secret: str) -> str:
    """What is kept of a secret. SHA-256 is enough: nobody can guess a token, and a code is worth nothing in an hour."""
    return sha256(secret.encode()).hexdigest()
