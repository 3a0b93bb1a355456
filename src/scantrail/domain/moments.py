"""Instants as people read them: in a site's time zone, to the minute (§7a)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def local(when: datetime, time_zone: str) -> datetime:
    """The same instant with the offset of an IANA time zone; in UTC where the zone is not known.

    An instant at the calendar's very ends, which no other zone has, keeps its own offset.
    """
    try:
        return when.astimezone(_zone(time_zone) or UTC)
    except OverflowError:
        return when


def is_time_zone(name: str) -> bool:
    """Whether this machine knows an IANA time zone of that name."""
    return _zone(name) is not None


def moment(when: datetime, time_zone: str) -> str:
    """For a reader at that site, who knows its zone: `2025-01-27 14:40`.

    Where the zone is not known (the site's settings have not arrived) the time is in UTC and says so.
    """
    return f"{local(when, time_zone):%Y-%m-%d %H:%M}" if _zone(time_zone) else zoned_moment(when, "")


def zoned_moment(when: datetime, time_zone: str) -> str:
    """For a reader who may be anywhere, or reads of several sites: `2025-01-27 14:40 UTC-05:00`."""
    shown = local(when, time_zone)
    offset = f"{shown:%z}"
    return f"{shown:%Y-%m-%d %H:%M} UTC" + (f"{offset[:3]}:{offset[3:5]}" if shown.utcoffset() else "")


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
