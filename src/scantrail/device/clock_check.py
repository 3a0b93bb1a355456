"""Whether the device's clock can be right, by what is known of the time without it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scantrail.words import M, Message

MOST = timedelta(minutes=5)
"""A clock that is further from the server's than this is told."""


def clock_trouble(now: datetime, server: datetime | None, last_day: date | None) -> Message | None:
    """What is wrong with a clock that says `now`; None where nothing is known to be.

    `server` is the server's clock at the same moment, where it answers. `last_day` is the last day, by its clock, on
    which it answered: without it, only a clock that is behind can be found out.
    """
    if server is not None:
        if abs(now - server) <= MOST:
            return None
        theirs = server.astimezone(now.tzinfo)
        return M("The clock says {now}, the server's {theirs}.", now=_shown(now), theirs=_shown(theirs))
    if last_day is not None and now.date() < last_day - timedelta(days=1):
        return M("The clock says {now}, but the server was heard on {day}.", now=_shown(now), day=last_day)
    return None


SET_CLOCK = M("Set date and time, or let the network set them: timedatectl set-ntp true")


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
