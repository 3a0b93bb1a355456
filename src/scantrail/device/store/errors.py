"""What can be wrong with the store itself. Each is one sentence for the person who holds the device."""

from __future__ import annotations

import errno
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from scantrail.sqlite import sqlite3
from scantrail.words import M, Message, say


class StoreError(Exception):
    """The store cannot do what was asked; nothing was half done."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


class StoreMissing(StoreError):
    """There is no store here: the device is not enrolled."""


class StoreExists(StoreError):
    """A new store was to be made where there is one."""

    def __init__(self) -> None:
        super().__init__(M("A device is enrolled here already. Keep its records: choose another folder with --store."))


class StoreInUse(StoreError):
    """Another process has this store open."""


class StoreDamaged(StoreError):
    """The store's file cannot be read or written as it should."""


class StoreFull(StoreError):
    """There is no room for another record."""


class StoreNotReady(StoreError):
    """What the server keeps has not all arrived yet."""

    def __init__(self) -> None:
        super().__init__(M("This device is still fetching what it needs from the server. Wait a moment, then go on."))


class NumbersUsedUp(StoreError):
    """There are not as many numbers on this device as were asked for; none was taken."""

    def __init__(self, of: str, left: int, wanted: int, refusal: str) -> None:
        """`of` is what they number, `refusal` why the server gave no more, if it said so."""
        if left:
            message = M(
                "Only {left} {of} numbers are left on this device, {wanted} are wanted: none was taken. "
                "Take at most {left} now. {todo}",
                of=of,
                left=left,
                wanted=wanted,
                todo=refusal or M("More come over the network when half of them are used."),
            )
        else:
            todo = refusal or M("Connect to the network, then try again.")
            message = M("No {of} numbers left on this device. {todo}", of=of, todo=todo)
        super().__init__(message)


_IOERR_WRITE = sqlite3.SQLITE_IOERR | 3 << 8
_BROKEN = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
}
_FULL = {sqlite3.SQLITE_FULL, _IOERR_WRITE}


def full() -> StoreFull:
    """The one sentence for a full disk."""
    return StoreFull(M("This device's storage is full: scans are NOT recorded. Free some space, then scan again."))


def cannot_use(folder: Path, error: OSError) -> StoreError:
    """The one sentence for a folder or file that the system does not let this user have."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full()
    return StoreDamaged(
        M(
            "This device's records cannot be used: {file}: {why}. Start Scantrail as the user that enrolled this "
            "device, who must be able to read and write {folder}.",
            file=error.filename or folder,
            why=error.strerror or error,
            folder=folder,
        )
    )


def told(error: DBAPIError | sqlite3.Error) -> StoreError | None:
    """The store's own error for one of the database; None for a mistake of the program."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(original, sqlite3.DatabaseError):
        return None
    code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    if code in _FULL:
        return full()
    if code & 0xFF in _BROKEN:
        return StoreDamaged(
            M(
                "This device's records cannot be read or written ({why}). Do not delete anything: "
                "take the device to a supervisor.",
                why=str(original),
            )
        )
    return None
