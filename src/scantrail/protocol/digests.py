"""A digest of what was asked and what is answered, so that bytes changed on the way are noticed also without TLS.

A changed digit in a cursor or a row would be believed otherwise. Requests that change something need none: acts are
signed, and what is packed has a checksum.
"""

from __future__ import annotations

from hashlib import sha256

HEADER = "Scantrail-Digest"


def digest_of(query: bytes, answer: bytes) -> str:
    """The digest of a request's raw query string and of its answer's body, unpacked; in hexadecimal."""
    return sha256(query + b"\n" + answer).hexdigest()
