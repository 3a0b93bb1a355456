"""The two ways in which asking the server can fail."""

from __future__ import annotations

from scantrail.protocol.messages import Problem
from scantrail.words import Message, say


class Offline(Exception):
    """The server cannot be reached, or what answers is not the server."""

    def __init__(self, reason: Message, asked_pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """One sentence for people."""
        self.asked_pause = asked_pause
        """Seconds the server asks to wait."""

    def __str__(self) -> str:
        return say(self.reason)


class Refused(Exception):
    """The server understood, and said no."""

    def __init__(self, problem: Problem, asked_pause: float | None = None, expected_seq: int | None = None) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem
        self.asked_pause = asked_pause
        """Seconds the server asks to wait."""
        self.expected_seq = expected_seq
        """For a push that does not follow on what the server has: the act it wants next."""
