"""What the server does by the clock, whether or not anybody asks it something."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from scantrail.server.database.engine import AWAY, Database
from scantrail.server.ledger.judging import judge_over

_LOGGER = logging.getLogger(__name__)

GRACE_S = 15 * 60.0
"""After a start or an outage, until devices have sent what the server's rest has kept them from sending."""
PAUSE_S = 60.0
"""Between two looks."""
ENDS_WITHIN_S = 5.0
"""How long a look may go on when the server stops; a database that hangs must not keep it."""


@contextmanager
def beside(name: str, run: Callable[[threading.Event], None]) -> Iterator[None]:
    """Meanwhile, run this in a thread of its own. The event tells it to end."""
    stopped = threading.Event()
    thread = threading.Thread(target=run, args=(stopped,), daemon=True, name=name)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(ENDS_WITHIN_S)


def looking(database: Database, clock: Callable[[], datetime]) -> AbstractContextManager[None]:
    """Meanwhile, end the waits of acts that have waited as long as they may."""
    return beside("timer", lambda stopped: _look(database, clock, stopped))


def _look(database: Database, clock: Callable[[], datetime], stopped: threading.Event) -> None:
    pause = GRACE_S
    while not stopped.wait(pause):
        pause = PAUSE_S
        try:
            judge_over(database, clock())
        except AWAY as error:
            pause = GRACE_S
            _LOGGER.warning("The database is away, and what waits with it: %s", error)
        except Exception:
            _LOGGER.exception("What waits could not be looked at. It is tried again.")
