"""A device's bearer token: how long one is good, and what the device signs to have its next one known.

A device draws its next token itself, and tells the server only its hash. So the answer holds no secret: it may be
lost, overheard, or asked for again. Tokens of one enrolment are numbered by turn, from 1. The server never goes back to
a lower turn: a request that somebody kept is worth nothing later, and of two copies of a device only one goes on.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from scantrail.protocol.messages import PROTOCOL

GOOD_FOR = timedelta(days=30)
"""A token ends so long after the server heard of it, by the server's clock."""

RENEWED_AFTER = timedelta(days=20)
"""A device asks for its next token when it has had one for so long, by its own clock: it may be wrong, but it runs."""

ENDED = "token_ended"
"""The code of the problem by which a device is told that its token's time is over: its key gets it another."""

BYTES = 32
"""Drawn for a token: nobody can guess it."""

COPIED = "copied"
"""The code of the problem by which a device is told that a later token than its own is in use."""


def hash_of(secret: str) -> str:
    """What is kept of a secret. SHA-256 is enough: nobody can guess a token, and a code is worth nothing in an hour."""
    return sha256(secret.encode()).hexdigest()


def token_signed_bytes(device: str, turn: int, token_hash: str) -> bytes:
    """What the signature of a request for a new token is over."""
    return f"scantrail-token:{PROTOCOL}:{device}:{turn}:{token_hash}".encode()
