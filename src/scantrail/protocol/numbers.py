"""How numbers are shared out: how large a block is, when a device needs one, what is left out after a restore."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from scantrail.domain.names.numbers import Block

BLOCK = 1_000
"""Numbers in a block at the most: half of one, which a device always has, lasts a shift."""
BLOCKS_A_DAY = 20
"""Blocks of a series that one device is given within 24 hours at the most."""
NUMBERS_A_DAY = 1_000_000
"""Numbers of a series that all devices are given within 24 hours at the most."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How far a series has been given away."""

    given: int
    """The highest number that a device may have."""
    last: int
    """The highest number there is."""

    def give(self) -> tuple[Counter, Block | None]:
        """The next block and the counter after it; no block once all numbers are given."""
        count = min(block_size(self.last), self.last - self.given)
        if count <= 0:
            return self, None
        return replace(self, given=self.given + count), Block(self.given + 1, count)

    def after_restore(self, days: float, highest: int = 0) -> Counter:
        """Leave out what may have been given in so many days, from the highest number known to be given.

        No more than that can have been, so nothing is given again.
        """
        beyond = ceil(a_day(self.last) * days)
        return replace(self, given=min(max(self.given, highest) + beyond, self.last))


def days_lost(age: timedelta) -> float:
    """Whole daily shares that may have been given in the time since a backup: one may have been just before its end."""
    return max(age, timedelta()) / timedelta(days=1) + 1


def block_size(last: int) -> int:
    """Numbers in a block of a series that ends with `last`; a short series is shared out in many small ones."""
    return min(BLOCK, (last + 1) // 500)


def a_day(last: int) -> int:
    """Numbers of such a series that are given within 24 hours at the most: it lasts fifty days or more."""
    return min(NUMBERS_A_DAY, (last + 1) // 50)


def has_enough(left: int, block: int) -> bool:
    """Whether a device with so many numbers needs no other block yet."""
    return left * 2 >= block
