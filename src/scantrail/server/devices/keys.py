"""How devices prove who they are: tokens, of which only hashes are kept, and signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from scantrail.protocol.messages import Push, signed_bytes
from scantrail.protocol.tokens import hash_of
from scantrail.server.database.flights import Query, fly
from scantrail.server.ledger.judging import Device


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token one is."""

    device: Device
    token_hash: str
    ends_at: datetime
    is_next: bool
    """Whether it was never used: its device still has the one before."""

    def has_ended(self, now: datetime) -> bool:
        """Whether its time is over. A device that was revoked may send what it still has, however late it comes."""
        return now >= self.ends_at and not self.device.is_leaving


_SELECT = (
    "SELECT id, site, public_key, leaving_since, token_hash, COALESCE(token_ends_at, enrolled_at), "
    "next_token_hash, next_token_ends_at FROM devices WHERE NOT revoked AND "
)
_IN_LIST = "IN (SELECT value FROM json_each(?1))"
_HOLDERS = Query(
    f"{_SELECT} (token_hash = ANY($1) OR next_token_hash = ANY($1))",
    f"{_SELECT} (token_hash {_IN_LIST} OR next_token_hash {_IN_LIST})",
)
"""A device that an older version of this program has enrolled meanwhile has no end of its token: it counts as over."""


def holder_of(connection: Connection, token: str) -> Holder | None:
    """Whose a bearer token is, unless its device was revoked."""
    mine = hash_of(token)
    return holders_of(connection, (mine,)).get(mine)


def holders_of(connection: Connection, hashes: Iterable[str]) -> dict[str, Holder]:
    """By hash, whose tokens these are, without those of devices that were revoked."""
    wanted = sorted(set(hashes))
    (rows,) = fly(connection, _HOLDERS.asks(wanted))
    found: dict[str, Holder] = {}
    for name, site, public_key, leaving_since, token, ends_at, following, following_ends_at in rows:
        device = Device(name, site, public_key, leaving_since is not None)
        found[token] = Holder(device, token, datetime.fromisoformat(ends_at), is_next=False)
        if following is not None:
            found[following] = Holder(device, following, datetime.fromisoformat(following_ends_at), is_next=True)
    return {each: found[each] for each in wanted if each in found}


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
