"""What goes wrong in one simulation, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from scantrail.device.store.errors import StoreFull
from scantrail.words import M


class PowerCut(BaseException):
    """The process is gone; nothing but what is committed stays. No code under test may catch it."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad it is: chances of one simulation, each for one message, one commit or one look of the scheduler."""

    lost: float
    """A request or an answer never arrives."""
    cut: float
    """A request or an answer arrives cut off."""
    twice: float
    """A request arrives again, much later."""
    slow: float
    """A message takes seconds instead of milliseconds."""
    crash: float
    """A process dies at a commit, before or after it."""
    trouble: float
    """At a look of the scheduler something happens to a device or the server."""

    @classmethod
    def drawn(cls, chance: Random) -> Weather:
        """The weather of a seed: some days are calm, some are not."""
        bad = chance.choice((0.0, 0.2, 0.5, 1.0))
        return cls(
            lost=0.15 * bad,
            cut=0.05 * bad,
            twice=0.08 * bad,
            slow=0.1 * bad,
            crash=chance.choice((0.0, 0.002, 0.01)),
            trouble=chance.choice((0.2, 0.6, 1.0)),
        )


class Fate:
    """Decides at every commit of one process whether it dies there, and whether there is room."""

    def __init__(self, chance: Random, crash: float, tell: Callable[[str], None]) -> None:
        self._chance = chance
        self._tell = tell
        self.crash = crash
        self.is_full = False
        """Whether the disk is full."""

    def commits(self, what: str) -> Callable[[], None]:
        """A commit begins; what is given is called once it is durable.

        Raises:
            PowerCut: the process dies before the commit; the callable raises it after the commit.
            StoreFull: there is no room.
        """
        if self.is_full:
            raise StoreFull(M("This device's storage is full."))
        dies = self.crash and self._chance.random() < self.crash
        if not dies:
            return _goes_on
        if self._chance.random() < 0.5:
            self._tell(f"the power goes before the commit of {what}")
            raise PowerCut
        return lambda: self._die(what)

    def _die(self, what: str) -> None:
        self._tell(f"the power goes after the commit of {what}")
        raise PowerCut


def _goes_on() -> None:
    return None
