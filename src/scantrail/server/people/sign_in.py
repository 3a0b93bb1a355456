"""Badge and PIN, verified with argon2; wrong ones are slowed down and then locked per worker and device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from scantrail.protocol.messages import SignInAnswer, SignInRequest
from scantrail.server.database.engine import Database
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import sign_in_failures
from scantrail.server.records.master import worker_with_badge

SHIFT = timedelta(hours=12)
"""How long a device may verify a worker by itself."""

FREE_TRIES = 3
"""Wrong PINs before a pause is asked for; it doubles with each further one."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)

_REMEMBERED = timedelta(days=1)
"""How long a wrong PIN is held against a badge: tried badges do not fill the database."""

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("no such badge")
"""Verified against when the badge is unknown, so that the answer takes as long."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many wrong PINs: the next try is answered only after this."""

    seconds: int


class WrongPin(Exception):
    """The badge is unknown, the PIN is wrong, or the worker may not work at this site."""


def pin_verifier(pin: str) -> str:
    """What is kept of a PIN."""
    return _HASHER.hash(pin)


def pin_fits(verifier: str, pin: str) -> bool:
    """Whether a PIN is the one a verifier was made of."""
    try:
        return _HASHER.verify(verifier, pin)
    except VerifyMismatchError:
        return False


def sign_in(database: Database, device: str, site: str, request: SignInRequest, now: datetime) -> SignInAnswer | Wait:
    """Verify a worker.

    Raises:
        WrongPin: the badge and the PIN do not belong to a worker of this site.
    """
    with database.writing() as connection:
        database.lock_name(connection, f"sign-in:{device}")
        wait = _wait(connection, device, request.badge, now)
        if wait is not None:
            return wait
        _count_try(connection, device, request.badge, now)
        found = worker_with_badge(connection, request.badge)
    worker, verifier = found or (None, _NOBODY)
    fits = pin_fits(verifier, request.pin)
    if worker is None or not fits or not worker.active or worker.site != site:
        raise WrongPin
    with database.writing() as connection:
        connection.execute(delete(sign_in_failures).where(*_key(device, request.badge)))
    return SignInAnswer(worker.id, now + SHIFT)


def _key(device: str, badge: str) -> tuple[ColumnElement[bool], ...]:
    return (sign_in_failures.c.device == device, sign_in_failures.c.badge == badge)


def _wait(connection: Connection, device: str, badge: str, now: datetime) -> Wait | None:
    row = connection.execute(select(sign_in_failures).where(*_key(device, badge))).one_or_none()
    if row is None or row.not_before <= instant_text(now):
        return None
    left = datetime.fromisoformat(row.not_before) - now
    return Wait(max(1, int(left.total_seconds()) + 1))


def _count_try(connection: Connection, device: str, badge: str, now: datetime) -> None:
    """Count a try as failed before it is verified, so that tries sent at once are not all free."""
    row = connection.execute(select(sign_in_failures).where(*_key(device, badge))).one_or_none()
    count = (row.failures if row else 0) + 1
    extra = count - FREE_TRIES
    pause = min(FIRST_PAUSE * 2 ** min(extra, 10), LONGEST_PAUSE) if extra >= 0 else timedelta(0)
    connection.execute(delete(sign_in_failures).where(*_key(device, badge)))
    forgotten = instant_text(now - _REMEMBERED)
    connection.execute(
        delete(sign_in_failures).where(sign_in_failures.c.device == device, sign_in_failures.c.not_before < forgotten)
    )
    connection.execute(
        insert(sign_in_failures).values(
            device=device, badge=badge, failures=count, not_before=instant_text(now + pause)
        )
    )
