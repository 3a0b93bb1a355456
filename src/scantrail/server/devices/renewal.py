"""A device's next token: its key makes it known, and its first use ends the one before."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, update

from scantrail.protocol.messages import REVOKED, TokenAnswer, TokenRequest
from scantrail.protocol.tokens import COPIED, GOOD_FOR, token_signed_bytes
from scantrail.server.database.engine import Database
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import devices
from scantrail.server.devices.keys import Holder, is_signature
from scantrail.server.ledger.counters import note_devices_changed
from scantrail.words import M, Message

_LOGGER = logging.getLogger(__name__)


class NotProved(Exception):
    """No device in use has this name and this key."""


class NotRenewed(Exception):
    """A device has proved who it is, and gets no token."""

    def __init__(self, code: str, reason: Message) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def asked_before(database: Database, request: TokenRequest) -> TokenAnswer | None:
    """The answer where nothing is to be written: the token is in use already. None where `renew` is to be asked.

    Raises:
        NotProved: the device's key has not signed it, or it is not in use.
        NotRenewed: the device was revoked, or is a copy that another has left behind.
    """
    with database.reading() as connection:
        return _in_use_already(_proved(connection.execute(_row(request)).one_or_none(), request), request)


def renew(database: Database, request: TokenRequest, now: datetime) -> TokenAnswer:
    """Let a device's next token be good beside its present one. The same one again is answered as before.

    Raises:
        NotProved: its key has not signed it, or it is not in use.
        NotRenewed: the device was revoked, is a copy that another has left behind, or the token is somebody's.
    """
    with database.writing() as connection:
        row = _proved(connection.execute(_row(request).with_for_update()).one_or_none(), request)
        known = _in_use_already(row, request)
        if known is not None:
            return known
        if _is_taken(connection, request):
            raise NotRenewed("token_taken", M("This token cannot be used. The device draws another."))
        ends_at = now + GOOD_FOR
        following = {
            "next_token_hash": request.token_hash,
            "next_token_turn": request.turn,
            "next_token_ends_at": instant_text(ends_at),
        }
        connection.execute(update(devices).where(devices.c.id == row.id).values(following))
    return TokenAnswer(ends_at)


def take_up(database: Database, holder: Holder) -> None:
    """A device uses its next token for the first time: the one before ends."""
    with database.writing() as connection:
        connection.execute(
            update(devices)
            .where(devices.c.id == holder.device.id, devices.c.next_token_hash == holder.token_hash)
            .values(
                token_hash=devices.c.next_token_hash,
                token_turn=devices.c.next_token_turn,
                token_ends_at=devices.c.next_token_ends_at,
                next_token_hash=None,
                next_token_turn=None,
                next_token_ends_at=None,
            )
        )
        note_devices_changed(connection)


def _row(request: TokenRequest) -> Select[Any]:
    return select(devices).where(devices.c.id == request.device)


def _proved(row: Row[Any] | None, request: TokenRequest) -> Row[Any]:
    message = token_signed_bytes(request.device, request.turn, request.token_hash)
    if row is None or row.revoked or not row.public_key or not is_signature(row.public_key, request.signature, message):
        raise NotProved
    return row


def _in_use_already(row: Row[Any], request: TokenRequest) -> TokenAnswer | None:
    if row.leaving_since is not None:
        raise NotRenewed(REVOKED, M("{device} was revoked: it takes no more work.", device=row.id))
    turn = row.token_turn or 0
    if (turn, row.token_hash) == (request.turn, request.token_hash):
        return TokenAnswer(datetime.fromisoformat(row.token_ends_at))
    if request.turn > turn:
        return None
    _LOGGER.warning("A copy of %s, or %s put back to an earlier state, asks for a token.", row.id, row.id)
    raise NotRenewed(
        COPIED,
        M(
            "{device} has a later token than this: another device has its records and keys, or this one was put back "
            "to an earlier state. Save its records (scantrail sync export FILE), then have it enrolled again.",
            device=row.id,
        ),
    )


def _is_taken(connection: Connection, request: TokenRequest) -> bool:
    """Whether a token is another device's, or this one's present one."""
    mine = devices.c.token_hash == request.token_hash
    others = (devices.c.next_token_hash == request.token_hash) & (devices.c.id != request.device)
    return connection.execute(select(devices.c.id).where(or_(mine, others))).first() is not None
