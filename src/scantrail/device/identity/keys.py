"""What proves that it is this device: its own Ed25519 key, and the token that stands for it in each request."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scantrail.words import M, Message, say

FILE = "keys.json"


class KeysUnusable(Exception):
    """The keys are missing, unreadable, or open to others."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A device's private key and bearer tokens. None of them is ever shown."""

    private: Ed25519PrivateKey
    token: str
    turn: int = 1
    """Which token of this enrolment it is."""
    until: datetime | None = None
    """When the token ends, by the server's clock; None where it has not said so."""
    since: datetime | None = None
    """When it came, by this device's clock."""
    following: str = ""
    """The token of the next turn, which the server may know already; empty before one was drawn."""

    def __repr__(self) -> str:
        return "DeviceKeys(…)"

    @classmethod
    def load(cls, folder: Path) -> DeviceKeys:
        """Read the keys of an enrolled device.

        Raises:
            KeysUnusable: they are missing, damaged, or readable by other users.
        """
        path = folder / FILE
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text("utf-8")
        except OSError as error:
            why = error.strerror or str(error)
            raise KeysUnusable(M("This device's keys cannot be read ({why}). Enrol it again.", why=why)) from error
        if mode & 0o077:
            raise KeysUnusable(
                M(
                    "Other users of this machine can read this device's keys. If that was a slip: chmod 600 {path}. "
                    "If not, enrol the device again.",
                    path=path,
                )
            )
        try:
            data = json.loads(text)
            return cls(
                Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data["private_key"])),
                str(data["token"]),
                int(data.get("turn", 1)),
                _instant(data.get("until")),
                _instant(data.get("since")),
                str(data.get("following", "")),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise KeysUnusable(M("This device's keys are damaged. Enrol it again.")) from error

    def save(self, folder: Path) -> None:
        """Write the keys so that only their owner can read them, whole or not at all."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        data = {
            "private_key": self.private.private_bytes_raw().hex(),
            "token": self.token,
            "turn": self.turn,
            "until": self.until.isoformat() if self.until else None,
            "since": self.since.isoformat() if self.since else None,
            "following": self.following,
        }
        draft = folder / f"{FILE}.new"
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)
        _sync(folder)

    def sign(self, data: bytes) -> str:
        """An Ed25519 signature, in hexadecimal."""
        return self.private.sign(data).hex()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone() if text else None


def _sync(folder: Path) -> None:
    """Let the new name of a file outlast a power cut: to come back with a former token would look like a copy."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def public_key(private: Ed25519PrivateKey) -> str:
    """The public half, 32 bytes in hexadecimal."""
    return private.public_key().public_bytes_raw().hex()
