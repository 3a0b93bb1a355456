"""How a device stands to its server, for the screen and for every decision that depends on it."""

from __future__ import annotations

from enum import Enum

from scantrail.protocol.messages import REVOKED, Problem
from scantrail.protocol.tokens import ENDED


class Link(Enum):
    """How this device stands to its server."""

    ONLINE = "online"
    OFFLINE = "offline"
    NOT_ENROLLED = "not_enrolled"
    """The server does not know this device, or not any more."""
    REVOKED = "revoked"
    """The server takes what this device still has, and gives it no more work."""


def link_after(problem: Problem) -> Link:
    """How a device stands to a server that has answered no."""
    if problem.code == REVOKED:
        return Link.REVOKED
    if problem.code == ENDED:
        return Link.OFFLINE
    return Link.NOT_ENROLLED if problem.status in (401, 403) else Link.OFFLINE
