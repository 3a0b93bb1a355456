"""Tests wait for what they need, not for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], object], within_s: float = 20) -> None:
    """Wait until this holds.

    Raises:
        TimeoutError: it did not.
    """
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - reason: what is awaited has no event that a test could be told by
            await asyncio.sleep(0.005)
