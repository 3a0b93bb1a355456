"""A file that one process has at a time, with a note of which and since when."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from scantrail.words import M, Message


class Taken(Exception):
    """Another process has it."""

    def __init__(self, user: Message | str) -> None:
        """`user` is which process, and since when, as far as its note tells; else empty."""
        super().__init__(user)
        self.user = user


def take(path: Path) -> int:
    """Take a lock until the descriptor that is given back is closed, or this process ends.

    Raises:
        Taken: another process has it.
        OSError: the file cannot be opened.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        user = _user_of(lock)
        os.close(lock)
        raise Taken(user) from error
    with suppress(OSError):  # a full disk keeps nobody from working; the note is for people
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _user_of(lock: int) -> Message | str:
    noted = os.pread(lock, 20, 0).decode("ascii", "replace")
    if not noted.isdecimal():
        return ""
    since = datetime.fromtimestamp(os.fstat(lock).st_mtime).astimezone()
    return M(", process {number} since {when}", number=noted, when=f"{since:%Y-%m-%d %H:%M}")
