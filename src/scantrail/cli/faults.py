"""The last resort: what no command expected becomes a sentence, and its details are kept in a file."""

from __future__ import annotations

import errno
import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from scantrail import __version__
from scantrail.cli.base import fail
from scantrail.program import Exit, state_home
from scantrail.words import M, Message, OperatorError

DEBUG_VARIABLE = "SCANTRAIL_DEBUG"
"""Shows the traceback too, where it is set to anything."""


def tell_fault(error: Exception) -> Exit:
    """Say what went wrong, and where the details are if it is a fault of Scantrail's own; gives the exit code."""
    details = "".join(traceback.format_exception(error))
    if os.environ.get(DEBUG_VARIABLE):
        sys.stderr.write(details)
    if isinstance(error, OSError):
        return fail(_refused_by_the_system(error))
    name = M("{kind}: {text}", kind=type(error).__name__, text=_one_line(str(error)))
    file = _written(details)
    if file is None:
        return fail(M("A fault of Scantrail itself: {name}. What was recorded is kept.", name=name), Exit.FAULT)
    kept = M(
        "A fault of Scantrail itself: {name}. What was recorded is kept. The details, to be reported: {file}",
        name=name,
        file=file,
    )
    return fail(kept, Exit.FAULT)


def _refused_by_the_system(error: OSError) -> Message:
    why = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return M("The disk is full ({what}). Make room, then do it again.", what=error.filename or why)
    if error.filename is not None:
        return M(
            "{file} cannot be used: {why}. Expected a file or folder that this user may use.",
            file=error.filename,
            why=why,
        )
    return M("The system refused: {why}.", why=why)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _written(details: str) -> Path | None:
    """The new file with the details; None where none can be written."""
    now = datetime.now(UTC)
    heading = f"scantrail {__version__}, Python {platform.python_version()}, {platform.platform()}, {now.isoformat()}"
    for folder in _folders():
        file = folder / f"fault-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as written:
                written.write(f"{heading}\n\n{details}")
        except OSError:
            continue
        return file
    return None


def _folders() -> list[Path]:
    try:
        return [state_home() / "faults", Path(tempfile.gettempdir())]
    except (OperatorError, OSError):
        return []
