"""The server's log: one cause, one line a minute, and its traceback once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

EVERY_S = 60.0

_MOST_CAUSES = 1_000


class OncePerCause(logging.Filter):
    """Lets a message through once a minute; the next one says how many were held back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is written; it then tells of those before it."""
        cause, now = _cause(record), self._clock()
        with self._lock:
            if cause not in self._told:
                if len(self._told) >= _MOST_CAUSES:
                    self._told.clear()
                self._told[cause] = (now, 0)
                return True
            since, held_back = self._told[cause]
            if now - since < EVERY_S:
                self._told[cause] = (since, held_back + 1)
                return False
            self._told[cause] = (now, 0)
        record.exc_info = record.exc_text = None
        if held_back:
            record.msg, record.args = f"{record.getMessage().rstrip()} ({held_back} more since then)", ()
        return True


def _cause(record: logging.LogRecord) -> tuple[object, ...]:
    """What messages have in common that say the same of different things."""
    said = str(record.msg).partition("\n")[0][:200]
    error = record.exc_info[1] if record.exc_info else None
    at = error.__traceback__ if error is not None else None
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return record.name, said, type(error), at and (at.tb_frame.f_code.co_filename, at.tb_lineno)


def begin_log() -> None:
    """Write warnings and errors of the whole process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(OncePerCause())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
