"""What the server does by the clock, whether or not anybody asks it something."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from scantrail.server.database import AWAY, Database
from scantrail.server.judging import judge_over

_LOGGER = logging.getLogger(__name__)

PAUSE_S = 60.0
"""Between two looks."""


async def end_waits(
    database: Database, clock: Callable[[], datetime], stopped: asyncio.Event, pause: float = PAUSE_S
) -> None:
    """Look for acts that have waited as long as they may, until stopped: their devices and the desk are told then."""
    while not stopped.is_set():
        try:
            await asyncio.to_thread(judge_over, database, clock())
        except AWAY as error:
            _LOGGER.warning("The database is away, and what waits with it: %s", error)
        except Exception:
            _LOGGER.exception("What waits could not be looked at. It is tried again in %s seconds.", pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), pause)
